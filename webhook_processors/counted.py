"""What the metrics and the status page are told of an event: what became of it, and how late."""

import time
from collections.abc import Iterable
from itertools import islice
from typing import Any

from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from jira.events import JiraEvent
from jira.payload_parts import event_name, happened_at
from telemetry import metrics
from telemetry.lookups import Open
from telemetry.recent import ENDED, KEPT, OUTCOMES, Became, Outcome, Seen, key_or_id
from webhook_processors.own_subject import is_gone
from webhook_processors.queued_event import QueuedEvent
from webhook_processors.told import about

NAMES = frozenset(JiraEvent)
WAITS = Outcome(Became.WAITS)


def outcome(*, is_news: bool, written: bool, again: bool) -> str:
    """What is counted for an event of which nothing else is known."""
    if not is_news:
        return metrics.NO_NEWS
    if again:
        return metrics.AGAIN
    return metrics.WRITTEN if written else metrics.GIVEN_UP


def counted_name(name: str) -> str:
    """An event's name where Jira documents it: what a sender calls it makes no series."""
    return name if name in NAMES else metrics.OTHER


def expect(names: Iterable[str]) -> None:
    """These events may come: one that never came before is seen to have come only by a 0 before."""
    for name in names:
        for became in (metrics.WRITTEN, metrics.GIVEN_UP):
            metrics.EVENTS.labels(counted_name(name), became)


def count(webhook_event: WebhookEvent, outcome: str) -> None:
    """An event has ended. How late tells only what Port has acknowledged for the first time."""
    if outcome == metrics.UNREADABLE:
        seen = _seen(webhook_event, metrics.OTHER, "", OUTCOMES[outcome])
    else:
        seen = seen_as(webhook_event, OUTCOMES[outcome])
    ENDED.append(seen)
    metrics.EVENTS.labels(seen.event, outcome).inc()
    if outcome != metrics.WRITTEN:
        return
    if seen.lag is not None:
        metrics.LAG.observe(seen.lag)
    if seen.took is not None:
        metrics.HANDLING.observe(seen.took)


def seen_as(webhook_event: WebhookEvent, outcome: Outcome) -> Seen:
    """An event as the status page has it, with nothing of what it carries but a key or an id."""
    name = event_name(webhook_event.payload)
    if outcome.became is Became.WRITTEN and is_gone(webhook_event):
        outcome = Outcome(Became.DELETED)
    subject = key_or_id(about(webhook_event))
    return _seen(
        webhook_event, counted_name(name), subject, outcome, happened_at(webhook_event.payload)
    )


def open_now(begun: dict[WebhookEvent, Any]) -> Open:
    """Those that are under way, of which the last ones are told."""
    newest = islice(reversed(begun.keys()), KEPT)
    return Open(len(begun), [seen_as(webhook_event, WAITS) for webhook_event in newest])


def _seen(
    webhook_event: WebhookEvent,
    name: str,
    subject: str,
    outcome: Outcome,
    happened: float | None = None,
) -> Seen:
    now = time.time()
    # Jira's clock may be ahead of ours.
    lag = None if happened is None else max(0.0, now - happened)
    if not isinstance(webhook_event, QueuedEvent):
        return Seen(name, subject, now, None, outcome, lag)
    took = time.monotonic() - webhook_event.arrived
    return Seen(name, subject, now - took, took, outcome, lag)
