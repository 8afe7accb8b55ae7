"""A mapping with a mistake: which one is used instead, what is said, and what is left alone."""

from types import SimpleNamespace
from typing import Any

import pytest
from port_ocean.core.models import Entity

from jira.errors import TRANSIENT_ERRORS, MappingError
from kinds import Kinds
from port.mapping.checked import (
    INVALID_KINDS,
    InvalidConfig,
    Mappings,
    check,
)
from port.mapping.resources import CONFIGS, blueprint_of, details_of, kind_of


def resource(kind: Any, *, blueprint: str = '"b"', **selector: Any) -> dict[str, Any]:
    mappings = {"identifier": ".key", "blueprint": blueprint, "properties": {"name": ".name"}}
    return {
        "kind": kind,
        "selector": {"query": "true", **selector},
        "port": {"entity": {"mappings": mappings}},
    }


def without(raw: dict[str, Any], *path: str) -> dict[str, Any]:
    inner = raw
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return raw


def mapping(*resources: Any, **more: Any) -> dict[str, Any]:
    return {"resources": list(resources), **more}


def identifier_of(config: Any) -> list[Any]:
    return [of.kind for of in config.resources]


BAD: dict[str, tuple[Any, str]] = {
    "an empty list": (resource("sprint", sprintState=[]), "selector.sprintState: sprintState is"),
    "a value twice": (
        resource("sprint", sprintState=["active"] * 2),
        "selector.sprintState: sprintState n",
    ),
    "a word for a list": (resource("sprint", sprintState="active"), "selector.sprintState: value"),
    "a value there isn't": (resource("board", boardType="Scrum"), "selector.boardType: unexp"),
    "a list for a text": (resource("issue", fields=["summary"]), "selector.fields: str type"),
    "an object for JQL": (resource("issue", jql={}), "selector.jql: str type"),
    "a list for JQL": (resource("backlog", jql=["a"]), "selector.jql: str type"),
    "JQL of worklogs": (resource("worklog", jql={}), "selector.jql: str type"),
    "no object": (resource("worklog", apiQueryParams="x"), "selector.apiQueryParams: value is"),
    "no time": (
        resource("worklog", apiQueryParams={"startedAfter": "yesterday"}),
        "selector.apiQueryParams.startedAfter: value is not a valid integer",
    ),
    "no yes or no": (resource("team", includeMembers="perhaps"), "selector.includeMembers: value"),
    "no text": (resource("project", expand=["insight"]), "selector.expand: str type"),
    "a source there isn't": (resource("component", componentSource="x"), "componentSource: unexp"),
    "null": (resource("backlog", useSoftwareApi=None), "selector.useSoftwareApi: none is not"),
    "no selector": (without(resource("user"), "selector"), "selector: field required"),
    "a selector that is a text": (resource("user") | {"selector": "true"}, "selector: value"),
    "no mapping": (without(resource("user"), "port"), "port: field required"),
    "no entity": (without(resource("user"), "port", "entity"), "port.entity: field required"),
    "no blueprint": (
        without(resource("user"), "port", "entity", "mappings", "blueprint"),
        "port.entity.mappings.blueprint: field required",
    ),
    "a mapping that is a list": (resource("user") | {"port": [1]}, "port: value is not"),
    "enableDelete": (resource("user") | {"enableDelete": "no"}, "enableDelete: enableDelete must"),
    "no kind": (without(resource("user"), "kind"), "kind: field required"),
    "a kind that is a list": (resource(["user"]), "kind: str type expected"),
    "a kind that is null": (resource(None), "kind: none is not an allowed value"),
    "an unknown kind without a query": (
        without(resource("incident"), "selector", "query"),
        "selector.query: field required",
    ),
    "a text": ("user", ""),
    "a number": (7, ""),
    "nothing": (None, ""),
    "a list": ([], ""),
}


@pytest.fixture(params=list(BAD.values()), ids=list(BAD))
def bad(request: pytest.FixtureRequest) -> tuple[Any, str]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def mappings() -> Mappings:
    return Mappings()


GOOD = mapping(resource("project"), resource("issue"))


def test_a_bad_resource_keeps_its_place_and_the_others_are_as_they_are(bad):
    found = check(mapping(resource("project"), bad[0], resource("issue")))
    assert found.config is not None
    project, placeholder, issue = found.config.resources
    assert type(project) is CONFIGS["project"]
    assert type(issue) is CONFIGS["issue"]
    assert isinstance(placeholder, InvalidConfig)


def test_the_sentence_names_the_resource_and_the_mistake(bad):
    raw, words = bad
    [mistake] = check(mapping(resource("project"), raw)).mistakes
    kind = raw.get("kind") if isinstance(raw, dict) else None
    named = kind if isinstance(kind, str) and kind in CONFIGS else "unknown"
    assert mistake.startswith(f"resource 2 ({named}): ")
    assert words in mistake
    assert mistake.count("resource 2") == 1


