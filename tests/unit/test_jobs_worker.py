"""The worker does what is due at its time, nothing during a resync, and outlives what fails."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from background.jobs import Jobs
from tests.unit.helpers.fakes import around, settle


class Working:
    """`work`, on a clock that a test sets."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.jobs = Jobs(lambda: self.time)
        self.done: list[str] = []
        self.may = True
        self.at_step: Callable[[], None] = lambda: None
        self.task = asyncio.create_task(self.jobs.work(self.may_begin, around))

    async def may_begin(self) -> bool:
        return self.may

    def ask(self, name: str, *, steps: int = 1, delay: float = 0.0) -> None:
        async def made() -> AsyncIterator[None]:
            for _ in range(steps):
                self.done.append(name)
                self.at_step()
                yield

        self.jobs.ask(name, made, delay=delay)


@pytest.fixture
async def working():
    made = Working()
    yield made
    made.task.cancel()
    await asyncio.gather(made.task, return_exceptions=True)


async def test_what_is_asked_for_while_nothing_happens_is_done(working):
    await settle()
    working.ask("sweep", steps=3)
    await settle()
    assert working.done == ["sweep"] * 3


async def test_what_is_not_due_is_left_for_later(working):
    working.ask("sweep", delay=60.0)
    await settle()
    assert working.done == []
    working.time += 60.0
    working.jobs.wake()
    await settle()
    assert working.done == ["sweep"]


async def test_it_is_done_at_its_time_without_being_woken(working, monkeypatch):
    """The worker sleeps until then, and not longer."""
    slept: list[float | None] = []
    timeout = asyncio.timeout

    def noted(seconds: float | None) -> asyncio.Timeout:
        slept.append(seconds)
        if seconds:
            working.time += seconds
            return timeout(0)
        return timeout(seconds)

    monkeypatch.setattr(asyncio, "timeout", noted)
    working.ask("sweep", delay=60.0)
    await settle()
    assert slept[0] == 60.0
    assert working.done == ["sweep"]


async def test_during_a_resync_nothing_begins_and_nothing_goes_on(working):
    def resync_begins() -> None:
        working.may = False

    working.at_step = resync_begins
    working.ask("sweep", steps=3)
    await settle()
    assert working.done == ["sweep"]
    working.at_step = lambda: None
    working.may = True
    working.jobs.wake()
    await settle()
    assert working.done == ["sweep"] * 3


async def test_work_that_fails_does_not_end_the_worker(working):
    def fails() -> None:
        raise ConnectionError("Port is down")

    working.at_step = fails
    working.ask("sweep")
    await settle()
    working.at_step = lambda: None
    working.ask("orphans")
    await settle()
    assert working.done == ["sweep", "orphans"]


async def test_a_worker_that_is_ended_ends(working):
    working.ask("sweep", delay=60.0)
    await settle()
    working.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working.task
