"""Sprints: read from every board, one row for each, and live by id."""

from typing import Any

import pytest

from jira.errors import JiraPermissionError, JiraRequestError
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.payloads import UPDATED, change, issue_event
from tests.unit.helpers.planning_site import AGILE, GONE, PlanningSite, Row, warnings

ACTIVE = resource("sprint")
EVERY = resource("sprint", sprint_state=None)
FORBIDDEN = JiraPermissionError("answered with 403")
NO_SPRINTS = JiraRequestError("answered with 400: Das Board unterstützt keine Sprints")
"""In the language of the account."""


@pytest.fixture
def site() -> PlanningSite:
    """Three boards of project AB, and board 9, whose filter names no project."""
    made = PlanningSite()
    made.project("10", "AB")
    for board_id, kind in ((2, "scrum"), (1, "simple"), (3, "kanban")):
        made.board(board_id, "AB", type=kind)
    made.board(9)
    made.answers[f"{AGILE}/board/3/sprint"] = NO_SPRINTS
    made.sprint(21, 2, 1)
    made.sprint(22, 2, state="future")
    made.sprint(23, 2, state="closed")
    made.sprint(24, 1)
    made.sprint(25, 1)
    return made


def names(rows: list[Row]) -> dict[int, list[int]]:
    return {row["id"]: row["__boardIds"] for row in rows}


def event(sprint_id: Any, name: str = "sprint_updated") -> Row:
    return {"webhookEvent": name, "sprint": {"id": sprint_id}}


async def test_every_board_is_asked_whatever_its_type(site):
    await site.resync(Kinds.SPRINT, ACTIVE)
    asked = {path for path, _ in site.asked(rf"{AGILE}/board/\d+/sprint")}
    assert asked == {f"{AGILE}/board/{n}/sprint" for n in (1, 2, 3, 9)}


async def test_a_sprint_on_several_boards_is_one_row_that_names_them_in_order(site):
    rows = await site.resync(Kinds.SPRINT, ACTIVE)
    assert [row["id"] for row in rows].count(21) == 1
    assert names(rows) == {21: [1, 2], 24: [1], 25: [1]}


@pytest.mark.parametrize(
    ("states", "query", "shown"),
    [
        (["active"], "active", {21, 24, 25}),
        (["closed", "future"], "closed,future", {22, 23}),
        (None, None, {21, 22, 23, 24, 25}),
    ],
)
async def test_jira_is_asked_for_the_states_of_the_selector(site, states, query, shown):
    rows = await site.resync(Kinds.SPRINT, resource("sprint", sprint_state=states))
    assert set(names(rows)) == shown
    assert {what.get("state") for _, what in site.asked(rf"{AGILE}/board/\d+/sprint")} == {query}


async def test_a_board_without_sprints_is_nothing_to_warn_about(site, log):
    """There is one for most kanban boards: a warning each would bury the others."""
    await site.resync(Kinds.SPRINT, ACTIVE)
    assert warnings(log) == []


@pytest.mark.parametrize("board_type", ["simple", "kanban"])
async def test_a_site_whose_boards_all_have_no_sprints_is_no_failure(site, log, board_type):
    for board_id, board in site.boards.items():
        board["type"] = board_type
        site.answers[f"{AGILE}/board/{board_id}/sprint"] = NO_SPRINTS
    assert await site.resync(Kinds.SPRINT, ACTIVE) == []
    assert warnings(log) == []


async def test_a_scrum_board_has_sprints_so_that_its_400_is_a_refusal(site, log):
    """A query that is wrong is 400 everywhere, and would empty the kind without a word."""
    site.answers[f"{AGILE}/board/2/sprint"] = NO_SPRINTS
    assert names(await site.resync(Kinds.SPRINT, ACTIVE)) == {21: [1], 24: [1], 25: [1]}
    [line] = warnings(log)
    assert "sprints of board 2 (Board 2)" in line
    for board_id, board in site.boards.items():
        board["type"] = "scrum"
        site.answers[f"{AGILE}/board/{board_id}/sprint"] = NO_SPRINTS
    with pytest.raises(JiraRequestError):
        await site.resync(Kinds.SPRINT, ACTIVE)


@pytest.mark.parametrize(
    "refusal", [FORBIDDEN, GONE, JiraRequestError("422", 422)], ids=["403", "404", "422"]
)
async def test_a_board_that_is_refused_costs_only_what_it_alone_shows(site, log, refusal):
    site.answers[f"{AGILE}/board/1/sprint"] = refusal
    assert names(await site.resync(Kinds.SPRINT, ACTIVE)) == {21: [2]}
    [line] = warnings(log)
    assert "sprints of board 1 (Board 1)" in line


