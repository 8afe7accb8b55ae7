"""Whether what an event is of was gone: its parent, its boards and its worklogs don't count."""

import json
from typing import Any

import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from jira.events import JiraEvent
from kinds import Kinds
from tests.unit.helpers.payloads import DELETED, issue_event
from webhook_processors.own_subject import is_gone, note_gone, own_kind
from webhook_processors.queued_event import QueuedEvent
from webhook_processors.results import PartialResults

ISSUE = {"id": "10001", "key": "AB-1"}
PARENT = {"id": "10000", "key": "AB-9"}


def queued(payload: Any) -> QueuedEvent:
    return QueuedEvent(json.dumps(payload).encode(), {})


def after(event: WebhookEvent, *noted: tuple[str, list[Any], list[Any]]) -> bool:
    for resource, updated, deleted in noted:
        note_gone(event, f"{resource} of the mapping)", PartialResults(updated, deleted))
    return is_gone(event)


@pytest.mark.parametrize(
    ("noted", "gone"),
    [
        pytest.param([], False, id="nothing was read"),
        pytest.param([("issue (resource 1", [], [ISSUE])], True, id="alone"),
        pytest.param([("issue (resource 1", [PARENT], [ISSUE])], True, id="beside its parent"),
        pytest.param([("issue (resource 1", [ISSUE], [PARENT])], False, id="the parent alone"),
        pytest.param([("issue (resource 1", [ISSUE], [])], False, id="there"),
        pytest.param(
            [("issue (resource 1", [], [ISSUE]), ("issue (resource 2", [ISSUE], [])],
            False,
            id="in one resource it is still there",
        ),
        pytest.param(
            [("issue (resource 1", [], [ISSUE]), ("issue (resource 2", [], [ISSUE])],
            True,
            id="in none",
        ),
        pytest.param([("epic (resource 1", [], [ISSUE])], False, id="only as another kind"),
        pytest.param(
            [("issue (resource 1", [], [ISSUE]), ("project (resource 2", [{"id": "1"}], [])],
            True,
            id="its project is written",
        ),
    ],
)
def test_an_issue(noted, gone):
    assert after(queued(issue_event(DELETED, project={"id": "1", "key": "AB"})), *noted) is gone


@pytest.mark.parametrize(
    ("name", "about", "kind", "row"),
    [
        ("sprint_deleted", {"sprint": {"id": 7}}, "sprint", {"id": 7}),
        ("board_deleted", {"board": {"id": 7}}, "board", {"id": 7}),
        ("jira:version_deleted", {"version": {"id": "7"}}, "release", {"id": "7"}),
        ("user_deleted", {"accountId": "user-7"}, "user", {"accountId": "user-7"}),
        ("project_deleted", {"project": {"id": 7, "key": "AB"}}, "project", {"key": "AB"}),
    ],
)
def test_others(name, about, kind, row):
    payload = {"webhookEvent": name, **about}
    resource = f"{kind} (resource 1"
    assert after(queued(payload), (resource, [], [row]))
    assert not after(queued(payload), (resource, [], [{"id": "8", "key": "CD"}]))


def test_one_that_is_handled_again_begins_anew():
    event = queued(issue_event(DELETED))
    assert after(event, ("issue (resource 1", [], [ISSUE]))
    again = event.once_more()
    assert not is_gone(again)
    assert not after(again, ("issue (resource 1", [ISSUE], []))
    assert is_gone(event)


def test_of_one_that_came_another_way_nothing_is_kept():
    event = WebhookEvent("trace", issue_event(DELETED), {})
    assert not after(event, ("issue (resource 1", [], [ISSUE]))


@pytest.mark.parametrize("name", [*JiraEvent])
def test_events_are_of_a_kind_or_of_none(name):
    assert own_kind(name) in (None, *Kinds)


def test_events_about_parts_of_an_issue_are_of_no_kind():
    assert own_kind("comment_deleted") is None
    assert own_kind("issuelink_deleted") is None
