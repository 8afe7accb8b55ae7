"""From one process to the next, by moments that Port keeps, or doesn't."""

import asyncio
import time
from collections.abc import Callable, Mapping

import pytest

from background.mark import Kept, Start, start_after
from port.kept_marks import COMPARE_AT, WRITTEN
from tests.unit.helpers.fakes import settle
from webhook_processors.hand_over import KEEP_SECONDS, HandOver


class Marks:
    """A Port that keeps moments, as long as it is there."""

    def __init__(self) -> None:
        self.kept: dict[int, float] = {}
        self.writes = 0
        self.down = False

    async def read(self) -> dict[int, float]:
        return {} if self.down else dict(self.kept)

    async def keep(self, moments: Mapping[int, float]) -> bool:
        self.writes += 1
        if not self.down:
            self.kept |= moments
        return not self.down


class World:
    """One process after the other at the same Port; a minute goes by when the test says so."""

    def __init__(self) -> None:
        self.marks = Marks()
        self.oldest: float | None = None
        self.came = 0
        self.minute = asyncio.Event()
        self.paused: list[float] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.hand_over: HandOver

    async def start(self) -> Start:
        self.came = 0
        self.hand_over = HandOver(
            self.marks,  # type: ignore[arg-type]
            lambda: self.oldest,
            lambda: self.came,
            self.pause,
        )
        start = await self.hand_over.begin()
        self.tasks.append(asyncio.create_task(self.hand_over.run()))
        return start

    async def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        await self.minute.wait()
        self.minute.clear()

    async def a_minute(self) -> None:
        await settle()
        n = len(self.paused)
        self.minute.set()
        await settle()
        assert len(self.paused) == n + 1

    async def kill(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()


@pytest.fixture
async def world():
    made = World()
    yield made
    await made.kill()


async def test_the_first_start_knows_nothing_and_lets_events_in(world: World) -> None:
    assert await world.start() == Start()
    assert world.hand_over.ready.is_set()
    assert world.marks.writes == 0


async def test_a_quiet_process_keeps_nothing(world: World) -> None:
    await world.start()
    for _ in range(3):
        await world.a_minute()
    assert world.marks.writes == 0
    assert set(world.paused) == {KEEP_SECONDS}


async def test_a_busy_one_keeps_one_moment_a_minute(world: World) -> None:
    await world.start()
    for _ in range(3):
        world.came += 100
        await world.a_minute()
    assert world.marks.writes == 3
    assert world.marks.kept[WRITTEN] == pytest.approx(time.time(), abs=5)


async def test_a_killed_one_has_changes_read_from_the_oldest_event_on(world: World) -> None:
    await world.start()
    world.came, world.oldest = 5, time.monotonic() - 600
    await world.a_minute()
    await world.kill()
    start = await world.start()
    assert start.compare_in is None
    assert start.since is not None
    assert start.since < time.time() - 600


async def test_one_that_ended_in_order_leaves_nothing(world: World) -> None:
    await world.start()
    await world.hand_over.end(1800.0)
    await world.kill()
    start = await world.start()
    assert start.compare_in is not None
    assert start.compare_in == pytest.approx(1800, abs=5)


async def test_that_word_counts_once(world: World) -> None:
    """Whoever is killed next left something, also before its first minute is over."""
    await world.start()
    await world.hand_over.end(1800.0)
    await world.kill()
    assert (await world.start()).compare_in is not None
    await world.kill()
    assert (await world.start()).compare_in is None


async def test_the_door_waits_until_the_word_is_taken_back(world: World) -> None:
    await world.start()
    await world.hand_over.end(1800.0)
    await world.kill()
    at_port: list[bool] = []
    keep: Callable[[Mapping[int, float]], object] = world.marks.keep

    async def watched(moments: Mapping[int, float]) -> bool:
        at_port.append(world.hand_over.ready.is_set())
        return bool(await keep(moments))  # type: ignore[misc]

    world.marks.keep = watched  # type: ignore[method-assign]
    await world.start()
    assert at_port == [False]
    kept = Kept(world.marks.kept[WRITTEN], world.marks.kept[COMPARE_AT])
    assert start_after(kept, time.time()).compare_in is None
    assert world.hand_over.ready.is_set()


async def test_a_word_that_could_not_be_taken_back_is_so_a_minute_later(world: World) -> None:
    await world.start()
    await world.hand_over.end(1800.0)
    await world.kill()
    keep = world.marks.keep

    async def fails(moments: Mapping[int, float]) -> bool:
        return False

    world.marks.keep = fails  # type: ignore[method-assign]
    assert (await world.start()).compare_in is not None
    assert world.hand_over.ready.is_set(), "events come all the same"
    world.marks.keep = keep  # type: ignore[method-assign]
    await world.a_minute()
    await world.kill()
    assert (await world.start()).compare_in is None


async def test_a_port_that_is_away_delays_nothing_and_is_told_later(world: World) -> None:
    world.marks.down = True
    assert await world.start() == Start()
    world.came = 1
    await world.a_minute()
    assert world.marks.kept == {}
    world.marks.down = False
    await world.a_minute()
    assert WRITTEN in world.marks.kept
