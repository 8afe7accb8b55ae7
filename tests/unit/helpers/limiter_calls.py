"""Time that a test moves, and requests that keep their place in a limiter until they are let go."""

import asyncio
import heapq
import itertools

from jira.http.limiter import Limiter
from tests.unit.helpers.fakes import settle


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.time = 0.0
        self.order = itertools.count()
        self.sleepers: list[tuple[float, int, asyncio.Event]] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        wake = asyncio.Event()
        heapq.heappush(self.sleepers, (self.time + seconds, next(self.order), wake))
        await wake.wait()

    async def advance(self, seconds: float) -> None:
        self.time += seconds
        while self.sleepers and self.sleepers[0][0] <= self.time:
            heapq.heappop(self.sleepers)[2].set()
        await settle()


class Caller:
    """A request that keeps its place until it is let go."""

    def __init__(self, limiter: Limiter, endpoint: str) -> None:
        self.entered = asyncio.Event()
        self.leave = asyncio.Event()
        self.task = asyncio.create_task(self.run(limiter, endpoint))

    async def run(self, limiter: Limiter, endpoint: str) -> None:
        async with limiter.place(endpoint):
            self.entered.set()
            await self.leave.wait()
