"""To whom a job is owed, and who may do it."""

from collections.abc import AsyncIterator

import pytest

from background.jobs import Jobs, MakeSteps, caused_by
from tests.unit.helpers.fakes import around


class World:
    """A clock that a test sets; a job may fail, and ask for another one."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.done: list[str] = []
        self.jobs = Jobs(lambda: self.time)
        self.fails = False

    def made(self, name: str, entails: str | None = None) -> MakeSteps:
        async def steps() -> AsyncIterator[None]:
            yield
            if self.fails:
                self.fails = False
                raise ConnectionError("nobody answers")
            self.done.append(name)
            if entails:
                self.jobs.ask(entails, self.made(entails), delay=10.0)

        return steps

    def ask(self, name: str, *causes: str, entails: str | None = None, delay: float = 0.0) -> None:
        with caused_by(frozenset(causes)):
            self.jobs.ask(name, self.made(name, entails), delay=delay)

    async def run(self) -> None:
        while self.jobs.seconds_until_due() == 0.0:
            await self.jobs.step(around)


@pytest.fixture
def world() -> World:
    return World()


async def test_a_job_is_owed_to_all_who_asked_for_it_until_it_is_done(world):
    world.ask("sweep", "a")
    world.ask("sweep", "b", delay=5.0)
    assert world.jobs.owed_to == {"a", "b"}
    await world.jobs.step(around)
    assert world.jobs.owed_to == {"a", "b"}, "while it is at it"
    await world.run()
    assert world.jobs.owed_to == set()


async def test_a_nearer_moment_counts_for_all_who_asked(world):
    world.ask("sweep", "a", delay=5.0)
    world.ask("sweep", "b")
    await world.run()
    assert (world.done, world.jobs.owed_to) == (["sweep"], set())


async def test_what_it_entails_is_owed_to_the_same(world):
    world.ask("sweep", "a", entails="another")
    await world.run()
    assert world.jobs.owed_to == {"a"}
    world.time += 10
    await world.run()
    assert (world.done, world.jobs.owed_to) == (["sweep", "another"], set())


async def test_one_that_failed_is_still_owed(world):
    world.ask("sweep", "a")
    world.fails = True
    await world.run()
    assert world.jobs.owed_to == {"a"}


async def test_one_that_failed_and_was_asked_for_meanwhile_is_owed_to_both(world):
    world.ask("sweep", "a")
    await world.jobs.step(around)
    world.ask("sweep", "b", delay=5.0)
    world.fails = True
    await world.jobs.step(around)
    assert world.jobs.owed_to == {"a", "b"}


async def test_what_is_asked_for_while_it_is_done_is_owed_to_those_alone(world):
    world.ask("sweep", "a")
    await world.jobs.step(around)
    world.ask("sweep", "b", delay=5.0)
    await world.run()
    assert world.jobs.owed_to == {"b"}


def test_one_that_is_put_off_is_owed_to_who_put_it_off(world):
    """It does for the others what they asked for; else they would pile up while it is put off."""
    world.ask("orphans", "a")
    with caused_by(frozenset({"b"})):
        world.jobs.postpone("orphans", world.made("orphans"), delay=1.0)
    assert world.jobs.owed_to == {"b"}
    world.jobs.postpone("orphans", world.made("orphans"), delay=1.0)
    assert world.jobs.owed_to == {"b"}, "nobody put it off who would remember it"


async def test_what_isn_t_this_process_s_waits_here(world):
    world.jobs.may_do = lambda name: name == "ours"
    world.ask("theirs", "a")
    assert world.jobs.seconds_until_due() is None
    world.ask("ours")
    await world.run()
    assert world.done == ["ours"]
    world.jobs.may_do = lambda name: True
    await world.run()
    assert world.done == ["ours", "theirs"]


async def test_one_that_was_begun_goes_on_where_it_was(world):
    world.ask("sweep", "a")
    await world.jobs.step(around)
    world.jobs.may_do = lambda name: False
    assert world.jobs.seconds_until_due() is None
    assert world.jobs.owed_to == {"a"}
    world.jobs.may_do = lambda name: True
    await world.jobs.step(around)
    assert world.done == ["sweep"]


async def test_what_is_somebody_else_s_is_forgotten_also_in_the_middle(world):
    world.ask("theirs", "a")
    world.ask("ours", "b", delay=5.0)
    await world.jobs.step(around)
    world.jobs.forget(lambda name: name == "ours")
    assert world.jobs.owed_to == {"b"}
    await world.run()
    assert world.done == []


@pytest.mark.parametrize("fails", [True, False])
async def test_a_step_that_was_under_way_when_it_was_forgotten_leaves_nothing(world, fails, log):
    world.ask("theirs", "a")
    await world.jobs.step(around)
    world.fails = fails

    async def forgotten(step):
        world.jobs.forget(lambda name: False)
        return await step()

    await world.jobs.step(forgotten)
    assert world.jobs.owed_to == set()
    assert world.jobs.seconds_until_due() is None
