"""What the events of releases, boards, sprints and worklogs are about, whatever their shape."""

from typing import Any

import pytest

from jira.payloads import (
    ISSUES_PROJECT,
    board_subjects,
    release_project,
    release_subjects,
    sprint_subjects,
    worklog_subjects,
)
from tests.unit.helpers.payloads import CREATED, DELETED, MOVE, UPDATED, change, issue_event


def ids(subjects: list[Any]) -> list[str]:
    return [subject.id for subject in subjects]


def old_form(inside: str) -> str:
    """As older sites write a sprint: the way its class prints itself."""
    return f"com.atlassian.greenhopper.service.sprint.Sprint@1f3a9c[{inside}]"


@pytest.mark.parametrize("version_id", [7, "7"])
@pytest.mark.parametrize(
    ("merged_to", "subjects"),
    [
        pytest.param({"id": 8}, ["7", "8"], id="an object"),
        pytest.param({"id": "8", "name": "2.0"}, ["7", "8"], id="an object with text"),
        pytest.param(8, ["7", "8"], id="a number"),
        pytest.param("8", ["7", "8"], id="text"),
        pytest.param(7, ["7"], id="itself"),
        pytest.param(None, ["7"], id="null"),
        pytest.param({}, ["7"], id="an empty object"),
        pytest.param({"id": None}, ["7"], id="an object without id"),
        pytest.param({"id": True}, ["7"], id="an odd id"),
        pytest.param([8], ["7"], id="a list"),
        pytest.param(True, ["7"], id="true"),
        pytest.param("8) OR (1", ["7"], id="an attack"),
    ],
)
@pytest.mark.parametrize("name", ["jira:version_deleted", "jira:version_merged"])
def test_a_merge_is_about_both_releases(name, version_id, merged_to, subjects):
    payload = {"webhookEvent": name, "version": {"id": version_id}, "mergedTo": merged_to}
    assert ids(release_subjects(payload)) == subjects


def test_a_merge_without_its_own_version_is_still_about_the_other():
    assert ids(release_subjects({"webhookEvent": "jira:version_merged", "mergedTo": "8"})) == ["8"]


@pytest.mark.parametrize(
    ("project_id", "expected"),
    [(10, "10"), ("10", "10"), (None, None), (True, None), ("AB", None), ([], None)],
)
def test_the_project_of_a_release(project_id, expected):
    assert release_project({"version": {"id": "7", "projectId": project_id}}) == expected


@pytest.mark.parametrize(
    ("payload", "subjects"),
    [
        ({"board": {"id": 5}}, ["5"]),
        ({"board": {"id": "5"}}, ["5"]),
        ({"configuration": {"id": 5, "name": "x"}}, ["5"]),
        ({"board": {"id": 5}, "configuration": {"id": 6}}, ["5"]),
        ({"board": None, "configuration": {"id": 6}}, ["6"]),
        ({"board": {"name": "x"}}, []),
        ({"configuration": 5}, []),
    ],
)
def test_the_board_of_an_event(payload, subjects):
    assert ids(board_subjects({"webhookEvent": "board_updated", **payload})) == subjects


def test_a_sprint_event_is_about_its_sprint():
    payload = {"webhookEvent": "sprint_started", "sprint": {"id": 3, "state": "active"}}
    [subject] = sprint_subjects(payload)
    assert subject.id == "3"
    assert subject.row["state"] == "active"


@pytest.mark.parametrize(
    ("before", "after", "subjects"),
    [
        ("3", "4", ["3", "4"]),
        ("", "4", ["4"]),
        (None, "4", ["4"]),
        ("3", None, ["3"]),
        ("1, 2", "2, 3", ["1", "2", "3"]),
        ("1,2", "", ["1", "2"]),
        (3, 4, ["3", "4"]),
        ("Sprint 3", "x", []),
    ],
)
@pytest.mark.parametrize("field", ["Sprint", "sprint"])
def test_an_issue_that_changes_its_sprint_changes_on_which_boards_it_shows(
    field, before, after, subjects
):
    moved = change(field, "Old", "New", **{"from": before, "to": after})
    assert ids(sprint_subjects(issue_event(UPDATED, moved))) == subjects


SPRINT_FIELDS = {
    "objects": ("customfield_10020", [{"id": 3, "boardId": 5, "state": "active"}]),
    "no state": ("customfield_1", [{"id": "3", "boardId": 5}]),
    "no board": ("customfield_1", [{"id": 3, "state": "future"}]),
    "one object": ("customfield_1", {"id": 3, "boardId": 5}),
    "text": ("customfield_1", [old_form("id=3,rapidViewId=5,state=ACTIVE,name=One,goal=")]),
    "text, the id last": ("customfield_1", old_form("rapidViewId=5,state=FUTURE,name=One,id=3")),
    "by name": ("sprint", {"id": 3}),
}


