"""Backlogs: one row for an issue, whichever boards show it, and live by the issue's id."""

import pytest

from jira.errors import JiraPermissionError, JiraRequestError
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.payloads import change
from tests.unit.helpers.planning_site import AGILE, GONE, PlanningSite, Row, warnings

OPEN = resource("backlog")
SOFTWARE = "/rest/software/1.0/board/{}/backlog"
BY_AGILE = AGILE + "/board/{}/backlog"
FORBIDDEN = JiraPermissionError("answered with 403")


@pytest.fixture
def site() -> PlanningSite:
    """Board 9 shows an issue of a project that its filter doesn't name."""
    made = PlanningSite()
    made.project("10", "AB")
    made.board(2, "AB")
    made.board(1, "AB")
    made.board(9)
    made.issue(101, "AB-1", 2, 1)
    made.issue(102, "AB-2", 2, 9)
    made.issue(103, "AB-3", 1)
    made.issue(104, "AB-4", 1, status={"statusCategory": {"key": "done"}})
    made.issue(105, "AB-5", 1)
    made.issue(106, "AB-6")
    return made


def boards(rows: list[Row]) -> dict[str, tuple[int, list[int]]]:
    return {row["key"]: (row["__boardId"], row["__boardIds"]) for row in rows}


def event(issue_id: int, key: str, *changes: Row, name: str = "jira:issue_updated") -> Row:
    payload: Row = {"webhookEvent": name, "issue": {"id": str(issue_id), "key": key}}
    return payload | ({"changelog": {"items": list(changes)}} if changes else {})


ALL_SHOWN = {
    "AB-1": (1, [1, 2]),
    "AB-2": (2, [2, 9]),
    "AB-3": (1, [1]),
    "AB-5": (1, [1]),
}


@pytest.mark.parametrize("use_software_api", [True, False])
async def test_an_issue_in_several_backlogs_is_one_row_that_names_the_boards(
    site, use_software_api
):
    rows = await site.resync(Kinds.BACKLOG, resource("backlog", use_software_api=use_software_api))
    assert len(rows) == len(ALL_SHOWN)
    assert boards(rows) == ALL_SHOWN


@pytest.mark.parametrize(
    ("use_software_api", "asked", "not_asked"),
    [(True, SOFTWARE, BY_AGILE), (False, BY_AGILE, SOFTWARE)],
)
async def test_the_agile_api_is_asked_only_where_the_selector_says_so(
    site, use_software_api, asked, not_asked
):
    """Its backlog is due for removal."""
    of = resource("backlog", use_software_api=use_software_api)
    await site.resync(Kinds.BACKLOG, of)
    await site.live(Kinds.BACKLOG, event(101, "AB-1"), of)
    assert site.asked(asked.format(r"\d+"))
    assert site.asked(not_asked.format(r"\d+")) == []


@pytest.mark.parametrize(
    ("jql", "sent"),
    [
        (OPEN.selector.jql, "updated >= -1w OR statusCategory != Done"),
        ("project = AB ORDER BY rank", "project = AB"),
        ("", None),
        ("ORDER BY rank", None),
        (None, None),
    ],
)
async def test_the_query_of_the_selector(site, jql, sent):
    await site.resync(Kinds.BACKLOG, resource("backlog", jql=jql))
    assert {what.get("jql") for _, what in site.asked(SOFTWARE.format(r"\d+"))} == {sent}


async def test_the_fields_of_the_selector(site):
    rows = await site.resync(Kinds.BACKLOG, resource("backlog", fields=["summary", "status"]))
    assert {tuple(row["fields"]) for row in rows} == {("summary", "status")}


async def test_without_fields_those_that_jira_shows_are_read(site):
    rows = await site.resync(Kinds.BACKLOG, OPEN)
    assert all({"summary", "status", "project"} <= set(row["fields"]) for row in rows)


