"""Work that no event waits for: done step by step, one job after the other."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from loguru import logger

from jira.concurrency import only_own_end
from jira.urgency import in_background
from telemetry import metrics

Steps = AsyncIterator[None]
MakeSteps = Callable[[], Steps]

Around = Callable[[Callable[[], Awaitable[bool]]], Awaitable[bool]]
"""Runs a step where it finds what it needs, and passes on whether there is another one."""

FIRST_RETRY_SECONDS = 5.0
LONGEST_RETRY_SECONDS = 300.0


@dataclass
class _Job:
    due: float
    make: MakeSteps
    failures: int = 0


class Jobs:
    """Jobs by name; one asked for twice is done once.

    A job that is asked for while it runs is done again afterwards: it may have read too early.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._jobs: dict[str, _Job] = {}
        self._running: tuple[str, _Job, Steps] | None = None
        self._woken = asyncio.Event()
        self.running_since = math.inf
        """When the job under way began: what it read is no newer than what came meanwhile."""
        metrics.JOBS_WAITING.by(self._waiting)

    def ask(self, name: str, make: MakeSteps, *, delay: float = 0.0) -> None:
        """Have a job done in `delay` seconds at the earliest; the nearer of two moments counts."""
        due = self._now() + delay
        known = self._jobs.get(name)
        if known is None or due < known.due:
            self._jobs[name] = _Job(due, make)
            self.wake()

    def postpone(self, name: str, make: MakeSteps, *, delay: float) -> None:
        """Have a job done `delay` seconds from now, however soon it was due before."""
        self._jobs[name] = _Job(self._now() + delay, make)
        self.wake()

    def wake(self) -> None:
        """Have `work` look again at what is due, and whether it may begin."""
        self._woken.set()

    async def work(self, may_begin: Callable[[], Awaitable[bool]], around: Around) -> None:
        """Do what is due, for ever. `may_begin` is asked before each step."""
        while True:
            self._woken.clear()
            begins = await may_begin()
            due = self.seconds_until_due() if begins else None
            if due == 0.0:
                await self.step(around)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(due):
                    await self._woken.wait()

    def seconds_until_due(self) -> float | None:
        """How long there is nothing to do; None while no job is known."""
        if self._running is not None:
            return 0.0
        if not self._jobs:
            return None
        return max(0.0, min(job.due for job in self._jobs.values()) - self._now())

    def _waiting(self) -> dict[tuple[str, ...], float]:
        due = sum(job.due <= self._now() for job in self._jobs.values())
        running = self._running is not None
        return {("due",): due, ("later",): len(self._jobs) - due, ("running",): running}

    async def step(self, around: Around) -> None:
        """Do one step of the job that is due, inside `around`.

        A job that fails is tried again later, from its beginning, and says so.
        """
        if self._running is None:
            name = min(self._jobs, key=lambda n: self._jobs[n].due)
            job = self._jobs.pop(name)
            self._running = (name, job, job.make())
            self.running_since = self._now()
        name, job, steps = self._running
        try:
            with only_own_end(), in_background(), logger.contextualize(job=name):
                more = await around(partial(_advance, steps))
            if not more:
                self._running = None
                metrics.JOBS.labels("done").inc()
                again = ", and asked for again" if name in self._jobs else ""
                logger.info(f"Background work done: {name}{again}")
        except Exception as error:  # noqa: BLE001  (whatever it is, the worker goes on)
            self._running = None
            metrics.JOBS.labels("failed").inc()
            job.failures += 1
            delay = min(FIRST_RETRY_SECONDS * 2 ** (job.failures - 1), LONGEST_RETRY_SECONDS)
            logger.warning(f"Background work failed ({name}), again in {delay:.0f} s: {error}")
            if name not in self._jobs:
                job.due = self._now() + delay
                self._jobs[name] = job


async def _advance(steps: Steps) -> bool:
    try:
        await anext(steps)
    except StopAsyncIteration:
        return False
    return True


def with_index(name: str) -> str:
    """The name of a job that is done once more."""
    return f"{name} when the index has caught up"
