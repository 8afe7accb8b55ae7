"""The snapshot is what the metrics count, what is looked up, and what ran: no count of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from telemetry import lookups, metrics, runs
from telemetry.deliveries import DELIVERIES
from telemetry.health import Health, Reason
from telemetry.instruments import State
from telemetry.lookups import Lane, Lookup, Open, Trouble
from telemetry.recent import ENDED, KEPT, OUTCOMES, Became, Outcome, Seen, key_or_id
from telemetry.runs import Resynced, Run, Runs, Swept
from telemetry.status.taken import Quota, plain, taken
from tests.unit.helpers.told import NOW, told

WAITS = Outcome(Became.WAITS)


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def seen(received: float, outcome: Outcome = OUTCOMES[metrics.WRITTEN], lag: float = 1.0) -> Seen:
    return Seen("jira:issue_updated", "AB-1", received, 0.5, outcome, lag)


@pytest.fixture(autouse=True)
def nothing_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What others tests left to be looked up isn't there."""
    ENDED.clear()
    monkeypatch.setattr(runs, "RUNS", Runs())
    for name in ("OPEN", "LANES", "TROUBLES", "RESYNC"):
        nothing = {"OPEN": Open(), "RESYNC": None}.get(name, ())
        monkeypatch.setattr(lookups, name, Lookup(nothing))
    yield
    ENDED.clear()


def test_the_process_and_what_is_wrong_with_it():
    snapshot = taken(told(health=lambda: Health(False, (Reason.STARTING,))), NOW)
    assert (snapshot.at, snapshot.process.started) == (at(NOW), at(NOW - 60))
    assert (snapshot.ready, snapshot.wrong) == (False, ["starting"])


@pytest.mark.parametrize(
    ("waits", "next_sweep", "again"),
    [
        (False, 600.0, f"at the latest by the sweep at {at(NOW + 600):%H:%M} UTC"),
        (False, None, "the next resync"),
        (True, 600.0, "within 30 seconds"),
    ],
)
def test_what_fails_since_when_and_when_it_is_tried_again(waits, next_sweep, again):
    trouble = Trouble("board", "No.", "Do it.", 120.0, times=4, waits=waits)
    lookups.TROUBLES.by(lambda: [trouble])
    [failure] = taken(told(next_sweep=lambda: next_sweep), NOW).failing
    assert (failure.what, failure.reason, failure.to_do) == ("board", "No.", "Do it.")
    assert (failure.since, failure.times, failure.waits) == (at(NOW - 120), 4, waits)
    assert again in failure.again


def test_the_last_runs_of_each_resource():
    runs.RUNS.begin(["project", "issue"])
    run = Run(NOW - 90, 12.0, runs.DONE)
    runs.RUNS.of(1, "issue").resynced = Resynced(run, 7, 1, 6, 2, 3)
    runs.RUNS.of(1, "issue").swept = Swept(run, 7, 1)
    runs.RUNS.of(0, "issue").swept = Swept(run, 100, 100)
    runs.RUNS.resync = runs.RUNS.some = run
    snapshot = taken(told(), NOW)
    project, issue = snapshot.resources
    assert (project.number, project.kind, project.resync, project.sweep) == (
        1,
        "project",
        None,
        None,
    )
    assert issue.resync is not None
    assert issue.sweep is not None
    assert (issue.resync.ran.began, issue.resync.ran.seconds) == (at(NOW - 90), 12.0)
    assert (issue.resync.rows, issue.resync.deleted, issue.sweep.wrong) == (7, 2, 1)
    compared = snapshot.comparisons
    assert compared.resync == compared.sweep_of_some == issue.resync.ran
    assert (compared.sweep, compared.next_sweep) == (None, at(NOW + 600))


def test_by_another_mapping_nothing_ran_yet():
    runs.RUNS.begin(["issue"])
    runs.RUNS.of(0, "issue").swept = Swept(Run(NOW, 1.0, runs.DONE), 1, 0)
    runs.RUNS.begin(["issue"])
    assert taken(told(), NOW).resources[0].sweep is not None
    runs.RUNS.begin(["issue", "board"])
    assert [of.sweep for of in taken(told(), NOW).resources] == [None, None]


