"""Entities that several processes write: an older read is never written after a newer one."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable

import pytest
from port_ocean.core.models import Entity

from port import shared as shared_module
from port.shared import Shared
from port.versions import Reading, Versions
from redis_link import turns as turns_module
from redis_link.turns import Turns
from tests.unit.helpers.catalog_fakes import entity

APART = 0.1
ONE, TWO = entity("AB-1"), entity("AB-2")


@pytest.fixture
async def made(make_link) -> AsyncIterator[Callable[[], Versions]]:
    every: list[Shared] = []

    def make() -> Versions:
        every.append(Shared(Turns(make_link())))
        return Versions(time.monotonic, shared=every[-1])

    yield make
    for shared in every:
        if shared._listening is not None:
            shared._listening.cancel()


def live(since: float | None = None) -> Reading:
    return Reading(time.monotonic() if since is None else since, live=True)


async def write(versions: Versions, reading: Reading, *entities: Entity) -> list[Entity]:
    """What was written, and not left out."""
    async with versions.in_turn(entities, reading) as turn:
        newest = await turn.newest(entities)
        await turn.wrote(newest)
    return newest


@pytest.fixture
async def pair(made):
    one, two = made(), made()
    # What is known begins with the first turn.
    await write(one, live(), entity("first"))
    one.take_doubtful()
    # Moments of two clocks can be told apart by no less than an answer of Redis takes.
    await asyncio.sleep(APART)
    return one, two


async def test_a_read_that_others_wrote_over_is_left_out_and_read_again(pair):
    one, two = pair
    old = live()
    assert await write(two, live(), ONE) == [ONE]
    assert await write(one, old, ONE, TWO) == [TWO]
    assert [*one.take_doubtful().values()] == [ONE]
    assert await write(one, live(), ONE) == [ONE]
    assert one.take_doubtful() == {}


async def test_of_two_events_the_one_read_later_is_written_last(pair):
    one, two = pair
    earlier = live(time.monotonic() - APART / 2)
    later = live()
    assert await write(two, earlier, ONE) == [ONE]
    assert await write(one, later, ONE) == [ONE]
    assert not one.has_doubtful


async def test_background_work_leaves_out_what_others_events_wrote_since(pair):
    one, two = pair
    earlier = live(time.monotonic() - APART / 2)
    later = Reading(time.monotonic())
    assert await write(two, earlier, ONE) == [ONE]
    assert await write(one, later, ONE) == []
    assert one.has_doubtful


async def test_a_resync_leaves_out_what_others_wrote_since_it_began(pair):
    one, two = pair
    began = Reading(time.monotonic(), resync=True)
    await write(two, live(), ONE)
    assert await write(one, began, ONE, TWO) == [TWO]
    assert [*one.take_doubtful().values()] == [ONE]


async def test_a_resync_is_not_kept_from_all_that_is_older_than_what_is_known(pair):
    one, _ = pair
    assert await write(one, Reading(time.monotonic() - 3600, resync=True), ONE) == [ONE]
    assert await write(one, live(time.monotonic() - 3600), TWO) == []


async def test_who_comes_second_waits(pair):
    one, two = pair
    order: list[str] = []

    async def second() -> None:
        async with two.in_turn([ONE], live()):
            order.append("second")

    async with one.in_turn([ONE, TWO], live()):
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.3)
        order.append("first")
    async with asyncio.timeout(5):
        await waiting
    assert order == ["first", "second"]


async def test_one_that_stood_still_does_not_write_and_reads_again(pair, monkeypatch):
    """As a process that was stopped between its read and its write."""
    one, two = pair
    monkeypatch.setattr(turns_module, "LOCK_SECONDS", 0.2)
    monkeypatch.setattr(Shared, "_prolong", lambda *_: asyncio.sleep(3600))
    reading = live()
    async with one.in_turn([ONE], reading) as turn:
        await asyncio.sleep(0.4)
        assert await write(two, live(), ONE) == [ONE]
        assert await turn.newest([ONE]) == []
        await turn.wrote([])
    assert [*one.take_doubtful().values()] == [ONE]


async def test_one_that_stood_still_while_it_wrote_reads_again(pair, monkeypatch):
    one, two = pair
    monkeypatch.setattr(turns_module, "LOCK_SECONDS", 0.2)
    monkeypatch.setattr(Shared, "_prolong", lambda *_: asyncio.sleep(3600))
    async with one.in_turn([ONE], live()) as turn:
        assert await turn.newest([ONE]) == [ONE]
        await asyncio.sleep(0.4)
        assert await write(two, live(), ONE) == [ONE]
        await turn.wrote([ONE])
    assert [*one.take_doubtful().values()] == [ONE]


async def test_a_turn_that_takes_long_is_prolonged(pair, monkeypatch):
    one, _ = pair
    monkeypatch.setattr(turns_module, "LOCK_SECONDS", 0.4)
    monkeypatch.setattr(shared_module, "LOCK_SECONDS", 0.4)
    async with one.in_turn([ONE], live()) as turn:
        await asyncio.sleep(1.0)
        assert await turn.newest([ONE]) == [ONE]
        await turn.wrote([ONE])
    assert not one.has_doubtful


async def test_a_write_that_failed_counts_as_one(pair):
    """Some of it may be there."""
    one, two = pair
    old = live()

    async def fail() -> None:
        async with two.in_turn([ONE], live()) as turn:
            await turn.newest([ONE])
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await fail()
    assert await write(one, old, ONE) == []


async def test_while_redis_is_away_nothing_is_written_and_it_is_said_once(pair, server, log):
    one, _ = pair
    await server.kill()
    writing = asyncio.create_task(write(one, live(), ONE))
    await asyncio.sleep(0.5)
    assert not writing.done()
    await server.start()
    async with asyncio.timeout(10):
        assert await writing == [ONE]
    assert len([line for line in log if "nothing is written to Port" in line]) == 1
    assert len([line for line in log if "Redis works again" in line]) == 1
    assert not one.shared.take_unsure()


async def test_while_redis_is_full_events_go_on_and_are_compared_later(pair, make_link, log):
    one, _ = pair
    redis = await make_link().redis()
    await redis.config_set("maxmemory", 1)
    for _ in range(3):
        assert await write(one, live(), ONE) == [ONE]
    assert not one.shared.take_unsure()
    await redis.config_set("maxmemory", 0)
    assert await write(one, live(), ONE) == [ONE]
    assert one.shared.take_unsure()
    assert not one.shared.take_unsure()
    assert len([line for line in log if "Redis is full" in line]) == 1


async def test_others_hear_of_a_delete_before_it_is_done(pair):
    one, two = pair
    heard: list[list[Entity]] = []
    one.shared.leaving = heard.append
    async with two.in_turn([TWO], live(), deletes=True) as turn:
        await write(one, live(), ONE)
        assert [(e.blueprint, e.identifier) for [e] in heard] == [(TWO.blueprint, TWO.identifier)]
        await turn.wrote([TWO])


async def test_others_hear_of_a_delete_for_a_while_after_they_wrote(pair, monkeypatch):
    """Also if they write nothing more: theirs may relate to what is deleted."""
    monkeypatch.setattr(shared_module, "LISTEN_EVERY", 0.05)
    one, two = pair
    heard = asyncio.Event()
    one.shared.leaving = lambda _: heard.set()
    await write(one, live(), ONE)
    async with two.in_turn([TWO], live(), deletes=True) as turn:
        await turn.wrote([TWO])
    async with asyncio.timeout(5):
        await heard.wait()


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_the_order_port_ends_with_the_newest_read(made, seed):
    """Three processes read counters, for events and besides, and write them after a while.

    In each of them one read follows another's write, as in a lane.
    """
    rng = random.Random(seed)
    pods = [made() for _ in range(3)]
    jira: dict[str, int] = {"AB-1": 0, "AB-2": 0}
    port: dict[str, int] = {}
    wrote: dict[str, dict[Versions, float]] = {}
    lanes = {(pod, by_event): asyncio.Lock() for pod in pods for by_event in (True, False)}

    async def handle(pod: Versions, name: str, *, by_event: bool) -> None:
        async with lanes[pod, by_event]:
            await read_and_write(pod, name, by_event=by_event)

    async def read_and_write(pod: Versions, name: str, *, by_event: bool) -> None:
        one = entity(name)
        reading = Reading(time.monotonic(), live=by_event)
        value = jira[name]
        await asyncio.sleep(rng.uniform(0, 0.02))
        async with pod.in_turn([one], reading) as turn:
            newest = await turn.newest([one])
            await asyncio.sleep(rng.uniform(0, 0.01))
            if newest:
                others = [since for by, since in wrote.get(name, {}).items() if by is not pod]
                assert max(others, default=0.0) <= reading.since, "an older read came later"
                wrote.setdefault(name, {})[pod] = reading.since
                port[name] = value
            await turn.wrote(newest)
        for again in pod.take_doubtful().values():
            await read_and_write(pod, str(again.identifier), by_event=by_event)

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        for _ in range(40):
            name = rng.choice(list(jira))
            by_event = rng.random() < 0.7
            jira[name] += by_event
            tasks.create_task(handle(rng.choice(pods), name, by_event=by_event))
            await asyncio.sleep(rng.uniform(0, 0.02))
    assert port == jira
