"""One process leads at a time, and knows by its own clock when it doesn't any more."""

import asyncio
from collections.abc import Callable

import pytest

from redis_link.lease import LEASE_SECONDS, Lease, Term
from redis_link.link import RedisLink
from redis_link.members import Members
from redis_link.troubles import AWAY
from sandbox.redis_server import RedisServer

MakeLink = Callable[[], RedisLink]


def test_a_lease_counts_from_when_it_was_asked_for() -> None:
    """The answer may have taken long, and Redis counts from before it."""
    now = [100.0]
    term = Term(lambda: now[0])
    now[0] = 104.0
    term.answered(3, asked_at=100.0, seconds=6.0)
    assert [term.runs] == [True]
    now[0] = 106.0
    assert [term.runs] == [False]


def test_one_that_is_refused_or_given_back_runs_no_more() -> None:
    term = Term(lambda: 100.0)
    term.answered(3, 100.0, 6.0)
    term.answered(0, 100.0, 6.0)
    assert (term.runs, term.number) == (False, 0)
    term.answered(4, 100.0, 6.0)
    term.end()
    assert (term.runs, term.number) == (False, 0)


async def test_of_two_that_ask_at_once_one_leads(make_link: MakeLink) -> None:
    leases = [Lease(make_link()) for _ in range(5)]
    assert sum(await asyncio.gather(*(lease.ask() for lease in leases))) == 1


async def test_who_leads_goes_on_in_the_same_term(make_link: MakeLink) -> None:
    lease = Lease(make_link())
    await lease.ask()
    first = lease.term.number
    assert await lease.ask()
    assert lease.term.number == first


async def run_out(server: RedisServer, key: str) -> None:
    """Its time is over."""
    async with server.client() as client:
        (found,) = [name for name in map(str, await client.keys()) if name.endswith(key)]
        assert 0 < await client.pttl(found) <= 60_000
        await client.delete(found)


async def test_a_paused_leader_is_followed_by_another_one_in_another_term(
    make_link: MakeLink, server: RedisServer
) -> None:
    now = [100.0]
    killed, other = Lease(make_link(), now=lambda: now[0]), Lease(make_link())
    await killed.ask()
    assert not await other.ask()
    now[0] += LEASE_SECONDS
    await run_out(server, "/leader")
    assert await other.ask()
    assert not killed.held, "it knows without asking"
    assert other.term.number > killed.term.number
    assert not await killed.ask()


async def test_one_that_gives_it_back_is_followed_at_once(make_link: MakeLink) -> None:
    leaving, other = Lease(make_link()), Lease(make_link())
    await leaving.ask()
    await leaving.leave()
    assert not leaving.held
    assert await other.ask()


async def test_nobody_gives_back_what_is_another_one_s(make_link: MakeLink) -> None:
    first, other = Lease(make_link()), Lease(make_link())
    await first.ask()
    await other.leave()
    assert await first.ask()
    assert not await other.ask()


async def test_where_redis_has_forgotten_all_somebody_leads_again(
    make_link: MakeLink, server: RedisServer
) -> None:
    lease = Lease(make_link())
    await lease.ask()
    async with server.client() as client:
        await client.flushall()
    assert await lease.ask()
    async with server.client() as client:
        await client.delete(*[key for key in map(str, await client.keys()) if key.endswith("term")])
    assert await lease.ask()


async def test_while_redis_is_away_it_runs_out(make_link: MakeLink, server: RedisServer) -> None:
    now = [100.0]
    lease = Lease(make_link(), now=lambda: now[0])
    await lease.ask()
    await server.kill()
    with pytest.raises(AWAY):
        await lease.ask()
    assert lease.held
    now[0] += LEASE_SECONDS
    with pytest.raises(AWAY):
        await lease.ask()
    assert not lease.held


async def test_who_ended_without_a_word_is_known_until_it_is_buried(
    make_link: MakeLink, server: RedisServer
) -> None:
    link = make_link()
    gone, well, left = Members(link), Members(make_link()), Members(make_link())
    await asyncio.gather(gone.live(), well.live(), left.live())
    await left.leave()
    assert await well.dead() == []
    await run_out(server, link.pod)
    assert await well.dead() == [link.pod]
    await well.bury(link.pod)
    assert await well.dead() == []
