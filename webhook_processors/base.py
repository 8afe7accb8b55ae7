"""What all processors share: one of them only says which kind it is of."""

from dataclasses import dataclass
from typing import Any, ClassVar

from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.handlers.webhook.abstract_webhook_processor import AbstractWebhookProcessor
from port_ocean.core.handlers.webhook.webhook_event import (
    EventHeaders,
    EventPayload,
    WebhookEvent,
    WebhookEventRawResults,
)

from initialize_client import create_jira_client
from jira.kinds.kind import Kind
from jira.payloads import event_name
from port.mapping.resources import selector_of
from webhook_processors.authenticity import is_authentic
from webhook_processors.queued_event import DELIVERY_ID as DELIVERY_ID
from webhook_processors.queued_event import touched_of
from webhook_processors.results import PartialResults


class JiraWebhookProcessor(AbstractWebhookProcessor):
    """Turns an event into what Jira's API says about its subject now."""

    kind: ClassVar[type[Kind[Any, Any]]]

    async def should_process_event(self, event: WebhookEvent) -> bool:
        """Whether the event may change entities of this kind."""
        return self.kind.is_touched_by(event_name(event.payload))

    async def get_matching_kinds(self, event: WebhookEvent) -> list[str]:
        """The one kind of this processor."""
        return [self.kind.name]

    async def authenticate(self, payload: EventPayload, headers: EventHeaders) -> bool:
        """What the door let in was verified there; what came another way is verified here."""
        return await is_authentic(self.event)

    async def validate_payload(self, payload: EventPayload) -> bool:
        """Whether the payload names something that can exist, and that this kind has to read."""
        return self.kind.name in touched_of(self.event)

    async def handle_event(
        self, payload: EventPayload, resource: ResourceConfig
    ) -> WebhookEventRawResults:
        """Read what the event touches again and let the answer decide. Raises JiraError."""
        subjects = touched_of(self.event)[self.kind.name]
        client = create_jira_client()
        reader = client.kinds[self.kind.name]
        found = await reader.resolve(subjects, await selector_of(resource))
        if found.deleted:
            # To a stranger Jira shows nothing: what is new, and not in Port yet, would be lost.
            await client.verify_together()
        return PartialResults(found.updated, found.deleted, found.failed)

    async def on_error(self, error: Exception) -> None:
        """Quiet: the manager logs an error once, when it decides what becomes of the event."""

    def get_live_event_log_identifiers(
        self, payload: EventPayload, headers: EventHeaders
    ) -> dict[str, Any]:
        """What the log may say about the event."""
        return {"delivery": headers.get(DELIVERY_ID), "jira_event": event_name(payload)}


@dataclass(frozen=True)
class Reading:
    """Which processor reads a pair, and where its resource stands in the mapping."""

    processor: type[JiraWebhookProcessor]
    index: int
