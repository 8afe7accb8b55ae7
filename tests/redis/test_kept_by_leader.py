"""Of several processes the one that leads keeps the webhook in Jira; the others hear of it."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from redis_link.lease import Lease
from redis_link.link import RedisLink
from sandbox.redis_server import RedisServer
from telemetry import metrics
from webhook_processors.kept_by_leader import KeptByLeader, mark_of

MakeLink = Callable[[], RedisLink]
URL = "https://host.example.com/live-events/main/integration/webhook"
SECRET = "a-secret-word"
HOUR = 3600.0


@pytest.fixture(autouse=True)
def state() -> Iterator[None]:
    """The metric's own is put back."""
    before = metrics.WEBHOOK_STATE.now
    metrics.WEBHOOK_STATE.is_now(metrics.UNKNOWN)
    yield
    metrics.WEBHOOK_STATE.is_now(before)


class Process:
    """One that would keep the webhook, and counts how often it did."""

    def __init__(self, link: RedisLink, secret: str = SECRET) -> None:
        self.now = 1000.0
        self.lease = Lease(link, now=lambda: self.now)
        self.looked = 0
        self.finds = metrics.IN_PLACE
        self.ready, self.settled = asyncio.Event(), asyncio.Event()
        self.kept = KeptByLeader(
            self, link, mark_of(URL, secret), lambda: self.lease.held, lambda: self.now
        )

    async def look(self) -> float:
        self.looked += 1
        metrics.WEBHOOK_STATE.is_now(self.finds)
        self.ready.set()
        if self.finds != metrics.UNREACHABLE:
            self.settled.set()
        return HOUR

    async def step(self) -> None:
        await self.lease.ask()
        await self.kept.step()

    @property
    def knows(self) -> tuple[bool, bool]:
        return self.ready.is_set(), self.settled.is_set()


@pytest.fixture
def processes(make_link: MakeLink) -> list[Process]:
    return [Process(make_link()) for _ in range(3)]


async def test_the_leader_alone_looks_after_it_and_the_others_know(
    processes: list[Process],
) -> None:
    for _ in range(3):
        for process in processes:
            await process.step()
    assert [process.looked for process in processes] == [1, 0, 0]
    assert [process.knows for process in processes] == [(True, True)] * 3
    processes[0].now += HOUR
    await processes[0].step()
    assert processes[0].looked == 2


async def test_until_the_leader_has_looked_nobody_takes_it_for_granted(
    processes: list[Process],
) -> None:
    leader, other, _ = processes
    await leader.lease.ask()
    await other.step()
    assert other.knows == (False, False)
    await leader.step()
    await other.step()
    assert other.knows == (True, True)


async def test_what_a_former_leader_said_counts_no_more(processes: list[Process]) -> None:
    leader, other, third = processes
    await leader.step()
    await leader.lease.leave()
    await third.lease.ask()
    await other.step()
    assert other.knows == (False, False)
    await third.step()
    await other.step()
    assert (third.looked, other.knows) == (1, (True, True))


async def test_where_jira_cannot_be_reached_the_others_may_not_believe_in_it(
    processes: list[Process],
) -> None:
    leader, other, _ = processes
    leader.finds = metrics.UNREACHABLE
    await leader.step()
    metrics.WEBHOOK_STATE.is_now(metrics.UNKNOWN)
    await other.step()
    assert other.knows == (True, False)
    assert metrics.WEBHOOK_STATE.now == metrics.UNREACHABLE


async def test_one_that_is_set_otherwise_says_so_once_and_believes_nothing(
    make_link: MakeLink, log: list[str]
) -> None:
    leader, other = Process(make_link()), Process(make_link(), "another-word")
    await leader.step()
    for _ in range(3):
        await other.step()
    assert other.knows == (True, False)
    assert len([line for line in log if "keeps another webhook in Jira" in line]) == 1
    assert not any(SECRET in line or "another-word" in line for line in log)


async def test_while_redis_is_away_nobody_looks_and_then_it_goes_on(
    processes: list[Process], server: RedisServer
) -> None:
    process = processes[0]
    steps = 0

    async def pause(_: float) -> None:
        nonlocal steps
        steps += 1
        if steps == 1:
            await server.kill()
        elif steps == 3:
            assert process.looked == 0
            await server.start()
            await process.lease.ask()
        elif process.looked:
            raise asyncio.CancelledError

    process.kept._pause = pause
    with pytest.raises(asyncio.CancelledError):
        await process.kept.run()
    assert process.looked == 1
