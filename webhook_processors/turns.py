"""Whose turn it is: events first, background work when none waits."""

import asyncio

from port_ocean.core.handlers.queue.abstract_queue import AbstractQueue
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from background.follow_ups import Upkeep
from background.jobs import Around
from webhook_processors.next_batch import next_batch


class Turns:
    """Gives the worker its next batch, and lets background work go on until there is one."""

    def __init__(self, queue: AbstractQueue[WebhookEvent], upkeep: Upkeep, around: Around) -> None:
        self._queue = queue
        self._upkeep = upkeep
        self._around = around
        self._wake = asyncio.Event()
        # Never cancelled while it may hold events: what it took would be lost.
        self._getter: asyncio.Task[list[WebhookEvent]] | None = None
        upkeep.background.wake = self._wake.set

    async def next_batch(self) -> list[WebhookEvent]:
        """The events to handle next; between two steps of background work if need be."""
        while True:
            self._wake.clear()
            await self._upkeep.after_resync()
            if self._getter is None:
                self._getter = asyncio.create_task(next_batch(self._queue))
            due = None
            if not self._upkeep.resync_running:
                due = self._upkeep.background.seconds_until_due()
            waker = asyncio.create_task(self._wake.wait())
            await asyncio.wait(
                {self._getter, waker}, timeout=due, return_when=asyncio.FIRST_COMPLETED
            )
            waker.cancel()
            if self._getter.done():
                batch = self._getter.result()
                self._getter = None
                return batch
            if due is not None and self._upkeep.background.seconds_until_due() == 0.0:
                await self._upkeep.background.step(self._around)

    def close(self) -> None:
        """The worker ends."""
        if self._getter is not None:
            self._getter.cancel()
