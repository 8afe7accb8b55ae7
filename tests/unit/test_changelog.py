"""Changelogs, whose items are told by the field or its id, and name issues by ids or by keys."""

from typing import Any

import pytest

from jira.changelog import (
    PARENT_FIELDS,
    changes_of,
    changes_type,
    former_and_new_parents,
    moved_keys,
    moved_projects,
)
from tests.unit.helpers.payloads import MOVE, UPDATED, change, issue_event


def sides(before: Any, after: Any) -> dict[str, Any]:
    return {"from": before, "to": after}


@pytest.mark.parametrize("field", PARENT_FIELDS)
@pytest.mark.parametrize("by", ["field", "fieldId"])
@pytest.mark.parametrize(
    ("item", "parents"),
    [
        pytest.param(sides("5", "6"), [{"id": "5"}, {"id": "6"}], id="ids"),
        pytest.param(sides(5, 6), [{"id": "5"}, {"id": "6"}], id="numbers"),
        pytest.param(sides("AB-5", "AB-6"), [{"key": "AB-5"}, {"key": "AB-6"}], id="keys"),
        pytest.param(sides("5", "AB-6"), [{"id": "5"}, {"key": "AB-6"}], id="one of each"),
        pytest.param(sides("5", None), [{"id": "5"}], id="taken away"),
        pytest.param(sides("", "AB-6"), [{"key": "AB-6"}], id="put under"),
        pytest.param(
            {**sides(None, None), "fromString": "AB-5", "toString": "AB-6"},
            [{"key": "AB-5"}, {"key": "AB-6"}],
            id="by their texts",
        ),
        pytest.param(
            {**sides("5", "6"), "fromString": "AB-5", "toString": "AB-6"},
            [{"id": "5"}, {"id": "6"}],
            id="ids go first",
        ),
        pytest.param({**sides(None, True), "fromString": "A title", "toString": []}, [], id="odd"),
        pytest.param({}, [], id="nothing"),
    ],
)
def test_the_former_and_the_new_parent_by_ids_or_by_keys(field, by, item, parents):
    payload = issue_event(UPDATED, {"field": "Übergeordnet", by: field.title(), **item})
    assert former_and_new_parents(payload) == parents


def test_all_items_of_parents_count():
    payload = issue_event(
        UPDATED,
        change("IssueParentAssociation", **sides("5", "6")),
        change("Parent Issue", **sides("AB-5", "AB-6")),
    )
    named = [{"id": "5"}, {"id": "6"}, {"key": "AB-5"}, {"key": "AB-6"}]
    assert former_and_new_parents(payload) == named


@pytest.mark.parametrize("item", [MOVE, {"field": "Key", **sides("OLD-1", "AB-1")}])
def test_a_key_alone_tells_the_projects_of_a_move(item):
    payload = issue_event(UPDATED, item)
    assert moved_keys(payload) == ["OLD-1", "AB-1"]
    assert moved_projects(payload) == [{"key": "OLD"}, {"key": "AB"}]


def test_ids_of_projects_go_before_what_keys_tell():
    payload = issue_event(UPDATED, change("project", **sides("9", "10")), MOVE)
    assert moved_projects(payload) == [{"id": "9"}, {"id": "10"}]


@pytest.mark.parametrize("payload", [{}, None, issue_event(UPDATED, change("summary", "a", "b"))])
def test_where_nothing_moves_nothing_is_said_to(payload):
    assert not moved_keys(payload)
    assert not moved_projects(payload)
    assert not former_and_new_parents(payload)
    assert not changes_type(payload)


@pytest.mark.parametrize("item", [change("issuetype"), change("Vorgangstyp", fieldId="issuetype")])
def test_another_type_is_told_by_the_field_or_its_id(item):
    assert changes_type(issue_event(UPDATED, item))


def test_an_item_whose_name_and_id_differ_is_one_item():
    item = change("Parent", fieldId="parent")
    assert changes_of(issue_event(UPDATED, item), "parent", "summary") == [item]
