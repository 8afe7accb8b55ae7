"""What Port refuses holds up nothing else, and is not forgotten; what a sweep gives is checked."""

from types import SimpleNamespace

import httpx
import pytest

from kinds import Kinds
from port import live_writer as module
from port.entities import PortRefusedError
from tests.unit.helpers.catalog_fakes import Row, child_of, entity, results
from tests.unit.helpers.catalog_world import CatalogWorld


@pytest.fixture
def world(monkeypatch):
    made = CatalogWorld()
    monkeypatch.setattr(module, "event", SimpleNamespace(port_app_config=made.mapping))
    return made


def refuse(world: CatalogWorld, *identifiers: str) -> None:
    refused = [entity(identifier) for identifier in identifiers]
    world.port.fails = {"upsert": PortRefusedError(refused, "No such relation.")}


def errors(log: list[str]) -> list[str]:
    return [line for line in log if line.startswith("ERROR")]


async def test_a_refused_entity_is_no_failure_of_the_events_and_is_named(world, log):
    """The others of the same write are in Port, and so would the events' other writes be."""
    refuse(world, "AB-1")
    await world.update(world.issue("1", "AB-1"), world.issue("2", "AB-2"))
    [error] = errors(log)
    assert "issue/AB-1" in error
    assert "No such relation." in error


async def test_an_entity_that_is_refused_again_and_again_is_named_once(world, log):
    refuse(world, "AB-1")
    for _ in range(3):
        await world.update(world.issue("1", "AB-1"))
        await world.retry_refused()
    assert len(errors(log)) == 1


async def test_another_entity_that_is_refused_is_named_too(world, log):
    for key in ("AB-1", "AB-2"):
        refuse(world, key)
        await world.update(world.issue(key[-1], key))
    assert len(errors(log)) == 2


async def test_what_was_refused_is_read_and_written_again(world):
    """What it relates to may be in Port by now; the row may be another by now, too."""
    refuse(world, "AB-1")
    await world.update(world.issue("1", "AB-1", parent="AB-9"))
    world.port.fails, world.port.has = {}, {}
    world.issue("1", "AB-1", parent="AB-7")
    await world.retry_refused()
    assert world.port.has["issue", "AB-1"].relations == {"parent": "AB-7"}


async def test_what_went_through_at_last_is_not_written_again(world):
    refuse(world, "AB-1")
    await world.update(world.issue("1", "AB-1"))
    world.port.fails = {}
    await world.retry_refused()
    world.port.done.clear()
    await world.retry_refused()
    assert world.port.done == []


async def test_what_went_through_with_another_event_is_not_written_again(world):
    refuse(world, "AB-1")
    await world.update(world.issue("1", "AB-1"))
    world.port.fails = {}
    await world.update(world.issue("1", "AB-1"))
    world.port.done.clear()
    await world.retry_refused()
    assert world.port.done == []


async def test_what_was_refused_and_is_gone_by_now_is_deleted_and_forgotten(world):
    refuse(world, "AB-1")
    await world.update(world.issue("1", "AB-1"))
    world.port.fails = {}
    del world.jira.by_id["1"]
    await world.retry_refused()
    assert world.names == set()
    world.port.done.clear()
    await world.retry_refused()
    assert world.port.done == []


async def test_where_nothing_was_refused_nobody_is_asked(world):
    world.jira.down = True
    await world.retry_refused()
    assert world.port.done == []


async def test_an_outage_while_trying_again_forgets_nothing(world):
    refuse(world, "AB-1")
    await world.update(world.issue("1", "AB-1"))
    world.port.fails = {"upsert": httpx.ConnectError("Port is down")}
    with pytest.raises(httpx.ConnectError):
        await world.retry_refused()
    world.port.fails, world.port.has = {}, {}
    await world.retry_refused()
    assert world.names == {"AB-1"}


def chain(world: CatalogWorld) -> list[Row]:
    """AB-1 under AB-2 under AB-3 under AB-4, which isn't there yet; Port makes no stubs."""
    world.port.makes_stubs = False
    return [world.issue(str(n), f"AB-{n}", parent=f"AB-{n + 1}") for n in (1, 2, 3)]


