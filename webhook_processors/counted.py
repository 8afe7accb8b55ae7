"""What the metrics are told of an event that ended: what became of it, and how late."""

import time
from collections.abc import Iterable

from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from jira.events import JiraEvent
from jira.payload_parts import event_name, happened_at
from telemetry import metrics
from webhook_processors.queued_event import QueuedEvent

NAMES = frozenset(JiraEvent)


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
    readable = outcome != metrics.UNREADABLE
    name = counted_name(event_name(webhook_event.payload)) if readable else metrics.OTHER
    metrics.EVENTS.labels(name, outcome).inc()
    if outcome != metrics.WRITTEN:
        return
    happened = happened_at(webhook_event.payload)
    if happened is not None:
        # Jira's clock may be ahead of ours.
        metrics.LAG.observe(max(0.0, time.time() - happened))
    if isinstance(webhook_event, QueuedEvent):
        metrics.HANDLING.observe(time.monotonic() - webhook_event.arrived)
