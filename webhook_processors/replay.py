"""Events to be handled again: a resync may write a row that it read before a live change."""

import time
from collections import deque
from collections.abc import Callable, Sequence

from loguru import logger
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from webhook_processors.queued_event import QueuedEvent

MAX_REMEMBERED_BYTES = 64 * 1024 * 1024


class Replay:
    """Remembers the events that were handled while a resync ran, up to a number of bytes.

    And those just before it, where what it reads may be some seconds old.
    """

    def __init__(
        self, behind: Callable[[], float] = float, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`behind` tells how many seconds old what a resync reads may be."""
        self._behind = behind
        self._now = now
        self._before: deque[tuple[float, Sequence[WebhookEvent]]] = deque()
        self._events: list[QueuedEvent] = []
        self._bytes = 0
        self.overflowed = False
        """Not all of them are known any more: what changed has to be found in another way."""

    def note(self, events: Sequence[WebhookEvent]) -> None:
        """These were handled while a resync ran."""
        for queued in events:
            if not isinstance(queued, QueuedEvent):
                continue
            if self._bytes + queued.size > MAX_REMEMBERED_BYTES:
                self.overflowed = True
                return
            self._events.append(queued)
            self._bytes += queued.size

    def keep(self, events: Sequence[WebhookEvent]) -> None:
        """These were handled, and no resync runs; one that begins soon may not show them."""
        if events and self._behind():
            self._before.append((self._now(), events))
            self._forget()

    def begins(self) -> None:
        """A resync begins."""
        self._forget()
        for _, events in self._before:
            self.note(events)
        self._before.clear()

    def _forget(self) -> None:
        while self._before and self._before[0][0] < self._now() - self._behind():
            self._before.popleft()

    def take(self) -> list[QueuedEvent]:
        """Those to be handled again, now that it ended; they are forgotten here."""
        events, self._events, self._bytes, self.overflowed = self._events, [], 0, False
        if events:
            logger.info(f"{len(events)} live events came during the resync and are handled again")
        # This one may still be under way for another resource.
        return [queued.once_more() for queued in events]
