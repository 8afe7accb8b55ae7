"""Reads the rows of a resync before the framework comes to them.

The framework takes one kind after the other, and reads, maps and writes by turns. So each kind's
rows are read from the resync's beginning on, side by side, a few pages ahead of what is taken.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.payloads import Row

Pages = AsyncGenerator[list[Row], None]
PAGES_AHEAD = 1
"""Pages of a kind that wait to be taken; one more is in the reader's hands."""


class Ahead:
    """Starts reading all resources of a mapping at once; each is then taken once."""

    def __init__(self, read: Callable[[ResourceConfig], Pages]) -> None:
        self._read = read
        self._streams: dict[int, _Stream] = {}

    def start(self, resources: Iterable[ResourceConfig]) -> None:
        """Begin to read what a resync will ask for; needs a running event loop."""
        self.stop()
        self._streams = {
            id(resource): _Stream(resource, self._read(resource)) for resource in resources
        }

    async def pages(self, resource: ResourceConfig) -> Pages:
        """The pages of a resource, read ahead if that was started. Raises what reading raises."""
        stream = self._streams.pop(id(resource), None)
        if stream is None:
            async for page in self._read(resource):
                yield page
            return
        try:
            async for page in stream.pages():
                yield page
        finally:
            stream.stop()

    def stop(self) -> None:
        """End what nobody took: the resync was given up, or another one begins."""
        for stream in self._streams.values():
            stream.stop()
        self._streams = {}


class _Stream:
    """Pages that are read into a queue, with the error that ended them at its place."""

    def __init__(self, resource: ResourceConfig, pages: Pages) -> None:
        # Held, since streams are found by its id, which another object could get after it.
        self._resource = resource
        self._queue: asyncio.Queue[list[Row] | Exception | None] = asyncio.Queue(PAGES_AHEAD)
        self._task = asyncio.create_task(self._fill(pages))

    async def pages(self) -> Pages:
        while (item := await self._queue.get()) is not None:
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
        except Exception as error:  # noqa: BLE001  (raised to whoever takes the pages)
            end = error
        await self._queue.put(end)
