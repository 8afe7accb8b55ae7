"""A sweep of everything that is broken off goes on with what isn't done, and is spread in time."""

import weakref
from types import SimpleNamespace
from typing import Any

import pytest

from background import sweep as module
from background.at_port import AtPort
from background.rounds import GOES_ON_SECONDS
from jira.errors import JiraUnavailableError
from kinds import Kinds
from telemetry.tally import count_request
from tests.unit.helpers.catalog_fakes import entity
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.sweep_site import SweepWorld, full


def as_mapped(name: str, blueprint: str) -> Any:
    return entity(name, blueprint, properties={"name": "now"})


@pytest.fixture
def world(made_sweep: Any) -> SweepWorld:
    """Issues and projects; Port lacks a project, so that there is a step in between."""
    world: SweepWorld = made_sweep(mapping("issue", "project", "user"))
    world.jira.issue("1", "AB-1")
    world.jira.project("10", "AB")
    world.has(full("AB-1"), full("CD", "project"), full("U9", "user"))
    return world


def listed(world: SweepWorld) -> list[str]:
    """The blueprints that were listed, in order; forgotten here."""
    found = [name for [name] in world.port.all_of("listed")]
    world.port.done.clear()
    return found


async def breaks_off(world: SweepWorld) -> None:
    """Jira is away when the users' turn comes."""

    def stop() -> None:
        world.jira.down = True

    with pytest.raises(JiraUnavailableError):
        # Issues, the page of projects, projects.
        await world.sweep(at={3: stop})
    assert listed(world) == ["issue", "project", "user"]
    world.jira.down = False


async def test_it_goes_on_with_the_blueprint_where_it_was_broken_off(world):
    await breaks_off(world)
    world.time += 60.0
    await world.sweep()
    assert listed(world) == ["user"]
    assert world.names("user") == []
    await world.sweep()
    assert listed(world) == ["issue", "project", "user"], "that one was done"


async def test_what_was_done_was_done_at_once_and_not_at_the_end(world):
    await breaks_off(world)
    assert world.deleted == ["CD"]
    assert world.written == ["AB"]


def later(world: SweepWorld, _: Any) -> None:
    world.time += GOES_ON_SECONDS + 1


def asked_for(world: SweepWorld, _: Any) -> None:
    world.sweeper.begin_anew()


def resynced(world: SweepWorld, _: Any) -> None:
    world.sweeper.look_back_to(world.time)


def another_account(world: SweepWorld, _: Any) -> None:
    world.jira.account = "account-2"


@pytest.mark.parametrize("happens", [later, asked_for, resynced, another_account])
async def test_what_happened_since_may_make_it_begin_anew(world, monkeypatch, happens):
    await breaks_off(world)
    happens(world, monkeypatch)
    await world.sweep()
    assert listed(world) == ["issue", "project", "user"]


async def test_under_another_mapping_it_begins_anew(world, monkeypatch):
    await breaks_off(world)
    other = SimpleNamespace(port_app_config=mapping("user", "issue"))
    monkeypatch.setattr(module, "event", other)
    await world.sweep()
    assert listed(world) == ["user", "issue"]


async def test_one_that_was_asked_for_while_it_ran_is_no_part_of_it(world):
    """What happened then may be of what it had done before."""

    def stop() -> None:
        world.time += 1.0
        world.sweeper.begin_anew()
        world.jira.down = True

    with pytest.raises(JiraUnavailableError):
        await world.sweep(at={3: stop})
    world.jira.down = False
    listed(world)
    await world.sweep()
    assert listed(world) == ["issue", "project", "user"]


async def test_a_comparison_of_some_kinds_neither_goes_on_nor_is_gone_on_with(world):
    await breaks_off(world)
    async for _ in world.sweeper.sweep((Kinds.PROJECT,)):
        pass
    assert listed(world) == ["project"]
    await world.sweep()
    assert listed(world) == ["user"]


async def test_a_stub_that_was_found_before_is_looked_at_in_the_end(world):
    world.has(entity("AB-7"))
    await breaks_off(world)
    assert world.names() == ["AB-1", "AB-7"]
    await world.sweep()
    assert world.names() == ["AB-1"]


async def test_a_stub_goes_with_all_that_needs_it_whichever_comes_first(world):
    """By the end of the sweep nothing that stays relates to it."""
    world.has(entity("AB-7"), entity("AB-8"))
    world.has(full("U9", "user", issue="AB-7"), full("AB-1", parent="AB-8"))
    await world.sweep()
    assert world.names("user") == []
    assert world.names() == ["AB-1", "AB-8"]


async def test_where_port_does_not_say_what_relates_to_what_stubs_stay(world):
    world.has(entity("AB-7"))
    world.port.tells_nothing = True
    await world.sweep()
    assert world.names() == ["AB-1", "AB-7"]


async def test_where_nothing_has_more_than_a_name_what_is_too_much_goes_all_the_same(made_sweep):
    """A blueprint of names alone: each of them looks like a stub, and counts for the limit."""
    world = made_sweep(mapping("issue"))
    world.port.tells_nothing = True
    for limit, left in ((40, ["AB-1", "AB-7"]), (50, ["AB-1"])):
        world.with_limit(limit)
        world.jira.issue("1", "AB-1")
        world.has(entity("AB-1"), entity("AB-7"))
        await world.sweep()
        assert world.names() == left


async def test_one_blueprint_is_held_at_a_time(world):
    """What Port has of it is let go of before the next one is listed."""
    held: list[Any] = []

    class Noted(AtPort):
        async def load(self, blueprints: Any) -> None:
            new = {*blueprints} - self._of.keys()
            if new:
                held.append((new, {of for one in living if one() for of in one()._of}))
            await super().load(blueprints)

    living: list[Any] = []

    def make(*given: Any, **more: Any) -> Any:
        one = Noted(*given, **more)
        living.append(weakref.ref(one))
        return one

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "AtPort", make)
        await world.sweep()
    assert held == [({"issue"}, set()), ({"project"}, set()), ({"user"}, set())]


@pytest.fixture
def slow(world: SweepWorld, monkeypatch: pytest.MonkeyPatch) -> SweepWorld:
    """Each page of names is a request, and sweeps make 60 of them a minute."""
    world.sweeper = module.Sweeper(
        world.jira.client,
        world.port,  # type: ignore[arg-type]
        world.sync,
        world.map_rows,
        world.failures,
        stubs=world.stubs,
        limit_percent=100,
        requests_per_minute=60,
    )
    answer = world.jira.listed

    async def counted(rows: Any) -> Any:
        async for page in answer(rows):
            for _ in range(300):
                count_request()
            yield page

    monkeypatch.setattr(world.jira, "listed", counted)
    return world


async def waits_of(world: SweepWorld, *kinds: Kinds) -> list[float]:
    waits = []
    async for step in world.sweeper.sweep(kinds or tuple(Kinds)):
        if step is not None:
            waits.append(step)
            world.time += step
    return waits


async def test_it_waits_between_pages_until_it_may_ask_again(slow):
    waits = await waits_of(slow)
    assert waits
    assert all(wait > 0 for wait in waits)
    assert slow.names() == ["AB-1"]
    assert slow.names("user") == []


async def test_a_comparison_that_an_event_asked_for_waits_for_nothing(slow):
    assert await waits_of(slow, *[kind for kind in Kinds if kind is not Kinds.TEAM]) == []


async def test_it_says_in_one_line_what_it_took(slow, log):
    begun = slow.time
    await waits_of(slow)
    [line] = [line for line in log if "The sweep took" in line]
    assert "requests to Jira" in line
    assert f"{slow.time - begun:.0f} s" in line or " min" in line
