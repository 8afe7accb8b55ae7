"""Epics: from boards and from a search, one row for each, and live by the issue's id."""

from typing import Any

import pytest

from jira.errors import JiraAnswerError, JiraPermissionError, JiraRequestError
from jira.jql import ordered
from jira.kinds.epic import of_issue
from jira.kinds.issue_reader import SEARCH
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.payloads import change
from tests.unit.helpers.planning_site import AGILE, GONE, PlanningSite, Row, warnings

INCOMPLETE = resource("epic")
EVERY = resource("epic", status=None)
FORBIDDEN = JiraPermissionError("answered with 403")
TYPES = "/rest/api/3/issuetype"


@pytest.fixture
def site() -> PlanningSite:
    made = PlanningSite()
    made.project("10", "AB")
    made.board(2, "AB")
    made.board(1, "AB")
    made.epic(101, "AB-1", 2, 1)
    made.epic(102, "AB-2", 2)
    made.epic(103, "AB-3")
    made.epic(104, "AB-4", 1, done=True)
    made.epic(105, "AB-5", done=True)
    made.issue(106, "AB-6")
    return made


def boards(rows: list[Row]) -> dict[int, tuple[Any, list[int]]]:
    """The key is absent where there is no board, and not null: that has a text."""
    return {row["id"]: (row.get("__boardId", "none"), row["__boardIds"]) for row in rows}


def event(issue_id: int, key: str, *changes: Row, name: str = "jira:issue_updated") -> Row:
    payload: Row = {"webhookEvent": name, "issue": {"id": str(issue_id), "key": key}}
    return payload | ({"changelog": {"items": list(changes)}} if changes else {})


async def test_epics_come_from_boards_and_from_a_search_and_each_once(site):
    rows = await site.resync(Kinds.EPIC, EVERY)
    assert len(rows) == 5
    assert boards(rows) == {
        101: (2, [1, 2]),
        102: (2, [2]),
        103: ("none", []),
        104: (1, [1]),
        105: ("none", []),
    }


async def test_a_board_of_other_projects_that_was_seen_to_show_an_epic_is_asked_live_too(site):
    site.board(9)
    site.put("epic", 103, 9)
    await site.resync(Kinds.EPIC, EVERY)
    updated, _ = await site.live(Kinds.EPIC, event(103, "AB-3"), EVERY)
    assert boards(updated) == {103: (9, [9])}
    site.on_board["epic", 9].clear()
    updated, _ = await site.live(Kinds.EPIC, event(103, "AB-3"), EVERY)
    assert boards(updated) == {103: ("none", [])}


async def test_a_row_made_of_an_issue_looks_like_a_boards(site):
    found = {row["id"]: row for row in await site.resync(Kinds.EPIC, EVERY)}
    assert found[103] == {
        "id": 103,
        "key": "AB-3",
        "self": "https://x.atlassian.net/rest/agile/1.0/epic/103",
        "name": "Issue AB-3",
        "summary": "Issue AB-3",
        "color": None,
        "done": False,
        "__boardIds": [],
    }


@pytest.mark.parametrize("status", [None, {}, {"statusCategory": None}, {"statusCategory": {}}])
def test_an_issue_whose_status_says_little_is_an_epic_that_is_not_done(status):
    issue = {"id": "1", "key": "AB-1", "fields": {"summary": None, "status": status}}
    assert of_issue(issue)["done"] is False


@pytest.mark.parametrize(
    ("status", "shown", "asked"),
    [
        (["incomplete"], {101, 102, 103}, "false"),
        (["complete"], {104, 105}, "true"),
        (["complete", "incomplete"], {101, 102, 103, 104, 105}, None),
        (None, {101, 102, 103, 104, 105}, None),
    ],
)
async def test_the_status_of_the_selector(site, status, shown, asked):
    rows = await site.resync(Kinds.EPIC, resource("epic", status=status))
    assert set(boards(rows)) == shown
    assert {what.get("done") for _, what in site.asked(rf"{AGILE}/board/\d+/epic")} == {asked}


async def test_epics_are_searched_by_the_ids_of_their_types_whatever_these_are_called(site):
    site.types = [
        {"id": "7", "name": "Initiative", "hierarchyLevel": 2},
        {"id": "8", "name": "Epic", "hierarchyLevel": 0},
        {"id": "9", "name": "Vorhaben", "hierarchyLevel": 1},
        {"id": "10000", "name": "Thing", "hierarchyLevel": 1},
        {"id": "11", "name": "Sub-task", "hierarchyLevel": -1},
        {"id": "12", "name": "Of long ago"},
    ]
    await site.resync(Kinds.EPIC, EVERY)
    assert site.fake.bodies(SEARCH)[0]["jql"] == ordered('issuetype in ("9", "10000")')


