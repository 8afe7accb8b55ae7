"""Takes the snapshot: out of what the metrics count, what is looked up, and what ran."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from prometheus_client.registry import Collector

from telemetry import lookups, metrics, runs
from telemetry.deliveries import DELIVERIES
from telemetry.health import Health
from telemetry.instruments import Looked, State
from telemetry.recent import ENDED, KEPT, Became, Seen
from telemetry.runs import Resynced, Run, Swept
from telemetry.status.snapshot import (
    Comparisons,
    Credential,
    Event,
    Failure,
    Jobs,
    Lag,
    Points,
    Process,
    Queue,
    Ran,
    Resource,
    Resync,
    Snapshot,
    Sweep,
    Webhook,
)

ACCEPTED = 200
REFUSED = 401
HOUR = 3600
SHOWN_SECONDS = ("1.0", "5.0", "30.0", "300.0")
"""Bounds of the lag's histogram that are shown."""
WEBHOOK_IN_WORDS = {
    metrics.UNKNOWN: "Nobody has looked at it yet.",
    metrics.IN_PLACE: "This integration registered it, and looks at it every hour.",
    metrics.REFUSED: "This integration may not manage it, or Jira doesn't take it: see the log.",
    metrics.UNREACHABLE: "Jira couldn't be asked for it; it is tried again every minute.",
    metrics.BY_HAND: "An administrator makes it by hand; nobody looks at it here.",
    metrics.NO_ADDRESS: "Nobody: OCEAN__BASE_URL isn't set, changes arrive only with a resync.",
}
WHILE_WAITING = "By itself, within 30 seconds."
RESYNC_ONLY = "With its next event, or the next resync."


@dataclass(frozen=True)
class Quota:
    """Points that are left in this hour, and how many there are."""

    left: float
    an_hour: int


@dataclass(frozen=True)
class Told:
    """What the page is told of the process; what may change is looked up each time."""

    version: str
    framework: str
    integration: str
    site: str
    webhook_url: str | None
    jira_credentials: Callable[[], str]
    health: Callable[[], Health]
    next_sweep: Callable[[], float | None]
    """In how many seconds the next regular sweep begins; None where there are none."""
    expires: Callable[[], float | None]
    """When the credentials for Jira expire (seconds since 1970), where that is known."""
    quota: Callable[[], Quota | None]
    started: float


def taken(told: Told, now: float | None = None) -> Snapshot:
    """What there is to be seen now (seconds since 1970)."""
    now = time.time() if now is None else now
    health = told.health()
    next_sweep = None if (due := told.next_sweep()) is None else now + due
    return Snapshot(
        at=_moment(now),
        process=Process(
            told.version, told.framework, told.integration, told.site, _moment(told.started)
        ),
        ready=health.ready,
        wrong=[str(reason) for reason in health.reasons],
        failing=[_failure(trouble, now, next_sweep) for trouble in lookups.TROUBLES.now()],
        resources=_resources(),
        comparisons=_comparisons(next_sweep),
        webhook=_webhook(told.webhook_url),
        credentials=[
            _credential("Jira", told.jira_credentials(), metrics.JIRA_CREDENTIALS, told.expires()),
            _credential("Port", "client id and secret", metrics.PORT_CREDENTIALS, None),
        ],
        queue=_queue(),
        lag=_lag(),
        jobs=_jobs(),
        points=_points(told.quota(), now),
        waited_seconds=_counts(metrics.THROTTLED, "limit"),
        events=_events(),
    )


def _failure(trouble: lookups.Trouble, now: float, next_sweep: float | None) -> Failure:
    again = RESYNC_ONLY
    if trouble.waits:
        again = WHILE_WAITING
    elif next_sweep is not None:
        again = (
            f"With its next event, at the latest by the sweep at {_moment(next_sweep):%H:%M} UTC."
        )
    since = _moment(now - trouble.seconds)
    return Failure(
        trouble.what, trouble.reason, trouble.to_do, since, trouble.times, again, trouble.waits
    )


def _resources() -> list[Resource]:
    return [
        Resource(number, of.kind, _resync(of.resynced), _sweep(of.swept))
        for number, of in enumerate(runs.RUNS.resources, 1)
    ]


def _resync(of: Resynced | None) -> Resync | None:
    if of is None:
        return None
    return Resync(_present(of.run), of.rows, of.written, of.unchanged, of.deleted, of.requests)


def _sweep(of: Swept | None) -> Sweep | None:
    return None if of is None else Sweep(_present(of.run), of.entities, of.wrong)


