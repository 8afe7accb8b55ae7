"""How many requests are under way, and who waits when Jira asks for a pause."""

import asyncio
from contextlib import AsyncExitStack
from types import SimpleNamespace

import pytest

from jira.http import limiter as module
from jira.http.limiter import (
    MAX_JITTER,
    Limiter,
)
from tests.unit.helpers.fakes import settle
from tests.unit.helpers.limiter_calls import Caller, Clock

GET, POST = "GET /a", "POST /b"


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    stand_in = SimpleNamespace(sleep=clock.sleep)
    monkeypatch.setattr(module, "asyncio", stand_in)
    return clock


@pytest.fixture
def limiter(clock):
    return Limiter(2, now=clock.now, jitter=lambda most: 0.0)


@pytest.fixture
async def call(limiter):
    callers: list[Caller] = []

    async def begin(endpoint: str) -> Caller:
        callers.append(Caller(limiter, endpoint))
        await settle()
        return callers[-1]

    yield begin
    for caller in callers:
        caller.task.cancel()
    await asyncio.gather(*(caller.task for caller in callers), return_exceptions=True)


async def test_no_more_requests_than_the_bound(call):
    first, second, third = await call(GET), await call(POST), await call(GET)
    assert first.entered.is_set()
    assert second.entered.is_set()
    assert not third.entered.is_set()
    second.leave.set()
    await settle()
    assert third.entered.is_set()


async def test_a_request_that_fails_gives_its_place_back(limiter):
    for _ in range(5):
        with pytest.raises(ValueError, match="failed"):
            async with limiter.place(GET):
                raise ValueError("failed")
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await asyncio.wait_for(stack.enter_async_context(limiter.place(GET)), 1)


async def test_a_caller_that_is_cancelled_while_it_waits_holds_nothing(call, clock, limiter):
    limiter.observe(GET, 429, {"retry-after": "5"})
    waiting = await call(GET)
    waiting.task.cancel()
    await clock.advance(5)
    for _ in range(2):
        await clock.advance(1)
        assert (await call(GET)).entered.is_set()


async def test_a_pause_of_one_endpoint_does_not_hold_the_others(call, clock, limiter):
    limiter.observe(GET, 429, {"retry-after": "5"})
    paused = await call(GET)
    assert not paused.entered.is_set()
    assert (await call(POST)).entered.is_set()
    await clock.advance(4.9)
    assert not paused.entered.is_set()
    await clock.advance(0.1)
    assert paused.entered.is_set()


@pytest.mark.parametrize("reason", ["jira-quota-tenant-based", "Jira-Quota-Global-Based"])
async def test_a_quota_pauses_everything(call, clock, limiter, reason):
    limiter.observe(GET, 429, {"retry-after": "5", "ratelimit-reason": reason})
    first, second = await call(GET), await call(POST)
    assert not first.entered.is_set()
    assert not second.entered.is_set()
    await clock.advance(5)
    assert first.entered.is_set()
    assert second.entered.is_set()


async def test_callers_that_wait_for_a_pause_hold_no_place(call, limiter):
    limiter.observe(GET, 429, {"retry-after": "5"})
    for _ in range(4):
        assert not (await call(GET)).entered.is_set()
    for _ in range(2):
        assert (await call(POST)).entered.is_set()


async def test_a_pause_that_begins_in_the_queue_for_a_place_is_kept_too(call, clock, limiter):
    holders = [await call(POST), await call(POST)]
    queued = await call(GET)
    limiter.observe(GET, 429, {"retry-after": "5"})
    holders[0].leave.set()
    await settle()
    assert not queued.entered.is_set()
    assert (await call(POST)).entered.is_set(), "the place that was given up is free"
    holders[1].leave.set()
    await clock.advance(5)
    assert queued.entered.is_set()


async def test_a_pause_that_is_made_longer_meanwhile_is_waited_out(call, clock, limiter):
    limiter.observe(GET, 429, {"retry-after": "5"})
    paused = await call(GET)
    limiter.observe(GET, 429, {"retry-after": "8"})
    await clock.advance(5)
    assert not paused.entered.is_set()
    await clock.advance(3)
    assert paused.entered.is_set()


async def test_a_shorter_pause_does_not_end_a_longer_one(call, clock, limiter):
    limiter.observe(GET, 429, {"retry-after": "8"})
    limiter.observe(GET, 429, {"retry-after": "1"})
    paused = await call(GET)
    await clock.advance(7)
    assert not paused.entered.is_set()


