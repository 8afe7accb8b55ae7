"""Reading ahead and reading together."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import cast

import pytest

from jira.concurrency import Gatherer, batched, only_own_end, read_ahead
from jira.http.purpose import Purpose, asked_for, present_purpose
from tests.unit.helpers.fakes import settle


async def numbers(count: int, *, then: Exception | None = None) -> AsyncIterator[int]:
    for number in range(count):
        yield number
    if then is not None:
        raise then


async def close(results: AsyncIterator[int]) -> None:
    await cast(AsyncGenerator[int], results).aclose()


class Work:
    """Work whose items finish when a test says so."""

    def __init__(self) -> None:
        self.doors: dict[int, asyncio.Future[int]] = {}
        self.cancelled: list[int] = []

    async def __call__(self, number: int) -> int:
        self.doors[number] = asyncio.get_running_loop().create_future()
        try:
            return await self.doors[number]
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise

    def finish(self, number: int) -> None:
        self.doors[number].set_result(number * 10)


async def double(number: int) -> int:
    return number * 2


async def test_results_come_in_order_whatever_finishes_first():
    work = Work()

    async def read() -> list[int]:
        return [result async for result in read_ahead(numbers(3), work, most=3)]

    reading = asyncio.create_task(read())
    await settle()
    for number in (2, 0, 1):
        work.finish(number)
        await settle()
    assert await reading == [0, 10, 20]


@pytest.mark.parametrize("most", [1, 2, 7, 100])
async def test_nothing_is_left_out_at_any_bound(most):
    found = [result async for result in read_ahead(numbers(50), double, most=most)]
    assert found == [number * 2 for number in range(50)]


async def test_an_empty_source_is_an_empty_result():
    assert [result async for result in read_ahead(numbers(0), double, most=3)] == []


async def test_no_more_is_held_than_the_bound_even_when_nobody_takes_it():
    """Otherwise a slow Port would fill the memory with issues."""
    started: list[int] = []

    async def work(number: int) -> int:
        started.append(number)
        return number

    results = read_ahead(numbers(50), work, most=4)
    for taken in range(3):
        assert await anext(results) == taken
        await settle()
        assert len(started) == taken + 4
    await close(results)


@pytest.mark.parametrize("weight", [1, 10, 40, 100, 1000])
async def test_no_more_weight_is_held_than_the_bound(weight):
    """Fifty issues may be a hundred kilobytes or fifty megabytes."""
    under_way: set[int] = set()
    most_held = 0

    async def work(number: int) -> int:
        nonlocal most_held
        under_way.add(number)
        most_held = max(most_held, len(under_way))
        await settle()
        return number

    taken = []
    # What the first ones weigh can't be known, so there are few.
    results = read_ahead(numbers(60), work, most=5, weigh=lambda _: weight, most_weight=100)
    async for number in results:
        taken.append(number)
        if len(taken) == 10:
            most_held = len(under_way)
        await settle()
        under_way.discard(number)
    assert taken == list(range(60)), "one always goes on, however heavy"
    assert most_held <= max(1, min(5, 100 // weight))


async def test_a_heavier_thing_than_usual_holds_the_next_ones_back():
    started: list[int] = []

    async def work(number: int) -> int:
        started.append(number)
        return number

    def weigh(number: int) -> int:
        return 90 if number == 3 else 10

    results = read_ahead(numbers(20), work, most=10, weigh=weigh, most_weight=100)
    assert await anext(results) == 0
    await settle()
    assert max(started) < 10
    rest = [result async for result in results]
    assert rest == list(range(1, 20))


async def test_the_first_error_of_the_work_ends_it_at_its_place():
    work = Work()
    taken: list[int] = []

    async def read() -> None:
        async for result in read_ahead(numbers(10), work, most=4):
            taken.append(result)

    reading = asyncio.create_task(read())
    await settle()
    work.doors[1].set_exception(ValueError("one"))
    await settle()
    assert not reading.done()
    work.finish(0)
    with pytest.raises(ValueError, match="one"):
        await reading
    assert taken == [0]
    assert {2, 3} <= set(work.cancelled)
    assert 9 not in work.doors
    assert len(asyncio.all_tasks()) == 1, "nothing runs on"


async def test_an_error_of_the_source_comes_after_what_it_gave():
    results = read_ahead(numbers(3, then=ValueError("source")), double, most=2)
    assert [await anext(results) for _ in range(3)] == [0, 2, 4]
    with pytest.raises(ValueError, match="source"):
        await anext(results)


async def test_closing_early_cancels_the_work():
    work = Work()
    results = read_ahead(numbers(10), work, most=3)
    first = asyncio.ensure_future(anext(results))
    await settle()
    work.finish(0)
    assert await first == 0
    await settle()
    await close(results)
    assert sorted(work.cancelled) == [1, 2]
    assert len(asyncio.all_tasks()) == 1, "nothing runs on"


async def test_cancelling_the_reader_cancels_the_work():
    work = Work()

    async def read() -> list[int]:
        return [result async for result in read_ahead(numbers(10), work, most=3)]

    reading = asyncio.create_task(read())
    await settle()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert sorted(work.cancelled) == [0, 1, 2]


class Reads:
    """A read that remembers what it was asked and may be held up or fail."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.may_go = asyncio.Event()
        self.may_go.set()
        self.error: Exception | None = None

    async def __call__(self, context: str, ids: list[str]) -> dict[str, str]:
        self.asked.append((context, ids))
        await self.may_go.wait()
        if self.error:
            raise self.error
        return {name: f"{context}:{name}" for name in ids if name != "gone"}


