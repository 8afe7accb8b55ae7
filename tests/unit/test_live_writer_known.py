"""What a batch doesn't write, since Port has it as it is; and what it writes all the same."""

from types import SimpleNamespace

import pytest

from port import live_writer as module
from port.deletions import Candidate, Reason
from tests.unit.helpers.catalog_fakes import child_of, entity, results
from tests.unit.helpers.catalog_world import CatalogWorld


@pytest.fixture
def world(monkeypatch):
    made = CatalogWorld()
    monkeypatch.setattr(module, "event", SimpleNamespace(port_app_config=made.mapping))
    return made


@pytest.fixture
def known(world):
    """What the world's Port is known to have: an issue as its row is."""
    world.port.compared.known.under(world.mapping)
    row = world.issue("1", "AB-1")
    as_it_is = entity("AB-1", properties={}, relations={})
    with world.port.compared.known.writing([as_it_is]):
        world.port.compared.known.written([as_it_is], merge=True)
    return row


async def test_background_work_does_not_write_what_is_as_it_was(world, known):
    other = world.issue("2", "AB-2")
    await world.writer.sync([results(world.issues, [known, other])], world.mapper)
    assert world.port.all_of("upsert") == [["AB-2"]]


async def test_what_an_event_names_is_written_whatever_is_known(world, known):
    await world.update(known)
    assert world.port.all_of("upsert") == [["AB-1"]]


async def test_what_need_not_be_written_is_alive_all_the_same(world, known):
    world.add(entity("AB-1"))
    candidate = Candidate(entity("AB-1"), Reason.SWEEP)
    await world.writer.sync([results(world.issues, [known])], world.mapper, [candidate])
    assert world.names == {"AB-1"}
    assert world.port.all_of("delete") == []


async def test_what_pointed_at_something_deleted_is_written_although_it_was(world, known):
    """Port took the relation away, and nobody told."""
    world.add(child_of("AB-9", "AB-1"), entity("AB-9"))
    await world.delete("AB-9")
    assert world.port.all_of("upsert") == [["AB-1"]]
    assert world.port.compared.known.has(entity("AB-1", properties={}, relations={})) is None
