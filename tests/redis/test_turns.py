"""Turns of several processes in a real Redis: one at a time, and who wrote what stays known."""

import asyncio
import random
import time

import pytest

from redis_link import turns as module
from redis_link.turns import NOTHING, Turns
from tests.redis.deliveries import until

A, B, C = "a", "b", "c"


@pytest.fixture
def made(make_link):
    return lambda: Turns(make_link())


async def written(turns: Turns, *names: str, since: float | None = None, live: bool = True) -> None:
    taken = await turns.take(names)
    assert taken is not None
    moment = time.monotonic() if since is None else since
    assert await turns.give(taken, names, since=moment, live=live) == set()


async def test_what_one_has_nobody_else_gets_until_it_is_given_back(made):
    one, two = made(), made()
    taken = await one.take([A, B])
    assert taken is not None
    assert await two.take([B, C]) is None
    other = await two.take([C])
    assert other is not None
    await one.give(taken)
    again = await two.take([A, B])
    assert again is not None


async def test_one_that_could_not_have_all_has_none(made):
    one, two, three = made(), made(), made()
    await one.take([B])
    assert await two.take([A, B]) is None
    assert await three.take([A]) is not None


async def test_more_than_fit_into_one_script_are_taken_or_none(made, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 3)
    names = [f"n{number:02}" for number in range(10)]
    one, two = made(), made()
    last = await one.take(names[-1:])
    assert last is not None
    assert await two.take(names) is None
    await one.give(last)
    taken = await two.take(names)
    assert taken is not None
    assert await one.take(names[:1]) is None
    assert await two.give(taken, names, since=time.monotonic()) == set()
    seen = await one.take(names)
    assert seen is not None
    assert all(seen.others[name].background for name in names)


async def test_others_are_told_who_wrote_since_when_and_for_whom(made):
    one, two = made(), made()
    before = time.monotonic()
    await written(one, A)
    await written(one, B, live=False)
    taken = await two.take([A, B, C])
    assert taken is not None
    since = two.moments.earliest(before)
    assert taken.others[A].read >= since
    assert taken.others[A].live >= since
    assert taken.others[A].background == 0
    assert taken.others[B].background >= since
    assert taken.others[B].live == 0
    assert taken.others[C] == NOTHING
    assert taken.mine == set()


async def test_what_this_process_wrote_is_no_news_to_it(made):
    one, two = made(), made()
    await written(two, A)
    old = await one.take([A])
    assert old is not None
    await one.give(old)
    await written(one, A)
    taken = await one.take([A, B])
    assert taken is not None
    assert taken.mine == {A}
    # But what the other did before is still known.
    assert taken.others[A] == old.others[A]
    assert taken.others[B] == NOTHING


@pytest.mark.parametrize("seed", range(10))
async def test_each_sees_the_newest_of_all_others(made, seed):
    rng = random.Random(seed)
    each = [made() for _ in range(4)]
    reads: dict[int, float] = {}
    for _ in range(20):
        writer = rng.randrange(4)
        reads[writer] = time.monotonic()
        await written(each[writer], A, since=reads[writer], live=rng.random() < 0.5)
    for number, turns in enumerate(each):
        taken = await turns.take([A])
        assert taken is not None
        newest = max((of for by, of in reads.items() if by != number), default=None)
        if newest is not None:
            assert taken.others[A].read >= turns.moments.earliest(newest)
        await turns.give(taken)


async def test_a_turn_runs_out_and_its_owner_sees_that(made, monkeypatch):
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.2)
    one, two = made(), made()
    taken = await one.take([A, B])
    assert taken is not None
    assert await one.hold(taken) == set()

    async def has_run_out() -> bool:
        other = await two.take([A])
        return other is not None

    await until(has_run_out)
    assert A in await one.hold(taken)
    assert A in await one.give(taken, [A], since=time.monotonic(), live=True)


async def test_one_that_holds_on_keeps_it(made, monkeypatch):
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.5)
    one, two = made(), made()
    taken = await one.take([A])
    assert taken is not None
    for _ in range(4):
        await asyncio.sleep(0.2)
        assert await one.hold(taken) == set()
    assert await two.take([A]) is None


async def test_what_others_are_about_to_delete_is_heard_once(made):
    one, two = made(), made()
    await two.take([])
    deleting = await one.take([A], ["what a stands for"])
    assert deleting is not None
    assert deleting.leaving == []
    heard = await two.take([])
    assert heard is not None
    assert heard.leaving == ["what a stands for"]
    again = await two.take([B])
    assert again is not None
    assert again.leaving == []
    await one.give(deleting)
    await one.take([A], ["what a stands for"])
    later = await two.take([])
    assert later is not None
    assert later.leaving == ["what a stands for"]


@pytest.mark.parametrize("lost", ["versions", "versions-before"])
async def test_what_is_known_is_whole_since_a_moment_whatever_redis_forgot(
    made, make_link, monkeypatch, lost
):
    link = make_link()
    one, two = made(), made()
    await written(one, A)
    monkeypatch.setattr(module, "KEPT_SECONDS", 0.0)
    await written(one, B)
    monkeypatch.setattr(module, "KEPT_SECONDS", 3600.0)
    taken = await two.take([A, B])
    assert taken is not None
    assert taken.others[A].live
    assert taken.whole <= taken.others[A].live
    await two.give(taken)
    redis = await link.redis()
    assert await redis.delete(link.key(lost)) == 1
    left = await two.take([A, B])
    assert left is not None
    assert left.others[A] == NOTHING
    # All that isn't known any more was written before.
    assert taken.others[A].live < left.whole


async def test_no_more_is_kept_than_may_be(made, make_link, monkeypatch):
    monkeypatch.setattr(module, "MOST_KEPT", 10)
    link = make_link()
    turns = made()
    for number in range(100):
        await written(turns, f"name-{number}")
    redis = await link.redis()
    kept = [await redis.hlen(link.key(of)) for of in ("versions", "versions-before")]
    assert sum(kept) <= 24
