"""What events entail beside their subjects: projects whose issues are read, kinds to compare."""

from typing import Any

import pytest

from background.what_follows import compared_after, projects_of
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


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        (["board_created"], {"sprint", "backlog", "epic"}),
        (["board_deleted"], {"sprint", "backlog", "epic"}),
        (["board_configuration_changed"], {"sprint", "backlog", "epic"}),
        (["sprint_started"], {"backlog"}),
        (["sprint_deleted"], {"backlog"}),
        (["sprint_closed", "board_updated"], {"sprint", "backlog", "epic"}),
        (["jira:issue_updated"], set()),
        (["jira:version_deleted", "project_deleted", "user_updated"], set()),
        (["worklog_created"], set()),
        ([None, "", "unknown"], set()),
        ([], set()),
    ],
)
def test_the_kinds_of_which_events_tell_that_something_changed_but_not_what(names, kinds):
    found = compared_after(map(event, names))
    assert set(found) == kinds
    assert len(found) == len(kinds)


def test_what_has_a_kind_compared_is_registered_in_jira():
    assert [name for name in webhook_events() if compared_after([event(name)])] == [
        *(f"board_{what}" for what in ("configuration_changed", "created", "deleted", "updated")),
        *(f"sprint_{what}" for what in ("closed", "created", "deleted", "started", "updated")),
    ]
