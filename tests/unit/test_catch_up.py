"""What the last process may have left is made up for, unless a resync does so."""

import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from background import catch_up as module
from background.catch_up import CATCH_UP, START_SECONDS, WITHOUT_SWEEPS_SECONDS
from background.follow_ups import FollowUps
from background.mark import Start
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.follow_ups_world import MINUTES, World, unstarted_world

SINCE = 1_800_000_000.0
LEFT = Start(since=SINCE)
CLEAN = Start(since=SINCE, compare_in=1800.0)
ALL_OF_IT = ["changed", "Port is asked", "sweep"]


@pytest.fixture
def unstarted(monkeypatch: pytest.MonkeyPatch) -> World:
    world = unstarted_world(monkeypatch)

    class Event:
        @property
        def port_app_config(self) -> Any:
            return world.mapping

    async def changed_since(client: Any, since: float, of: Any, failed: Any) -> AsyncIterator[Any]:
        assert (client, since, of) == (world.jira.client, SINCE, world.mapping)
        yield ["changed"]

    clock = SimpleNamespace(time=lambda: SINCE + 600, monotonic=time.monotonic)
    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(module, "event", Event())
    monkeypatch.setattr(module, "changed_since", changed_since)
    return world


@pytest.fixture
def world(unstarted: World) -> World:
    return unstarted.start()


def begun(world: World, start: Start, *, resync_comes: bool = False) -> FollowUps:
    world.follow_ups.catch_up.begins(start, resync_comes=resync_comes)
    return world.follow_ups


async def test_without_a_resync_it_is_made_up_for_at_once_and_as_a_whole(world: World) -> None:
    begun(world, LEFT)
    assert await world.run() == ALL_OF_IT
    assert world.behind == [True], "of what an event entails no query knows"


async def test_where_nobody_knows_since_when_everything_is_compared(world: World) -> None:
    begun(world, Start())
    assert await world.run() == ["Port is asked", "sweep"]


async def test_it_is_a_sweep_as_well_and_done_once(world: World) -> None:
    begun(world, LEFT)
    await world.run()
    assert await world.run(after=MINUTES * 60 - 1) == []
    assert await world.run(after=1) == ["sweep"]


async def test_the_resync_of_the_start_does_it_instead(world: World) -> None:
    follow_ups = begun(world, LEFT, resync_comes=True)
    resync = follow_ups.resync_began()
    world.time += START_SECONDS - 1
    follow_ups.resync_ended(resync, succeeded=True)
    assert await world.run(after=2) == []
    assert follow_ups.catch_up.compare_in is not None


async def test_a_resync_that_was_over_before_the_mark_was_known_counts(world: World) -> None:
    world.follow_ups.resync_ended(world.follow_ups.resync_began(), succeeded=True)
    begun(world, LEFT)
    assert await world.run(after=START_SECONDS) == []


async def test_a_resync_of_the_start_that_fails_is_made_up_for(world: World) -> None:
    follow_ups = begun(world, LEFT, resync_comes=True)
    resync = follow_ups.resync_began()
    assert await world.run(after=START_SECONDS) == [], "it may do all of this itself"
    follow_ups.resync_ended(resync, succeeded=False)
    done = await world.run(after=START_SECONDS)
    assert [name for name in done if name in ALL_OF_IT][-len(ALL_OF_IT) :] == ALL_OF_IT


async def test_a_resync_that_never_comes_is_made_up_for(world: World) -> None:
    begun(world, LEFT, resync_comes=True)
    assert await world.run(after=START_SECONDS - 1) == []
    assert await world.run(after=1) == ALL_OF_IT


async def test_where_sweeps_are_off_it_is_made_up_for_all_the_same(unstarted: World) -> None:
    world = unstarted.start(minutes=0)
    begun(world, LEFT)
    assert await world.run() == ALL_OF_IT
    assert world.follow_ups.jobs.seconds_until_due() is None


async def test_after_an_end_in_order_nothing_is_done_until_a_sweep_is_due(world: World) -> None:
    begun(world, CLEAN)
    assert await world.run(after=1799) == []
    assert world.dates_looked_at == 1
    assert "sweep" in await world.run(after=1)
    assert world.behind == [False]
    assert world.first_look_back == [600.0]
    assert world.dates_from == [SINCE]


async def test_a_sweep_that_was_due_meanwhile_comes_soon(world: World) -> None:
    begun(world, Start(since=SINCE, compare_in=0.0))
    assert await world.run(after=START_SECONDS - 1) == []
    assert await world.run(after=1) == ["sweep"]


async def test_one_that_fails_is_done_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fails = [ConnectionError("Port is down")]
    learn = world.learn

    async def learns(of: Any) -> None:
        if fails:
            raise fails.pop()
        await learn(of)

    monkeypatch.setattr(world.follow_ups.sweeper, "learn", learns)
    begun(world, LEFT)
    assert await world.run() == ["changed"]
    assert world.follow_ups.catch_up.compare_in is None
    assert await world.run(after=5) == ALL_OF_IT


async def test_another_mapping_meanwhile_is_compared_as_well(world: World) -> None:
    sweep = world.sweep

    async def sweeps(*args: Any, **kwargs: Any) -> AsyncIterator[None]:
        async for step in sweep(*args, **kwargs):
            yield step
        if len(world.told) == 1:
            world.mapping = mapping("issue", "project", "user")

    world.follow_ups.sweeper.sweep = sweeps  # type: ignore[method-assign]
    begun(world, LEFT)
    await world.run()
    assert world.follow_ups.catch_up.compare_in is None
    world.follow_ups.catch_up.begins(LEFT, resync_comes=False)
    assert await world.run(after=START_SECONDS) == ALL_OF_IT
    assert world.follow_ups.catch_up.compare_in is not None


async def test_in_dsp_mode_nothing_is_compared(world: World) -> None:
    world.dsp = True
    begun(world, LEFT)
    assert "sweep" not in await world.run()


async def test_what_the_next_process_has_to_do_is_known_in_every_state(world: World) -> None:
    follow_ups = world.follow_ups

    def compare_in() -> float | None:
        return follow_ups.catch_up.compare_in

    assert compare_in() == START_SECONDS
    begun(world, LEFT)
    assert compare_in() is None
    await world.run()
    assert compare_in() == MINUTES * 60
    resync = follow_ups.resync_began()
    assert compare_in() is None, "it is given up"
    follow_ups.resync_ended(resync, succeeded=False)
    assert compare_in() == MINUTES * 60


async def test_without_sweeps_what_was_left_whole_stays_so_for_a_day(unstarted: World) -> None:
    world = unstarted.start(minutes=0)
    begun(world, CLEAN)
    assert world.follow_ups.catch_up.compare_in == WITHOUT_SWEEPS_SECONDS
    assert world.follow_ups.jobs.owed() == []


async def test_it_has_a_name_that_an_end_does_not_wait_for(world: World) -> None:
    begun(world, LEFT)
    assert CATCH_UP in world.follow_ups.jobs.owed(0.0)
