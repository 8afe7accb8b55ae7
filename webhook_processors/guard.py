"""What the door asks: the signature by our secrets, the room in the queue by the manager."""

from collections.abc import Mapping

from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from jira.signature import expect_signature, verify
from webhook_processors.manager import JiraLiveEventsManager


class WebhookGuard:
    """Lets in what our webhook in Jira sent, as long as there is room."""

    def __init__(
        self,
        manager: JiraLiveEventsManager,
        path: str,
        secrets: tuple[str, ...],
        *,
        allow_unsigned: bool,
    ) -> None:
        self._manager = manager
        self._path = path
        self._secrets = secrets
        self._allow_unsigned = allow_unsigned

    def check_headers(self, headers: Mapping[str, str]) -> None:
        """Raises DeliveryRefusedError without a signature, unless that is allowed."""
        expect_signature(headers, allow_unsigned=self._allow_unsigned)

    def check(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Raises DeliveryRefusedError for what was not signed with a secret of ours."""
        verify(body, headers, self._secrets, allow_unsigned=self._allow_unsigned)

    async def accept(self, event: WebhookEvent, size: int) -> bool:
        """Queue the event; False where too many wait already or nobody would read them."""
        return await self._manager.accept(self._path, event, size)
