"""A resync: what it has under way besides the framework's own task, and the end of all of it.

The framework cancels a resync that another one supersedes. What was begun beside it must not go on:
rows that were read before would be written after those of the next one.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from jira.concurrency import Scope
from jira.http.purpose import Purpose, asked_for
from jira.read_ahead import ReadAhead
from jira.urgency import in_background
from port.progress import Progress

BATCHES_AT_ONCE = 4
"""Batches of a resync that are compared and written while the next one is mapped."""
WRITES_AT_ONCE = 4


class ResyncWrites:
    """Batches of one resync that are being written."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._room = asyncio.Semaphore(BATCHES_AT_ONCE)
        self.places = asyncio.Semaphore(WRITES_AT_ONCE)
        self._writing: set[asyncio.Task[None]] = set()
        self._failed: list[BaseException] = []

    async def take_on(self, write: Coroutine[Any, Any, None]) -> None:
        """Begin to write a batch, when there is room for one more."""
        try:
            await self._room.acquire()
        except asyncio.CancelledError:
            write.close()
            raise
        task = self._scope.begin(write)
        self._writing.add(task)
        task.add_done_callback(self._done)

    async def written(self) -> None:
        """Wait until all that was taken on is written. Raises the first failure."""
        while self._writing:
            await asyncio.wait(self._writing)
        if self._failed:
            failed, self._failed = self._failed[0], []
            raise failed

    def _done(self, task: asyncio.Task[None]) -> None:
        self._writing.discard(task)
        self._room.release()
        if task.cancelled():
            self._failed.append(RuntimeError("the resync was given up before all was written"))
        elif (error := task.exception()) is not None:
            self._failed.append(error)


_last_rows: dict[str, int] = {}
"""How many rows of what the last resync of this process had: how far this one is."""


class Resync:
    """What one resync reads ahead and writes; two that overlap share nothing."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.task: asyncio.Task[Any] | None = None
        self.scope = Scope()
        self.reads = ReadAhead()
        self.progress = Progress(_last_rows)
        self.writes = ResyncWrites(self.scope)
        self._looks: dict[str, asyncio.Task[None]] = {}

    async def looked(self, blueprint: str, look: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have somebody look at what Port has of a blueprint, once in this resync."""
        if blueprint not in self._looks:
            self._looks[blueprint] = self.scope.begin(look())
        # Not cancelled with a batch: the others wait for it, too.
        await asyncio.shield(self._looks[blueprint])


RESYNC: ContextVar[Resync] = ContextVar("resync")
"""The resync that the present task belongs to."""
_under_way: list[Resync] = []
"""In the order in which they began."""


@asynccontextmanager
async def resync() -> AsyncIterator[Resync]:
    """A resync of the present task; at its end nothing of it is under way, whatever ended it."""
    made = Resync()
    made.task = asyncio.current_task()
    _under_way.append(made)
    token = RESYNC.set(made)
    try:
        with made.scope.entered(), in_background(), asked_for(Purpose.RESYNC):
            yield made
    finally:
        RESYNC.reset(token)
        try:
            await made.scope.end()
        finally:
            _under_way.remove(made)


def give_up_resyncs() -> None:
    """The process ends: what a resync would still read and write, the next one does."""
    for made in _under_way:
        if made.task is not None and not made.task.cancelling():
            made.task.cancel()


async def end_superseded() -> None:
    """End what earlier ones have under way: some listeners don't wait for a resync's end."""
    for earlier in _under_way[: _under_way.index(RESYNC.get())]:
        await earlier.scope.end()
