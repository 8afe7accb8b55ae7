"""What an entity is called, which are the same one, and which refusals pass."""

import httpx
import pytest

from port.entities import (
    by_blueprint,
    is_stub,
    is_transient,
    key_of,
    merged,
    targets_of,
)
from tests.unit.helpers.strict_port import entity, status_error

RULES = {"combinator": "and", "rules": []}


def test_a_number_and_a_text_are_the_same_identifier():
    assert key_of(entity(1)) == key_of(entity("1"))


def test_entities_are_grouped_by_blueprint_and_keep_their_order():
    first, other, second = entity("AB-1"), entity("AB", "project"), entity("AB-2")
    assert by_blueprint([first, other, second]) == {"issue": [first, second], "project": [other]}


@pytest.mark.parametrize("merge", [True, False])
def test_the_same_entity_is_written_once(merge):
    first, elsewhere = entity("AB-1"), entity("AB-1", "ticket")
    assert merged([first, entity("AB-1"), elsewhere], merge=merge) == [first, elsewhere]


def test_of_several_by_one_name_the_later_ones_add_to_the_earlier_ones():
    rows = [
        entity("AB-1", title="a", properties={"x": 1, "y": 1}, relations={"r": "1"}),
        entity("AB-1", properties={"y": None}),
        entity("AB-1", title="c", relations={"s": ["2"]}),
    ]
    [found] = merged(rows, merge=True)
    assert found.dict(exclude_unset=True) == {
        "identifier": "AB-1",
        "blueprint": "issue",
        "title": "c",
        "properties": {"x": 1, "y": None},
        "relations": {"r": "1", "s": ["2"]},
    }
    assert rows[0].properties == {"x": 1, "y": 1}


def test_without_merging_the_last_one_counts():
    last = entity("AB-1", properties={"y": 2})
    assert merged([entity("AB-1", properties={"x": 1}), last], merge=False) == [last]


def test_what_port_finds_by_rules_is_the_same_where_the_rules_are():
    rules = {"combinator": "or", "rules": []}
    assert len(merged([entity(RULES), entity(RULES), entity(rules)], merge=True)) == 2


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx.ConnectError("x"), True),
        (httpx.ReadTimeout("x"), True),
        (httpx.DecodingError("x"), True),
        *((status_error(status), True) for status in (401, 408, 425, 429, 500, 502, 503, 504)),
        *((status_error(status), False) for status in (400, 403, 404, 409, 413, 422)),
    ],
    ids=lambda value: (
        str(value.response.status_code) if isinstance(value, httpx.HTTPStatusError) else None
    ),
)
def test_what_may_be_over_later(error, expected):
    assert is_transient(error) is expected


@pytest.mark.parametrize("title", [None, "", "AB-1"])
@pytest.mark.parametrize("properties", [{}, {"summary": None}])
@pytest.mark.parametrize("relations", [{}, {"parent": None, "links": []}])
def test_a_stub_has_nothing_but_its_identifier(title, properties, relations):
    assert is_stub(entity("AB-1", title=title, properties=properties, relations=relations))


@pytest.mark.parametrize(
    "more",
    [
        {"title": "A story"},
        {"properties": {"summary": ""}},
        {"properties": {"count": 0}},
        {"properties": {"flagged": False}},
        {"relations": {"parent": "AB-2"}},
        {"relations": {"links": ["AB-2"]}},
    ],
)
def test_an_entity_with_anything_else_is_no_stub(more):
    assert not is_stub(entity("AB-1", **more))


def test_what_an_entity_relates_to():
    one = entity(
        "A",
        relations={"parent": "B", "links": ["C", None, "D"], "team": None, "query": RULES},
    )
    assert targets_of(one) == {"B", "C", "D"}