def test_deliveries_are_those_that_the_metrics_count():
    before = taken(told(), NOW).webhook
    for status in (200, 200, 401, 503):
        DELIVERIES.note(status)
    webhook = taken(told(), NOW).webhook
    assert webhook.accepted - before.accepted == 2
    assert webhook.refused - before.refused == 1
    assert webhook.others - before.others == 1
    assert webhook.last_accepted is not None
    assert webhook.last_refused is not None
    assert webhook.url == "https://events.example.com/integration/webhook"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://e.example.com/integration/webhook", "https://e.example.com/integration/webhook"),
        ("https://user:word@e.example.com:8443/a", "https://e.example.com:8443/a"),
        ("https://e.example.com/a?key=word#word", "https://e.example.com/a"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret_in_it(url, shown):
    assert plain(url) == shown


@pytest.mark.parametrize("state", metrics.WEBHOOK_STATE.values())
def test_each_state_of_the_webhook_has_words(state, monkeypatch):
    now = State(*metrics.WEBHOOK_STATE.values())
    now.is_now(state)
    monkeypatch.setattr(metrics, "WEBHOOK_STATE", now)
    webhook = taken(told(webhook_url=None), NOW).webhook
    assert webhook.in_words != state
    assert (webhook.state, webhook.url) == (state, None)


def test_a_state_knows_since_when_it_is_and_when_that_was_said(monkeypatch):
    times = iter([10.0, 20.0, 30.0])
    monkeypatch.setattr("telemetry.instruments.time.time", lambda: next(times))
    state = State("unknown", "good", "bad")
    assert (state.since, state.said_at) == (None, None)
    state.is_now("good")
    state.is_now("good")
    assert (state.since, state.said_at) == (10.0, 20.0)
    state.is_now("bad")
    assert (state.since, state.said_at) == (30.0, 30.0)


def test_credentials_are_what_the_metrics_have(monkeypatch):
    jira = State(metrics.UNKNOWN, metrics.ACCEPTED, metrics.REFUSED)
    jira.is_now(metrics.REFUSED)
    monkeypatch.setattr(metrics, "JIRA_CREDENTIALS", jira)
    of_jira, of_port = taken(told(expires=lambda: NOW + 3600), NOW).credentials
    assert (of_jira.service, of_jira.state, of_jira.expires) == ("Jira", "refused", at(NOW + 3600))
    assert of_jira.since == of_jira.asked == at(jira.since or 0)
    assert (of_port.service, of_port.expires) == ("Port", None)


def test_the_queue_is_what_waits_and_what_is_under_way(monkeypatch):
    for gauge, value in (("QUEUE_EVENTS", 7), ("QUEUE_BYTES", 900), ("QUEUE_OLDEST", 3.5)):
        monkeypatch.setattr(getattr(metrics, gauge), "_look", lambda of=value: {(): of})
    lookups.OPEN.by(lambda: Open(3, [seen(NOW)]))
    lanes = [Lane("issue (resource 1 of the mapping)", 1, 1, 1)]
    lookups.LANES.by(lambda: lanes)
    queue = taken(told(), NOW).queue
    assert (queue.waiting, queue.under_way, queue.bytes, queue.oldest_seconds) == (4, 3, 900, 3.5)
    assert queue.lanes == lanes


def test_lag_is_that_of_the_last_written_ones_and_of_all():
    for lag in (1.0, 3.0, 2.0):
        ENDED.append(seen(NOW, lag=lag))
    ENDED.append(seen(NOW, OUTCOMES[metrics.GIVEN_UP], lag=99.0))
    ENDED.append(seen(NOW, OUTCOMES[metrics.NO_NEWS], lag=99.0))
    before = taken(told(), NOW).lag
    assert (before.median_of_last, before.slowest_of_last) == (2.0, 3.0)
    metrics.LAG.observe(0.9)
    after = taken(told(), NOW).lag
    assert after.events == before.events + 1
    assert after.average is not None
    assert [*after.within] == ["1", "5", "30", "300"]
    assert sorted(after.within.values()) == [*after.within.values()]
    assert after.within["1"] > 0


def test_points_are_there_where_jira_counts_them():
    assert taken(told(), NOW).points is None
    points = taken(told(quota=lambda: Quota(900.7, 32_500)), NOW).points
    assert points is not None
    assert (points.left, points.an_hour) == (900, 32_500)
    assert {*points.spent} == {"live", "follow_up", "resync", "sweep"}
    assert points.back_at == at((NOW // 3600 + 1) * 3600)


def test_the_last_events_are_the_newest_whether_they_ended_or_not():
    for number in range(KEPT + 30):
        ENDED.append(seen(NOW + number))
    lookups.OPEN.by(lambda: Open(2, [seen(NOW + 500, WAITS), seen(NOW + 40.5, WAITS)]))
    events = taken(told(), NOW).events
    assert len(events) == KEPT
    assert len(ENDED) == KEPT
    assert events[0].outcome == "waits"
    assert [e.received for e in events] == sorted((e.received for e in events), reverse=True)
    assert sum(event.outcome == "waits" for event in events) == 2


@pytest.mark.parametrize("became", metrics.OUTCOMES)
def test_whatever_becomes_of_an_event_the_page_has_a_word_for_it(became):
    assert OUTCOMES[became].became in Became


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("AB-1", True),
        ("10001", True),
        ("557058:1b2c-3d", True),
        ("5b10a2844c20165700ede21g", True),
        ("", False),
        ("A summary", False),
        ("jane@example.com", False),
        ("<b>", False),
        ("-1", False),
        ("A" * 300, False),
    ],
)
def test_only_what_looks_like_a_key_or_an_id_is_kept_as_a_subject(text, shown):
    assert key_or_id(text) == (text if shown else "")


def test_a_value_that_nobody_says_how_to_look_up_is_nothing():
    assert Lookup(7).now() == 7
