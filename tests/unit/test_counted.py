"""What the metrics are told of an event: by which name, what became of it, and how late."""

import json
import time
from typing import Any

import pytest

from jira.events import JiraEvent
from jira.payload_parts import happened_at
from telemetry import metrics
from telemetry.metrics import MADE
from tests.unit.helpers.counted import growth
from webhook_processors.counted import count, counted_name, expect, outcome
from webhook_processors.queued_event import QueuedEvent


def queued(**payload: Any) -> QueuedEvent:
    return QueuedEvent(json.dumps({"webhookEvent": "sprint_closed", **payload}).encode(), {})


@pytest.mark.parametrize(
    ("is_news", "written", "again", "expected"),
    [
        (True, True, False, metrics.WRITTEN),
        (True, False, False, metrics.GIVEN_UP),
        (False, False, False, metrics.NO_NEWS),
        (True, True, True, metrics.AGAIN),
        (True, False, True, metrics.AGAIN),
    ],
)
def test_what_became_of_it(is_news, written, again, expected):
    assert outcome(is_news=is_news, written=written, again=again) == expected
    assert expected in metrics.OUTCOMES


@pytest.mark.parametrize("name", [*JiraEvent])
def test_a_name_that_jira_documents_is_counted_by(name):
    assert counted_name(name) == name


def test_an_event_that_may_come_is_there_as_0():
    expect(["filter_created"])
    for became in ("written", "given_up"):
        labels = {"event": "filter_created", "outcome": became}
        assert MADE.registry.get_sample_value("ocean_jira_events_total", labels) == 0


@pytest.mark.parametrize("name", ["", "sprint_exploded", "jira:issue_updated ", "AB-1"])
def test_whatever_else_a_sender_calls_it_is_one_series(name):
    assert counted_name(name) == metrics.OTHER


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [(1_700_000_000_000, 1.7e9), (1.5e12, 1.5e9), (None, None), ("1", None), (True, None),
     (0, None), (-1, None), (10**30, None), (float("nan"), None), ([], None)],
)  # fmt: skip
def test_the_moment_that_an_event_names(moment, seconds):
    assert happened_at({"timestamp": moment}) == seconds


@pytest.mark.parametrize("payload", [None, [], "x", {}])
def test_no_moment_is_named(payload):
    assert happened_at(payload) is None


def test_an_event_that_port_acknowledged_tells_how_late():
    event = queued(timestamp=(time.time() - 3) * 1000)
    with (
        growth("event_lag_seconds_sum") as lag,
        growth("event_handling_seconds_count") as handled,
        growth("events_total", event="sprint_closed", outcome="written") as written,
    ):
        count(event, metrics.WRITTEN)
    assert 3 <= lag.by < 10
    assert (handled.by, written.by) == (1, 1)


def test_a_clock_ahead_of_ours_makes_no_negative_lag():
    with growth("event_lag_seconds_sum") as lag, growth("event_lag_seconds_count") as counted:
        count(queued(timestamp=(time.time() + 60) * 1000), metrics.WRITTEN)
    assert (lag.by, counted.by) == (0, 1)


@pytest.mark.parametrize("became", sorted({*metrics.OUTCOMES} - {metrics.WRITTEN}))
def test_all_others_are_counted_and_tell_nothing_of_that(became):
    with (
        growth("event_lag_seconds_count") as lag,
        growth("event_handling_seconds_count") as handled,
    ):
        count(queued(timestamp=1_700_000_000_000), became)
    assert (lag.by, handled.by) == (0, 0)


def test_what_nobody_can_read_is_counted_without_being_read():
    with growth("events_total", event="other", outcome="unreadable") as unreadable:
        count(QueuedEvent(b"no JSON", {}), metrics.UNREADABLE)
    assert unreadable.by == 1
