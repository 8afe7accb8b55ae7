"""When sweeps are made: at their interval, after events, and in place of a resync that failed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from background.catch_up import START_SECONDS
from tests.unit.helpers.follow_ups_world import (
    INDEX_SECONDS,
    MINUTES,
    after_a_resync,
    issue,
    project,
    unstarted_world,
)


@pytest.fixture
def unstarted(monkeypatch):
    return unstarted_world(monkeypatch)


@pytest.fixture
def world(unstarted):
    return after_a_resync(unstarted)


async def test_a_second_sweep_is_made_when_the_index_shows_what_happened(world):
    world.follow_ups.after([project()])
    await world.run()
    assert await world.run(after=INDEX_SECONDS - 1) == []
    assert sorted(await world.run(after=1)) == ["late page of 10", "sweep"]


async def test_of_many_project_events_the_last_one_says_when_the_index_is_asked(world):
    world.follow_ups.after([project()])
    await world.run(after=10)
    world.follow_ups.after([project()])
    await world.run()
    assert await world.run(after=INDEX_SECONDS - 1) == []
    assert sorted(await world.run(after=1)) == ["late page of 10", "sweep"]


async def test_no_regular_sweep_while_a_resync_reads_everything_anyway(unstarted):
    """Both would share what Jira gives, and each take twice as long."""
    world = unstarted.start()
    begun = world.follow_ups.resync_began()
    for _ in range(5):
        assert await world.run(after=START_SECONDS) == []
    world.follow_ups.resync_ended(begun, succeeded=False)
    assert await world.run(after=START_SECONDS) == ["sweep"], "what failed is made up for"


async def test_a_resync_that_never_ends_keeps_no_sweep_away(unstarted):
    world = unstarted.start()
    world.follow_ups.resync_began()
    found = []
    for _ in range(MINUTES + 2):
        found += await world.run(after=60)
    assert found == ["sweep"]


async def test_a_sweep_that_an_event_asked_for_is_made_during_a_resync(unstarted):
    world = unstarted.start()
    world.follow_ups.resync_began()
    world.follow_ups.after([project()])
    assert "sweep" in await world.run()


async def test_a_sweep_is_made_at_its_interval(world):
    for _ in range(3):
        assert await world.run(after=MINUTES * 60 - 1) == []
        assert await world.run(after=1) == ["sweep"]


async def test_a_sweep_out_of_turn_begins_the_interval_anew(world):
    await world.run(after=1800)
    world.follow_ups.after([project()])
    await world.run(after=INDEX_SECONDS)
    assert await world.run(after=MINUTES * 60 - 1) == ["late page of 10"]
    assert await world.run(after=1) == ["sweep"]


@pytest.mark.parametrize("running", ["sweep", "sweep when the index has caught up"])
async def test_a_sweep_asked_for_while_another_one_runs_is_made_all_the_same(
    world, monkeypatch, running
):
    """The one that ends puts off the regular sweep, and not this one."""

    async def sweep(kinds: Any, **told: bool) -> AsyncIterator[None]:
        async for _ in world.sweep(kinds, **told):
            if not asked:
                asked.append(world.follow_ups.after([project(11)]))
            yield

    asked: list[list[str]] = []
    world.follow_ups.after([project()])
    if running != "sweep":
        await world.run()
    monkeypatch.setattr(world.follow_ups.sweeper, "sweep", sweep)
    world.follow_ups.jobs.ask(running, world.follow_ups._sweep)
    done = await world.run(after=0 if running == "sweep" else INDEX_SECONDS)
    assert asked
    assert done.count("sweep") == 2


async def test_a_resyncs_end_puts_off_no_sweep_that_an_event_asked_for(world):
    """The resync may have read before it happened."""
    begun = world.follow_ups.resync_began()
    world.follow_ups.after([project()])
    world.follow_ups.resync_ended(begun, succeeded=True)
    assert "sweep" in await world.run()


async def test_a_restart_without_a_resync_is_made_up_for_by_a_sweep(unstarted):
    unstarted.start()
    assert await unstarted.run(after=START_SECONDS - 1) == []
    assert await unstarted.run(after=1) == ["sweep"]


async def test_without_an_interval_sweeps_are_only_made_after_project_events(unstarted):
    world = unstarted.start(minutes=0)
    assert world.follow_ups.jobs.seconds_until_due() is None
    world.follow_ups.after([project()])
    assert "sweep" in await world.run()
    await world.run(after=INDEX_SECONDS)
    assert world.follow_ups.jobs.seconds_until_due() is None


async def test_a_resync_that_succeeded_is_a_sweep_as_well(unstarted):
    world = unstarted.start()
    begun = world.follow_ups.resync_began()
    assert begun == world.time
    world.time += 30
    world.follow_ups.resync_ended(begun, succeeded=True)
    assert world.looked_back_to == [begun]
    assert await world.run(after=MINUTES * 60 - 1) == []
    assert await world.run(after=1) == ["sweep"]


async def test_a_resync_that_failed_counts_for_nothing(unstarted):
    world = unstarted.start()
    world.follow_ups.resync_ended(world.follow_ups.resync_began(), succeeded=False)
    assert world.looked_back_to == []
    assert await world.run(after=START_SECONDS) == ["sweep"]


async def test_whoever_waits_is_told_of_a_resyncs_end(world):
    told = asyncio.Event()
    begun = world.follow_ups.resync_began()
    world.follow_ups.jobs.wake = told.set
    world.follow_ups.resync_ended(begun, succeeded=False)
    assert told.is_set()


async def test_of_two_resyncs_at_once_both_have_to_end(world):
    first, second = world.follow_ups.resync_began(), world.follow_ups.resync_began()
    world.follow_ups.resync_ended(first, succeeded=True)
    assert world.follow_ups.resync_running
    world.follow_ups.resync_ended(second, succeeded=False)
    assert not world.follow_ups.resync_running


async def test_in_dsp_mode_nothing_is_swept(world, log):
    """The rows are mapped elsewhere: Port's entities can't be compared with them here."""
    world.dsp = True
    world.follow_ups.after([project()])
    world.follow_ups.after([issue()])
    done = await world.run(after=MINUTES * 60)
    assert done == ["page 1 of 10", "page 2 of 10"]
    assert [line for line in log if "No sweep" in line]


async def test_a_sweep_that_is_asked_for_is_not_put_off_by_the_resync_that_succeeded(world):
    """It is asked for where not all events of the resync are known any more."""
    world.follow_ups.resync_ended(world.follow_ups.resync_began(), succeeded=True)
    world.follow_ups.ask_for_sweep()
    assert "sweep" in await world.run(after=2)
