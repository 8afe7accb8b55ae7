"""The next batch: events first, as many as wait; background work when none does."""

import asyncio

from port_ocean.core.handlers.queue.abstract_queue import AbstractQueue
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from background.follow_ups import FollowUps
from background.jobs import Around
from webhook_processors.replay import Replay

MAX_BATCH = 200
GATHER_SECONDS = 0.02


async def next_batch[T](queue: AbstractQueue[T]) -> list[T]:
    """What waits, up to MAX_BATCH; when more than one waits, a moment longer for others."""
    batch = [await queue.get()]
    deadline = None
    loop = asyncio.get_running_loop()
    while len(batch) < MAX_BATCH:
        batch += await waiting_now(queue, MAX_BATCH - len(batch))
        if len(batch) in (1, MAX_BATCH):
            break
        deadline = deadline or loop.time() + GATHER_SECONDS
        try:
            async with asyncio.timeout_at(deadline):
                batch.append(await queue.get())
        except TimeoutError:
            break
    return batch


async def waiting_now[T](queue: AbstractQueue[T], most: int = MAX_BATCH) -> list[T]:
    """What waits at this moment, up to `most`; nothing where nothing waits."""
    taken: list[T] = []
    while len(taken) < most and await queue.size():
        taken.append(await queue.get())
    return taken


class Turns:
    """Gives the worker its next batch, and lets background work go on until there is one."""

    def __init__(
        self,
        queue: AbstractQueue[WebhookEvent],
        follow_ups: FollowUps,
        replay: Replay,
        around: Around,
    ) -> None:
        self._queue = queue
        self._follow_ups = follow_ups
        self._replay = replay
        self._around = around
        self._wake = asyncio.Event()
        # Never cancelled while it may hold events: what it took would be lost.
        self._getter: asyncio.Task[list[WebhookEvent]] | None = None
        follow_ups.jobs.wake = self._wake.set

    async def next_batch(self) -> list[WebhookEvent]:
        """The events to handle next; between two steps of background work if need be."""
        while True:
            self._wake.clear()
            await self._after_resync()
            if self._getter is None:
                self._getter = asyncio.create_task(next_batch(self._queue))
            due = None
            if not self._follow_ups.resync_running:
                due = self._follow_ups.jobs.seconds_until_due()
            waker = asyncio.create_task(self._wake.wait())
            await asyncio.wait(
                {self._getter, waker}, timeout=due, return_when=asyncio.FIRST_COMPLETED
            )
            waker.cancel()
            if self._getter.done():
                batch = self._getter.result()
                self._getter = None
                return batch
            if due is not None and self._follow_ups.jobs.seconds_until_due() == 0.0:
                await self._follow_ups.jobs.step(self._around)

    async def _after_resync(self) -> None:
        """Have handled again what was handled while it ran."""
        if self._follow_ups.resync_running:
            return
        if self._replay.overflowed:
            self._follow_ups.ask_for_sweep()
        for queued in self._replay.take():
            await self._queue.put(queued)

    def close(self) -> None:
        """The worker ends."""
        if self._getter is not None:
            self._getter.cancel()
