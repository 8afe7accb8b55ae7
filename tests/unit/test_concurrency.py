"""Reading ahead: in order, never more than the bound, and nothing runs on after its end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import cast

import pytest

from jira.concurrency import read_ahead
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
