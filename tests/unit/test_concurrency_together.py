"""Reading together: one read for all who ask, pages put together, ends of one's own and others'."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from jira.concurrency import Gatherer, batched, only_own_end
from jira.http.purpose import Purpose, asked_for, present_purpose
from jira.urgency import Urgency, in_background, present_urgency
from tests.unit.helpers.fakes import settle


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


async def test_an_urgent_read_is_not_joined_with_those_in_the_background():
    calls: list[tuple[Urgency, list[str]]] = []

    async def read(context: str, ids: list[str]) -> dict[str, str]:
        calls.append((present_urgency(), ids))
        return {name: name for name in ids}

    gatherer = Gatherer(read)
    with in_background():
        tasks = [asyncio.create_task(gatherer.get("all", [name])) for name in "ab"]
    tasks.append(asyncio.create_task(gatherer.get("all", ["a"])))
    assert await asyncio.gather(*tasks) == [{"a": "a"}, {"b": "b"}, {"a": "a"}]
    assert sorted(calls) == [(Urgency.LIVE, ["a"]), (Urgency.BACKGROUND, ["a", "b"])]
