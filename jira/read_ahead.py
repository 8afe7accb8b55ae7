"""Reads the rows of a resync before the framework comes to them.

The framework takes one resource after the other, and reads, maps and writes by turns. So the rows
of each are read from the resync's beginning on, side by side, a few pages ahead of what is taken.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

import orjson

from jira.byte_budget import Turn
from jira.concurrency import begin
from jira.payloads import Row

Pages = AsyncGenerator[list[Row], None]
PAGES_AHEAD = 1
"""Pages of a resource that wait to be taken; one more is in the reader's hands, where the one that
waits is light."""
LIGHT = 200_000
"""Bytes of JSON. A heavier page waits alone: its reader goes on when it was taken, and counts it as
held until then."""
LOOKED_AT = 5


class ReadAhead:
    """Starts reading all resources of a mapping at once; each is then taken once, by its number.

    What nobody takes ends with the scope that the reading was started in.
    """

    def __init__(self) -> None:
        self._streams: dict[int, _Stream] = {}

    def start(self, pages: Mapping[int, Pages]) -> None:
        """Begin to read what a resync will ask for; needs a running event loop."""
        self._streams = {number: _Stream(of) for number, of in pages.items()}

    async def pages(self, number: int, otherwise: Pages) -> Pages:
        """The pages of a resource if they were begun, or else those. Raises what reading raises."""
        stream = self._streams.pop(number, None)
        if stream is None:
            async for page in otherwise:
                yield page
            return
        stream.turn.come()
        try:
            async for page in stream.pages():
                yield page
        finally:
            stream.stop()


class _Stream:
    """Pages that are read into a queue, with the error that ended them at its place."""

    def __init__(self, pages: Pages) -> None:
        self.turn = Turn()
        self._queue: asyncio.Queue[list[Row] | Exception | None] = asyncio.Queue(PAGES_AHEAD)
        with self.turn.entered():
            self._task = begin(self._fill(pages))

    async def pages(self) -> Pages:
        while (item := await self._queue.get()) is not None:
            self._queue.task_done()
            if isinstance(item, Exception):
                raise item
            yield item

    def stop(self) -> None:
        self._task.cancel()

    async def _fill(self, pages: Pages) -> None:
        end: Exception | None = None
        try:
            async with aclosing(pages):
                async for page in pages:
                    await self._queue.put(page)
                    if weight_of(page) > LIGHT:
                        del page
                        await self._queue.join()
        except Exception as error:  # noqa: BLE001  (raised to whoever takes the pages)
            end = error
        await self._queue.put(end)


def weight_of(page: Sequence[Row]) -> float:
    """About how many bytes of JSON the rows are, by a few of them."""
    some = page[:: max(1, len(page) // LOOKED_AT)]
    return sum(len(orjson.dumps(row, default=str)) for row in some) * len(page) / max(1, len(some))
