"""What is read ahead, of however many readers, fits into one budget; who is awaited gets on."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from jira.byte_budget import PART_AHEAD, Budget, Share, Turn
from jira.concurrency import read_ahead
from tests.unit.helpers.fakes import settle

MOST = 100


async def numbers(count: int) -> AsyncIterator[int]:
    for number in range(count):
        yield number


class Reader:
    """Reads things of a weight; notes how much all readers hold."""

    def __init__(self, site: "Site", weights: list[int], turn: Turn | None, expected: int) -> None:
        self.turn = turn
        self.taken: list[int] = []
        self._site = site
        self._weights = weights
        self._expected = expected
        self.pages = self._pages()

    async def _pages(self) -> AsyncGenerator[int, None]:
        with a_share(self._site.budget, self.turn, self._expected) as share:
            things = read_ahead(
                numbers(len(self._weights)),
                self._read,
                most=5,
                weigh=lambda number: self._weights[number],
                share=share,
            )
            async for number in things:
                yield number
                self._site.held -= self._weights[number]
                share.leave(self._weights[number])

    async def _read(self, number: int) -> int:
        await settle()
        self._site.held += self._weights[number]
        self._site.most_held = max(self._site.most_held, self._site.held)
        return number

    async def take(self) -> None:
        async for number in self.pages:
            self.taken.append(number)
            await settle()

    async def take_one(self) -> None:
        self.taken.append(await anext(self.pages))


class Site:
    """Readers of one budget."""

    def __init__(self) -> None:
        self.budget = Budget(MOST)
        self.held = self.most_held = 0

    def reader(self, *weights: int, turn: Turn | None = None, expected: int = 10) -> Reader:
        return Reader(self, list(weights), turn, expected)


@pytest.fixture
def site() -> Site:
    return Site()


def a_share(budget: Budget, turn: Turn | None = None, expected: int = 10) -> Share:
    if turn is None:
        return budget.share(expected)
    with turn.entered():
        return budget.share(expected)


async def holding(share: Share, *weights: int) -> None:
    """It has these things, taken out of what was read ahead."""
    for weight in weights:
        await asyncio.wait_for(share.enter(), 1)
        share.came(weight)
        share.took()


@pytest.mark.parametrize("weight", [1, 10, 40, 100, 1000])
async def test_no_more_is_held_than_the_budget_or_one_thing(site, weight):
    """Fifty issues may be a hundred kilobytes or fifty megabytes."""
    reader = site.reader(*[weight] * 60, expected=weight)
    await asyncio.wait_for(reader.take(), 5)
    assert reader.taken == list(range(60)), "one always goes on, however heavy"
    assert site.most_held <= max(MOST, 2 * weight)


async def test_many_readers_hold_together_what_one_would(site):
    turns = [Turn() for _ in range(12)]
    readers = [site.reader(*[10] * 30, turn=turn) for turn in turns]
    tasks = []
    for reader in readers:
        tasks.append(asyncio.create_task(reader.take_one()))
        await settle()
    for turn, reader, task in zip(turns, readers, tasks, strict=True):
        turn.come()
        await asyncio.wait_for(task, 5)
        await asyncio.wait_for(reader.take(), 5)
    assert all(reader.taken == list(range(30)) for reader in readers)
    assert site.most_held <= MOST


async def test_what_is_awaited_gets_on_though_others_hold_all_that_they_may(site):
    ahead, awaited = a_share(site.budget, Turn()), a_share(site.budget)
    with ahead, awaited:
        await holding(ahead, *[10] * 5)
        waiting = asyncio.create_task(ahead.enter())
        await settle()
        assert not waiting.done(), f"{PART_AHEAD:.0%} are for what nobody awaits"
        await holding(awaited, *[10] * 5)
        waiting.cancel()


async def test_a_thing_heavier_than_the_budget_stops_nobody(site):
    with a_share(site.budget, Turn()) as ahead, a_share(site.budget) as awaited:
        await holding(ahead, 5 * MOST)
        await holding(awaited, 10 * MOST, 10 * MOST)


async def test_what_waits_goes_on_as_soon_as_it_is_awaited(site):
    turn = Turn()
    with a_share(site.budget) as other, a_share(site.budget, turn) as share:
        await holding(other, MOST)
        waiting = asyncio.create_task(share.enter())
        await settle()
        assert not waiting.done()
        turn.come()
        await asyncio.wait_for(waiting, 1)


async def test_what_is_awaited_comes_before_what_waited_longer(site):
    first, second = a_share(site.budget, Turn()), a_share(site.budget)
    with first, second, a_share(site.budget) as other:
        await holding(other, MOST)
        await holding(second, 1)
        order: list[str] = []

        async def enter(share: Share, name: str) -> None:
            await share.enter()
            order.append(name)

        # The second one has something under way, so that it has to wait, too.
        await second.enter()
        tasks = [
            asyncio.create_task(enter(first, "ahead")),
            asyncio.create_task(enter(second, "awaited")),
        ]
        await settle()
        assert order == []
        other.leave(MOST)
        await settle()
        assert order == ["awaited", "ahead"]
        await asyncio.gather(*tasks)


async def test_who_is_cancelled_gives_back_what_it_held(site):
    with a_share(site.budget) as other:
        with a_share(site.budget) as share:
            await holding(share, MOST - 20)
            await share.enter()
            await other.enter()
            waiting = asyncio.create_task(other.enter())
            await settle()
            assert not waiting.done()
        await asyncio.wait_for(waiting, 1)
    assert site.budget.used == 0


async def test_who_is_cancelled_while_waiting_or_just_let_in_holds_nothing(site):
    with a_share(site.budget) as other, a_share(site.budget) as share:
        await holding(other, MOST)
        await share.enter()
        waiting = [asyncio.create_task(share.enter()) for _ in range(2)]
        await settle()
        waiting[0].cancel()
        other.leave(MOST)
        # Let in by now, and not run yet.
        waiting[1].cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert share.under_way == 1


async def test_a_reader_that_is_given_up_leaves_nothing_behind(site):
    reader = site.reader(*[10] * 30)
    await reader.take_one()
    await reader.pages.aclose()
    assert site.budget.used == 0


async def test_before_anything_is_known_no_more_begin_than_are_expected_to_fit(site):
    with a_share(site.budget, expected=30) as share:
        for _ in range(3):
            await asyncio.wait_for(share.enter(), 1)
        waiting = asyncio.create_task(share.enter())
        await settle()
        assert not waiting.done()
        share.came(1)
        await asyncio.wait_for(waiting, 1)


@pytest.mark.parametrize("seed", range(30))
async def test_whatever_things_weigh_all_are_read(seed):
    """Readers take turns as a resync's resources do; some are given up in between."""
    rng = random.Random(seed)
    site = Site()
    readers = []
    for _ in range(6):
        weights = [rng.choice((1, 5, 20, 60, 99, 101, 400)) for _ in range(rng.randrange(1, 12))]
        reader = site.reader(*weights, turn=Turn(), expected=rng.choice((1, 30)))
        readers.append((weights, reader, asyncio.create_task(reader.take_one())))
        await settle()
    async with asyncio.timeout(10):
        for weights, reader, first in readers:
            if reader.turn is not None:
                reader.turn.come()
            if rng.random() < 0.2:
                first.cancel()
                await asyncio.gather(first, return_exceptions=True)
                await reader.pages.aclose()
                continue
            await first
            await reader.take()
            assert reader.taken == list(range(len(weights)))
    assert site.budget.used == 0
