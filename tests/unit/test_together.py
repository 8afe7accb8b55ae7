"""What a process does with what others tell, and what it tells them; alone it tells nobody."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from background.asking import Here, OfTheLeader
from background.follow_ups import FollowUps
from port.deletions import Stubs
from port.writer import PortWriter
from redis_link.link import RedisLink
from webhook_processors import together as module
from webhook_processors.together import Together
from webhook_processors.under_way import UnderWay


class FakeGroup:
    """Notes what the others are told."""

    def __init__(self, link: Any, *_: Any) -> None:
        self.link = link
        self.leads = False
        self.told: list[Any] = []

    def join(self, *, may_lead: bool) -> None:
        self.told.append(("join", may_lead))

    def start(self) -> None:
        self.told.append("start")

    async def abdicate(self) -> None:
        self.told.append("abdicate")

    async def leave(self, *, owes_nothing: bool) -> None:
        self.told.append(("leave", owes_nothing))

    async def wish(self, wish: Any) -> None:
        self.told.append(wish)

    async def tell(self, news: Any) -> None:
        self.told.append(news)

    async def resync_begins(self) -> str:
        self.told.append("begins")
        return "a-resync"

    async def resync_ends(self, resync: str, *, succeeded: bool) -> None:
        self.told.append(("ends", resync, succeeded))


class World:
    """A process whose follow-ups note what they are told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[Any] = []
        self.forgot: list[str] = []
        self.at_the_end: list[tuple[int, Any]] = []
        self.owes = False
        follow_ups = SimpleNamespace(
            knows_all=True,
            resync_running=False,
            after_writes=SimpleNamespace(ask_leader=None),
            resync_began=self.began,
            resync_ended=self.ended,
            ask_for_sweep=lambda: self.told.append("sweep"),
            compare_everything=lambda: self.told.append("everything"),
            look_for_orphans=list,
            arrived=lambda payload: self.told.append(payload),
        )
        self.follow_ups = follow_ups
        self.under_way = UnderWay(lambda: cast(FollowUps, follow_ups), cast(Any, None))
        monkeypatch.setattr(module, "Group", FakeGroup)
        monkeypatch.setattr(
            module,
            "signal_handler",
            SimpleNamespace(register=lambda what, priority: self.note_end(priority, what)),
        )
        known = SimpleNamespace(forget_all=lambda: self.forgot.append("known"))
        writer = SimpleNamespace(compared=SimpleNamespace(known=known), going=self)
        self.together = Together(
            cast(FollowUps, follow_ups),
            self.under_way,
            cast(PortWriter, writer),
            Stubs(),
            cast(Any, None),
        )
        self.together.forget_mapping = lambda: self.forgot.append("mapping")

    def __bool__(self) -> bool:
        """Whether Port was told to delete something and may still have it."""
        return self.owes

    def began(self) -> float:
        self.told.append("began")
        return 1000.0

    def ended(self, at: float, *, succeeded: bool, elsewhere: bool = False) -> None:
        self.told.append(("ended elsewhere" if elsewhere else "ended", at, succeeded))

    def note_end(self, priority: int, what: Any) -> None:
        self.at_the_end.append((priority, what))

    def join(self) -> FakeGroup:
        link = SimpleNamespace(pod="pod-1", group="jira.jira-1")
        self.together.join(cast(RedisLink, link), may_lead=True)
        return cast(FakeGroup, self.together._group)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


async def test_a_process_that_is_alone_leads_and_tells_nobody(world):
    world.together.join(None, may_lead=True)
    assert world.together.leads
    begun = await world.together.resync_begins()
    await world.together.resync_ends(begun, succeeded=True)
    await world.together.sweep()
    world.together.compare_everything()
    assert world.told == ["began", ("ended", 1000.0, True), "sweep", "everything"]
    assert isinstance(world.under_way.asking, Here)
    assert world.follow_ups.knows_all


async def test_one_of_several_asks_the_leader_and_counts_on_nothing_it_saw(world):
    group = world.join()
    assert isinstance(world.under_way.asking, OfTheLeader)
    assert not world.together.leads
    assert not world.follow_ups.knows_all
    assert world.follow_ups.after_writes.ask_leader is not None
    assert group.told == [("join", True), "start"]


async def test_its_resyncs_are_told_to_the_others(world):
    group = world.join()
    begun = await world.together.resync_begins()
    await world.together.resync_ends(begun, succeeded=False)
    assert group.told[2:] == ["begins", ("ends", "a-resync", False), {"orphans": True}]
    assert world.told == ["began", ("ended", 1000.0, False)]


async def test_a_resync_elsewhere_holds_back_what_one_here_would(world):
    world.join()
    world.together.resync_begins_elsewhere("other")
    assert (world.told, world.forgot) == (["began"], [])
    world.together.resync_ends_elsewhere("other", succeeded=True)
    assert world.told == ["began", ("ended elsewhere", 1000.0, True)]
    assert sorted(world.forgot) == ["known", "mapping"]


async def test_the_end_of_a_resync_that_nobody_knows_ends_no_other(world):
    world.join()
    world.together.resync_ends_elsewhere("unknown", succeeded=True)
    assert world.told == []


async def test_what_somebody_wants_compared_the_leader_compares(world):
    group = world.join()
    world.together.compare_everything()
    await asyncio.gather(*world.together._sending)
    assert group.told[2:] == [{"everything": True}]
    assert world.told == []


@pytest.mark.parametrize(
    ("owes", "resync"), [(False, False), (True, False), (False, True), (True, True)]
)
async def test_at_the_end_it_gives_the_lead_away_first_and_says_goodbye_last(world, owes, resync):
    """Unless it owes something that others have to make up for."""
    group = world.join()
    world.owes, world.follow_ups.resync_running = owes, resync
    for _, what in sorted(world.at_the_end, key=lambda of: of[0], reverse=True):
        await what()
    assert group.told[2:] == ["abdicate", ("leave", not (owes or resync))]


async def test_a_resync_of_a_process_without_redis_is_looked_back_to(world):
    await world.together.make_up_for(30.0)
    assert sorted(world.forgot) == ["known", "mapping"]
    assert world.told == ["began", ("ended elsewhere", 970.0, True), "sweep"]


async def test_its_own_resyncs_are_told_from_those_of_others(world):
    world.join()
    world.together.resync_begins_elsewhere("other")
    assert not world.together.resyncs_here
    begun = await world.together.resync_begins()
    assert world.together.resyncs_here
    await world.together.resync_ends(begun, succeeded=True)
    assert not world.together.resyncs_here


async def test_what_others_saw_of_jira_is_heard(world):
    world.together.arrived({"webhookEvent": "board_updated"})
    assert world.told == [{"webhookEvent": "board_updated"}]
