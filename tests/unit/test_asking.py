"""Who is asked for what events and writes entail, and what becomes of a wish."""

from collections.abc import Collection, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from background.asking import LEADER, Here, OfTheLeader, Wish, granted
from background.follow_ups import FollowUps
from background.jobs import caused_by
from kinds import Kinds
from tests.unit.helpers.fake_client import mapping

ISSUE = {"webhookEvent": "jira:issue_updated", "issue": {"id": "1", "key": "AB-1"}}


class Told:
    """Follow-ups that note what they are asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.reads = SimpleNamespace(again_with_index=self.again_with_index)
        self.after_writes = SimpleNamespace(related=lambda names: self.note("related", list(names)))

    def note(self, what: str, of: Any = None) -> list[str]:
        self.asked.append((what, of))
        return [what]

    def arrived(self, payload: Any) -> None:
        self.note("arrived", payload)

    def after(self, payloads: Sequence[Any]) -> list[str]:
        return self.note("after", list(payloads))

    def relatives_of(self, payloads: Sequence[Any]) -> list[str]:
        return self.note("relatives", list(payloads))

    def compare(self, kinds: Collection[Kinds], later: Collection[Kinds] = ()) -> list[str]:
        return self.note("compare", (list(kinds), list(later)))

    def look_for_orphans(self) -> list[str]:
        return self.note("orphans")

    def ask_for_sweep(self) -> None:
        self.note("sweep")

    def compare_everything(self) -> None:
        self.note("everything")

    def again_with_index(self, touched: Mapping[Kinds, Any]) -> None:
        self.note("again", sorted(touched))


class World:
    """One process that asks itself, another that asks a leader, and the leader."""

    def __init__(self) -> None:
        self.follow_ups = Told()
        self.wishes: list[Wish] = []
        self.news: list[Wish] = []
        self.here = Here(lambda: cast(FollowUps, self.follow_ups))
        self.of_the_leader = OfTheLeader(
            lambda: cast(FollowUps, self.follow_ups), self.wish, self.tell, self.take_related
        )
        self.related: list[str] = []

    async def wish(self, wish: Wish) -> None:
        self.wishes.append(wish)

    async def tell(self, news: Wish) -> None:
        self.news.append(news)

    def take_related(self, most: int) -> list[str]:
        taken, self.related = self.related[:most], self.related[most:]
        return taken

    def granted(self) -> list[tuple[str, Any]]:
        """What the leader is asked for by all that was wished."""
        leader = Told()
        for wish in self.wishes:
            granted(wish, cast(FollowUps, leader), mapping("issue"))
        return leader.asked


@pytest.fixture
def world() -> World:
    return World()


CALLS = {
    "after": lambda asking: asking.after([ISSUE]),
    "relatives": lambda asking: asking.relatives_of([ISSUE]),
    "compare": lambda asking: asking.compare({Kinds.SPRINT}, {Kinds.BOARD}),
    "orphans": lambda asking: asking.look_for_orphans(),
    "sweep": lambda asking: asking.sweep(),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_the_leader_is_asked_for_the_same_as_a_process_that_is_alone(world, call):
    await call(world.here)
    alone, world.follow_ups.asked = world.follow_ups.asked, []
    assert await call(world.of_the_leader) in ([LEADER], None)
    assert world.follow_ups.asked == []
    assert [asked for asked in world.granted() if asked[0] != "again"] == alone


async def test_what_is_behind_the_index_the_leader_reads_again(world):
    """Of what isn't mapped there is nothing to read."""
    world.of_the_leader.touched({Kinds.ISSUE: []})
    assert world.follow_ups.asked == []
    await world.of_the_leader.after([ISSUE])
    assert ("again", ["issue"]) in world.granted()


@pytest.mark.parametrize("call", [CALLS["compare"], CALLS["orphans"]], ids=["compare", "orphans"])
async def test_what_a_wish_entails_is_owed_to_that_wish(world, call):
    with caused_by(frozenset({"a wish"})):
        await call(world.of_the_leader)
    assert world.wishes == []
    assert len(world.follow_ups.asked) == 1


async def test_nothing_is_wished_where_nothing_has_to_be_compared(world):
    assert await world.of_the_leader.compare(set()) == []
    assert world.wishes == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("board_updated", True),
        ("project_updated", True),
        ("issuetype_updated", True),
        ("jira:issue_updated", False),
        ("sprint_started", False),
    ],
)
async def test_others_are_told_of_events_about_what_they_keep(world, name, told):
    await world.of_the_leader.arrived({"webhookEvent": name, "large": "payload"})
    assert world.news == ([{"arrived": name}] if told else [])
    assert world.follow_ups.asked[0][0] == "arrived"


@pytest.mark.parametrize("wish", [{}, {"new": 1}, {"after": "?"}, {"compare": ["sprint"]}])
async def test_what_isn_t_understood_a_sweep_makes_up_for(world, wish):
    world.wishes = [wish]
    assert world.granted() == [("sweep", None)]


async def test_a_kind_of_another_version_is_left_out(world):
    world.wishes = [{"compare": ["sprint", "galaxy"], "later": []}]
    assert world.granted() == [("compare", ([Kinds.SPRINT], []))]


async def test_everything_is_compared_where_somebody_wants_it(world):
    world.wishes = [{"everything": True}]
    assert world.granted() == [("everything", None)]


@pytest.mark.parametrize("call", [CALLS["after"], CALLS["orphans"]], ids=["after", "orphans"])
async def test_the_leader_is_told_what_others_wrote_relations_to(world, call):
    """Whoever looks for orphans has to know what may be stubs."""
    world.related = ["AB", "user-1"]
    await call(world.of_the_leader)
    await call(world.of_the_leader)
    related = [of for what, of in world.granted() if what == "related"]
    assert related == [["AB", "user-1"]]


async def test_very_many_are_told_part_by_part(world, monkeypatch):
    monkeypatch.setattr("background.asking.NAMES_AT_ONCE", 2)
    world.related = ["a", "b", "c", "d", "e"]
    await world.of_the_leader.look_for_orphans()
    related = [of for what, of in world.granted() if what == "related"]
    assert related == [["a", "b"], ["c", "d"], ["e"]]
