"""What events entail beside their subjects: projects, boards and sprints that are read."""

from typing import Any

import pytest

from background.what_follows import boards_of, projects_of, sprints_of
from client import webhook_events

Row = dict[str, Any]


def event(name: Any, **payload: Any) -> Row:
    return {"webhookEvent": name, **payload}


def about_project(name: str, project_id: Any, key: str = "AB") -> Row:
    return event(name, project={"id": project_id, "key": key})


@pytest.mark.parametrize(
    "name",
    [
        "project_created",
        "project_updated",
        "project_deleted",
        "project_restored_deleted",
        "project_archived",
    ],
)
def test_a_project_event_is_about_all_of_its_issues(name):
    assert projects_of([about_project(name, 10)]) == ["10"]


def test_a_project_that_several_events_are_about_is_named_once():
    events = [about_project("project_updated", number) for number in ("10", 11, 10, "11")]
    assert projects_of(events) == ["10", "11"]


@pytest.mark.parametrize(
    "other",
    [
        event("jira:issue_created", issue={"id": "1", "fields": {"project": {"id": "10"}}}),
        event("user_updated", project={"id": "10", "key": "AB"}),
        event("project_updated", project={"key": "AB"}),
        event("project_updated", project={"id": True}),
        event("project_updated"),
        event(None, project={"id": "10"}),
    ],
    ids=["issue", "user", "no-id", "odd-id", "no-project", "no-name"],
)
def test_other_events_are_about_no_project(other):
    """An issue's event would have a whole project read again."""
    assert projects_of([other]) == []


def test_the_boards_that_events_are_about_are_named_once():
    events = [event(f"board_{what}", board={"id": 3}) for what in ("created", "deleted")]
    other = event("sprint_updated", sprint={"id": 1, "originBoardId": 4})
    assert boards_of([*events, other, event("board_updated"), event(None)]) == ["3"]


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("sprint_started", ["1"]),
        ("sprint_closed", ["1"]),
        ("sprint_deleted", ["1"]),
        ("sprint_updated", ["1"]),
        ("sprint_created", []),
        ("board_updated", []),
        (None, []),
    ],
)
def test_a_sprint_that_was_just_created_has_no_issues_yet(name, ids):
    assert [sprint.id for sprint in sprints_of([event(name, sprint={"id": 1})])] == ids


def test_what_is_read_in_the_background_is_registered_in_jira():
    about = {"board": {"id": 3}, "sprint": {"id": 1}, "project": {"id": "10", "key": "AB"}}
    named = [event(name, **about) for name in webhook_events()]
    found = [one for one in named if boards_of([one]) or sprints_of([one]) or projects_of([one])]
    assert {one["webhookEvent"].partition("_")[0] for one in found} == {
        "board",
        "sprint",
        "project",
    }
