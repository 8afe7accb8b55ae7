"""Who gets the next place: live events first, and the background not never."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from jira.places import LIVE_IN_A_ROW, Places, Shares
from jira.urgency import Urgency, in_background, present_urgency
from tests.unit.helpers.fakes import settle

LIVE, BACKGROUND = Urgency


class Caller:
    """Somebody who keeps a place until it is let go."""

    def __init__(self, places: Places, order: list[str], name: str) -> None:
        self.name = name
        self.leave = asyncio.Event()
        self.task = asyncio.create_task(self._run(places, order))

    async def _run(self, places: Places, order: list[str]) -> None:
        async with places.taken():
            order.append(self.name)
            await self.leave.wait()


class Site:
    """Callers of the same places, and the order in which they came in."""

    def __init__(self, most: int, kept_free: int = 0) -> None:
        self.places = Places(most, kept_free)
        self.order: list[str] = []
        self.callers: dict[str, Caller] = {}

    async def live(self, name: str) -> None:
        self.callers[name] = Caller(self.places, self.order, name)
        await settle()

    async def background(self, name: str) -> None:
        with in_background():
            await self.live(name)

    async def leaves(self, name: str) -> None:
        self.callers[name].leave.set()
        await settle()

    async def gives_up(self, name: str) -> None:
        self.callers[name].task.cancel()
        await settle()


@pytest.fixture
async def sites() -> AsyncIterator[list[Site]]:
    made: list[Site] = []
    yield made
    tasks = [caller.task for site in made for caller in site.callers.values()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def one(sites: list[Site]) -> Site:
    """A single place."""
    sites.append(Site(1))
    return sites[-1]


def test_what_is_urgent_is_said_by_whoever_works_in_the_background():
    assert present_urgency() is LIVE
    with in_background():
        assert present_urgency() is BACKGROUND
    assert present_urgency() is LIVE


async def test_tasks_are_as_urgent_as_whoever_makes_them():
    async def urgency() -> Urgency:
        return present_urgency()

    with in_background():
        task = asyncio.create_task(urgency())
    assert await task is BACKGROUND


def test_live_ones_come_first():
    shares = Shares(1)
    assert shares.take([BACKGROUND, LIVE]) is LIVE
    assert shares.take([BACKGROUND, LIVE]) is None
    shares.give_back(LIVE)
    assert shares.take([BACKGROUND]) is BACKGROUND


@pytest.mark.parametrize(
    ("most", "kept_free", "taken"), [(10, 2, 8), (3, 2, 1), (2, 2, 1), (1, 2, 1)]
)
def test_some_places_stay_free_of_the_background_but_one_it_has(most, kept_free, taken):
    shares = Shares(most, kept_free)
    count = 0
    while shares.take([BACKGROUND]) is not None:
        count += 1
    assert count == taken
    for _ in range(most - taken):
        assert shares.take([LIVE]) is LIVE
    assert shares.take([LIVE]) is None


@pytest.mark.parametrize(("most", "kept_free"), [(1, 0), (1, 2), (4, 2), (10, 2)])
def test_the_background_is_let_in_however_many_live_ones_wait(most, kept_free):
    shares = Shares(most, kept_free)
    let_in: list[Urgency] = []
    for _ in range(20 * LIVE_IN_A_ROW):
        whose = shares.take([LIVE, BACKGROUND])
        if whose is None:
            whose = let_in[-most]
            shares.give_back(whose)
        else:
            let_in.append(whose)
    gaps = "".join("b" if whose is BACKGROUND else "l" for whose in let_in)
    assert "b" in gaps
    assert "l" * (LIVE_IN_A_ROW + 1) not in gaps


def test_those_who_passed_by_count_only_while_somebody_is_passed():
    shares = Shares(1)
    for _ in range(3 * LIVE_IN_A_ROW):
        assert shares.take([LIVE]) is LIVE
        shares.give_back(LIVE)
    assert shares.take([LIVE, BACKGROUND]) is LIVE


async def test_a_live_one_passes_all_that_wait_in_the_background(one):
    for name in ("b1", "b2", "b3"):
        await one.background(name)
    await one.live("l1")
    await one.leaves("b1")
    assert one.order == ["b1", "l1"]
    await one.leaves("l1")
    await one.leaves("b2")
    assert one.order == ["b1", "l1", "b2", "b3"]


async def test_a_live_one_finds_a_place_that_was_kept_free(sites):
    site = Site(3, kept_free=1)
    sites.append(site)
    for name in ("b1", "b2", "b3"):
        await site.background(name)
    await site.live("l1")
    assert site.order == ["b1", "b2", "l1"]


async def test_who_gives_up_while_waiting_holds_nothing(one):
    await one.live("l1")
    for name in ("l2", "l3"):
        await one.live(name)
    await one.gives_up("l2")
    await one.leaves("l1")
    assert one.order == ["l1", "l3"]


async def test_who_gives_up_in_the_moment_of_being_let_in_gives_it_back(one):
    await one.live("l1")
    for name in ("l2", "l3"):
        await one.live(name)
    one.callers["l1"].leave.set()
    # l1's task runs first, and lets l2 in, which is cancelled before it runs.
    asyncio.get_running_loop().call_soon(one.callers["l2"].task.cancel)
    await settle()
    assert one.order == ["l1", "l3"]


async def test_a_place_is_given_back_whatever_fails_in_it(one):
    with pytest.raises(ValueError, match="failed"):
        async with one.places.taken():
            raise ValueError("failed")
    await one.live("l1")
    assert one.order == ["l1"]


async def test_more_places_let_those_in_who_wait_and_fewer_let_nobody_out(sites):
    site = Site(1)
    sites.append(site)
    for name in ("l1", "l2", "l3", "l4"):
        await site.live(name)
    site.places.resize(3)
    await settle()
    assert site.order == ["l1", "l2", "l3"]
    site.places.resize(1)
    await site.leaves("l1")
    await site.leaves("l2")
    assert site.order == ["l1", "l2", "l3"]
    await site.leaves("l3")
    assert site.order == ["l1", "l2", "l3", "l4"]


@pytest.mark.parametrize("seed", range(20))
async def test_whoever_comes_and_goes_every_place_is_there_again(seed):
    rng = random.Random(seed)
    places = Places(3, kept_free=1)
    inside = most = 0

    async def caller() -> None:
        nonlocal inside, most
        async with places.taken():
            inside += 1
            most = max(most, inside)
            try:
                for _ in range(rng.randrange(4)):
                    await asyncio.sleep(0)
            finally:
                inside -= 1

    tasks = []
    for _ in range(60):
        if rng.random() < 0.5:
            tasks.append(asyncio.create_task(caller()))
        else:
            with in_background():
                tasks.append(asyncio.create_task(caller()))
        if rng.random() < 0.5:
            await asyncio.sleep(0)
        if rng.random() < 0.3:
            rng.choice(tasks).cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (inside, most) == (0, 3)
    async with asyncio.timeout(1), places.taken(), places.taken(), places.taken():
        pass
