"""Work that no event waits for: done step by step, one job after the other."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass

from loguru import logger

from jira.concurrency import only_own_end
from jira.http.purpose import Purpose, asked_for
from jira.urgency import in_background
from telemetry import metrics

Steps = AsyncIterator[float | None]
"""Each yields when it is done: with the seconds until the next one, where that can't begin yet."""
MakeSteps = Callable[[], Steps]

Around = Callable[[Callable[[], Awaitable[bool]]], Awaitable[bool]]
"""Runs a step where it finds what it needs, and passes on whether there is another one."""

FIRST_RETRY_SECONDS = 5.0
LONGEST_RETRY_SECONDS = 300.0
WITH_INDEX = " when the index has caught up"


@dataclass
class _Job:
    due: float
    make: MakeSteps
    failures: int = 0


@dataclass
class _Running:
    """A job that began at a moment; its next step is due at another one."""

    name: str
    job: _Job
    steps: Steps
    began: float
    due: float
    dropped: bool = False

    async def advance(self) -> bool:
        """Make a step; False where there was none left."""
        try:
            wait = await anext(self.steps)
        except StopAsyncIteration:
            return False
        self.due += wait or 0.0
        return True


class Jobs:
    """Jobs by name; one asked for twice is done once.

    A job that is asked for while it runs is done again afterwards: it may have read too early. One
    whose next step can't begin yet is set aside, and others are done meanwhile.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._jobs: dict[str, _Job] = {}
        self._running: _Running | None = None
        self._aside: dict[str, _Running] = {}
        self._woken = asyncio.Event()
        self._ended = asyncio.Event()
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

    def drop(self, names: Collection[str]) -> None:
        """Have jobs not be done; one of them that is under way ends with its step."""
        for name in names:
            self._jobs.pop(name, None)
            self._aside.pop(name, None)
        if self._running is not None and self._running.name in names:
            self._running.dropped = True
        self._ended.set()

    def owed(self, within: float = math.inf) -> list[str]:
        """The names of the jobs that are under way, or due in so many seconds."""
        names = [self._running.name] if self._running is not None else []
        until = self._now() + within
        names += [name for name, of in self._may_be_next().items() if of.due <= until]
        return list(dict.fromkeys(names))

    def due_in(self, name: str) -> float | None:
        """In how many seconds a job is due, 0 while it is under way; None where nobody asked."""
        job = self._jobs.get(name)
        if job is not None:
            return max(0.0, job.due - self._now())
        return 0.0 if name in self.owed() else None

    async def worked_off(self, within: float = math.inf) -> None:
        """Wait until none is under way, or due in so many seconds."""
        await self.until(lambda: not self.owed(within))

    async def until(self, over: Callable[[], bool]) -> None:
        """Wait until something is over that ends with a job, or with what `wake` tells of."""
        while not over():
            self._ended.clear()
            await self._ended.wait()

    def put_off(self, name: str, delay: float) -> None:
        """Have a job done `delay` seconds from now, if it was asked for."""
        if (job := self._jobs.get(name)) is not None:
            self.postpone(name, job.make, delay=delay)

    def wake(self) -> None:
        """Have `work` look again at what is due, and whether it may begin."""
        self._woken.set()
        self._ended.set()

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

    async def finish(self, around: Around, patience: float) -> None:
        """Do what is due within so many seconds, where nobody is at `work`.

        What was begun and waits for its next step has its time; what would wait for the index is
        forgotten.
        """
        while True:
            self.drop([name for name in self.owed() if name.endswith(WITH_INDEX)])
            due = self.seconds_until_due()
            if due is None or (due > patience and not self._aside):
                return
            await asyncio.sleep(due)
            await self.step(around)

    def seconds_until_due(self) -> float | None:
        """How long there is nothing to do; None while no job is known."""
        if self._running is not None:
            return 0.0
        due = [of.due for of in self._may_be_next().values()]
        return max(0.0, min(due) - self._now()) if due else None

    def _may_be_next(self) -> dict[str, "_Job | _Running"]:
        """What is asked for or was set aside, the latter before it is begun once more."""
        return {**self._jobs, **self._aside}

    def _waiting(self) -> dict[tuple[str, ...], float]:
        due = sum(job.due <= self._now() for job in self._jobs.values())
        running = len(self._aside) + (self._running is not None)
        return {("due",): due, ("later",): len(self._jobs) - due, ("running",): running}

    async def step(self, around: Around) -> None:
        """Do one step of the job that is due, inside `around`.

        A job that fails is tried again later, from its beginning, and says so.
        """
        running = self._running = self._running or self._next()
        self.running_since = running.began
        running.due = self._now()
        try:
            with (
                only_own_end(),
                in_background(),
                asked_for(Purpose.FOLLOW_UP),
                logger.contextualize(job=running.name),
            ):
                more = await around(running.advance)
            if not more:
                self._running = None
                metrics.JOBS.labels("done").inc()
                again = ", and asked for again" if running.name in self._jobs else ""
                logger.info(f"Background work done: {running.name}{again}")
            elif running.dropped:
                self._running = None
            elif running.due > self._now():
                self._running = None
                self._aside[running.name] = running
        except Exception as error:  # noqa: BLE001  (whatever it is, the worker goes on)
            self._running = None
            self._failed(running, error)
        if self._running is None:
            self._ended.set()

    def _next(self) -> _Running:
        """What is due first."""
        waiting = self._may_be_next()
        name = min(waiting, key=lambda n: waiting[n].due)
        if name in self._aside:
            return self._aside.pop(name)
        job = self._jobs.pop(name)
        return _Running(name, job, job.make(), self._now(), self._now())

    def _failed(self, running: _Running, error: Exception) -> None:
        name, job = running.name, running.job
        metrics.JOBS.labels("failed").inc()
        job.failures += 1
        delay = min(FIRST_RETRY_SECONDS * 2 ** (job.failures - 1), LONGEST_RETRY_SECONDS)
        logger.warning(f"Background work failed ({name}), again in {delay:.0f} s: {error}")
        if name not in self._jobs and not running.dropped:
            job.due = self._now() + delay
            self._jobs[name] = job


def with_index(name: str) -> str:
    """The name of a job that is done once more."""
    return f"{name}{WITH_INDEX}"
