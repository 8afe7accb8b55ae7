"""Whether issues in the catalog show components as they no longer are."""

from typing import Any

import pytest

from jira.kinds.shown_components import ShownComponents

Row = dict[str, Any]
UI: Row = {"id": "1", "name": "UI", "description": "What people see"}
API: Row = {"id": "2", "name": "API"}


def issue(key: str, *components: Row) -> Row:
    return {"id": "10001", "key": key, "fields": {"components": list(components)}}


@pytest.fixture
def shown() -> ShownComponents:
    found = ShownComponents()
    found.note([issue("AB-1", UI, API), issue("AB-2", API), issue("CD-1", {"id": "3"})])
    return found


def test_components_are_kept_by_project(shown):
    assert shown.projects() == ["AB", "CD"]
    assert shown.are_shown_as_they_are("AB", [UI, API])


@pytest.mark.parametrize(
    "now",
    [
        pytest.param([{**UI, "name": "Web"}, API], id="renamed"),
        pytest.param([{**UI, "description": "x"}, API], id="described anew"),
        pytest.param([{**UI, "description": None}, API], id="no longer described"),
        pytest.param([API], id="deleted"),
        pytest.param([], id="all deleted"),
        pytest.param([{**UI, "id": "9"}, API], id="deleted and made anew under its name"),
    ],
)
def test_what_changed_since_it_was_shown(shown, now):
    assert not shown.are_shown_as_they_are("AB", now)


@pytest.mark.parametrize(
    "now",
    [
        pytest.param([UI, API, {"id": "5", "name": "New"}], id="another that no issue shows"),
        pytest.param([{**UI, "lead": {"accountId": "x"}}, API], id="what issues don't show"),
        pytest.param([{**UI, "id": 1}, {**API, "id": 2}], id="ids as numbers"),
        pytest.param([UI, {**API, "description": ""}], id="an empty description"),
        pytest.param([UI, {**API, "description": None}], id="a null description"),
    ],
)
def test_what_makes_no_difference(shown, now):
    assert shown.are_shown_as_they_are("AB", now)


@pytest.mark.parametrize("now", [UI, {**UI, "name": "Web"}])
def test_one_that_was_shown_in_two_ways_is_wrong_in_some_issue(shown, now):
    """Renamed between two reads: whichever is right, an older read has the other."""
    shown.note([issue("AB-3", {**UI, "name": "Web"})])
    assert not shown.are_shown_as_they_are("AB", [now, API])


def test_what_is_read_again_replaces_what_was_shown(shown):
    shown.note([issue("AB-3", {**UI, "name": "Web"})])
    shown.forget("AB")
    assert "AB" not in shown.projects()
    shown.note([issue("AB-1", {**UI, "name": "Web"})])
    assert shown.are_shown_as_they_are("AB", [{**UI, "name": "Web"}])


def test_a_project_that_showed_nothing_is_as_it_is(shown):
    assert shown.are_shown_as_they_are("EF", [UI])
    shown.forget("GH")


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "1", "key": "AB-1"},
        {"id": "1", "key": "AB-1", "fields": None},
        {"id": "1", "key": "AB-1", "fields": {}},
        {"id": "1", "key": "AB-1", "fields": {"components": None}},
        {"id": "1", "key": "AB-1", "fields": {"components": []}},
        {"id": "1", "key": "not a key", "fields": {"components": [UI]}},
    ],
)
def test_rows_of_id_and_key_alone_and_odd_ones_show_nothing(odd):
    found = ShownComponents()
    found.note([odd])
    assert found.projects() == []