async def test_what_is_asked_in_the_same_moment_is_one_read():
    reads = Reads()
    gatherer = Gatherer(reads)
    found = tuple(
        await asyncio.gather(
            gatherer.get("c", ["1", "2"]),
            gatherer.get("c", ["2", "3"]),
            gatherer.get("c", ["gone"]),
        )
    )
    assert reads.asked == [("c", ["1", "2", "3", "gone"])]
    assert found == ({"1": "c:1", "2": "c:2"}, {"2": "c:2", "3": "c:3"}, {})


async def test_other_contexts_are_read_by_themselves():
    reads = Reads()
    gatherer = Gatherer(reads)
    one, two = await asyncio.gather(gatherer.get("a", ["1"]), gatherer.get("b", ["1"]))
    assert sorted(reads.asked) == [("a", ["1"]), ("b", ["1"])]
    assert (one, two) == ({"1": "a:1"}, {"1": "b:1"})


async def test_a_live_read_is_not_joined_to_one_that_waits_for_points():
    """Whoever was the first, and in whatever order they asked."""
    purposes: list[tuple[Purpose, list[str]]] = []

    async def read(context: str, ids: list[str]) -> dict[str, str]:
        purposes.append((present_purpose(), ids))
        return dict.fromkeys(ids, "found")

    gatherer = Gatherer(read)
    with asked_for(Purpose.SWEEP):
        sweep = asyncio.create_task(gatherer.get("c", ["1", "2"]))
    live = asyncio.create_task(gatherer.get("c", ["2", "3"]))
    found = await asyncio.gather(sweep, live)
    assert tuple(found) == ({"1": "found", "2": "found"}, {"2": "found", "3": "found"})
    assert sorted(purposes) == [(Purpose.LIVE, ["2", "3"]), (Purpose.SWEEP, ["1", "2"])]


async def test_an_error_is_raised_to_everybody_who_asked():
    reads = Reads()
    reads.error = ValueError("failed")
    gatherer = Gatherer(reads)
    found = await asyncio.gather(
        gatherer.get("c", ["1"]), gatherer.get("c", ["2"]), return_exceptions=True
    )
    assert [type(error) for error in found] == [ValueError, ValueError]
    reads.error = None
    assert await gatherer.get("c", ["1"]) == {"1": "c:1"}


async def test_who_asks_later_never_gets_an_earlier_answer():
    """A change that came while a read was under way would be missed."""
    reads = Reads()
    reads.may_go.clear()
    gatherer = Gatherer(reads)
    early = asyncio.create_task(gatherer.get("c", ["1"]))
    await settle()
    late = asyncio.create_task(gatherer.get("c", ["1"]))
    await settle()
    assert reads.asked == [("c", ["1"]), ("c", ["1"])]
    reads.may_go.set()
    assert await early == await late == {"1": "c:1"}


async def test_a_caller_that_gives_up_does_not_take_the_answer_from_the_others():
    reads = Reads()
    reads.may_go.clear()
    gatherer = Gatherer(reads)
    gives_up = asyncio.create_task(gatherer.get("c", ["1"]))
    stays = asyncio.create_task(gatherer.get("c", ["2"]))
    await settle()
    gives_up.cancel()
    await settle()
    reads.may_go.set()
    assert await stays == {"2": "c:2"}
    assert gives_up.cancelled()


async def lists(*lengths: int, then: Exception | None = None) -> AsyncIterator[list[int]]:
    number = 0
    for length in lengths:
        yield list(range(number, number + length))
        number += length
    if then is not None:
        raise then


@pytest.mark.parametrize(
    ("lengths", "together"),
    [
        ([], []),
        ([0, 0], []),
        ([1, 1, 1, 1], [3, 1]),
        ([1, 1, 1], [3]),
        ([2, 2, 2], [4, 2]),
        ([3, 3], [3, 3]),
        ([10, 1], [10, 1]),
        ([0, 1, 0, 2, 0], [3]),
    ],
)
async def test_small_pages_become_large_ones_and_nothing_is_lost_or_empty(lengths, together):
    found = [page async for page in batched(lists(*lengths), 3)]
    assert [len(page) for page in found] == together
    assert [item for page in found for item in page] == list(range(sum(lengths)))


async def test_an_error_of_the_pages_is_raised_after_what_came_before_it():
    pages = batched(lists(3, 1, then=ValueError("source")), 3)
    assert await anext(pages) == [0, 1, 2]
    assert await anext(pages) == [3]
    with pytest.raises(ValueError, match="source"):
        await anext(pages)


async def test_a_page_is_handed_on_before_the_next_is_read():
    """All rows together may not fit into memory."""
    read: list[int] = []

    async def noted() -> AsyncIterator[list[int]]:
        for number in range(3):
            read.append(number)
            yield [number] * 3

    await anext(batched(noted(), 3))
    assert read == [0]


async def test_what_somebody_else_ended_is_an_error_like_any_other():
    shared = asyncio.create_task(asyncio.Event().wait())

    async def wait() -> None:
        with only_own_end():
            await shared

    waiting = asyncio.create_task(wait())
    await settle()
    shared.cancel()
    with pytest.raises(TimeoutError):
        await waiting


async def test_who_is_ended_itself_ends():
    async def wait() -> None:
        with only_own_end():
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await settle()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
