"""Points as they are spent: who waits, who goes first, and what is counted."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from jira.http.purpose import Purpose, asked_for, present_purpose, steps_for
from jira.http.quota import Quota
from telemetry import metrics
from tests.unit.helpers.simulated import loop_time, simulated

HOUR = 3600.0
BEGIN = 1_000_000 * HOUR


def made(share: int = 50) -> Quota:
    return Quota(share, lambda: BEGIN + loop_time())


def counted(purpose: Purpose) -> float:
    return float(metrics.POINTS.labels(purpose)._value.get())


def test_live_events_are_served_while_a_sweep_waits_for_the_next_hour():
    async def run() -> tuple[float, float]:
        quota = made()
        with asked_for(Purpose.SWEEP):
            for _ in range(4):
                await quota.admit(5001)
            sweep = asyncio.create_task(admitted_at(quota, 5001))
        await asyncio.sleep(1)
        assert quota.is_waited_for(Purpose.SWEEP)
        begun = loop_time()
        for _ in range(100):
            await quota.admit(51)
        return loop_time() - begun, await sweep

    live, sweep = simulated(run())
    assert live == 0
    assert sweep > 1000


async def admitted_at(quota: Quota, points: int) -> float:
    await quota.admit(points)
    return loop_time()


def test_in_no_hour_more_is_admitted_than_the_share():
    """Whatever is asked for what, and however much of it."""

    async def run() -> dict[int, int]:
        quota = made()
        hours: dict[int, int] = {}

        async def ask(purpose: Purpose, points: int, times: int) -> None:
            with asked_for(purpose):
                for _ in range(times):
                    await quota.admit(points)
                    hour = int(loop_time() // HOUR)
                    hours[hour] = hours.get(hour, 0) + points
                    quota.cost(points, points)

        await asyncio.gather(
            ask(Purpose.SWEEP, 5001, 12),
            ask(Purpose.RESYNC, 101, 600),
            ask(Purpose.FOLLOW_UP, 51, 300),
            ask(Purpose.LIVE, 52, 900),
        )
        return hours

    hours = simulated(run())
    assert max(hours.values()) <= 32_500
    assert len(hours) < 9, "and not much less"


def test_what_is_given_back_lets_others_go_at_once():
    async def run() -> tuple[float, float]:
        quota = made()
        with asked_for(Purpose.RESYNC):
            for _ in range(5):
                await quota.admit(5001)
            waiting = asyncio.create_task(admitted_at(quota, 5001))
            await asyncio.sleep(1)
            quota.cost(5001, 12)
            return await waiting, quota.spent[Purpose.RESYNC]

    assert simulated(run()) == (1, 12)


def test_a_caller_that_gives_up_has_spent_nothing_and_waits_no_more():
    async def run() -> None:
        quota = made()
        await quota.admit(32_500)
        waiting = asyncio.create_task(quota.admit(1))
        await asyncio.sleep(1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert not quota.is_waited_for(Purpose.LIVE)
        await asyncio.sleep(HOUR)
        await quota.admit(32_500)

    simulated(run())


def test_what_was_spent_is_counted_by_what_it_was_for():
    async def run() -> None:
        quota = made()
        before = counted(Purpose.RESYNC), counted(Purpose.LIVE)
        with asked_for(Purpose.RESYNC):
            await quota.admit(101)
            quota.cost(101, 40)
        await quota.admit(2)
        quota.cost(2, 2)
        assert counted(Purpose.RESYNC) - before[0] == quota.spent[Purpose.RESYNC] == 40
        assert counted(Purpose.LIVE) - before[1] == 2
        assert quota.left() == 32_500 - 42

    simulated(run())


def test_a_wait_is_said_once_an_hour_for_each_purpose(log):
    async def run() -> None:
        quota = made()
        await quota.admit(32_500)
        waiting = [asyncio.create_task(quota.admit(1)) for _ in range(5)]
        await asyncio.gather(*waiting)

    simulated(run())
    said = [line for line in log if "waits for about" in line]
    assert len(said) == 1
    assert "32,500 of the 32,500 of this hour are used; what is asked for live events" in said[0]


@pytest.mark.parametrize(
    ("share", "purpose", "most", "rows"),
    [
        (50, Purpose.SWEEP, 5000, 5000),
        (50, Purpose.RESYNC, 100, 100),
        (1, Purpose.SWEEP, 5000, 226),
        (50, Purpose.LIVE, 5000, 100),
        (50, Purpose.FOLLOW_UP, 5000, 100),
        (50, Purpose.LIVE, 50, 50),
    ],
)
def test_a_page_is_no_larger_than_the_budget_can_bear(share, purpose, most, rows):
    with asked_for(purpose):
        assert made(share).rows_at_once(most) == rows


def test_headers_tell_of_the_quota():
    async def run() -> None:
        quota = made()
        quota.observe({"content-type": "application/json"})
        assert quota.an_hour == 32_500
        quota.observe({"ratelimit-policy": '"global-app-quota";q=130000;w=3600'})
        assert quota.an_hour == 65_000

    simulated(run())


async def test_a_purpose_is_for_what_is_made_in_it_and_in_its_tasks():
    assert present_purpose() is Purpose.LIVE

    async def inner() -> Purpose:
        return present_purpose()

    with asked_for(Purpose.SWEEP):
        task = asyncio.create_task(inner())
        with asked_for(Purpose.LIVE):
            assert await inner() is Purpose.LIVE
        assert await inner() is Purpose.SWEEP
    assert await task is Purpose.SWEEP
    assert present_purpose() is Purpose.LIVE


async def test_steps_have_their_purpose_and_who_takes_them_another_one():
    async def steps() -> AsyncIterator[Purpose]:
        for _ in range(3):
            yield present_purpose()

    taken = [(step, present_purpose()) async for step in steps_for(Purpose.SWEEP, steps())]
    assert taken == [(Purpose.SWEEP, Purpose.LIVE)] * 3
