"""What the log calls events: by name, by what they are about, and by delivery."""

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from jira.payloads import (
    IdSubject,
    IssueSubject,
    ProjectSubject,
    UserSubject,
    WorklogSubject,
    event_name,
)
from webhook_processors.queued_event import DELIVERY_ID, QueuedEvent, touched_of

NAMED = 3
"""How many events a line names; all of them are in what it holds for machines."""
IN_CONTEXT = 20
"""How many deliveries each line holds that is logged while they are read and written."""


def delivery_of(webhook_event: WebhookEvent) -> str:
    """What Jira calls the delivery, or else the framework."""
    return webhook_event.headers.get(DELIVERY_ID) or webhook_event.trace_id


def about(webhook_event: WebhookEvent) -> str:
    """The key or id of what an event is about; empty where it names nothing."""
    if not isinstance(webhook_event, QueuedEvent):
        return _about(webhook_event)
    if webhook_event.called is None:
        webhook_event.called = _about(webhook_event)
    return webhook_event.called


def _about(webhook_event: WebhookEvent) -> str:
    subjects = [subject for of in touched_of(webhook_event).values() for subject in of]
    # What may have changed along with it comes later, and an issue that has only an id last.
    subjects.sort(key=lambda s: (isinstance(s, WorklogSubject), getattr(s, "related", False)))
    return next((name for subject in subjects if (name := _name(subject))), "")


def _name(subject: Any) -> str:
    match subject:
        case IssueSubject():
            return next(iter(subject.keys), subject.id)
        case ProjectSubject():
            return subject.key or subject.id or ""
        case UserSubject():
            return subject.account_id
        case IdSubject():
            return subject.id
        case WorklogSubject():
            return subject.issue_id
    return ""


def named(webhook_event: WebhookEvent) -> str:
    """An event by name, what it is about, and delivery."""
    name = event_name(webhook_event.payload) or "unnamed"
    parts = (name, about(webhook_event), f"({delivery_of(webhook_event)})")
    return " ".join(part for part in parts if part)


def some(webhook_events: Collection[WebhookEvent]) -> str:
    """The first few, and how many more."""
    first = [named(webhook_event) for webhook_event in islice(webhook_events, NAMED)]
    more = f" and {len(webhook_events) - NAMED} more" if len(webhook_events) > NAMED else ""
    return f"{', '.join(first)}{more}"


def details(webhook_events: Iterable[WebhookEvent]) -> dict[str, list[dict[str, str]]]:
    """All of them, for machines that read the log."""
    return {
        "events": [
            {
                "delivery": delivery_of(webhook_event),
                "event": event_name(webhook_event.payload),
                "entity": about(webhook_event),
            }
            for webhook_event in webhook_events
        ]
    }


def context_of(resource: str, webhook_events: Collection[WebhookEvent]) -> dict[str, Any]:
    """What each line holds that is logged while these are read and written for a resource."""
    deliveries = [delivery_of(event) for event in islice(webhook_events, IN_CONTEXT)]
    return {"resource": resource, "deliveries": deliveries, "live_events": len(webhook_events)}
