"""A board that fails again and again costs its own rows, in the first resync and in later ones."""

import pytest

from kinds import Kinds
from sandbox.jira.faults import Fault, Kind
from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.rows import ROWS
from tests.e2e.support import make_world

BOARD = "/rest/agile/1.0/board/{}/{}"
UNDER_BOARDS = {Kinds.SPRINT: "sprint", Kinds.EPIC: "epic"}


def identifiers(world: World, kind: Kinds) -> set[str]:
    """What the catalog has of a kind; stubs that a relation made aside."""
    [row] = [row for row in ROWS if row.kind == kind]
    return {
        str(entity["identifier"])
        for entity in world.catalog.entities(row.blueprint)
        if entity["title"] not in (None, entity["identifier"])
    }


@pytest.mark.parametrize("fault", [pytest.param("status", marks=pytest.mark.slow), "truncated"])
async def test_one_board_that_fails_costs_its_own_rows_and_deletes_none(fault: Kind) -> None:
    site = JiraSite(seed=5)
    site.fill_every_kind(40)
    async with make_world(site=site, every_kind=True) as world:
        board = next(b.id for b in site.boards.values() if b.projects[0].key == "CD")
        faults = [
            world.jira.faults.add(Fault(fault, BOARD.format(board, what), status=500))
            for what in UNDER_BOARDS.values()
        ]
        assert await world.start() == "failed"
        first = {kind: identifiers(world, kind) for kind in UNDER_BOARDS}
        assert all(first.values()), "the rows of the other boards are there"
        said = [line for line in world.process.log if "All was read but the" in line]
        assert any(f"sprints of board {board}" in line for line in said)
        assert any(f"epics of board {board}" in line for line in said)
        for switch in faults:
            world.jira.faults.remove(switch)
        assert await world.resync() == "completed"
        whole = {kind: identifiers(world, kind) for kind in UNDER_BOARDS}
        assert all(first[kind] < whole[kind] for kind in UNDER_BOARDS)
        for what in UNDER_BOARDS.values():
            world.jira.faults.add(Fault(fault, BOARD.format(board, what), status=500))
        assert await world.resync() == "failed"
        assert {kind: identifiers(world, kind) for kind in UNDER_BOARDS} == whole
        world.jira.faults.clear()
