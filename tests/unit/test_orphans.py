"""Stubs that nothing relates to any more: only those that are there for us, and not too early."""

import pytest

from port.just_written import SEARCH_SECONDS
from tests.unit.helpers.catalog_fakes import entity
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.sweep_site import SweepWorld


def full(identifier: str, **relations: str):
    return entity(identifier, title="t", properties={"name": "now"}, relations=relations)


MAPPING = mapping("issue")


@pytest.fixture
def world(made_sweep):
    return made_sweep(MAPPING)


def related(world: SweepWorld, *to: str) -> None:
    """This process wrote relations to these a while ago."""
    world.stubs.note([full("AB-1", parent=name) for name in to])
    world.time += SEARCH_SECONDS


@pytest.mark.parametrize("made_by_port", [True, False])
async def test_only_those_go_that_we_related_to_and_nobody_does_now(world, made_by_port):
    """Whether Port lists its stubs as ours, or as nobody's; without asking Jira."""
    world.jira.down = True
    stubs = [entity("AB-2"), entity("AB-3"), entity("AB-4")]
    world.has(full("AB-1", parent="AB-2"), *([] if made_by_port else stubs))
    world.port.made_by_port = stubs if made_by_port else []
    related(world, "AB-2", "AB-3")
    await world.sweeper.orphans.delete(MAPPING)
    # AB-4 looks like one, but nothing that we wrote related to it.
    assert world.deleted == ["AB-3"]
    assert not world.sweeper.orphans.left


@pytest.mark.parametrize("computed", [True, False])
async def test_those_of_blueprints_that_must_not_be_deleted_from_stay(made_sweep, computed):
    of = mapping("issue")
    if computed:
        of.resources[0].port.entity.mappings.blueprint = ".fields.type"
    else:
        of.resources[0].enable_delete = False
    world = made_sweep(of)
    world.has(entity("AB-3"))
    related(world, "AB-3")
    await world.sweeper.orphans.delete(of)
    assert world.deleted == []


async def test_one_that_was_related_to_a_moment_ago_is_looked_at_again(world):
    """Port's search may not show yet who relates to it."""
    world.port.made_by_port = [entity("AB-3")]
    related(world, "AB-3")
    world.stubs.note([full("AB-5", parent="AB-3")])
    await world.sweeper.orphans.delete(MAPPING)
    assert (world.deleted, world.sweeper.orphans.left) == ([], True)
    world.time += SEARCH_SECONDS
    await world.sweeper.orphans.delete(MAPPING)
    assert (world.deleted, world.sweeper.orphans.left) == (["AB-3"], False)


async def test_those_of_a_former_life_go_where_their_data_source_names_us(world):
    world.port.made_by_port = [entity("AB-2"), entity("AB-3"), entity("AB-4")]
    world.port.made_for_us = {"AB-2", "AB-3"}
    world.has(full("AB-1", parent="AB-2"))
    await world.sweeper.orphans.delete_of_former_lives({"issue"}, MAPPING)
    assert world.deleted == ["AB-3"]


async def test_of_a_blueprint_that_was_not_read_as_a_whole_none_goes(world):
    world.port.made_by_port = [entity("AB-3")]
    world.port.made_for_us = {"AB-3"}
    await world.sweeper.orphans.delete_of_former_lives({"other"}, MAPPING)
    assert world.deleted == []


async def test_where_port_does_not_say_what_relates_to_what_all_stay(world):
    """Everything would seem to be needed by nobody."""
    world.port.made_by_port = [entity("AB-3")]
    world.port.tells_nothing = True
    related(world, "AB-3")
    await world.sweeper.orphans.delete(MAPPING)
    assert world.deleted == []


async def test_what_this_process_wrote_itself_is_no_stub_until_it_is_deleted(world):
    world.has(entity("AB-3"))
    related(world, "AB-3")
    world.stubs.note([entity("AB-3")])
    await world.sweeper.orphans.delete(MAPPING)
    assert world.deleted == []
    world.stubs.deleted([entity("AB-3")])
    await world.sweeper.orphans.delete(MAPPING)
    assert world.deleted == ["AB-3"]