@pytest.mark.parametrize("fields", SPRINT_FIELDS.values(), ids=list(SPRINT_FIELDS))
@pytest.mark.parametrize(
    ("name", "changes"),
    [(CREATED, ()), (DELETED, ()), (UPDATED, (MOVE,))],
    ids=["created", "deleted", "moved"],
)
def test_an_issue_that_comes_or_goes_in_a_sprint_tells_so_by_its_field_alone(name, changes, fields):
    field, value = fields
    payload = issue_event(name, *changes, **{field: value}, project={"id": "10"})
    [subject] = sprint_subjects(payload)
    assert (subject.id, subject.row[ISSUES_PROJECT]) == ("3", "10")


@pytest.mark.parametrize("fields", SPRINT_FIELDS.values(), ids=list(SPRINT_FIELDS))
def test_an_issue_that_stays_in_its_sprint_changes_no_sprint(fields):
    field, value = fields
    payload = issue_event(UPDATED, change("summary", "a", "b"), **{field: value})
    assert sprint_subjects(payload) == []


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        "3",
        [],
        [3, None, "x", []],
        [{"id": "10201", "value": "An option"}],
        [{"id": "10400", "name": "1.0", "released": False}],
        {"id": "3", "name": "Somebody"},
        [{"boardId": 5, "state": "active"}],
        [{"id": "3) OR (1", "boardId": 5}],
        ["id=3,rapidViewId=5"],
        [".Sprint@1f[name=id=3x,rapidViewId=5]"],
    ],
)
def test_another_custom_field_is_no_sprint(value):
    assert sprint_subjects(issue_event(CREATED, customfield_10020=value)) == []


def test_a_translated_item_is_the_sprints_where_the_issue_shows_sprints_in_that_field():
    moved = change("Iteration", **{"from": "3", "to": "4", "fieldId": "customfield_10020"})
    shown = [{"id": 4, "boardId": 5}]
    payload = issue_event(UPDATED, moved, customfield_10020=shown)
    assert ids(sprint_subjects(payload)) == ["3", "4"]
    assert sprint_subjects(issue_event(UPDATED, moved, customfield_10099=shown)) == []


def worklogs(payload: Any) -> dict[str, list[str]]:
    return {s.issue_id: [row["id"] for row in s.worklogs] for s in worklog_subjects(payload)}


@pytest.mark.parametrize("issue_id", [10001, "10001"])
@pytest.mark.parametrize("name", ["worklog_created", "worklog_updated", "worklog_deleted"])
def test_a_worklog_event_is_about_its_issues_worklogs(name, issue_id):
    payload = {"webhookEvent": name, "worklog": {"id": 55, "issueId": issue_id}}
    assert worklogs(payload) == {"10001": ["55"]}


def test_a_worklog_without_its_own_id_still_names_its_issue():
    payload = {"webhookEvent": "worklog_updated", "worklog": {"issueId": "10001"}}
    assert worklogs(payload) == {"10001": []}


@pytest.mark.parametrize("name", [UPDATED, DELETED])
def test_an_issues_event_names_the_worklogs_that_it_brings_along(name):
    """They are gone where the issue is gone, or where the selector no longer takes it."""
    inlined = {"total": 2, "worklogs": [{"id": "55"}, {"id": None}, "odd", {"id": 56}]}
    assert worklogs(issue_event(name, worklog=inlined)) == {"10001": ["55", "56"]}


def test_the_worklogs_of_an_issue_are_not_those_of_its_parent():
    inlined = {"worklogs": [{"id": "55"}]}
    payload = issue_event(DELETED, worklog=inlined, parent={"id": "9", "key": "AB-9"})
    assert worklogs(payload) == {"10001": ["55"], "9": []}


ODD: list[Any] = [None, True, 5, "text", [], {}]
"""Where an object should be."""


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    ("read", "name", "part"),
    [
        (release_subjects, "jira:version_updated", "version"),
        (board_subjects, "board_updated", "board"),
        (sprint_subjects, "sprint_updated", "sprint"),
        (sprint_subjects, UPDATED, "changelog"),
        (worklog_subjects, "worklog_updated", "worklog"),
        (worklog_subjects, UPDATED, "issue"),
    ],
)
def test_an_odd_payload_names_nothing_and_disturbs_nothing(read, name, part, odd):
    assert read(odd) == []
    assert read({"webhookEvent": name, part: odd}) == []
    if odd != 5:
        assert read({"webhookEvent": name, part: {"id": odd}}) == []