async def test_after_a_pause_callers_come_one_by_one(call, clock, limiter):
    """All at once would be refused again."""
    limiter.observe(GET, 429, {"retry-after": "5"})
    callers = [await call(GET) for _ in range(3)]
    entered = []
    await clock.advance(5)
    for _ in range(20):
        for caller in callers:
            if caller.entered.is_set():
                caller.leave.set()
        entered.append(sum(caller.entered.is_set() for caller in callers))
        await clock.advance(0.1)
    assert {0, 1, 2, 3} >= set(entered) >= {1, 2, 3}


async def test_nobody_goes_out_in_a_pause_that_began_while_they_waited_for_their_moment(
    call, clock, limiter
):
    limiter.observe(GET, 429, {"retry-after": "1"})
    callers = [await call(GET) for _ in range(8)]
    for _ in range(15):
        await clock.advance(0.1)
    limiter.observe(GET, 429, {"retry-after": "5"})
    out = [caller for caller in callers if caller.entered.is_set()]
    for caller in out:
        caller.leave.set()
    for _ in range(48):
        await clock.advance(0.1)
        assert sum(caller.entered.is_set() for caller in callers) == len(out)


async def test_who_waits_for_a_moment_and_gives_up_takes_nobody_s(call, clock, limiter):
    limiter.observe(GET, 429, {"retry-after": "1"})
    waiting = [await call(GET) for _ in range(20)]
    await clock.advance(1)
    for caller in waiting:
        caller.task.cancel()
    await settle()
    last = await call(GET)
    await clock.advance(1)
    assert last.entered.is_set()


async def test_what_is_refused_for_one_endpoint_slows_no_other(call, clock, limiter):
    limiter.observe(GET, 429, {"retry-after": "5"})
    for _ in range(9):
        caller = await call(POST)
        assert caller.entered.is_set()
        caller.leave.set()


async def test_requests_that_take_much_longer_leave_fewer_places(clock):
    limiter = Limiter(4, now=clock.now, jitter=lambda most: 0.0)
    callers: list[Caller] = []
    for number in range(12):
        callers = [Caller(limiter, GET) for _ in range(4)]
        await settle()
        entered = [caller for caller in callers if caller.entered.is_set()]
        await clock.advance(0.1 if number < 8 else 5.0)
        for caller in callers:
            caller.leave.set()
        await settle()
        await asyncio.gather(*(caller.task for caller in callers))
    assert len(entered) < 4
    other = [Caller(limiter, POST) for _ in range(4)]
    await settle()
    assert all(caller.entered.is_set() for caller in other), "another endpoint has all its places"
    for caller in other:
        caller.leave.set()
    await asyncio.gather(*(caller.task for caller in other))


@pytest.mark.parametrize(
    ("status", "headers", "pauses"),
    [
        (429, {"retry-after": "5"}, True),
        (429, {}, True),
        (503, {"retry-after": "5"}, True),
        (503, {}, False),
        (500, {"retry-after": "5"}, False),
        (200, {"retry-after": "5"}, False),
        (200, {"x-ratelimit-remaining": "0"}, False),
    ],
)
async def test_which_answers_pause(call, limiter, status, headers, pauses):
    limiter.observe(GET, status, headers)
    assert (await call(GET)).entered.is_set() is not pauses


async def test_waiting_is_spread_and_never_shorter_than_asked(clock, call):
    """Retry-After is a floor: everybody back at the same moment would hit the limit again."""
    asked: list[float] = []

    def jitter(most: float) -> float:
        asked.append(most)
        return most

    limiter = Limiter(1, now=clock.now, jitter=jitter)
    limiter.observe(GET, 429, {"retry-after": "10"})
    limiter.observe(POST, 429, {"retry-after": "1000"})
    assert asked[0] == pytest.approx(1.1)
    assert asked[1] == MAX_JITTER
    caller = Caller(limiter, GET)
    await settle()
    await clock.advance(11)
    assert not caller.entered.is_set()
    await clock.advance(0.2)
    assert caller.entered.is_set()
    caller.leave.set()
    await caller.task


def test_the_default_jitter_only_adds():
    limiter = Limiter(1)
    assert all(0 <= limiter._jitter(MAX_JITTER) <= MAX_JITTER for _ in range(200))
