"""A job whose next step can't begin yet is set aside, and others are done meanwhile."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from background.jobs import FIRST_RETRY_SECONDS, Jobs, MakeSteps
from jira.http.purpose import Purpose, present_purpose
from telemetry import metrics


class World:
    """A clock that a test sets, and what was done at which time."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.done: list[tuple[str, float, float]] = []
        self.jobs = Jobs(lambda: self.time)

    def job(self, name: str, *waits: float | None) -> MakeSteps:
        async def made() -> AsyncIterator[float | None]:
            for wait in waits:
                self.done.append((name, self.time, self.jobs.running_since))
                yield wait

        return made

    async def run(self) -> list[str]:
        """Everything that is due now."""
        before = len(self.done)
        for _ in range(50):
            if self.jobs.seconds_until_due() != 0.0:
                return [name for name, *_ in self.done[before:]]
            await self.jobs.step(around)
        raise AssertionError("it never ends")


async def around(step: Callable[[], Awaitable[bool]]) -> bool:
    return await step()


@pytest.fixture
def world() -> World:
    return World()


async def test_others_are_done_while_one_waits(world):
    world.jobs.ask("sweep", world.job("sweep", None, 600.0, None))
    assert await world.run() == ["sweep", "sweep"]
    assert world.jobs.seconds_until_due() == 600.0
    world.jobs.ask("relatives", world.job("relatives", None))
    assert await world.run() == ["relatives"]
    world.time += 600.0
    assert await world.run() == ["sweep"]
    assert world.jobs.seconds_until_due() is None


async def test_it_goes_on_where_it_was_and_is_as_old_as_its_beginning(world):
    """What it listed is older than what events wrote since."""
    world.jobs.ask("sweep", world.job("sweep", 600.0, None))
    await world.run()
    world.time += 300.0
    world.jobs.ask("relatives", world.job("relatives", None))
    await world.run()
    world.time += 300.0
    await world.run()
    assert world.done == [
        ("sweep", 1000.0, 1000.0),
        ("relatives", 1300.0, 1300.0),
        ("sweep", 1600.0, 1000.0),
    ]


async def test_one_that_is_asked_for_meanwhile_is_done_again_afterwards_and_not_beside_it(world):
    world.jobs.ask("sweep", world.job("first", 600.0, None))
    await world.run()
    world.jobs.ask("sweep", world.job("second", None))
    assert await world.run() == []
    world.time += 600.0
    assert await world.run() == ["first", "second"]


async def test_one_that_fails_after_it_was_set_aside_is_tried_again_from_its_beginning(world):
    tries = []

    async def fails_once() -> AsyncIterator[float | None]:
        tries.append(world.time)
        yield 600.0
        if len(tries) == 1:
            raise ConnectionError("nobody answers")

    world.jobs.ask("sweep", fails_once)
    await world.run()
    world.time += 600.0
    await world.run()
    world.time += FIRST_RETRY_SECONDS
    await world.run()
    assert tries == [1000.0, 1600.0 + FIRST_RETRY_SECONDS]


async def test_what_is_set_aside_counts_as_running(world):
    def running() -> float:
        (family,) = metrics.JOBS_WAITING.collect()
        return next(s.value for s in family.samples if s.labels["state"] == "running")

    world.jobs.ask("sweep", world.job("sweep", 600.0, None))
    await world.run()
    assert running() == 1
    world.time += 600.0
    await world.run()
    assert running() == 0


async def test_what_a_job_asks_for_is_what_events_entail(world):
    purposes = []

    async def asks() -> AsyncIterator[float | None]:
        purposes.append(present_purpose())
        yield None

    world.jobs.ask("relatives", asks)
    await world.run()
    assert purposes == [Purpose.FOLLOW_UP]
    assert present_purpose() is Purpose.LIVE
