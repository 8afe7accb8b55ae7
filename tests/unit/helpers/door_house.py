"""A door with a queue behind it, and deliveries to send to it."""

import hmac
import json
from collections.abc import Iterable
from typing import Any

import httpx
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from jira.signature import App
from webhook_processors.door import Door
from webhook_processors.queued_event import QueuedEvent

PATH = "/integration/webhook"
SECRETS = ("present", "previous")
EVENT = {"webhookEvent": "jira:issue_updated", "issue": {"id": "1"}}
MADE_UP = {"X-Hub-Signature": "sha256=" + "0" * 64}
SIGNATURE = (b"x-hub-signature", MADE_UP["X-Hub-Signature"].encode())
"""What is enough to have a body read."""


def signed(body: bytes, secret: str = SECRETS[0]) -> dict[str, str]:
    return {"X-Hub-Signature": "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()}


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("the app")(scope, receive, send)


class House:
    """The door, and a queue behind it."""

    def __init__(self, *, allow_unsigned: bool = False, app: App | None = None) -> None:
        self.queued: list[QueuedEvent] = []
        self.room = True
        self.settled = True
        self.door = Door(
            inner,
            path=PATH,
            secrets=SECRETS,
            allow_unsigned=allow_unsigned,
            unverified_limit=64 * 1024 * 1024,
            accept=self.accept,
            settled=lambda: self.settled,
            app_webhooks=app,
        )

    async def accept(self, event: QueuedEvent) -> bool:
        if self.room:
            self.queued.append(event)
        return self.room

    async def send(
        self,
        body: bytes | Iterable[bytes] | dict[str, Any] = b"{}",
        path: str = PATH,
        method: str = "POST",
        headers: dict[str, str] | None = None,
        **more: str,
    ) -> httpx.Response:
        """Signed, unless other headers are given."""
        content = json.dumps(body).encode() if isinstance(body, dict) else body
        if headers is None:
            assert isinstance(content, bytes)
            headers = signed(content) | more
        transport = httpx.ASGITransport(self.door)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, content=content, headers=headers)

    async def receive(
        self, receive: Receive, headers: list[tuple[bytes, bytes]] | None = None
    ) -> list[Message]:
        """A delivery whose messages a test makes itself."""
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        scope: Scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "headers": headers or [SIGNATURE],
        }
        await self.door(scope, receive, send)
        return sent
