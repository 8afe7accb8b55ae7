"""Background work: done once however often it is asked for, never lost, never in a tight circle."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from background.jobs import (
    FIRST_RETRY_SECONDS,
    LONGEST_RETRY_SECONDS,
    Jobs,
    MakeSteps,
    with_index,
)
from jira.urgency import Urgency, present_urgency
from tests.unit.helpers.fakes import around


class World:
    """A clock that a test sets, and what was done at which time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = 1000.0
        self.done: list[str] = []
        self.woken = 0
        self.fails: dict[str, int] = {}
        """How often a job still fails; counted down."""
        self.jobs = Jobs(lambda: self.time)
        monkeypatch.setattr(self.jobs, "wake", self.wake)

    def wake(self) -> None:
        self.woken += 1

    def job(self, label: str, steps: int = 1) -> MakeSteps:
        """Steps that note themselves, and fail at the last one while the test says so."""

        async def made() -> AsyncIterator[None]:
            for number in range(steps):
                if number == steps - 1 and self.fails.get(label):
                    self.fails[label] -= 1
                    raise ConnectionError("nobody answers")
                self.done.append(label)
                yield

        return made

    def ask(self, name: str, *, delay: float = 0.0, steps: int = 1) -> None:
        self.jobs.ask(name, self.job(name, steps), delay=delay)

    async def step(self) -> None:
        await self.jobs.step(around)

    async def run(self) -> list[str]:
        """Everything that is due now; the labels of what was done."""
        self.done.clear()
        for _ in range(100):
            if self.jobs.seconds_until_due() != 0.0:
                return list(self.done)
            await self.step()
        raise AssertionError("it never ends")


@pytest.fixture
def world(monkeypatch):
    return World(monkeypatch)


def test_where_nothing_was_asked_for_nothing_is_due(world):
    assert world.jobs.seconds_until_due() is None


async def test_what_is_asked_for_is_done_to_its_end_and_then_forgotten(world, log):
    world.ask("sweep", steps=3)
    assert await world.run() == ["sweep"] * 3
    assert world.jobs.seconds_until_due() is None
    assert [line for line in log if "Background work done: sweep" in line]


async def test_the_end_of_a_job_says_where_another_one_is_to_come(world, log):
    """Who waits for it has to wait for that one."""
    world.ask("sweep", steps=2)
    await world.jobs.step(around)
    world.ask("sweep")
    await world.run()
    done = [line.split("|")[1] for line in log if "Background work done" in line]
    assert done == [
        "Background work done: sweep, and asked for again",
        "Background work done: sweep",
    ]


async def test_what_is_asked_for_twice_is_done_once(world):
    world.ask("sweep")
    world.ask("sweep")
    assert await world.run() == ["sweep"]


async def test_jobs_of_other_names_are_other_jobs(world):
    world.ask("issues of project 10")
    world.ask("issues of project 11")
    assert sorted(await world.run()) == ["issues of project 10", "issues of project 11"]


@pytest.mark.parametrize(("first", "second"), [(60.0, 10.0), (10.0, 60.0)])
async def test_of_two_moments_the_nearer_counts(world, first, second):
    world.ask("sweep", delay=first)
    world.ask("sweep", delay=second)
    assert world.jobs.seconds_until_due() == 10.0


async def test_nothing_is_due_before_its_time(world):
    world.ask("sweep", delay=60.0)
    world.time += 59.0
    assert await world.run() == []
    world.time += 1.0
    assert await world.run() == ["sweep"]


async def test_a_job_that_is_long_due_is_due_now_and_not_before(world):
    world.ask("sweep", delay=60.0)
    world.time += 600.0
    assert world.jobs.seconds_until_due() == 0.0


@pytest.mark.parametrize("before", [1.0, 60.0])
async def test_what_is_postponed_is_done_then_however_soon_it_was_due(world, before):
    world.ask("orphans", delay=before)
    world.jobs.postpone("orphans", world.job("orphans"), delay=30.0)
    assert world.jobs.seconds_until_due() == 30.0


