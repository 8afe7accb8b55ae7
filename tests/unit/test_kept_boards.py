"""Boards of projects and types of issues are kept for a while, and that makes nothing untrue."""

import pytest

from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.planning_site import PlanningSite, Row

EVERY = resource("epic", status=None)
BACKLOG = resource("backlog", jql=None, use_software_api=False)
LISTS, TYPES = r"/rest/agile/1\.0/board", "/rest/api/3/issuetype"


@pytest.fixture
def site() -> PlanningSite:
    made = PlanningSite()
    made.project("10", "AB")
    made.board(1, "AB")
    made.board(2, "AB")
    made.epic(101, "AB-1", 1, 2)
    made.issue(102, "AB-2", 1, 2)
    return made


def edit(number: int) -> Row:
    return {
        "webhookEvent": "jira:issue_updated",
        "issue": {"id": str(100 + number), "key": f"AB-{number}"},
    }


async def boards_of(site: PlanningSite, kind: Kinds) -> list[list[int]]:
    """The boards of the row that an event comes to, whatever there is of it."""
    number, of = (1, EVERY) if kind is Kinds.EPIC else (2, BACKLOG)
    updated, _ = await site.live(kind, edit(number), of)
    return [row["__boardIds"] for row in updated[:1]]


@pytest.mark.parametrize("about", ["board", "project"])
async def test_lists_of_boards_are_asked_for_again_after_an_event_of_one(site, about):
    for kind in (Kinds.EPIC, Kinds.BACKLOG, Kinds.EPIC):
        assert await boards_of(site, kind) == [[1, 2]]
    assert len(site.asked(LISTS)) == 1
    made = site.board(3, "AB")
    site.put("epic", 101, made["id"])
    assert await boards_of(site, Kinds.EPIC) == [[1, 2]], "its event is on the way"
    site.client.arrived({"webhookEvent": f"{about}_updated"})
    assert await boards_of(site, Kinds.EPIC) == [[1, 2, 3]]


@pytest.mark.parametrize("kind", [Kinds.EPIC, Kinds.BACKLOG])
async def test_a_board_that_is_gone_by_then_costs_no_row(site, kind):
    """Its event may be late, or never come."""
    assert await boards_of(site, kind) == [[1, 2]]
    del site.boards[2]
    assert await boards_of(site, kind) == [[1]]


async def test_types_are_asked_for_again_after_their_event_or_for_one_that_is_not_known(site):
    for _ in range(3):
        assert await boards_of(site, Kinds.EPIC) == [[1, 2]]
    assert len(site.asked(TYPES)) == 1
    site.types = [*site.types, {"id": "77", "name": "Another", "hierarchyLevel": 1}]
    site.issues["101"]["fields"]["issuetype"] = {"id": "77"}
    assert await boards_of(site, Kinds.EPIC) == [[1, 2]], "no epic is gone by a new type"
    assert len(site.asked(TYPES)) == 2
    site.client.arrived({"webhookEvent": "issuetype_updated"})
    await boards_of(site, Kinds.EPIC)
    assert len(site.asked(TYPES)) == 3
