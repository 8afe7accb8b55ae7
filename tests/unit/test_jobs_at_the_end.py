"""What is owed of background work, and how a process that ends waits for it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from background.jobs import Jobs, MakeSteps
from tests.unit.helpers.fakes import around, settle


class World:
    """Jobs on a clock that a test sets."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.done: list[str] = []
        self.jobs = Jobs(lambda: self.time)

    def job(self, name: str, *steps: float | None, fails: bool = False) -> MakeSteps:
        async def made() -> AsyncIterator[float | None]:
            for step in steps or (None,):
                self.done.append(name)
                yield step
            if fails:
                raise ConnectionError("nobody answers")

        return made

    def ask(self, name: str, *steps: float | None, delay: float = 0.0, fails: bool = False) -> None:
        self.jobs.ask(name, self.job(name, *steps, fails=fails), delay=delay)

    async def step(self) -> None:
        await self.jobs.step(around)


@pytest.fixture
def world() -> World:
    return World()


async def test_what_is_due_or_under_way_is_owed(world: World) -> None:
    world.ask("now")
    world.ask("later", delay=15)
    assert world.jobs.owed(0.0) == ["now"]
    assert sorted(world.jobs.owed()) == ["later", "now"]
    await world.step()
    assert world.jobs.owed(0.0) == ["now"], "it has another step"
    await world.step()
    assert world.jobs.owed(0.0) == []
    world.time += 15
    assert world.jobs.owed(0.0) == ["later"]


async def test_what_was_set_aside_is_owed(world: World) -> None:
    world.ask("waits for points", 60.0)
    await world.step()
    assert world.jobs.owed(0.0) == []
    assert world.jobs.owed() == ["waits for points"]
    assert world.jobs.due_in("waits for points") == 0.0


@pytest.mark.parametrize("steps", [(None, None), (60.0,)])
async def test_a_job_that_is_dropped_is_not_done_wherever_it_is(
    world: World, steps: tuple[float | None, ...]
) -> None:
    world.ask("sweep", *steps)
    world.ask("waiting", delay=1)
    await world.step()
    world.jobs.drop(["sweep", "waiting", "nobody asked for this"])
    if world.jobs.owed():
        await world.step()
    world.time += 100
    assert world.jobs.owed() == []


async def test_a_job_that_is_dropped_in_its_step_ends_with_it(world: World) -> None:
    going = asyncio.Event()

    async def made() -> AsyncIterator[None]:
        await going.wait()
        yield
        raise AssertionError("there was to be no other step")

    world.jobs.ask("sweep", made)
    step = asyncio.create_task(world.step())
    await settle()
    world.jobs.drop(["sweep"])
    assert world.jobs.owed() == ["sweep"]
    going.set()
    await step
    assert world.jobs.owed() == []


async def test_a_job_that_was_dropped_and_fails_is_not_tried_again(world: World) -> None:
    world.ask("sweep", None, fails=True)
    await world.step()
    world.jobs.drop(["sweep"])
    await world.step()
    assert world.jobs.owed() == []


async def test_the_moment_at_which_a_job_is_due_is_known(world: World) -> None:
    assert world.jobs.due_in("sweep") is None
    world.ask("sweep", delay=60)
    world.time += 20
    assert world.jobs.due_in("sweep") == 40
    world.time += 60
    assert world.jobs.due_in("sweep") == 0


async def test_what_was_asked_for_can_be_put_off_and_nothing_else(world: World) -> None:
    world.ask("sweep", delay=10)
    world.jobs.put_off("sweep", 60)
    world.jobs.put_off("another", 60)
    assert world.jobs.due_in("sweep") == 60
    assert world.jobs.owed() == ["sweep"]


@pytest.mark.parametrize("fails", [False, True])
async def test_whoever_ends_waits_for_what_is_due_and_no_longer(world: World, fails: bool) -> None:
    world.ask("now", fails=fails)
    world.ask("later", delay=15)
    waits = asyncio.create_task(world.jobs.worked_off(0.0))
    await settle()
    assert not waits.done()
    await world.step()
    await world.step()
    async with asyncio.timeout(5):
        await waits
    assert world.done == ["now"]
    assert "later" in world.jobs.owed()


async def test_whoever_waits_for_all_waits_for_later_ones_too(world: World) -> None:
    world.ask("later", delay=15)
    waits = asyncio.create_task(world.jobs.worked_off())
    await settle()
    assert not waits.done()
    world.time += 15
    await world.step()
    await world.step()
    async with asyncio.timeout(5):
        await waits


async def test_with_nothing_owed_nobody_waits(world: World) -> None:
    async with asyncio.timeout(5):
        await world.jobs.worked_off()
