"""Whose turn it is: events never wait for background work, background work never gets lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import pytest
from port_ocean.core.handlers.queue import LocalQueue
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from background.follow_ups import FollowUps
from background.jobs import Jobs
from tests.unit.helpers.fakes import settle
from webhook_processors import replay as replay_module
from webhook_processors.next_batch import MAX_BATCH, Turns
from webhook_processors.queued_event import QueuedEvent
from webhook_processors.replay import Replay


class FakeFollowUps:
    """Background work on a clock of the test's, and a resync that the test begins and ends."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.jobs = Jobs(lambda: self.time)
        self.resync_running = False
        self.sweeps_asked_for = 0

    def ask_for_sweep(self) -> None:
        self.sweeps_asked_for += 1

    def end_resync(self) -> None:
        self.resync_running = False
        self.jobs.wake()


class World:
    def __init__(self) -> None:
        self.queue = LocalQueue[WebhookEvent]()
        self.follow_ups = FakeFollowUps()
        self.replay = Replay()
        self.done: list[str] = []
        self.turns = Turns(self.queue, cast(FollowUps, self.follow_ups), self.replay, self.around)
        self.at_step: Callable[[], Awaitable[None]] | None = None

    async def around(self, step: Callable[[], Awaitable[bool]]) -> bool:
        more = await step()
        if self.at_step:
            await self.at_step()
        return more

    async def put(self, count: int = 1) -> None:
        for number in range(count):
            await self.queue.put(WebhookEvent(f"trace-{number}", {}, {}))

    def ask(self, name: str, steps: int = 1, delay: float = 0.0) -> None:
        async def made() -> AsyncIterator[None]:
            for _ in range(steps):
                self.done.append(name)
                yield

        self.follow_ups.jobs.ask(name, made, delay=delay)

    def wait(self) -> asyncio.Task[Any]:
        return asyncio.create_task(self.turns.next_batch())

    async def batch(self) -> int:
        async with asyncio.timeout(5):
            return len(await self.turns.next_batch())


@pytest.fixture
async def world():
    made = World()
    yield made
    made.turns.close()