@pytest.mark.parametrize("sprint_id", [21, 22, 23, 24])
async def test_a_sprint_is_updated_with_the_row_of_a_resync(site, sprint_id):
    of_resync = {row["id"]: row for row in await site.resync(Kinds.SPRINT, EVERY)}
    found = await site.live(Kinds.SPRINT, event(str(sprint_id)), EVERY)
    assert found == ([of_resync[sprint_id]], [])


async def test_a_sprint_that_is_read_first_by_an_event_has_all_its_boards(site):
    """Without a resync before: other boards of the project show it as well."""
    updated, _ = await site.live(Kinds.SPRINT, event(21), ACTIVE)
    assert names(updated) == {21: [1, 2]}


async def test_a_board_outside_the_project_is_not_forgotten_live(site):
    site.put("sprint", 21, 9)
    of_resync = names(await site.resync(Kinds.SPRINT, ACTIVE))
    updated, _ = await site.live(Kinds.SPRINT, event(21), ACTIVE)
    assert names(updated)[21] == of_resync[21] == [1, 2, 9]


@pytest.mark.parametrize("origin", [None, 77])
async def test_a_sprint_whose_origin_is_missing_or_gone_is_still_found_on_its_boards(site, origin):
    site.sprints[21]["originBoardId"] = origin
    updated, deleted = await site.live(Kinds.SPRINT, event(21), ACTIVE)
    assert (names(updated), deleted) == ({21: [1, 2]}, [])


@pytest.mark.parametrize("name", ["sprint_closed", "sprint_updated"])
async def test_a_sprint_whose_state_leaves_the_selector_is_removed(site, name):
    site.sprints[24]["state"] = "closed"
    updated, [gone] = await site.live(Kinds.SPRINT, event("24", name), ACTIVE)
    assert (updated, gone["id"]) == ([], 24)
    assert site.asked(rf"{AGILE}/board.*") == [], "no board has to be asked for that"


async def test_a_sprint_whose_state_comes_into_the_selector_is_there(site):
    site.sprints[22]["state"] = "active"
    updated, deleted = await site.live(Kinds.SPRINT, event(22, "sprint_started"), ACTIVE)
    assert (names(updated), deleted) == ({22: [2]}, [])


async def test_a_sprint_that_is_gone_is_removed(site):
    del site.sprints[24]
    updated, [gone] = await site.live(Kinds.SPRINT, event(24, "sprint_deleted"), ACTIVE)
    assert (updated, gone["id"]) == ([], 24)


async def test_a_sprint_that_no_board_shows_any_more_is_removed(site):
    site.on_board["sprint", 1].remove(24)
    updated, [gone] = await site.live(Kinds.SPRINT, event(24), ACTIVE)
    assert (updated, gone["id"]) == ([], 24)


async def test_a_late_event_removes_nothing_that_is_there(site):
    updated, deleted = await site.live(Kinds.SPRINT, event(24, "sprint_deleted"), ACTIVE)
    assert (names(updated), deleted) == ({24: [1]}, [])


async def test_an_issue_that_changes_its_sprint_has_both_read_again(site):
    moved = change("Sprint", "x", "y", **{"from": "24", "to": "21, 22"})
    updated, deleted = await site.live(Kinds.SPRINT, issue_event(UPDATED, moved), EVERY)
    assert (set(names(updated)), deleted) == ({21, 22, 24}, [])


async def test_an_issue_of_another_project_brings_a_sprint_onto_its_projects_boards(site):
    site.project("20", "CD")
    site.board(4, "CD")
    site.put("sprint", 24, 4)
    moved = change("Sprint", None, "y", **{"from": "", "to": "24"})
    payload = issue_event(UPDATED, moved, project={"id": "20", "key": "CD"})
    updated, deleted = await site.live(Kinds.SPRINT, payload, ACTIVE)
    assert (names(updated), deleted) == ({24: [1, 4]}, [])


async def test_what_port_has_is_there_or_gone_and_what_is_no_id_is_neither(site):
    rows, gone = await site.known(Kinds.SPRINT, ["21", "22", "77", "Sprint 1"], ACTIVE)
    assert (list(names(rows)), gone) == ([21], ["22", "77"])