async def test_what_is_due_first_is_done_first(world):
    for name, delay in (("late", 30.0), ("early", 10.0), ("middle", 20.0)):
        world.ask(name, delay=delay)
    world.time += 60.0
    assert await world.run() == ["early", "middle", "late"]


async def test_a_job_that_has_begun_is_finished_before_another_begins(world):
    """Two sweeps in turns would each read what the other one writes."""
    world.ask("sweep", steps=3)
    await world.step()
    world.time -= 10.0
    world.ask("orphans")
    assert await world.run() == ["sweep", "sweep", "orphans"]


async def test_a_job_under_way_has_its_next_step_due_at_once(world):
    world.ask("sweep", steps=2)
    world.ask("later", delay=60.0)
    await world.step()
    assert world.jobs.seconds_until_due() == 0.0


async def test_what_is_asked_for_while_it_runs_is_done_once_more(world):
    """It may have read too early."""
    world.ask("sweep", steps=2)
    await world.step()
    world.ask("sweep", steps=2)
    world.ask("sweep", steps=2)
    assert await world.run() == ["sweep"] * 3


async def test_a_job_may_ask_for_itself_again(world):
    """A sweep asks for the next one when it ends."""

    async def again() -> AsyncIterator[None]:
        world.done.append("sweep")
        yield
        world.jobs.postpone("sweep", again, delay=60.0)

    world.jobs.ask("sweep", again)
    assert await world.run() == ["sweep"]
    assert world.jobs.seconds_until_due() == 60.0


async def test_who_waits_is_told_when_something_is_due_sooner(world):
    world.ask("sweep", delay=60.0)
    assert world.woken == 1
    world.ask("sweep", delay=90.0)
    assert world.woken == 1
    world.ask("sweep", delay=10.0)
    world.jobs.postpone("sweep", world.job("sweep"), delay=60.0)
    assert world.woken == 3


async def test_each_step_is_done_where_it_finds_what_it_needs(world):
    """The framework's event and mapping: a step must not carry them over to the next."""
    inside: list[str] = []

    async def noted(step: Callable[[], Awaitable[bool]]) -> bool:
        inside.append("in")
        more = await step()
        inside.append("out")
        return more

    world.ask("sweep", steps=2)
    for _ in range(3):
        await world.jobs.step(noted)
    assert inside == ["in", "out"] * 3


async def test_a_job_that_fails_is_done_again_later_from_its_beginning(world, log):
    world.fails = {"sweep": 1}
    world.ask("sweep", steps=3)
    assert await world.run() == ["sweep"] * 2
    assert world.jobs.seconds_until_due() == FIRST_RETRY_SECONDS
    [warning] = [line for line in log if line.startswith("WARNING")]
    assert "sweep" in warning
    assert "nobody answers" in warning
    world.time += FIRST_RETRY_SECONDS
    assert await world.run() == ["sweep"] * 3
    assert world.jobs.seconds_until_due() is None


async def test_a_job_that_keeps_failing_is_tried_ever_more_rarely_but_not_given_up(world):
    world.fails = {"sweep": 12}
    world.ask("sweep")
    delays = []
    for _ in range(12):
        await world.run()
        delays.append(world.jobs.seconds_until_due())
        world.time += delays[-1]
    assert delays[0] == FIRST_RETRY_SECONDS
    assert delays == sorted(delays)
    assert delays[1] > delays[0]
    assert delays[-1] == LONGEST_RETRY_SECONDS
    assert await world.run() == ["sweep"]


async def test_after_a_success_the_next_failure_is_the_first_again(world):
    world.fails = {"sweep": 3}
    world.ask("sweep")
    for _ in range(4):
        await world.run()
        world.time += LONGEST_RETRY_SECONDS
    world.fails = {"sweep": 1}
    world.ask("sweep")
    await world.run()
    assert world.jobs.seconds_until_due() == FIRST_RETRY_SECONDS


