"""The worker of live events: one alone, that waits for a mapping and for Jira and ends in order."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from jira.errors import JiraUnavailableError
from tests.unit.helpers.fakes import settle
from tests.unit.helpers.manager_world import PATH, made_world, queued
from webhook_processors import manager as module


@pytest.fixture
async def world(monkeypatch):
    async with made_world(monkeypatch) as made:
        yield made


async def test_without_a_mapping_events_wait_and_it_is_said_once(world, log):
    world.mapping_fails = ConnectionError("Port is down")
    world.start()
    await world.put(queued())
    await settle()
    assert len(world.pauses) > 2
    assert world.pauses[:3] == [1.0, 2.0, 4.0]
    assert world.read == []
    world.mapping_fails = None
    await world.worked_off()
    assert world.read == [("d-1", 0)]
    assert len([line for line in log if "wait for another try" in line]) == 1
    assert len([line for line in log if "Live events go on" in line]) == 1


async def test_the_queue_keeps_the_others_while_too_many_are_held(world, monkeypatch):
    """Parsed, an event takes several times the memory."""
    monkeypatch.setattr(module, "MAX_HELD", 2)
    world.fails, world.jira.down = {0: JiraUnavailableError("503")}, True
    for number in range(6):
        await world.queue.put(queued(f"d-{number}", number))
    monkeypatch.setattr("webhook_processors.next_batch.MAX_BATCH", 2)
    world.start()
    await settle()
    assert world.manager.outcomes.held == 2
    assert await world.queue.size() == 4


async def test_a_shutdown_ends_the_worker_and_leaves_nothing_uncommitted(world):
    """The framework waits for the queue to be worked off."""
    world.fails, world.jira.down = {0: JiraUnavailableError("503")}, True
    world.start()
    await world.put(queued("d-1"))
    await settle()
    assert world.manager.outcomes.held == 1
    await world.stop()
    await world.worked_off()
    assert world.task.cancelled()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_second_worker_takes_nothing(world, log):
    """Two know no order: an update's late write would undo a delete."""
    await world.put(queued())
    async with asyncio.timeout(5):
        await world.manager._process_webhook_events(PATH, 1)
    assert await world.queue.size() == 1
    assert [line for line in log if line.startswith("WARNING") and "one worker" in line]


async def test_background_work_is_done_beside_events_and_not_during_a_resync(world):
    """What was handled meanwhile is handled once more, before."""
    done: list[str] = []

    async def sweep() -> AsyncIterator[None]:
        done.append("sweep")
        yield

    world.follow_ups.resync_running = True
    world.start()
    await world.put(queued())
    await world.worked_off()
    world.follow_ups.jobs.ask("sweep", sweep)
    await settle()
    assert done == []
    world.follow_ups.resync_running = False
    world.follow_ups.jobs.wake()
    await settle()
    await world.worked_off()
    assert done == ["sweep"]
    assert world.read == [("d-1", 0), ("d-1", 0)]


async def test_background_work_goes_on_while_a_resync_waits_for_points(world):
    """That may take an hour; what was handled meanwhile is still handled again at its end."""
    done: list[str] = []

    async def relatives() -> AsyncIterator[None]:
        done.append("relatives")
        yield

    world.follow_ups.resync_running = world.follow_ups.resync_waits = True
    world.start()
    await world.put(queued())
    await world.worked_off()
    world.follow_ups.jobs.ask("relatives", relatives)
    await settle()
    assert done == ["relatives"]
    assert world.read == [("d-1", 0)]
    world.follow_ups.resync_running = False
    world.follow_ups.jobs.wake()
    await settle()
    await world.worked_off()
    assert world.read == [("d-1", 0), ("d-1", 0)]
