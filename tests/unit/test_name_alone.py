"""Little is held of each entity to a resync's end: all that the framework asks for, and no more."""

import gc
import pickle
import tracemalloc

import pytest
from port_ocean.clients.port.client import PortClient
from port_ocean.core.utils.utils import get_port_diff

from port.entities import key_of
from port.name_alone import name_alone, named_entities, reduced
from tests.unit.helpers.catalog_fakes import entity


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"title": "Summary", "properties": {"status": "Done"}, "icon": "Jira", "team": ["a"]},
        {"relations": {"parent": "AB-2", "subtasks": ["AB-3", "AB-4"], "none": None}},
        {"relations": {"owner": {"combinator": "and", "rules": []}, "parent": "AB-2"}},
    ],
    ids=["bare", "whole", "relations", "searched"],
)
def test_what_is_reduced_is_what_the_framework_would_keep(more):
    small, own = reduced(entity("AB-1", **more)), PortClient._reduce_entity(entity("AB-1", **more))
    assert (small.identifier, small.blueprint, small.relations, small.properties) == (
        own.identifier,
        own.blueprint,
        own.relations,
        own.properties,
    )
    assert (small.title, small.icon, small.is_using_search_relation) == (None, None, False)


def test_the_framework_compares_them_as_its_own():
    before = [name_alone("issue", name) for name in ("A", "B", "C")]
    after = [reduced(entity(name, blueprint="issue")) for name in ("B", "C", "D")]
    found = get_port_diff(before, after)
    assert [key_of(one) for one in found.deleted] == [("issue", "A")]
    assert [key_of(one) for one in found.created] == [("issue", "D")]
    assert len(found.modified) == 2


@pytest.mark.parametrize("name", ["A", 7, "\u00e9", "\ud83d", '"', ""])
def test_a_name_comes_out_as_it_went_in(name):
    one = name_alone("issue", name)
    assert (one.blueprint, one.identifier, one.relations) == ("issue", name, {})
    again = pickle.loads(pickle.dumps(one))  # noqa: S301 - our own
    assert again.identifier == name, "it may come from another process"


def test_what_is_deleted_is_an_entity_again():
    small = reduced(entity("A", relations={"parent": "B"}))
    (whole,) = named_entities([small])
    assert key_of(whole) == key_of(small)
    assert whole.relations == {"parent": "B"}
    assert whole.copy() == whole


def test_it_takes_some_two_hundred_bytes():
    whole = entity("AB-10000", relations={"project": "AB", "assignee": "5b10ac8d82e05b22cc7d4ef5"})
    tracemalloc.start()
    try:
        kept = [reduced(whole) for _ in range(2000)]
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held / len(kept) < 250
