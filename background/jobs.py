"""Work that no event waits for: done step by step, one job after the other."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field

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

_CAUSES: ContextVar[frozenset[str]] = ContextVar("causes", default=frozenset())


def is_owed() -> bool:
    """Whether what is asked for here is owed to somebody."""
    return bool(_CAUSES.get())


@contextlib.contextmanager
def caused_by(causes: frozenset[str]) -> Iterator[None]:
    """What is asked for here is owed to these, and so is all that it asks for when it is done."""
    token = _CAUSES.set(causes)
    try:
        yield
    finally:
        _CAUSES.reset(token)


@dataclass
class _Job:
    due: float
    make: MakeSteps
    failures: int = 0
    causes: frozenset[str] = field(default_factory=_CAUSES.get)

    def owed_also_to(self, other: "_Job | None") -> None:
        """One job is done for both."""
        if other is not None:
            self.causes |= other.causes


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
        self.may_do: Callable[[str], bool] = lambda _: True
        """Which jobs are this process's: others wait here, in case that changes."""
        metrics.JOBS_WAITING.by(self._waiting)

    def ask(self, name: str, make: MakeSteps, *, delay: float = 0.0) -> None:
        """Have a job done in `delay` seconds at the earliest; the nearer of two moments counts."""
        known, job = self._jobs.get(name), _Job(self._now() + delay, make)
        if known is not None and known.due <= job.due:
            known.owed_also_to(job)
            return
        job.owed_also_to(known)
        self._jobs[name] = job
        self.wake()

    def postpone(self, name: str, make: MakeSteps, *, delay: float) -> None:
        """Have a job done `delay` seconds from now, however soon it was due before."""
        job = _Job(self._now() + delay, make)
        if not job.causes:
            # Whoever else it is owed to, this one does for all of them.
            job.owed_also_to(self._jobs.get(name))
        self._jobs[name] = job
        self.wake()

    @property
    def owed_to(self) -> frozenset[str]:
        """What caused the jobs that aren't done, and so isn't done with."""
        aside = [running.job for running in self._aside.values()]
        running = [self._running.job] if self._running else []
        jobs = [*self._jobs.values(), *aside, *running]
        return frozenset().union(*(job.causes for job in jobs))

    def forget(self, keep: Callable[[str], bool]) -> None:
        """Somebody else does them from now on: all but those to `keep`, also begun ones."""
        self._jobs = {name: job for name, job in self._jobs.items() if keep(name)}
        self._aside = {name: running for name, running in self._aside.items() if keep(name)}
        if self._running is not None and not keep(self._running.name):
            self._running = None
        self._ended.set()

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
            if self.may_do(self._running.name):
                return 0.0
            # It may be this process's again before somebody else began with it.
            self._aside[self._running.name] = self._running
            self._running = None
        due = [of.due for of in self._may_be_next().values()]
        return max(0.0, min(due) - self._now()) if due else None

    def _may_be_next(self) -> dict[str, "_Job | _Running"]:
        """What is asked for or was set aside, the latter before it is begun once more."""
        every: dict[str, _Job | _Running] = {**self._jobs, **self._aside}
        return {name: job for name, job in every.items() if self.may_do(name)}

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
                caused_by(running.job.causes),
                logger.contextualize(job=running.name),
            ):
                more = await around(running.advance)
            if self._running is not running:
                # Forgotten meanwhile: it is somebody else's.
                return
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
            if self._running is running:
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
        if name in self._jobs:
            self._jobs[name].owed_also_to(job)
        elif not running.dropped:
            job.due = self._now() + delay
            self._jobs[name] = job


def with_index(name: str) -> str:
    """The name of a job that is done once more."""
    return f"{name}{WITH_INDEX}"
