"""Deletes that Port does some seconds after its answer: nothing written meanwhile is lost."""

from types import SimpleNamespace

import httpx
import pytest

from port import live_writer as module
from port.going import DELETE_SECONDS, LONGEST_SECONDS, Going
from port.just_written import SEARCH_SECONDS
from tests.unit.helpers.catalog_fakes import child_of, entity, results
from tests.unit.helpers.catalog_world import CatalogWorld


class World(CatalogWorld):
    """Where Port deletes when the test says so, on a clock that the test sets."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 1000.0
        self.port.slow = True
        self.port.going = Going(lambda: self.time)

    async def settle(self) -> bool:
        return await self.writer.settle(self.mapper)


@pytest.fixture
def world(monkeypatch) -> World:
    made = World()
    monkeypatch.setattr(module, "event", SimpleNamespace(port_app_config=made.mapping))
    return made


async def test_what_pointed_at_it_is_written_when_it_is_really_gone(world):
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"))
    world.issue("2", "AB-2", parent="AB-1")
    await world.delete("AB-1")
    assert await world.settle()
    world.port.finish()
    assert not await world.settle()
    assert world.port.has["issue", "AB-2"].relations == {"parent": "AB-1"}


@pytest.mark.parametrize("late", [True, False])
async def test_what_comes_back_under_the_same_name_is_there_at_once_and_at_the_end(world, late):
    world.add(entity("AB-1"))
    await world.delete("AB-1")
    if not late:
        world.port.finish()
    await world.update(world.issue("1", "AB-1", parent="AB-7"))
    assert world.port.has["issue", "AB-1"].relations == {"parent": "AB-7"}
    if late:
        world.port.finish()
    # No search tells whether it was deleted since.
    world.time += DELETE_SECONDS
    assert not await world.settle()
    assert world.port.has["issue", "AB-1"].relations == {"parent": "AB-7"}


async def test_of_several_under_one_name_the_last_one_counts(world):
    world.add(entity("AB-1"))
    await world.delete("AB-1")
    await world.update(world.issue("1", "AB-1", parent="AB-7"))
    await world.update(world.issue("1", "AB-1", parent="AB-8"))
    world.port.finish()
    await world.settle()
    assert world.port.has["issue", "AB-1"].relations == {"parent": "AB-8"}


async def test_what_comes_back_and_goes_again_meanwhile_is_not_written_again(world):
    world.add(entity("AB-1"))
    await world.delete("AB-1")
    await world.update(world.issue("1", "AB-1"))
    del world.jira.by_id["1"]
    await world.delete("AB-1")
    world.port.finish()
    world.time += DELETE_SECONDS
    await world.settle()
    assert world.names == set()


async def test_what_is_written_with_a_relation_to_it_keeps_that(world):
    world.add(entity("AB-1"))
    await world.delete("AB-1")
    await world.update(world.issue("2", "AB-2", parent="AB-1"))
    assert world.names == {"AB-1", "AB-2"}, "it needn't wait"
    world.port.finish()
    assert world.port.has["issue", "AB-2"].relations == {}
    await world.settle()
    assert world.port.has["issue", "AB-2"].relations == {"parent": "AB-1"}


async def test_what_a_resync_writes_meanwhile_counts_as_what_an_event_does(world):
    """It knows nothing of deletes: the writer notes what goes through it, whoever sent it."""
    world.add(entity("AB-1"))
    world.issue("2", "AB-2", parent="AB-1")
    await world.delete("AB-1")
    await world.port.upsert([child_of("AB-1", "AB-2"), entity("AB-1")], None)
    world.port.finish()
    await world.settle()
    assert world.port.has["issue", "AB-2"].relations == {"parent": "AB-1"}
    assert "AB-1" in world.names


@pytest.mark.parametrize("sent", [entity("AB-1"), child_of("AB-1", "AB-2")])
def test_what_was_under_way_when_a_delete_was_done_is_written_or_read_again(sent):
    """Port may have taken it before the delete, and its answer come after it."""
    going = Going(lambda: 0.0)
    going.begin([entity("AB-1")])
    when_sent = going.names
    going.see([])
    assert not going
    going.note([sent], when_sent)
    assert going
    assert [*going.release(), *going.release_pointing()] == [sent]
    assert not going


async def test_what_is_on_its_way_out_is_not_deleted_again(world):
    """Port would do the second delete later, and take what was written after the first one."""
    world.add(entity("AB-1"))
    await world.delete("AB-1")
    await world.delete("AB-1")
    assert world.port.all_of("delete") == [["AB-1"]]


def test_where_two_deletes_of_one_name_are_under_way_the_last_one_is_waited_for():
    time = 0.0
    going = Going(lambda: time)
    going.begin([entity("AB-1")])
    going.note([entity("AB-1")])
    going.begin([entity("AB-1")])
    going.note([child_of("AB-1", "AB-2")])
    going.see([])
    assert going.release_pointing() == [], "the first one may not be done yet"
    time = DELETE_SECONDS
    going.see([])
    assert going.release_pointing() == [child_of("AB-1", "AB-2")]


def test_what_port_does_not_delete_after_all_holds_up_nothing():
    going = Going(lambda: 0.0)
    going.begin([entity("AB-1")], {("issue", "AB-1")})
    going.stay([entity("AB-1")])
    assert not going


async def test_others_are_written_meanwhile(world):
    world.add(entity("AB-1"))
    await world.delete("AB-1")
    await world.update(world.issue("3", "AB-3"))
    assert "AB-3" in world.names


async def test_the_next_write_brings_what_was_lost_too(world):
    world.add(entity("AB-1"))
    await world.delete("AB-1")
    await world.update(world.issue("1", "AB-1"))
    world.port.finish()
    await world.update(world.issue("3", "AB-3"))
    assert world.names == {"AB-1", "AB-3"}
    assert not world.writer.going


async def test_what_could_not_be_written_again_is_tried_again(world):
    world.add(entity("AB-1"))
    await world.delete("AB-1")
    await world.update(world.issue("1", "AB-1"))
    world.port.finish()
    world.port.fails = {"upsert": httpx.ConnectError("down")}
    with pytest.raises(httpx.ConnectError):
        await world.settle()
    world.port.fails = {}
    await world.settle()
    assert world.names == {"AB-1"}


async def test_what_port_keeps_after_all_is_said_and_holds_up_nothing(world, log):
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"))
    world.issue("2", "AB-2", parent="AB-1")
    await world.delete("AB-1")
    world.time += LONGEST_SECONDS
    assert not await world.settle()
    assert [line for line in log if "issue/AB-1, and still has it after 30 s" in line]
    await world.update(world.issue("1", "AB-1"))
    assert world.port.all_of("upsert")[-1] == ["AB-1"]


async def test_a_resync_s_deletes_are_waited_for_as_well(world):
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"))
    world.issue("2", "AB-2", parent="AB-1")
    await world.writer.delete([entity("AB-1")])
    assert await world.settle()
    world.port.finish()
    await world.settle()
    assert world.port.has["issue", "AB-2"].relations == {"parent": "AB-1"}


async def test_that_no_search_shows_what_was_just_written_does_not_say_that_it_is_gone(world):
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"))
    world.issue("2", "AB-2", parent="AB-1")
    world.port.unseen = {"AB-1"}
    await world.delete("AB-1")
    assert await world.settle()
    world.port.finish()
    world.time += SEARCH_SECONDS
    assert not await world.settle()
    assert world.port.has["issue", "AB-2"].relations == {"parent": "AB-1"}


async def test_deletes_that_are_done_at_once_cost_one_look(world):
    world.port.slow = False
    world.add(entity("AB-1"))
    await world.sync(results(world.issues, deleted=["AB-1"]))
    assert not world.writer.going
    assert [what for what, _ in world.port.done] == ["ours", "pointing_at", "delete"]


def test_where_nothing_is_going_nothing_waits():
    going = Going(lambda: 0.0)
    entities = [entity("AB-1"), child_of("AB-1", "AB-2")]
    going.note(entities)
    assert not going
    assert going.release() == []
    assert going.release_pointing() == []


def test_what_is_deleted_while_port_is_asked_is_not_gone_for_that():
    going = Going(lambda: 1000.0)
    going.begin([entity("AB-1")])
    asked = going.begun
    going.begin([entity("AB-2")])
    going.see([], asked)
    assert {identifier for _, identifier in going.names} == {"AB-2"}
