"""Which events bring no news: only those after which nothing could be different."""

import json
from typing import Any

import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from tests.unit.helpers.payloads import DELETED, MOVE, UPDATED, change, issue_event
from webhook_processors.already_handled import AlreadyHandled
from webhook_processors.base import DELIVERY_ID
from webhook_processors.queued_event import QueuedEvent

ARRIVED = 1000.0
PROJECT = {"webhookEvent": "project_updated", "project": {"id": 10, "key": "AB"}}


def queued(payload: Any, delivery: str | None = None, *, arrived: float = ARRIVED) -> QueuedEvent:
    headers = {DELIVERY_ID: delivery} if delivery else {}
    made = QueuedEvent(json.dumps(payload).encode(), headers)
    made.arrived = arrived
    return made


def updated(issue_id: str = "1", key: str = "AB-1") -> dict[str, Any]:
    return {"webhookEvent": UPDATED, "issue": {"id": issue_id, "key": key}}


@pytest.fixture
def handled():
    return AlreadyHandled()


def test_the_first_event_is_news(handled):
    assert not handled.is_old_news(queued(updated(), "d-1"))


def test_a_delivery_that_jira_repeats_is_old_news(handled):
    """It does so when our answer got lost, minutes later."""
    handled.note([queued(updated(), "d-1")], ARRIVED)
    assert handled.is_old_news(queued(updated(), "d-1", arrived=ARRIVED + 900))


def test_the_same_payload_under_another_delivery_is_news(handled):
    handled.note([queued(updated(), "d-1")], ARRIVED)
    assert not handled.is_old_news(queued(updated(), "d-2", arrived=ARRIVED + 1))


def test_a_project_event_that_is_repeated_is_old_news(handled):
    handled.note([queued(PROJECT, "d-1")], ARRIVED)
    assert handled.is_old_news(queued(PROJECT, "d-1"))


def test_an_event_that_arrived_before_its_issue_was_read_is_old_news(handled):
    """Ten changes of one issue in a second need one read."""
    handled.note([queued(updated(), "d-1")], ARRIVED + 1)
    assert handled.is_old_news(queued(updated(), "d-2"))


@pytest.mark.parametrize("later", [0.0, 0.001, 60.0])
def test_an_event_that_arrived_when_the_read_had_begun_is_news(handled, later):
    """The read may just have missed it."""
    handled.note([queued(updated(), "d-1")], ARRIVED)
    assert not handled.is_old_news(queued(updated(), "d-2", arrived=ARRIVED + later))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(updated("2"), id="another issue"),
        pytest.param(updated(key="CD-1"), id="another key"),
        pytest.param(issue_event(UPDATED, MOVE), id="a former key"),
        pytest.param(
            {**updated(), "changelog": {"items": [change("Parent", **{"from": "5"})]}},
            id="a parent besides",
        ),
        pytest.param(
            {
                "webhookEvent": DELETED,
                "issue": {"id": "1", "key": "AB-1", "fields": {"subtasks": [{"id": "7"}]}},
            },
            id="a sub-task besides",
        ),
        pytest.param({"webhookEvent": "user_updated", "user": {"accountId": "1"}}, id="a user"),
    ],
)
def test_an_event_that_touches_anything_else_is_news(handled, other):
    """A key that an issue lost has to be deleted; a read under another key doesn't tell of it."""
    handled.note([queued(updated(), "d-1")], ARRIVED + 1)
    assert not handled.is_old_news(queued(other, "d-2"))


def test_a_comment_says_less_than_its_issues_own_event(handled):
    """It names an issue that the event isn't about: read like that, a deletion goes unnoticed."""
    comment = {"webhookEvent": "comment_created", "issue": {"id": "1", "key": "AB-1"}}
    handled.note([queued(comment, "d-1")], ARRIVED + 1)
    assert not handled.is_old_news(queued(updated(), "d-2"))


def test_an_event_whose_subjects_were_read_by_several_others_is_old_news(handled):
    link = {"webhookEvent": "issuelink_created"}
    both = {**link, "issueLink": {"sourceIssueId": 1, "destinationIssueId": 2}}
    handled.note([queued({**link, "issueLink": {"sourceIssueId": 1}}, "d-1")], ARRIVED + 1)
    assert not handled.is_old_news(queued(both, "d-3"))
    handled.note([queued({**link, "issueLink": {"sourceIssueId": 2}}, "d-2")], ARRIVED + 1)
    assert handled.is_old_news(queued(both, "d-3"))


@pytest.mark.parametrize("name", ["project_updated", "project_deleted", "project_archived"])
def test_a_project_event_always_counts(handled, name):
    """Its issues have to be read again as well."""
    payload = {**PROJECT, "webhookEvent": name}
    handled.note([queued(payload, "d-1")], ARRIVED + 1)
    assert not handled.is_old_news(queued(payload, "d-2"))


def test_an_event_that_is_handled_again_on_purpose_always_counts(handled):
    """A resync may have overwritten what it had brought."""
    event = queued(updated(), "d-1")
    handled.note([event], ARRIVED + 1)
    assert handled.is_old_news(event)
    event.again = True
    assert not handled.is_old_news(event)


def test_an_event_that_did_not_come_through_the_door_always_counts(handled):
    """It has no time of arrival."""
    event = WebhookEvent("trace-1", updated(), {DELIVERY_ID: "d-1"})
    handled.note([event], ARRIVED + 1)
    assert not handled.is_old_news(event)


@pytest.mark.parametrize("payload", [{}, {"webhookEvent": None}, {"webhookEvent": UPDATED}])
def test_an_event_that_names_nothing_is_not_taken_for_known(handled, payload):
    handled.note([queued(payload)], ARRIVED + 1)
    assert not handled.is_old_news(queued(payload))


def test_a_later_read_counts_for_what_came_in_between(handled):
    handled.note([queued(updated(), "d-1")], ARRIVED - 10)
    event = queued(updated(), "d-3")
    assert not handled.is_old_news(event)
    handled.note([queued(updated(), "d-2")], ARRIVED + 10)
    assert handled.is_old_news(event)


def test_no_more_is_remembered_than_there_is_room_for():
    handled = AlreadyHandled(most=3)
    for number in range(10):
        handled.note([queued(updated(str(number), f"AB-{number}"), f"d-{number}")], ARRIVED + 1)
    old = [
        number
        for number in range(10)
        if handled.is_old_news(queued(updated("99"), f"d-{number}"))
        or handled.is_old_news(queued(updated(str(number), f"AB-{number}"), "new"))
    ]
    assert old == [7, 8, 9]
    assert len(handled._deliveries) == len(handled._read_at) == 3


def test_what_is_read_again_and_again_is_not_forgotten_first():
    handled = AlreadyHandled(most=4)
    for number, key in enumerate(("AB-1", "AB-2", "AB-1", "AB-3")):
        handled.note([queued(updated(key[-1], key), f"d-{number}")], ARRIVED + 1)
    assert handled.is_old_news(queued(updated("1", "AB-1"), "new"))
    assert not handled.is_old_news(queued(updated("2", "AB-2"), "new"))
