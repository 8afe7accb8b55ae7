"""An event that waits as the bytes it came in.

Parsed, an event takes several times the memory; thousands may wait while Port is down.
"""

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self
from uuid import uuid4

from port_ocean.core.handlers.webhook.webhook_event import EventPayload, WebhookEvent

from client import touched_by
from jira.http.bodies import parsed
from jira.signature import HEADER
from kinds import Kinds

DELIVERY_ID = "x-atlassian-webhook-identifier"

KEPT_HEADERS = (
    DELIVERY_ID,
    "x-atlassian-webhook-retry",
    "x-atlassian-webhook-flow",
    "content-type",
    HEADER,
)
"""What may be asked for later; proxies add many more."""

Touched = Mapping[Kinds, Sequence[Any]]


class QueuedEvent(WebhookEvent):
    """The framework's event, parsed when its turn comes; only a door makes one, when it lets in.

    `body` is the very object that was verified. `arrived` is a monotonic time in seconds; `again`
    marks one that is handled a second time on purpose. `ended` is told once of its end: with False
    where it was given up.
    """

    def __init__(self, body: bytes | bytearray, headers: Mapping[str, str]) -> None:
        self.body = body
        self._parsed: EventPayload | None = None
        self._touched: Touched | None = None
        self.arrived = time.monotonic()
        self.again = False
        self.called: str | None = None
        """The key or id of what it is about, once somebody has asked."""
        self.own_is_gone: dict[str, bool] = {}
        """By resource that it was written for: whether what it is of was gone, or left out."""
        self.ended: Callable[[bool], None] | None = None
        super().__init__(
            trace_id=str(uuid4()),
            payload={},
            headers={name: headers[name] for name in KEPT_HEADERS if name in headers},
        )

    @property
    def size(self) -> int:
        """The body's bytes."""
        return len(self.body)

    def forget_parsed(self) -> None:
        """Keep the bytes alone again."""
        self._parsed = None
        self._touched = None

    def once_more(self) -> Self:
        """Another event of the same bytes, to be handled whatever became of this one."""
        again = copy.copy(self)
        again.again = True
        again.own_is_gone = {}
        again.ended = None
        return again

    @property
    def touched(self) -> Touched:
        """What has to be read again, by kind: read out of the payload once."""
        if self._touched is None:
            self._touched = touched_by(self.payload)
        return self._touched

    def clone(self) -> Self:
        """For each processor one of its own, with the same bytes and what was read out of them."""
        self._parsed = self.payload
        return copy.copy(self)

    @property
    def payload(self) -> EventPayload:
        """The body's JSON object."""
        if self._parsed is None:
            self._parsed = parsed(self.body)
        return self._parsed

    @payload.setter
    def payload(self, value: EventPayload) -> None:
        # The framework's constructor sets it; the bytes are the truth.
        del value


def touched_of(event: WebhookEvent) -> Touched:
    """What an event touches, by kind, whichever way it came."""
    return event.touched if isinstance(event, QueuedEvent) else touched_by(event.payload)


def size_of(event: WebhookEvent) -> int:
    """The bytes of a body that waits as such; what came another way is parsed already."""
    return event.size if isinstance(event, QueuedEvent) else 0