@pytest.mark.parametrize("kind", Kinds)
def test_every_kind_without_a_query_is_a_placeholder_of_that_kind(kind):
    found = check(mapping(without(resource(kind), "selector", "query")))
    assert found.mistakes == [f"resource 1 ({kind}): selector.query: field required"]
    assert found.config is not None
    assert identifier_of(found.config) == [f"{kind}-invalid"]


def test_a_placeholder_is_of_no_kind_that_events_and_sweeps_know(bad):
    """And the framework comes to it in a resync: its kind is one that main.py answers for."""
    config = check(mapping(bad[0])).config
    assert config is not None
    [placeholder] = config.resources
    assert kind_of(placeholder) is None
    assert placeholder.kind not in set(Kinds)
    assert placeholder.kind in INVALID_KINDS
    assert not placeholder.enable_delete


def test_a_placeholder_names_the_blueprint_as_far_as_that_is_known():
    def blueprints(raw: Any) -> list[str | None]:
        config = check(mapping(raw)).config
        assert config is not None
        return [blueprint_of(of) for of in config.resources]

    broken = without(resource("user"), "port", "entity", "mappings", "identifier")
    assert blueprints(resource("sprint", sprintState=[])) == ["b"]
    assert blueprints(broken) == ["b"]
    assert blueprints(resource("user", query=None, blueprint=".b")) == [None]
    assert blueprints("user") == [None]


def test_what_a_placeholder_writes_is_still_asked_of_port():
    """Without its properties its entities would look like stubs, and stubs are deleted."""
    config = check(mapping(resource("sprint", sprintState=[]))).config
    assert config is not None
    assert details_of(config) == {"b": ["properties.name"]}


@pytest.mark.parametrize("kind", ["incident", "Issue", "sprints", ""])
def test_an_unknown_kind_is_no_mistake(kind):
    """The framework reports it when it resyncs."""
    found = check(mapping(resource(kind, sprintState=[]), resource("issue")))
    assert found.mistakes == []
    assert found.config is not None
    assert identifier_of(found.config) == [kind, "issue"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (mapping() | {"resources": None}, "resources is no list"),
        (mapping() | {"resources": {"kind": "issue"}}, "resources is no list"),
        (mapping() | {"resources": "issue"}, "resources is no list"),
        (["issue"], "no object"),
        ("issue", "no object"),
        (mapping(resource("issue"), entityDeletionThreshold=7), "entityDeletionThreshold: ensure"),
        (mapping(resource("issue"), deleteDependentEntities="x"), "deleteDependentEntities: value"),
    ],
)
def test_a_mapping_of_which_nothing_can_be_used(raw, words, mappings, log):
    found = check(raw)
    assert found.config is None
    assert any(words in mistake for mistake in found.mistakes)
    with pytest.raises(MappingError, match=words):
        mappings.take(raw)
    assert [line for line in log if "events wait" in line]


def test_events_wait_where_there_is_no_mapping():
    assert issubclass(MappingError, TRANSIENT_ERRORS)


@pytest.mark.parametrize("raw", [{}, {"resources": []}])
def test_a_mapping_without_resources_is_no_mistake(raw, mappings):
    assert mappings.take(raw).resources == []


def test_the_last_valid_mapping_is_used_whatever_the_mistake(bad, mappings):
    valid = mappings.take(GOOD)
    assert mappings.take(mapping(*GOOD["resources"], bad[0])) is valid
    assert mappings.take({"resources": 1}) is valid


def test_a_valid_mapping_takes_its_place_again(mappings, log):
    mappings.take(GOOD)
    mappings.take(mapping(resource("sprint", sprintState=[])))
    now = mappings.take(mapping(resource("sprint")))
    assert identifier_of(now) == ["sprint"]
    assert mappings.take(mapping(7)) is now
    assert [line for line in log if "valid again" in line]


def test_a_mistake_is_said_once_a_change(mappings, log):
    def said() -> list[str]:
        return [line for line in log if line.startswith("ERROR")]

    mappings.take(GOOD)
    for _ in range(3):
        mappings.take(mapping(resource("sprint", sprintState=[])))
    [line] = said()
    assert "resource 1 (sprint): selector.sprintState: sprintState is empty" in line
    assert "The last valid one is used" in line
    mappings.take(mapping(resource("epic", status="all")))
    assert len(said()) == 2
    mappings.take(GOOD)
    mappings.take(mapping(resource("epic", status="all")))
    assert len(said()) == 3


def test_without_an_earlier_mapping_it_is_said_what_becomes_of_the_resource(mappings, log):
    used = mappings.take(mapping(resource("issue"), resource("sprint", sprintState=[])))
    assert identifier_of(used) == ["issue", "sprint-invalid"]
    [line] = [line for line in log if line.startswith("ERROR")]
    assert "fails in every resync" in line


def entity(blueprint: str) -> Entity:
    return Entity(identifier="1", blueprint=blueprint, icon=None, title=None)


def used_with(*resources: Any) -> Any:
    return SimpleNamespace(resources=check(mapping(*resources)).config.resources)  # type: ignore[union-attr]