async def test_a_site_without_a_type_of_that_level_is_not_searched(site):
    """The clause would be empty, and Jira refuse it."""
    site.types = [{"id": "8", "name": "Task", "hierarchyLevel": 0}]
    assert set(boards(await site.resync(Kinds.EPIC, EVERY))) == {101, 102, 104}
    assert await site.live(Kinds.EPIC, event(101, "AB-1"), EVERY) == (
        [],
        [{"id": 101, "key": "AB-1"}],
    )
    assert [b["jql"] for b in site.fake.bodies(SEARCH) if "issuetype in" in b["jql"]] == []


@pytest.mark.parametrize("bad", [None, {}, {"values": []}, ["Epic"]])
async def test_odd_types_are_an_error_and_not_no_epics(site, bad):
    site.types = bad
    with pytest.raises(JiraAnswerError, match="issuetype"):
        await site.resync(Kinds.EPIC, EVERY)


@pytest.mark.parametrize(
    "refusal", [FORBIDDEN, GONE, JiraRequestError("400")], ids=["403", "404", "400"]
)
async def test_a_board_that_is_refused_costs_no_epic_but_only_where_it_shows(site, log, refusal):
    site.answers[f"{AGILE}/board/2/epic"] = refusal
    rows = boards(await site.resync(Kinds.EPIC, INCOMPLETE))
    assert rows == {101: (1, [1]), 102: ("none", []), 103: ("none", [])}
    [line] = warnings(log)
    assert "epics of board 2 (Board 2)" in line


@pytest.mark.parametrize("epic_id", [101, 102, 103, 104, 105])
async def test_an_epic_is_updated_with_the_row_of_a_resync(site, epic_id):
    of_resync = {row["id"]: row for row in await site.resync(Kinds.EPIC, EVERY)}
    key = site.issues[str(epic_id)]["key"]
    assert await site.live(Kinds.EPIC, event(epic_id, key), EVERY) == ([of_resync[epic_id]], [])


async def test_an_epic_that_is_done_leaves_the_selector(site):
    """The id as a number, as in the rows of a resync."""
    found = await site.live(Kinds.EPIC, event(104, "AB-4"), INCOMPLETE)
    assert found == ([], [{"id": 104, "key": "AB-4"}])
    found = await site.live(Kinds.EPIC, event(105, "AB-5"), INCOMPLETE)
    assert found == ([], [{"id": 105, "key": "AB-5"}])


async def test_an_issue_that_is_no_epic_any_more_is_removed(site):
    site.issues["103"]["fields"]["issuetype"] = {"id": "10001"}
    found = await site.live(Kinds.EPIC, event(103, "AB-3"), INCOMPLETE)
    assert found == ([], [{"id": 103, "key": "AB-3"}])


async def test_an_epic_that_is_gone_is_removed(site):
    del site.issues["103"]
    payload = event(103, "AB-3", name="jira:issue_deleted")
    assert await site.live(Kinds.EPIC, payload, INCOMPLETE) == ([], [{"id": 103, "key": "AB-3"}])


async def test_an_epic_that_moved_is_removed_under_its_old_key(site):
    """Where a mapping names epics by key."""
    moved = change("Key", "OLD-3", "AB-3")
    updated, deleted = await site.live(Kinds.EPIC, event(103, "AB-3", moved), INCOMPLETE)
    assert (set(boards(updated)), deleted) == ({103}, [{"id": 103, "key": "OLD-3"}])


async def test_events_at_the_same_time_are_one_read(site):
    first = event(101, "AB-1", change("parent", None, None, **{"from": "102", "to": "103"}))
    updated, _ = await site.live(Kinds.EPIC, first, INCOMPLETE)
    assert set(boards(updated)) == {101, 102, 103}
    assert len(site.asked(TYPES)) == 1


async def test_what_port_has_by_id_or_key_is_there_or_gone_and_others_are_neither(site):
    names = ["101", "AB-3", "AB-4", "106", "77", "an epic"]
    rows, gone = await site.known(Kinds.EPIC, names, INCOMPLETE)
    assert (set(boards(rows)), gone) == ({101, 103}, ["AB-4", "106", "77"])
