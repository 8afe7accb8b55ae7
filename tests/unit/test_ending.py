"""A process that is asked to end writes what came, as far as time allows, and says what is left."""

import asyncio
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from background.follow_ups import REGULAR
from jira.errors import JiraUnavailableError
from port.resync import give_up_resyncs, resync
from tests.unit.helpers.fakes import settle
from tests.unit.helpers.manager_world import World, made_world, queued
from webhook_processors import ending as module
from webhook_processors.ending import USUAL_SECONDS, Ending, seconds_to_end


class Ended:
    """A manager with its worker, the end of it, and what the next process is told."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.told: list[float] = []
        self.compare_in: float | None = 1800.0
        manager: Any = world.manager
        manager.live_writer.refused = []
        world.follow_ups.catch_up = self  # type: ignore[attr-defined]
        world.start()
        manager._event_processor_tasks.clear()
        assert world.task is not None
        manager._event_processor_tasks.add(world.task)

    async def end(self, compare_in: float) -> None:
        self.told.append(compare_in)

    async def run(
        self, seconds: float = 5.0, *, resync_comes: bool = True, shares: bool = False
    ) -> None:
        hand_over: Any = None if shares else SimpleNamespace(end=self.end)
        ending = Ending(self.world.manager, hand_over, seconds, resync_comes=resync_comes)
        async with asyncio.timeout(20):
            await ending.run()

    def job(self, name: str, *, delay: float = 0.0) -> None:
        async def steps() -> AsyncIterator[None]:
            self.world.sent.append(name)
            yield

        self.world.follow_ups.jobs.ask(name, steps, delay=delay)


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch):
    async with made_world(monkeypatch) as made:
        yield made


@pytest.fixture
async def ended(world: World) -> Ended:
    return Ended(world)


async def test_what_waits_is_written_and_nothing_is_left(ended, log):
    await ended.world.put(queued("d-1", 1), queued("d-2", 2))
    await ended.run()
    assert ended.world.sent == ["catalog"]
    assert ended.world.task.cancelled()
    assert ended.told == [1800.0]
    assert [line for line in log if "all events are written" in line]


async def test_what_events_entail_is_done_as_well(ended):
    await ended.world.put(queued())
    ended.job("relatives")
    await ended.run()
    assert sorted(ended.world.sent) == ["catalog", "relatives"]
    assert ended.told == [1800.0]


@pytest.mark.parametrize("name", REGULAR)
async def test_what_no_event_asked_for_is_not_waited_for(ended, name):
    ended.job(name)
    await ended.run()
    assert ended.world.sent == []
    assert ended.told == [1800.0]


async def test_with_jira_down_it_ends_in_time_and_says_what_is_left(ended, log):
    ended.world.fails, ended.world.jira.down = {0: JiraUnavailableError("503")}, True
    await ended.world.put(*(queued(f"d-{number}", number) for number in range(1, 4)))
    await settle()
    begun = time.monotonic()
    await ended.run(0.2)
    assert time.monotonic() - begun < 5
    (line,) = [line for line in log if "something left" in line]
    assert line.startswith("WARNING")
    assert "3 live events (jira:issue_updated AB-1 (d-1), " in line
    assert "'delivery': 'd-3'" in line, "for machines"
    assert ended.told == [], "the next start makes up for it"


async def test_without_a_mapping_it_ends_in_time_as_well(ended, log):
    ended.world.mapping_fails = ConnectionError("Port is down")
    await ended.world.put(queued())
    await ended.run(0.2)
    assert [line for line in log if "1 live events" in line and "d-1" in line]
    assert ended.told == []


async def test_many_that_are_left_are_counted_and_the_first_are_named(ended, log, monkeypatch):
    monkeypatch.setattr(module, "TELLABLE", 2)
    ended.world.fails, ended.world.jira.down = {0: JiraUnavailableError("503")}, True
    await ended.world.put(*(queued(f"d-{number}", number) for number in range(1, 4)))
    await ended.run(0.1)
    (line,) = [line for line in log if "something left" in line]
    assert "3 live events" in line
    assert "'delivery': 'd-2'" in line
    assert "'delivery': 'd-3'" not in line


async def test_a_read_that_hangs_is_cancelled(ended):
    ended.world.manager._execute_processor = lambda *_: asyncio.Event().wait()
    await ended.world.put(queued())
    await settle()
    await ended.run(0.1)
    assert ended.world.task.cancelled()


@pytest.mark.parametrize("resync_comes", [True, False])
async def test_what_waits_for_the_search_is_left_where_time_runs_out(ended, log, resync_comes):
    ended.job("relatives when the index has caught up", delay=15)
    begun = time.monotonic()
    await ended.run(0.3, resync_comes=resync_comes)
    assert (time.monotonic() - begun < 0.3) is resync_comes, "the next start's resync reads it"
    assert [line for line in log if "relatives when the index has caught up" in line]
    assert ended.told == []


async def test_a_process_that_has_not_made_up_for_the_last_one_leaves_that(ended):
    ended.compare_in = None
    await ended.run()
    assert ended.told == []


@pytest.mark.parametrize("what", ["failing", "refused"])
async def test_what_fails_is_no_good_end(ended, what):
    if what == "failing":
        ended.world.manager.failing.note("user-1", JiraUnavailableError("500"))
    else:
        ended.world.manager.live_writer.refused = ["an entity"]
    await ended.run()
    assert ended.told == []


async def test_a_resync_is_given_up_and_what_it_may_have_undone_is_written(ended):
    """Also one that nobody else would end, such as one by the clock."""
    follow_ups = ended.world.follow_ups
    ended.compare_in = None

    async def resyncs() -> None:
        follow_ups.resync_running = True
        try:
            async with resync():
                await asyncio.Event().wait()
        finally:
            follow_ups.resync_running = False
            follow_ups.jobs.wake()

    under_way = asyncio.create_task(resyncs())
    await settle()
    await ended.world.put(queued())
    await settle()
    assert ended.world.sent == ["catalog"]
    await ended.run()
    assert under_way.cancelled()
    assert ended.world.sent == ["catalog", "catalog"]


async def test_a_resync_that_ends_already_is_left_to_do_so():
    ending = asyncio.Event()

    async def resyncs() -> str:
        try:
            async with resync():
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            await ending.wait()
            return "told Port"
        return ""

    under_way = asyncio.create_task(resyncs())
    await settle()
    under_way.cancel()
    await settle()
    give_up_resyncs()
    ending.set()
    assert await under_way == "told Port"


class Consumer:
    """Takes from a stream; says when it lets go of what it has."""

    def __init__(self, sent: list[str]) -> None:
        self.sent = sent

    async def stop(self) -> None:
        self.sent.append("let go")


async def test_what_came_by_a_stream_is_let_go_of_when_it_is_written(ended, log):
    """Others take what is left; nothing is handed over to the next start."""
    manager = ended.world.manager
    manager._live_events_consumer = Consumer(ended.world.sent)
    manager.together = SimpleNamespace(resyncs_here=False)
    await ended.world.put(queued())
    ended.job("relatives")
    await ended.run(shares=True)
    assert sorted(ended.world.sent[:2]) == ["catalog", "relatives"]
    assert ended.world.sent[2:] == ["let go"]
    assert ended.told == []


async def test_a_resync_of_another_process_is_not_waited_for(ended, log):
    """Nobody does background work meanwhile: what is owed here others make up for."""
    world = ended.world
    world.manager.together = SimpleNamespace(resyncs_here=False)
    world.follow_ups.resync_running = True
    await world.put(queued())
    ended.job("relatives")
    begun = time.monotonic()
    await ended.run(shares=True)
    assert time.monotonic() - begun < 4
    assert world.sent == ["catalog"]
    (line,) = [line for line in log if "something left" in line]
    assert "background work: relatives. Other processes make up for it" in line


async def test_a_process_that_takes_no_events_has_nothing_to_end(ended, log):
    ended.world.manager._event_processor_tasks.clear()
    await ended.run()
    assert ended.told == []
    assert not [line for line in log if "Stopp" in line]


@pytest.mark.parametrize(("told", "seconds"), [({}, USUAL_SECONDS), ({"set": 5.0}, 5.0)])
def test_the_time_is_the_frameworks_setting_where_it_is_set(told, seconds):
    config: Any = SimpleNamespace(
        model_fields_set={"max_wait_seconds_before_shutdown"} if told else set(),
        max_wait_seconds_before_shutdown=5.0,
    )
    assert seconds_to_end(config) == seconds
