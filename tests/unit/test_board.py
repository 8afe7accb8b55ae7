"""Boards: read from a list, each with its projects, and live by id."""

from typing import Any

import pytest

from jira.answers import Unread
from jira.errors import JiraRequestError
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.planning_site import AGILE, GONE, PlanningSite, Row

ALL = resource("board")


@pytest.fixture
def site() -> PlanningSite:
    made = PlanningSite()
    for project_id, key in (("10", "AB"), ("11", "CD"), ("12", "EF")):
        made.project(project_id, key)
    made.board(1, "AB", "CD", "EF")
    made.board(2, "CD", type="kanban")
    made.board(3, type="simple")
    return made


def names(rows: list[Row]) -> dict[int, list[str]]:
    return {row["id"]: row["__projectKeys"] for row in rows}


def event(board_id: Any, name: str = "board_updated") -> Row:
    return {"webhookEvent": name, "board": {"id": board_id, "name": "as the event says"}}


async def test_every_board_of_any_type_comes_with_the_keys_of_its_projects(site):
    rows = await site.resync(Kinds.BOARD, ALL)
    assert names(rows) == {1: ["AB", "CD", "EF"], 2: ["CD"], 3: []}


@pytest.mark.parametrize(
    ("selector", "query", "shown"),
    [
        ({"board_type": "kanban"}, {"type": "kanban"}, {2}),
        ({"project_key": "AB"}, {"projectKeyOrId": "AB"}, {1}),
        (
            {"board_type": "scrum", "project_key": "CD"},
            {"type": "scrum", "projectKeyOrId": "CD"},
            {1},
        ),
        ({"board_type": "simple", "project_key": "CD"}, {"projectKeyOrId": "CD"}, set()),
    ],
)
async def test_jira_is_asked_for_the_selector(site, selector, query, shown):
    rows = await site.resync(Kinds.BOARD, resource("board", **selector))
    assert set(names(rows)) == shown
    asked = site.asked(f"{AGILE}/board")[0][1]
    assert asked | query == asked


async def test_without_a_selector_no_parameter_is_sent(site):
    await site.resync(Kinds.BOARD, ALL)
    assert set(site.asked(f"{AGILE}/board")[0][1]) == {"startAt", "maxResults"}


@pytest.mark.parametrize("name", ["board_created", "board_updated"])
@pytest.mark.parametrize("board_id", [1, "1"])
async def test_a_board_is_updated_with_the_row_of_a_resync(site, name, board_id):
    of_resync = {row["id"]: row for row in await site.resync(Kinds.BOARD, ALL)}
    found = await site.live(Kinds.BOARD, event(board_id, name), ALL)
    assert found == ([of_resync[1]], [])


async def test_a_configuration_that_changed_is_its_boards(site):
    payload = {"webhookEvent": "board_configuration_changed", "configuration": {"id": 2}}
    updated, deleted = await site.live(Kinds.BOARD, payload, ALL)
    assert (names(updated), deleted) == ({2: ["CD"]}, [])


async def test_a_board_that_is_gone_is_deleted_under_the_id_of_a_resync(site):
    """A number: `.id | tostring` would give the same for text, `.id` alone would not."""
    del site.boards[2]
    updated, [gone] = await site.live(Kinds.BOARD, event("2", "board_deleted"), ALL)
    assert (updated, gone["id"]) == ([], 2)


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ({}, True),
        ({"board_type": "kanban"}, True),
        ({"board_type": "scrum"}, False),
        ({"project_key": "CD"}, True),
        ({"project_key": "cd"}, True),
        ({"project_key": "AB"}, False),
        ({"board_type": "kanban", "project_key": "AB"}, False),
        ({"board_type": "scrum", "project_key": "CD"}, False),
    ],
)
async def test_type_and_project_of_the_selector_apply_live_too(site, selector, selected):
    of = resource("board", **selector)
    updated, deleted = await site.live(Kinds.BOARD, event(2), of)
    assert [row["id"] for row in updated] == [2] * selected
    assert [row["id"] for row in deleted] == [2] * (not selected)


async def test_what_port_has_is_there_or_gone_and_what_is_no_id_is_neither(site):
    of = resource("board", board_type="scrum")
    rows, gone = await site.known(Kinds.BOARD, ["1", "2", "77", "Board 1"], of)
    assert (list(names(rows)), gone) == ([1], ["2", "77"])


async def test_the_boards_of_projects_come_each_once(site):
    rows = await site.client.boards.of_projects(["10", "11", "12"], Unread())
    assert [row["id"] for row in rows] == [1, 2]


@pytest.mark.parametrize("answer", [GONE, JiraRequestError("400")], ids=["404", "400"])
async def test_a_project_that_is_gone_has_no_boards(site, answer):
    site.answers[f"{AGILE}/board"] = answer
    assert await site.client.boards.of_projects(["10"], Unread()) == []
