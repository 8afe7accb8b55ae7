"""Whom a limiter lets go first: live events, before the resync's and the background's requests."""

import asyncio
from types import SimpleNamespace

import pytest

from jira.http import limiter as module
from jira.http.limiter import Limiter
from jira.urgency import in_background
from tests.unit.helpers.fakes import settle
from tests.unit.helpers.limiter_calls import Caller, Clock

GET = "GET /a"


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    stand_in = SimpleNamespace(sleep=clock.sleep)
    monkeypatch.setattr(module, "asyncio", stand_in)
    return clock


@pytest.fixture
async def paced(clock):
    """Callers of an endpoint that is asked once a second, in the order in which they went out."""
    limiter = Limiter(10, now=clock.now, jitter=lambda most: 0.0)
    limiter._endpoint(GET).pace.refused(0.0, 1.0)
    limiter._endpoint(GET).pace.rate = 1.0
    order: list[str] = []
    tasks: list[asyncio.Task[None]] = []

    async def out(name: str) -> None:
        async with limiter.place(GET):
            order.append(name)

    async def live(name: str) -> None:
        tasks.append(asyncio.create_task(out(name)))
        await settle()

    async def background(name: str) -> None:
        with in_background():
            await live(name)

    yield SimpleNamespace(live=live, background=background, order=order, tasks=tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_live_event_waits_for_one_moment_and_not_for_those_of_the_background(paced, clock):
    for number in range(20):
        await paced.background(f"background {number}")
    await paced.live("live")
    for _ in range(40):
        await clock.advance(0.1)
    assert paced.order.index("live") <= 1


async def test_moments_of_those_who_gave_up_are_the_background_s(paced, clock):
    for number in range(5):
        await paced.live(f"live {number}")
    await paced.background("background")
    for task in paced.tasks[1:5]:
        task.cancel()
    for _ in range(30):
        await clock.advance(0.1)
    assert paced.order == ["live 0", "background"]


async def test_a_live_event_finds_a_place_while_a_resync_has_all_that_it_may(clock):
    limiter = Limiter(4, now=clock.now, jitter=lambda most: 0.0)
    with in_background():
        callers = [Caller(limiter, GET) for _ in range(8)]
        await settle()
    assert sum(caller.entered.is_set() for caller in callers) == 2
    callers.append(Caller(limiter, GET))
    await settle()
    assert callers[-1].entered.is_set()
    for caller in callers:
        caller.leave.set()
    await asyncio.gather(*(caller.task for caller in callers))
