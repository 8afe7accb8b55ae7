"""Whether what an event is of was gone when it was read: for whoever looks at the status page.

Nothing is decided by it. An event touches more than it is of; that an issue's parent is written
along with it says nothing of the issue.
"""

from collections.abc import Iterable

from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookEventRawResults

from jira.events import Family
from jira.payload_parts import event_name
from jira.payloads import Row
from kinds import Kinds
from webhook_processors.queued_event import QueuedEvent
from webhook_processors.told import about

OWN_KINDS = {
    Family.ISSUE: Kinds.ISSUE,
    Family.WORKLOG: Kinds.WORKLOG,
    Family.PROJECT: Kinds.PROJECT,
    Family.VERSION: Kinds.RELEASE,
    Family.USER: Kinds.USER,
    Family.SPRINT: Kinds.SPRINT,
    Family.BOARD: Kinds.BOARD,
}
"""The kind that events are of by their names."""
NAMES = ("id", "key", "accountId")
"""What rows are called by."""


def own_kind(name: str) -> Kinds | None:
    """The kind that an event of this name is of."""
    return next((kind for family, kind in OWN_KINDS.items() if name.startswith(family)), None)


def note_gone(webhook_event: WebhookEvent, resource: str, result: WebhookEventRawResults) -> None:
    """An event was written for a resource, which is called by its kind first."""
    if isinstance(webhook_event, QueuedEvent):
        gone = result.deleted_raw_results
        webhook_event.own_is_gone[resource] = (
            bool(gone) and _is_own(resource, webhook_event) and _names(about(webhook_event), gone)
        )


def is_gone(webhook_event: WebhookEvent) -> bool:
    """Whether it was gone in Jira, or left out by every resource of its kind."""
    if not isinstance(webhook_event, QueuedEvent) or not any(webhook_event.own_is_gone.values()):
        return False
    return all(gone for of, gone in webhook_event.own_is_gone.items() if _is_own(of, webhook_event))


def _is_own(resource: str, webhook_event: WebhookEvent) -> bool:
    return resource.partition(" ")[0] == own_kind(event_name(webhook_event.payload))


def _names(subject: str, rows: Iterable[Row]) -> bool:
    return any(subject in (str(row.get(name)) for name in NAMES) for row in rows)