@pytest.mark.parametrize(
    "refusal", [FORBIDDEN, GONE, JiraRequestError("422", 422)], ids=["403", "404", "422"]
)
async def test_a_board_that_is_refused_costs_only_what_it_alone_shows(site, log, refusal):
    site.answers[SOFTWARE.format(1)] = refusal
    rows = boards(await site.resync(Kinds.BACKLOG, OPEN))
    assert rows == {"AB-1": (2, [2]), "AB-2": (2, [2, 9])}
    assert all("backlog of board 1 (Board 1)" in line for line in warnings(log))
    assert warnings(log)


@pytest.mark.parametrize("issue_id", [101, 102, 103])
@pytest.mark.parametrize("use_software_api", [True, False])
async def test_an_issue_is_updated_with_the_row_of_a_resync(site, issue_id, use_software_api):
    of = resource("backlog", use_software_api=use_software_api, fields=["summary"])
    of_resync = {row["id"]: row for row in await site.resync(Kinds.BACKLOG, of)}
    found = await site.live(Kinds.BACKLOG, event(issue_id, f"AB-{issue_id - 100}"), of)
    assert found == ([of_resync[str(issue_id)]], [])


@pytest.mark.parametrize(
    ("issue_id", "why"),
    [(106, "in no backlog"), (104, "outside the query"), (999, "gone"), (103, "in a sprint now")],
)
async def test_an_issue_that_no_backlog_shows_is_removed(site, issue_id, why):
    if issue_id == 103:
        site.on_board["backlog", 1].remove(103)
    updated, deleted = await site.live(Kinds.BACKLOG, event(issue_id, "AB-7"), OPEN)
    assert (updated, deleted) == ([], [{"id": issue_id, "key": "AB-7"}]), why


async def test_an_issue_that_moved_is_removed_under_its_old_key(site):
    moved = event(103, "AB-3", change("Key", "OLD-3", "AB-3"))
    updated, deleted = await site.live(Kinds.BACKLOG, moved, OPEN)
    assert (list(boards(updated)), deleted) == (["AB-3"], [{"id": 103, "key": "OLD-3"}])


async def test_an_issue_that_an_event_names_without_a_key_is_not_removed_under_a_guess(site):
    """Not under the text None, either."""
    payload = {"webhookEvent": "worklog_created", "worklog": {"id": "1", "issueId": 106}}
    assert await site.live(Kinds.BACKLOG, payload, OPEN) == ([], [])


async def test_one_issue_that_is_gone_does_not_spoil_the_query_for_the_others(site):
    """Its id in the query would be a 400."""
    payload = event(101, "AB-1", change("parent", None, None, **{"from": "999", "to": "103"}))
    updated, _ = await site.live(Kinds.BACKLOG, payload, OPEN)
    assert set(boards(updated)) == {"AB-1", "AB-3"}
    asked = [what["jql"] for _, what in site.asked(SOFTWARE.format(r"\d+"))]
    assert asked
    assert all(jql.endswith('id in ("101", "103")') for jql in asked)


async def test_many_issues_are_asked_for_in_addresses_of_bearable_length(site):
    for number in range(200, 320):
        site.issue(number, f"AB-{number}", 1)
    every = resource("backlog", jql=None).selector
    found = await site.client.kinds[Kinds.BACKLOG].find(map(str, range(200, 320)), every)
    assert all(found.values())
    asked = [what["jql"] for _, what in site.asked(SOFTWARE.format(1))]
    assert max(jql.count('"') for jql in asked) <= 2 * 50


async def test_what_port_has_by_id_or_key_is_there_or_gone_and_others_are_neither(site):
    names = ["101", "AB-3", "AB-4", "106", "77", "an issue"]
    rows, gone = await site.known(Kinds.BACKLOG, names, OPEN)
    assert (set(boards(rows)), gone) == ({"AB-1", "AB-3"}, ["AB-4", "106", "77"])
