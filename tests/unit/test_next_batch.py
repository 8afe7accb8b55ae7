"""How many events are taken at once: one is not held up, many are not taken one by one."""

import asyncio

import pytest
from port_ocean.core.handlers.queue import LocalQueue

from tests.unit.helpers.fakes import settle
from webhook_processors import next_batch as module
from webhook_processors.next_batch import MAX_BATCH, MAX_BATCH_BYTES, next_batch


@pytest.fixture
def queue():
    return LocalQueue[int]()


@pytest.fixture
def for_ever(monkeypatch):
    """A moment that doesn't end by itself: who waits for it does so visibly."""
    monkeypatch.setattr(module, "GATHER_SECONDS", 3600.0)


async def fill(queue: LocalQueue[int], count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        await queue.put(number)


async def test_one_event_alone_is_not_held_up(queue, for_ever):
    await queue.put(1)
    async with asyncio.timeout(5):
        assert await next_batch(queue) == [1]


async def test_an_event_that_comes_while_nothing_waits_is_taken_at_once(queue, for_ever):
    batch = asyncio.create_task(next_batch(queue))
    await settle()
    assert not batch.done()
    await queue.put(1)
    async with asyncio.timeout(5):
        assert await batch == [1]


async def test_what_waits_is_taken_together_and_in_order(queue, monkeypatch):
    monkeypatch.setattr(module, "GATHER_SECONDS", 0.0)
    await fill(queue, 7)
    assert await next_batch(queue) == list(range(7))
    assert await queue.size() == 0


async def test_no_more_is_taken_than_a_batch_holds(queue, for_ever):
    """A full batch waits for nobody."""
    await fill(queue, MAX_BATCH + 3)
    async with asyncio.timeout(5):
        assert await next_batch(queue) == list(range(MAX_BATCH))
    assert await queue.size() == 3


async def test_a_straggler_within_the_moment_joins(queue, for_ever):
    await fill(queue, 2)
    batch = asyncio.create_task(next_batch(queue))
    await settle()
    assert not batch.done()
    await fill(queue, MAX_BATCH - 2, start=2)
    async with asyncio.timeout(5):
        assert await batch == list(range(MAX_BATCH))


async def test_stragglers_do_not_make_the_moment_longer(queue, monkeypatch):
    """A steady trickle would hold up the first event for a hundred moments."""
    deadlines: list[float] = []
    timeout_at = asyncio.timeout_at

    def noted(when: float) -> asyncio.Timeout:
        deadlines.append(when)
        return timeout_at(when if len(deadlines) < 4 else 0.0)

    monkeypatch.setattr(module, "GATHER_SECONDS", 3600.0)
    monkeypatch.setattr(asyncio, "timeout_at", noted)
    await fill(queue, 2)
    batch = asyncio.create_task(next_batch(queue))
    for number in (2, 3, 4):
        await settle()
        await queue.put(number)
    assert await batch == [0, 1, 2, 3, 4]
    assert len(deadlines) == 4
    assert len(set(deadlines)) == 1


async def test_a_moment_that_ends_loses_no_event(queue, monkeypatch):
    monkeypatch.setattr(module, "GATHER_SECONDS", 0.0)
    await fill(queue, 2)
    assert await next_batch(queue) == [0, 1]
    await queue.put(2)
    assert await next_batch(queue) == [2]


@pytest.mark.parametrize(
    ("part", "taken"), [(1.0, 1), (2.0, 1), (0.5, 2), (0.3, 4), (0.001, MAX_BATCH)]
)
async def test_no_more_bytes_are_taken_than_a_batch_holds_but_one_event(
    queue, for_ever, part, taken
):
    """Parsed, two hundred large events would take gigabytes."""
    await fill(queue, MAX_BATCH + 3)
    async with asyncio.timeout(5):
        batch = await next_batch(queue, lambda _: int(part * MAX_BATCH_BYTES))
    assert batch == list(range(taken))
    assert await queue.size() == MAX_BATCH + 3 - taken
