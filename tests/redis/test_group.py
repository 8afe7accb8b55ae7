"""Several processes: background work is done once, and what a killed leader left by the next."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from background.after_writes import DELETES
from background.asking import OfTheLeader
from background.follow_ups import FollowUps
from background.jobs import Jobs
from kinds import Kinds
from redis_link.link import RedisLink
from sandbox.redis_server import RedisServer
from tests.unit.helpers.fake_client import mapping
from webhook_processors import group as module
from webhook_processors import wishes
from webhook_processors.group import Group
from webhook_processors.news import SILENCE_SECONDS

MakeLink = Callable[[], RedisLink]


class Pod:
    """A process of the group: its jobs are real, and note themselves in `done` of all."""

    def __init__(self, link: RedisLink, done: list[str], *, may_lead: bool = True) -> None:
        self.time = 1000.0
        self.link = link
        self.done = done
        self.began_to_lead = 0
        self.swept = 0
        self.heard: list[tuple[str, Any]] = []
        self.jobs = Jobs(lambda: self.time)
        self.reads = SimpleNamespace(again_with_index=lambda touched: None)
        self.group = Group(link, lambda: cast(FollowUps, self), self.around, self)
        self.asking = OfTheLeader(
            lambda: cast(FollowUps, self), self.group.wish, self.group.tell, lambda _: []
        )
        self.group.join(may_lead=may_lead)

    async def around(self, step: Callable[[], Awaitable[Any]]) -> Any:
        return await step()

    async def step(self) -> None:
        """Keep up with the others, and do all that is due."""
        await self.group.keep()
        await self.group.listen()
        await self.group.grant()
        while self.jobs.seconds_until_due() == 0.0:
            await self.jobs.step(self.around)
        if self.group.leads:
            await self.group.grant()

    # What FollowUps does

    def job(self, name: str, entails: str | None = None) -> None:
        async def steps() -> AsyncIterator[None]:
            yield
            self.done.append(name)
            if entails:
                self.jobs.ask(entails, self.made(entails), delay=15.0)

        self.jobs.ask(name, steps)

    def made(self, name: str) -> Callable[[], AsyncIterator[None]]:
        async def steps() -> AsyncIterator[None]:
            self.done.append(name)
            yield

        return steps

    def after(self, payloads: Sequence[Any]) -> list[str]:
        for payload in payloads:
            self.job(payload["n"], f"{payload['n']} again")
        return [payload["n"] for payload in payloads]

    def compare(self, kinds: Collection[Kinds], later: Collection[Kinds] = ()) -> list[str]:
        self.job(f"sweep of {', '.join(kinds)}")
        return []

    def ask_for_sweep(self) -> None:
        self.job("sweep")

    def compare_everything(self) -> None:
        self.job("everything")

    def leads(self) -> None:
        self.began_to_lead += 1

    # What it hears

    def arrived(self, payload: Any) -> None:
        self.heard.append(("arrived", payload))

    def resync_begins_elsewhere(self, resync: str) -> None:
        self.heard.append(("begins", resync))

    def resync_ends_elsewhere(self, resync: str, *, succeeded: bool) -> None:
        self.heard.append(("ends", (resync, succeeded)))

    def news_were_missed(self) -> None:
        self.heard.append(("missed", None))


class World:
    """A few processes at one Redis."""

    def __init__(self, server: RedisServer, make_link: MakeLink) -> None:
        self.server = server
        self.done: list[str] = []
        self.pods = [Pod(make_link(), self.done) for _ in range(3)]

    async def wished(self) -> int:
        async with self.server.client() as client:
            return int(await client.xlen(self.pods[0].link.key("wishes")))

    async def kill(self, pod: Pod) -> None:
        """What is in its memory is gone, and time has passed."""
        self.pods.remove(pod)
        async with self.server.client() as client:
            await client.delete(pod.link.key("leader"), pod.link.key(f"pod:{pod.link.pod}"))

    async def step(self) -> None:
        for pod in self.pods:
            await pod.step()


@pytest.fixture
def world(server: RedisServer, make_link: MakeLink, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(module, "WAIT_MS", 1)
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(wishes, "event", SimpleNamespace(port_app_config=mapping("issue")))
    return World(server, make_link)


async def test_what_an_event_entails_is_done_once_whoever_had_the_event(world: World) -> None:
    for number, pod in enumerate(world.pods):
        await pod.asking.after([{"n": f"of {number}"}])
    for _ in range(3):
        await world.step()
    assert sorted(world.done) == ["of 0", "of 1", "of 2"]
    assert [pod.group.leads for pod in world.pods] == [True, False, False]


async def test_it_is_kept_until_also_that_is_done_which_waits_for_the_index(world: World) -> None:
    await world.pods[1].asking.after([{"n": "relatives"}])
    await world.step()
    assert (world.done, await world.wished()) == (["relatives"], 1)
    world.pods[0].time += 15
    await world.step()
    assert world.done == ["relatives", "relatives again"]
    assert await world.wished() == 0


@pytest.mark.parametrize("steps", [0, 1, 2])
async def test_what_a_killed_leader_had_begun_with_the_next_one_does(
    world: World, steps: int
) -> None:
    leader, other, _ = world.pods
    await world.step()
    await other.asking.after([{"n": "relatives"}])
    await leader.group.grant()
    for _ in range(steps):
        await leader.jobs.step(leader.around)
    await world.kill(leader)
    world.done.clear()
    await world.step()
    other.time += 15
    await world.step()
    assert other.group.leads
    assert world.done.count("relatives") == 1
    assert "relatives again" in world.done
    assert await world.wished() == 0


async def test_what_a_process_left_that_ended_without_a_word_a_sweep_makes_up_for(
    world: World, log: list[str]
) -> None:
    leader, other, third = world.pods
    await world.step()
    await world.kill(third)
    await world.step()
    await world.step()
    assert world.done == ["sweep"]
    assert len([line for line in log if f"{third.link.pod} ended without a word" in line]) == 1
    assert other.group.leads is False
    assert leader.group.leads


async def test_one_that_says_goodbye_is_not_missed_and_followed_at_once(world: World) -> None:
    leader, other, _ = world.pods
    await world.step()
    await leader.group.abdicate()
    assert not leader.group.leads
    await leader.group.leave(owes_nothing=True)
    world.pods.remove(leader)
    await world.step()
    assert other.group.leads
    assert other.began_to_lead == 1
    assert world.done == []


async def test_one_that_still_owes_something_is_missed(world: World) -> None:
    leader, _, third = world.pods
    await world.step()
    await third.group.leave(owes_nothing=False)
    await world.kill(third)
    await leader.step()
    await leader.step()
    assert world.done == ["sweep"]


async def test_a_leader_that_was_paused_does_nothing_any_more(world: World) -> None:
    paused, other, _ = world.pods
    await world.step()
    await other.asking.after([{"n": "relatives"}])
    await paused.group.grant()
    await paused.jobs.step(paused.around)
    paused.group.lease.term._until = 0.0
    async with world.server.client() as client:
        await client.delete(paused.link.key("leader"))
    await other.step()
    assert paused.jobs.seconds_until_due() is None, "also of the job that it had begun"
    await world.step()
    assert world.done == ["relatives"]
    assert other.group.leads
    assert paused.jobs.owed_to == frozenset()


async def test_one_that_leads_again_before_anybody_else_did_goes_on(world: World) -> None:
    leader, other, _ = world.pods
    await world.step()
    await other.asking.after([{"n": "relatives"}])
    await leader.group.grant()
    await leader.jobs.step(leader.around)
    until, leader.group.lease.term._until = leader.group.lease.term._until, 0.0
    assert leader.jobs.seconds_until_due() is None
    leader.group.lease.term._until = until
    await leader.step()
    assert world.done == ["relatives"]
    leader.time += 15
    await leader.step()
    assert await world.wished() == 0


async def test_what_each_owes_of_its_own_writes_it_does_itself(world: World) -> None:
    _, other, _ = world.pods
    await world.step()
    other.jobs.ask(DELETES, other.made(DELETES))
    other.jobs.ask("regular sweep", other.made("regular sweep"))
    await other.step()
    assert world.done == [DELETES]


async def test_a_job_that_comes_now_and_then_does_its_own_work_and_never_leads(
    world: World, make_link: MakeLink
) -> None:
    """An incremental run has its jobs done where it is, and then ends."""
    job = Pod(make_link(), world.done, may_lead=False)
    await job.step()
    await world.step()
    job.job("incremental run")
    await job.step()
    assert world.done == ["incremental run"]
    assert (job.group.leads, job.group.does_background_work) == (False, True)
    assert world.pods[0].group.leads


async def test_a_resync_is_told_to_all_others_from_its_beginning_to_its_end(world: World) -> None:
    first, *others = world.pods
    await world.step()
    resync = await first.group.resync_begins()
    await world.step()
    await first.group.resync_ends(resync, succeeded=True)
    await world.step()
    for pod in others:
        assert pod.heard == [("begins", resync), ("ends", (resync, True))]
    assert (first.heard, world.done) == ([], [])


async def test_who_comes_while_a_resync_runs_knows_of_it(world: World, make_link: MakeLink) -> None:
    resync = await world.pods[0].group.resync_begins()
    late = Pod(make_link(), world.done)
    await late.step()
    assert late.heard == [("begins", resync)]


async def test_who_missed_news_of_others_has_everything_compared(
    world: World, log: list[str]
) -> None:
    """It stood still for so long that the oldest of them are forgotten."""
    first, second, _ = world.pods
    await world.step()
    for _ in range(3):
        await first.group.tell({"arrived": "board_updated"})
    async with world.server.client() as client:
        await client.xtrim(first.link.key("news"), maxlen=1, approximate=False)
    second.group._news._heard_at -= SILENCE_SECONDS + 1
    await second.step()
    await world.step()
    assert ("missed", None) in second.heard
    assert world.done == ["sweep"]
    assert len([line for line in log if "News of other processes were missed" in line]) == 1


@pytest.mark.parametrize("steps", range(6))
async def test_a_resync_that_is_superseded_while_it_is_told_ends_for_the_others(
    world: World, steps: int
) -> None:
    """The framework cancels it, at any moment; else they would wait for its end for ever."""
    first, second, _ = world.pods
    await world.step()
    telling = asyncio.create_task(first.group.resync_begins())
    for _ in range(steps):
        await asyncio.sleep(0)
    telling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        resync = await telling
        await first.group.resync_ends(resync, succeeded=False)
    if first.group._telling is not None:
        await first.group._telling
    await second.step()
    assert [what for what, _ in second.heard] in (["begins", "ends"], [])


async def test_a_resync_that_is_superseded_while_its_end_is_told_ends_all_the_same(
    world: World,
) -> None:
    first, second, _ = world.pods
    await world.step()
    resync = await first.group.resync_begins()
    await world.server.kill()
    ending = asyncio.create_task(first.group.resync_ends(resync, succeeded=True))
    await asyncio.sleep(0.05)
    ending.cancel()
    await world.server.start()
    assert first.group._telling is not None
    await first.group._telling
    await second.step()
    assert second.heard == [("begins", resync), ("ends", (resync, True))]


async def test_who_comes_while_an_end_is_told_hears_of_that_end(
    world: World, make_link: MakeLink
) -> None:
    """It is told, and the resync still stands where those look that come later."""
    first = world.pods[0]
    await world.step()
    resync = await first.group.resync_begins()
    await first.group.resync_ends(resync, succeeded=True)
    async with world.server.client() as client:
        await client.hset(first.link.key("resyncs"), resync, first.link.pod)
        late = Pod(make_link(), world.done)
        await late.step()
        assert late.heard == [("begins", resync)]
        await client.hdel(first.link.key("resyncs"), resync)
    await late.step()
    assert late.heard == [("begins", resync), ("ends", (resync, False))]


async def test_one_that_ends_in_the_middle_of_a_resync_is_missed(world: World) -> None:
    """So that its resync ends as that of a killed one does."""
    leader, other, third = world.pods
    await world.step()
    resync = await third.group.resync_begins()
    await third.group.leave(owes_nothing=True)
    await world.kill(third)
    await leader.step()
    await other.step()
    assert other.heard == [("begins", resync), ("ends", (resync, False))]


async def test_the_resync_of_a_killed_process_ends_with_it(world: World) -> None:
    leader, other, third = world.pods
    await world.step()
    resync = await third.group.resync_begins()
    await world.step()
    await world.kill(third)
    await world.step()
    await world.step()
    for pod in (leader, other):
        assert pod.heard == [("begins", resync), ("ends", (resync, False))]


async def test_what_an_event_says_of_what_is_kept_all_hear(world: World) -> None:
    await world.step()
    payload = {"webhookEvent": "board_updated", "board": {"id": 1}}
    await world.pods[1].asking.arrived(payload)
    await world.pods[1].asking.arrived({"webhookEvent": "jira:issue_updated"})
    await world.step()
    for pod in (world.pods[0], world.pods[2]):
        assert pod.heard == [("arrived", {"webhookEvent": "board_updated"})]


async def test_while_redis_is_away_a_wish_waits_and_then_comes(world: World) -> None:
    await world.step()
    await world.server.kill()
    wishing = asyncio.create_task(world.pods[1].asking.after([{"n": "relatives"}]))
    await asyncio.sleep(0)
    await world.server.start()
    await wishing
    await world.step()
    assert "relatives" in world.done


async def test_what_a_newer_version_wishes_a_sweep_makes_up_for(world: World) -> None:
    await world.pods[0].group.wish({"something": "new"})
    await world.step()
    assert world.done == ["sweep"]


async def test_a_redis_that_started_again_is_made_up_for_once(world: World, log: list[str]) -> None:
    """What it took in its last second it may have lost, whatever it keeps on its disk."""
    await world.step()
    await world.server.kill()
    await world.server.start()
    for _ in range(3):
        await world.step()
    assert world.done == ["everything"]
    assert len([line for line in log if "Redis started again" in line]) == 1


async def test_one_that_started_again_while_nobody_led_is_made_up_for_as_well(
    world: World,
) -> None:
    leader, other, _ = world.pods
    await world.step()
    await world.server.kill()
    await world.server.start()
    await world.kill(leader)
    await other.step()
    assert "everything" in world.done


@pytest.mark.parametrize("moment", ["while they are waited for", "before they are begun with"])
async def test_where_all_is_begun_anew_in_the_middle_no_wish_is_left_behind(
    world: World, moment: str
) -> None:
    """Those before the ones that are under way just then would be skipped."""
    leader, other, _ = world.pods
    await world.step()
    await other.asking.after([{"n": "first"}])
    await leader.group.grant()
    await other.asking.after([{"n": "second"}])
    wishes = leader.group._wishes
    waiting = asyncio.create_task(wishes.wait(1))
    if moment == "before they are begun with":
        await waiting
        wishes.begin_anew()
    else:
        await asyncio.sleep(0)
        wishes.begin_anew()
    await wishes.begin_with(await waiting)
    for _ in range(3):
        await leader.step()
    leader.time += 15
    await leader.step()
    assert {"first", "second"} <= set(world.done)
    assert await world.wished() == 0


async def test_a_redis_that_throws_keys_away_is_named_and_made_up_for(
    world: World, log: list[str]
) -> None:
    await world.step()
    async with world.server.client() as client:
        await client.set("somebody else's", "x" * 3_000_000)
        await client.config_set("maxmemory-policy", "allkeys-random")
        used = (await client.info("memory"))["used_memory"]
        await client.config_set("maxmemory", used - 1_000_000)
        await client.set("more", "x")
        await client.config_set("maxmemory", "0")
    for _ in range(3):
        await world.step()
    assert "everything" in world.done
    assert len([line for line in log if "set maxmemory-policy to noeviction" in line]) == 1