async def stopped(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_waits_is_the_next_batch(world):
    await world.put(3)
    assert await world.batch() == 3


async def test_events_come_before_background_work_that_is_due(world):
    world.ask("sweep")
    await world.put()
    assert await world.batch() == 1
    assert world.done == []


async def test_background_work_is_done_while_no_event_waits(world):
    world.ask("sweep", steps=3)
    waiting = world.wait()
    await settle()
    assert world.done == ["sweep"] * 3
    assert not waiting.done()
    await stopped(waiting)


async def test_an_event_interrupts_background_work_between_two_steps(world):
    world.ask("sweep", steps=5)

    async def one_comes() -> None:
        if len(world.done) == 2:
            await world.put()

    world.at_step = one_comes
    assert await world.batch() == 1
    assert len(world.done) in (2, 3)
    waiting = world.wait()
    await settle()
    assert world.done == ["sweep"] * 5
    await stopped(waiting)


async def test_no_event_is_lost_that_was_taken_while_background_work_ran(world):
    async def many_come() -> None:
        world.at_step = None
        await world.put(MAX_BATCH + 5)
        await settle()

    world.at_step = many_come
    world.ask("sweep", steps=3)
    assert await world.batch() == MAX_BATCH
    assert await world.batch() == 5


async def test_work_that_is_asked_for_while_nothing_happens_wakes_the_worker(world):
    waiting = world.wait()
    await settle()
    world.ask("sweep")
    await settle()
    assert world.done == ["sweep"]
    assert not waiting.done()
    await stopped(waiting)


async def test_work_that_is_not_due_is_left_for_later(world):
    world.ask("sweep", delay=60.0)
    waiting = world.wait()
    await settle()
    assert world.done == []
    world.follow_ups.time += 60.0
    world.follow_ups.jobs.wake()
    await settle()
    assert world.done == ["sweep"]
    await stopped(waiting)


async def test_work_is_done_at_its_time_without_being_woken(world, monkeypatch):
    """The worker sleeps until then, and not longer."""
    asked: list[float | None] = []
    wait = asyncio.wait

    async def noted(tasks: Any, **options: Any) -> Any:
        asked.append(options["timeout"])
        if options["timeout"]:
            world.follow_ups.time += options["timeout"]
            options["timeout"] = 0
        return await wait(tasks, **options)

    monkeypatch.setattr(asyncio, "wait", noted)
    world.ask("sweep", delay=60.0)
    waiting = world.wait()
    await settle()
    assert asked[0] == 60.0
    assert world.done == ["sweep"]
    await stopped(waiting)


async def test_background_work_waits_while_a_resync_runs(world):
    """Both would read and write everything at the same time."""
    world.follow_ups.resync_running = True
    world.ask("sweep")
    waiting = world.wait()
    await settle()
    assert world.done == []
    world.follow_ups.end_resync()
    await settle()
    assert world.done == ["sweep"]
    await stopped(waiting)


async def test_a_resync_that_begins_in_the_middle_of_background_work_pauses_it(world):
    async def begin() -> None:
        world.follow_ups.resync_running = True

    world.at_step = begin
    world.ask("sweep", steps=3)
    waiting = world.wait()
    await settle()
    assert world.done == ["sweep"]
    world.at_step = None
    world.follow_ups.end_resync()
    await settle()
    assert world.done == ["sweep"] * 3
    await stopped(waiting)


async def test_events_are_taken_while_a_resync_runs(world):
    world.follow_ups.resync_running = True
    await world.put()
    assert await world.batch() == 1


def queued(number: int = 1) -> QueuedEvent:
    return QueuedEvent(b'{"webhookEvent": "user_updated", "number": %d}' % number, {})


async def test_events_that_are_put_back_after_a_resync_are_a_batch(world):
    """It may write a row that it read before the change."""
    events = [queued(1), queued(2)]
    world.follow_ups.resync_running = True
    world.replay.note(events)
    waiting = world.wait()
    await settle()
    assert not waiting.done()
    world.follow_ups.end_resync()
    async with asyncio.timeout(5):
        assert await waiting == events
    assert all(event.again for event in events)


async def test_events_are_put_back_once(world):
    world.replay.note([queued()])
    assert await world.batch() == 1
    waiting = world.wait()
    await settle()
    assert not waiting.done()
    await stopped(waiting)


async def test_more_events_than_memory_has_room_for_are_made_up_for_by_a_sweep(world, monkeypatch):
    monkeypatch.setattr(replay_module, "MAX_REMEMBERED_BYTES", queued().size)
    world.follow_ups.resync_running = True
    world.replay.note([queued(1), queued(2)])
    waiting = world.wait()
    await settle()
    assert world.follow_ups.sweeps_asked_for == 0
    world.follow_ups.end_resync()
    async with asyncio.timeout(5):
        assert len(await waiting) == 1
    assert world.follow_ups.sweeps_asked_for == 1
    await world.put()
    await world.batch()
    assert world.follow_ups.sweeps_asked_for == 1, "once"


async def test_where_not_even_one_event_had_room_a_sweep_is_asked_for_all_the_same(
    world, monkeypatch
):
    monkeypatch.setattr(replay_module, "MAX_REMEMBERED_BYTES", 1)
    world.replay.note([queued()])
    await world.put()
    assert await world.batch() == 1
    assert world.follow_ups.sweeps_asked_for == 1


async def test_work_that_fails_does_not_end_the_worker(world):
    async def fails() -> None:
        raise ConnectionError("Port is down")

    world.at_step = fails
    world.ask("sweep")
    waiting = world.wait()
    await settle()
    assert not waiting.done()
    await world.put()
    async with asyncio.timeout(5):
        assert len(await waiting) == 1


async def test_a_worker_that_ends_leaves_nobody_at_the_queue(world):
    waiting = world.wait()
    await settle()
    await stopped(waiting)
    world.turns.close()
    await settle()
    await world.put()
    await settle()
    assert await world.queue.size() == 1
