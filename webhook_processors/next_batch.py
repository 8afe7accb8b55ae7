"""How many events are taken at once."""

import asyncio

from port_ocean.core.handlers.queue.abstract_queue import AbstractQueue

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