def _comparisons(next_sweep: float | None) -> Comparisons:
    return Comparisons(
        resyncs_running=int(_value(metrics.RESYNCS)),
        resync_now=lookups.RESYNC.now(),
        resync=_ran(runs.RUNS.resync),
        sweep=_ran(runs.RUNS.sweep),
        sweep_of_some=_ran(runs.RUNS.some),
        next_sweep=_at(next_sweep),
        found={what: int(n) for what, n in _counts(metrics.SWEEP_FOUND, "what").items()},
        healed=int(_total(metrics.SWEEP_HEALED)),
        withheld={labels[0]: int(n) for labels, n in metrics.WITHHELD.values().items()},
    )


def _webhook(url: str | None) -> Webhook:
    counts = _counts(metrics.DELIVERIES, "status")
    accepted, refused = counts.get(str(ACCEPTED), 0), counts.get(str(REFUSED), 0)
    state = metrics.WEBHOOK_STATE
    return Webhook(
        state=state.now,
        in_words=WEBHOOK_IN_WORDS.get(state.now, state.now),
        url=url and plain(url),
        looked_at=_at(state.said_at),
        repairs=int(_total(metrics.WEBHOOK_REPAIRS)),
        last_accepted=_at(DELIVERIES.last.get(ACCEPTED)),
        last_refused=_at(DELIVERIES.last.get(REFUSED)),
        accepted=int(accepted),
        refused=int(refused),
        others=int(sum(counts.values()) - accepted - refused),
    )


def _credential(service: str, how: str, state: State, expires: float | None) -> Credential:
    return Credential(service, how, state.now, _at(state.since), _at(state.said_at), _at(expires))


def _queue() -> Queue:
    events, under_way = int(_value(metrics.QUEUE_EVENTS)), lookups.OPEN.now().count
    return Queue(
        waiting=max(0, events - under_way),
        under_way=under_way,
        limit=int(_value(metrics.QUEUE_LIMIT)),
        bytes=int(_value(metrics.QUEUE_BYTES)),
        oldest_seconds=_value(metrics.QUEUE_OLDEST),
        lanes=lookups.LANES.now(),
    )


def _lag() -> Lag:
    written = (Became.WRITTEN, Became.DELETED)
    last = [e.lag for e in [*ENDED] if e.outcome.became in written and e.lag is not None]
    samples = {
        s.name + s.labels.get("le", ""): s.value for f in metrics.LAG.collect() for s in f.samples
    }
    name = "ocean_jira_event_lag_seconds"
    count = samples[f"{name}_count"]
    return Lag(
        median_of_last=statistics.median(last) if last else None,
        slowest_of_last=max(last, default=None),
        events=int(count),
        average=samples[f"{name}_sum"] / count if count else None,
        within={
            of.removesuffix(".0"): samples[f"{name}_bucket{of}"] / count
            for of in SHOWN_SECONDS
            if count
        },
    )


def _jobs() -> Jobs:
    waiting = {labels[0]: int(n) for labels, n in metrics.JOBS_WAITING.values().items()}
    ended = _counts(metrics.JOBS, "outcome")
    return Jobs(
        due=waiting.get("due", 0),
        later=waiting.get("later", 0),
        running=waiting.get("running", 0),
        done=int(ended["done"]),
        failed=int(ended["failed"]),
    )


def _points(quota: Quota | None, now: float) -> Points | None:
    if quota is None:
        return None
    spent = {purpose: int(n) for purpose, n in _counts(metrics.POINTS, "purpose").items()}
    back_at = _moment((now // HOUR + 1) * HOUR)
    return Points(int(quota.left), quota.an_hour, back_at, spent)


def _events() -> list[Event]:
    """The last that came: those that ended, and those that are still under way."""
    seen = sorted((*lookups.OPEN.now().newest, *ENDED), key=lambda e: e.received, reverse=True)
    return [_event(event) for event in seen[:KEPT]]


def _event(seen: Seen) -> Event:
    return Event(
        seen.event,
        seen.subject,
        _moment(seen.received),
        seen.took,
        seen.lag,
        str(seen.outcome.became),
        seen.outcome.why,
    )


def plain(url: str) -> str:
    """An address without what may be secret in it: a user and password, and what follows a `?`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _ran(run: Run | None) -> Ran | None:
    return None if run is None else _present(run)


def _present(run: Run) -> Ran:
    return Ran(_moment(run.began), run.seconds, run.outcome)


def _at(moment: float | None) -> datetime | None:
    return None if moment is None else _moment(moment)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _value(gauge: Looked) -> float:
    """That of a gauge without labels."""
    return gauge.values().get((), 0.0)


def _counts(counter: Collector, label: str) -> Mapping[str, float]:
    """A counter's values by those of its one label."""
    return {
        sample.labels[label]: sample.value
        for family in counter.collect()
        for sample in family.samples
    }


def _total(counter: Collector) -> float:
    """The value of a counter without labels."""
    return sum(sample.value for family in counter.collect() for sample in family.samples)
