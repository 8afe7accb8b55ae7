"""Messages to every page that is open, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson

_MOST = 1000
"""So many messages wait for a page; one that takes none any more has to ask anew."""


class Feed:
    """Tells all who follow."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Queue[bytes | None]] = set()
        self._ended = False

    @property
    def followers(self) -> int:
        """How many pages follow."""
        return len(self._waiting)

    def tell(self, event: str, data: Any) -> None:
        """Send a message to every page."""
        if not self._waiting:
            return
        message = as_message(event, data)
        for queue in list(self._waiting):
            if queue.qsize() >= _MOST:
                # The browser comes back by itself, and gets everything as it is then.
                self._leave(queue)
            else:
                queue.put_nowait(message)

    async def follow(self, first: bytes) -> AsyncIterator[bytes]:
        """What comes from now on, after a first message."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        queue.put_nowait(first)
        self._waiting.add(queue)
        if self._ended:
            self._leave(queue)
        try:
            while (message := await queue.get()) is not None:
                yield message
        finally:
            self._waiting.discard(queue)

    def end(self) -> None:
        """Let every page go, and none stay any more."""
        self._ended = True
        for queue in list(self._waiting):
            self._leave(queue)

    def _leave(self, queue: asyncio.Queue[bytes | None]) -> None:
        self._waiting.discard(queue)
        queue.put_nowait(None)


def as_message(event: str, data: Any) -> bytes:
    """A message as the browser's EventSource reads it; JSON has no line breaks in it."""
    return b"event: %b\ndata: %b\n\n" % (event.encode(), orjson.dumps(data))