async def test_what_relates_to_each_other_is_written_however_long_the_chain(world):
    """Each can be written when the one that it relates to is there."""
    await world.update(*chain(world))
    assert world.names == set()
    await world.update(world.issue("4", "AB-4"))
    await world.retry_refused()
    assert world.names == {"AB-1", "AB-2", "AB-3", "AB-4"}


async def test_trying_again_ends_when_nothing_more_is_taken(world):
    await world.update(*chain(world))
    await world.retry_refused()
    assert len(world.port.all_of("upsert")) == 2


async def test_what_a_resync_left_out_is_tried_again_as_well(world):
    chain(world)
    world.writer.refused.remember([entity("AB-3")])
    await world.update(world.issue("4", "AB-4"))
    await world.retry_refused()
    assert world.names == {"AB-3", "AB-4"}


async def test_what_pointed_at_a_deleted_entity_and_is_refused_holds_up_no_later_write(world, log):
    world.add(entity("AB-1"), child_of("AB-1", "AB-2"))
    world.issue("2", "AB-2", parent="AB-7")
    refuse(world, "AB-2")
    await world.delete("AB-1")
    assert len(errors(log)) == 1
    world.port.fails = {}
    await world.update(world.issue("3", "AB-3"))
    assert "AB-3" in world.names
    await world.retry_refused()
    assert world.port.has["issue", "AB-2"].relations == {"parent": "AB-7"}


async def test_what_a_sweep_finds_too_much_is_deleted(world):
    world.add(entity("AB-1"), entity("AB-2"))
    await world.sync(gone=[entity("AB-1")])
    assert world.names == {"AB-2"}


async def test_what_a_sweep_finds_too_much_and_is_there_by_now_is_written_instead(world):
    """It came back between the list and the delete."""
    world.add(entity("AB-1"))
    world.issue("1", "AB-1")
    await world.sync(gone=[entity("AB-1")])
    assert world.port.all_of("delete") == []
    assert world.port.all_of("upsert") == [["AB-1"]]


async def test_what_is_written_in_the_same_breath_is_not_deleted(world):
    world.add(entity("AB-1"))
    row = world.issue("1", "AB-1")
    await world.sync(results(world.issues, [row]), gone=[entity("AB-1")])
    assert world.names == {"AB-1"}


async def test_what_somebody_else_made_is_not_deleted_for_a_sweep(world):
    await world.sync(gone=[entity("AB-1")])
    assert world.port.all_of("delete") == []


def refuse_blueprint(world: CatalogWorld, *identifiers: str) -> None:
    refused = [entity(identifier) for identifier in identifiers]
    error = PortRefusedError(refused, "404", {"issue": "404 No such blueprint."})
    world.port.fails = {"upsert": error}


async def test_a_blueprint_that_is_missing_is_said_once_whatever_is_of_it(world, log):
    for key in ("AB-1", "AB-2", "AB-3"):
        refuse_blueprint(world, key)
        await world.update(world.issue(key[-1], key))
        await world.retry_refused()
    [error] = errors(log)
    for part in ("Blueprint issue", "404 No such blueprint", "Put the blueprint right in Port"):
        assert part in error


async def test_of_a_blueprint_that_is_missing_one_entity_is_tried_again(world):
    """Hundreds would be read again after every event."""
    refuse_blueprint(world, "AB-1", "AB-2", "AB-3")
    await world.update(*(world.issue(str(n), f"AB-{n}") for n in (1, 2, 3)))
    world.port.done.clear()
    await world.retry_refused()
    [tried] = world.port.all_of("upsert")
    assert len(tried) == 1


async def test_a_blueprint_that_is_there_again_has_all_of_it_compared(world, log):
    """By every resource that makes it; what was refused meanwhile nobody remembers."""
    refuse_blueprint(world, "AB-1")
    await world.update(world.issue("1", "AB-1"))
    assert world.writer.take_to_compare() == (set(), set())
    world.port.fails = {}
    await world.update(world.issue("2", "AB-2"))
    assert world.writer.take_to_compare() == ({Kinds.ISSUE}, set())
    assert world.failing.is_behind("issue (resource 1 of the mapping)")
    assert not world.failing.is_behind("project (resource 2 of the mapping)")
    assert world.failing.states() == []
    assert [line for line in log if "Blueprint issue works again" in line]
