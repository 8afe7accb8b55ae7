"""How many events are taken at once."""

import asyncio
from collections.abc import Callable

from port_ocean.core.handlers.queue.abstract_queue import AbstractQueue

MAX_BATCH = 200
MAX_BATCH_BYTES = 8 * 1024 * 1024
"""Parsed, they take several times as much. One event is taken, however large it is."""
GATHER_SECONDS = 0.02


async def next_batch[T](
    queue: AbstractQueue[T], weigh: Callable[[T], int] = lambda _: 0
) -> list[T]:
    """What waits, up to a bound; when more than one waits, a moment longer for others."""
    batch = [await queue.get()]
    weight = weigh(batch[0])
    deadline = None
    loop = asyncio.get_running_loop()
    while len(batch) < MAX_BATCH and weight < MAX_BATCH_BYTES:
        if await queue.size():
            batch.append(await queue.get())
        elif len(batch) == 1:
            break
        else:
            deadline = deadline or loop.time() + GATHER_SECONDS
            try:
                async with asyncio.timeout_at(deadline):
                    batch.append(await queue.get())
            except TimeoutError:
                break
        weight += weigh(batch[-1])
    return batch
