"""Every kind: rows in, events in, a deletion, a parent that Jira refuses."""

import pytest
import pytest_asyncio

from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.row import Row
from tests.e2e.rows import ROWS
from tests.e2e.rows_of_issues import WORKLOGS_THAT_COME_ALONG
from tests.e2e.support import make_world

ROW = pytest.mark.parametrize("row", ROWS, ids=[row.kind for row in ROWS])
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world():
    site = JiraSite(seed=5)
    site.fill_every_kind(60)
    worked_on = next(iter(site.issues.values()))
    for _ in range(WORKLOGS_THAT_COME_ALONG + 1):
        site.add_worklog(worked_on.id)
    fast = {"OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "1"}
    async with make_world(60, site=site, every_kind=True, **fast) as running:
        assert await running.start() == "completed"
        yield running


def shown(world: World, row: Row) -> set[str]:
    """The identifiers that the catalog has of a kind; stubs that a relation made aside."""
    return {
        str(entity["identifier"])
        for entity in world.catalog.entities(row.blueprint)
        if entity["title"] not in (None, entity["identifier"])
        or any(value is not None for value in entity["properties"].values())
    }


async def brought(world: World, row: Row) -> None:
    """Wait until what was changed is in the catalog: by its events, or else by a sweep."""
    if not row.told:
        await world.sweep()
    await world.settled()


@ROW
async def test_a_resync_builds_its_entities(world: World, row: Row) -> None:
    assert set(row.expected(world.site)) == shown(world, row)
    assert shown(world, row)


@ROW
async def test_a_parent_that_jira_refuses_costs_only_its_own(world: World, row: Row) -> None:
    if row.fault is None:
        pytest.skip("it is read under no parent")
    before = shown(world, row)
    lines = len(world.process.log)
    name, lost = row.fault(world.site, True)
    assert lost < before
    assert await world.resync() == "completed"
    assert shown(world, row) == before - lost
    said = [line for line in world.process.log[lines:] if "are left out" in line and name in line]
    assert any("403" in line for line in said)
    row.fault(world.site, False)
    assert await world.resync() == "completed"
    assert shown(world, row) == before


@ROW
async def test_a_change_arrives(world: World, row: Row) -> None:
    change = row.change(world.site)
    await brought(world, row)
    entity = world.catalog.get(row.blueprint, change.identifier)
    assert entity is not None
    assert change.shows(entity), entity


@ROW
async def test_what_is_gone_leaves(world: World, row: Row) -> None:
    identifier = row.doomed(world.site)
    await brought(world, row)
    assert identifier in shown(world, row)
    row.remove(world.site, identifier)
    await brought(world, row)
    assert identifier not in shown(world, row)


async def test_in_the_end_the_catalog_is_that_of_a_fresh_resync(world: World) -> None:
    await world.caught_up()
    assert [str(difference) for difference in await world.differences()] == []
