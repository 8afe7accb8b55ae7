"""What an entity comes to: the same for all that mean the same in Port, by part."""

from typing import Any

import pytest
from port_ocean.core.models import Entity

from port.mapping.resources import JiraPortAppConfig
from port.parts import Parts
from tests.unit.helpers.catalog_fakes import entity
from tests.unit.helpers.fake_client import mapping

FIELDS: dict[str, Any] = {
    "title": ".t",
    "properties": {"a": ".a", "b": ".b"},
    "relations": {"to": ".to"},
}
ONE = mapping("issue", **FIELDS)


def several(*resources: dict[str, Any], blueprint: str = '"issue"') -> JiraPortAppConfig:
    made = mapping(*("issue" for _ in resources), blueprint=blueprint)
    for of, mappings in zip(made.resources, resources, strict=True):
        of.port.entity.mappings = of.port.entity.mappings.copy(update=mappings)
    return made


def one(**more: Any) -> Entity:
    fields = {"title": "T", "properties": {"a": 1, "b": None}, "relations": {"to": "x"}}
    return entity("A-1", **{**fields, **more})


def written(of: Entity, by: JiraPortAppConfig = ONE) -> Any:
    return Parts(by).written_by(of)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(one(), id="itself"),
        pytest.param(one(properties={"a": 1}), id="null is as good as nothing"),
        pytest.param(one(properties={"a": 1.0}), id="JSON has one kind of numbers"),
        pytest.param(one(properties={"b": None, "a": 1}), id="fields have no order"),
        pytest.param(one(properties={"a": 1, "c": 2}), id="and what nobody here writes"),
        pytest.param(one(icon="Jira", team=["x"]), id="and the fields that nobody maps"),
    ],
)
def test_what_port_may_show_of_the_same(row):
    assert Parts(ONE).shown_by(row) == written(one())


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(one(title="U"), id="title"),
        pytest.param(one(properties={"a": 2}), id="property"),
        pytest.param(one(properties={"a": "1"}), id="a text is no number"),
        pytest.param(one(properties={"a": True}), id="nor is true one"),
        pytest.param(one(properties={"b": 1}), id="property of another name"),
        pytest.param(one(properties={"a": 1, "b": 2}), id="one property more"),
        pytest.param(one(relations={"to": "y"}), id="relation"),
        pytest.param(one(relations={}), id="no relation"),
        pytest.param(one(relations={"to": ["x", "y"]}), id="several relations"),
    ],
)
def test_what_is_something_else(row):
    assert Parts(ONE).shown_by(row) != written(one())


@pytest.mark.parametrize(
    ("ours", "shown"),
    [
        (["x", "y"], ["y", "x"]),
        (["x", "x"], ["x"]),
        ([], None),
        (None, []),
    ],
)
def test_relations_to_several_have_no_order(ours, shown):
    ours, shown = one(relations={"to": ours}), one(relations={"to": shown})
    assert Parts(ONE).shown_by(shown) == written(ours)


def test_the_order_of_a_list_among_properties_counts():
    assert written(one(properties={"a": [1, 2]})) != written(one(properties={"a": [2, 1]}))


@pytest.mark.parametrize("value", ["\ud83d", 2**70, {"x": [1.5, None]}, "ä", [{"y": 1.0}]])
def test_whatever_jira_may_hold_comes_to_something(value):
    both = one(properties={"a": value})
    assert written(both) == Parts(ONE).shown_by(both)
    assert written(both) != written(one())


TWO = several(
    {"title": ".t", "properties": {"a": ".a"}}, {"title": ".t", "properties": {"b": ".b"}}
)


def test_each_of_two_resources_is_asked_about_its_own_parts():
    """The title is of both, so it is a part of its own."""
    first = written(entity("A-1", title="T", properties={"a": 1}), TWO)
    second = written(entity("A-1", title="T", properties={"b": 2}), TWO)
    [shared] = first.keys() & second.keys()
    assert first[shared] == second[shared]
    both = entity("A-1", title="T", properties={"a": 1, "b": 2})
    assert Parts(TWO).shown_by(both) == first | second == written(both, TWO)


def test_resources_of_different_blueprints_share_nothing():
    apart = mapping("issue", "project", **FIELDS)
    assert set(Parts(apart).of("issue").values()) == {0}


def test_one_that_computes_its_blueprint_may_write_any():
    of = several({"properties": {"a": ".a"}}, {"properties": {"a": ".a", "b": ".b"}})
    of.resources[1].port.entity.mappings.blueprint = ".kind"
    parts = Parts(of)
    assert set(parts.of("issue")) == set(parts.of("any")) == {"properties.a", "properties.b"}
    assert len(set(parts.of("issue").values())) == 2
    assert len(set(parts.of("any").values())) == 1


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(one(relations={"to": {"combinator": "and", "rules": []}}), id="a relation"),
        pytest.param(
            Entity(identifier={"rules": []}, blueprint="issue", icon=None, title="T"), id="its name"
        ),
        pytest.param(one(properties={"c": 1}), id="what the mapping doesn't write"),
    ],
)
def test_what_port_looks_for_or_the_mapping_does_not_know_comes_to_nothing(of):
    assert written(of) is None


def test_what_has_nothing_but_a_name_has_no_parts():
    assert written(entity("A-1")) == {}


def test_mappings_that_write_the_same_have_the_same_parts():
    assert Parts(ONE) == Parts(mapping("issue", **FIELDS))
    assert Parts(ONE) != Parts(mapping("issue", title=".t"))
    assert Parts(ONE) != Parts(mapping("issue", "project", **FIELDS))