async def test_a_job_that_fails_keeps_no_other_waiting(world):
    world.fails = {"sweep": 5}
    world.ask("sweep")
    world.ask("orphans")
    assert await world.run() == ["orphans"]


async def test_a_job_that_failed_and_was_asked_for_meanwhile_is_done_when_it_was_asked_for(world):
    world.fails = {"sweep": 1}
    world.ask("sweep", steps=2)
    await world.step()
    world.ask("sweep", delay=1.0)
    await world.step()
    assert world.jobs.seconds_until_due() == 1.0
    world.time += 1.0
    assert await world.run() == ["sweep"]
    assert world.jobs.seconds_until_due() is None


async def test_where_there_is_no_mapping_the_job_is_done_again_later(world):
    """Port can't be asked: the step itself was never reached."""

    async def no_mapping(step: Callable[[], Awaitable[bool]]) -> bool:
        raise ConnectionError("Port is down")

    world.ask("sweep")
    await world.jobs.step(no_mapping)
    assert world.done == []
    world.time += FIRST_RETRY_SECONDS
    assert await world.run() == ["sweep"]


async def test_a_step_that_somebody_else_ended_is_a_failure_and_not_the_worker_s_end(world, log):
    """It may wait for what a resync began, which is given up."""

    async def cut_off(step: Callable[[], Awaitable[bool]]) -> bool:
        raise asyncio.CancelledError

    world.ask("sweep")
    await world.jobs.step(cut_off)
    assert [line for line in log if line.startswith("WARNING") and "sweep" in line]
    world.time += FIRST_RETRY_SECONDS
    assert await world.run() == ["sweep"]


async def test_it_is_known_since_when_the_job_under_way_reads(world):
    """Later steps belong to the same job: what it listed is as old as its beginning."""
    assert world.jobs.running_since > world.time
    world.ask("sweep", steps=3)
    await world.step()
    world.time += 60.0
    await world.step()
    assert world.jobs.running_since == 1000.0
    await world.run()
    world.ask("orphans")
    await world.step()
    assert world.jobs.running_since == 1060.0


async def test_what_is_done_in_the_background_gives_way_and_nothing_else(world):
    seen: list[Urgency] = []

    async def around(step: Callable[[], Awaitable[bool]]) -> bool:
        seen.append(present_urgency())
        return await step()

    world.ask("sweep")
    await world.jobs.step(around)
    assert (seen, present_urgency()) == ([Urgency.BACKGROUND], Urgency.LIVE)


async def test_where_nobody_works_what_is_due_soon_is_done_to_its_end(world, monkeypatch):
    waited = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        world.time += seconds

    monkeypatch.setattr(asyncio, "sleep", sleep)
    world.ask("now", steps=2)
    world.ask("soon", delay=3.0)
    world.ask("late", delay=60.0)
    world.ask(with_index("now"), delay=5.0)
    await world.jobs.finish(around, 12.0)
    assert world.done == ["now", "now", "soon"]
    assert sum(waited) == 3.0
    assert "late" in world.jobs.owed()
    assert "soon" not in world.jobs.owed()
    assert with_index("now") not in world.jobs.owed()


async def test_what_fails_again_and_again_is_left_when_nobody_works(world, monkeypatch):
    async def sleep(seconds: float) -> None:
        world.time += seconds

    monkeypatch.setattr(asyncio, "sleep", sleep)
    world.fails["sweep"] = 100
    world.ask("sweep")
    await world.jobs.finish(around, 12.0)
    assert world.fails["sweep"] == 97, "at once, after 5 seconds and after 10"
    assert "sweep" in world.jobs.owed()


async def test_a_step_that_waits_for_its_time_is_waited_for(world, monkeypatch):
    async def sleep(seconds: float) -> None:
        world.time += seconds

    async def steps() -> AsyncIterator[float | None]:
        yield 600.0
        world.done.append("dear")

    monkeypatch.setattr(asyncio, "sleep", sleep)
    world.jobs.ask("dear", steps)
    await world.jobs.finish(around, 12.0)
    assert world.done == ["dear"]
