"""Backlogs: a row for each board that shows an issue, and live by the issue's id."""

from typing import Any

import pytest

from jira.errors import JiraPermissionError, JiraRequestError
from jira.kinds.backlog import Alike
from jira.kinds.backlog_fields import OF_BOARDS
from jira.kinds.issue_chunks import BYTES_TOGETHER
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


def boards(rows: list[Row]) -> dict[str, list[int]]:
    """The boards of the rows of each issue, in the order of the rows."""
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row["key"], []).append(row["__boardId"])
    assert all(sorted(found[row["key"]]) == row["__boardIds"] for row in rows)
    return found


def event(issue_id: int, key: str, *changes: Row, name: str = "jira:issue_updated") -> Row:
    payload: Row = {"webhookEvent": name, "issue": {"id": str(issue_id), "key": key}}
    return payload | ({"changelog": {"items": list(changes)}} if changes else {})


ALL_SHOWN = {"AB-1": [2, 1], "AB-2": [9, 2], "AB-3": [1], "AB-5": [1]}
"""The lowest board last: of several rows for one entity the last one counts."""


@pytest.mark.parametrize("use_software_api", [True, False])
async def test_an_issue_in_several_backlogs_is_a_row_for_each_of_the_boards(site, use_software_api):
    rows = await site.resync(Kinds.BACKLOG, resource("backlog", use_software_api=use_software_api))
    assert len(rows) == 6
    assert boards(rows) == ALL_SHOWN


async def test_all_rows_of_an_issue_are_in_one_page(site):
    """Where they come to one entity it is written once."""
    for number in range(200, 700):
        site.issue(number, f"AB-{number}", 1, 2, 9)
    reader = site.client.kinds[Kinds.BACKLOG]
    pages = [page async for page in reader.pages(OPEN.selector)]
    assert len(pages) > 1
    of = [{row["id"] for row in page} for page in pages]
    assert sum(map(len, of)) == len(set[str]().union(*of)) == 504
    assert sum(map(len, pages)) == 1506


async def test_a_row_is_the_issue_as_it_is_now_whatever_boards_show_of_it(site):
    for issue_id in ("101", "103"):
        row = site.issues[issue_id]
        older = {**row["fields"], "summary": "As it was"}
        site.seen_by_boards[issue_id] = {**row, "key": "OLD-1", "fields": older}
    of = [await site.resync(Kinds.BACKLOG, OPEN)]
    of += [(await site.live(Kinds.BACKLOG, event(101, "AB-1"), OPEN))[0]]
    of += [(await site.known(Kinds.BACKLOG, ["101", "AB-3"], OPEN))[0]]
    for rows in of:
        assert {row["key"] for row in rows} <= ALL_SHOWN.keys()
        assert {row["fields"]["summary"] for row in rows} == {f"Issue {k}" for k in boards(rows)}


@pytest.mark.parametrize(
    ("fields", "of_boards"),
    [
        (None, {"epic": {"id": 7}, "flagged": False}),
        (["*all", "-flagged"], {"epic": {"id": 7}}),
        (["summary", "epic"], {"epic": {"id": 7}}),
        (["summary"], {}),
        (["epic"], {"epic": {"id": 7}}),
    ],
)
async def test_what_only_a_board_tells_of_an_issue_is_in_its_row(site, fields, of_boards):
    of = resource("backlog", fields=fields)
    rows = await site.resync(Kinds.BACKLOG, of)
    live, _ = await site.live(Kinds.BACKLOG, event(101, "AB-1"), of)
    for row in (*rows, *live):
        told = {name: row["fields"][name] for name in row["fields"] if name in OF_BOARDS}
        assert told == of_boards
    assert live == [row for row in rows if row["id"] == "101"]


async def test_an_issue_that_is_deleted_while_boards_are_asked_is_gone(site):
    good = site.answer

    def gone_meanwhile(method: str, path: str, what: Row) -> Any:
        answer = good(method, path, what)
        if path == SOFTWARE.format(1):
            site.issues.pop("103", None)
            site.on_board["backlog", 1] = []
        return answer

    site.fake.answer = gone_meanwhile
    updated, deleted = await site.live(Kinds.BACKLOG, event(103, "AB-3"), OPEN)
    assert (updated, deleted) == ([], [{"id": 103, "key": "AB-3"}])


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
    assert rows == {"AB-1": [2], "AB-2": [9, 2]}
    assert all("backlog of board 1 (Board 1)" in line for line in warnings(log))
    assert warnings(log)


@pytest.mark.parametrize("issue_id", [101, 102, 103])
@pytest.mark.parametrize("use_software_api", [True, False])
async def test_an_issue_is_updated_with_the_row_of_a_resync(site, issue_id, use_software_api):
    of = resource("backlog", use_software_api=use_software_api, fields=["summary"])
    rows = await site.resync(Kinds.BACKLOG, of)
    found = await site.live(Kinds.BACKLOG, event(issue_id, f"AB-{issue_id - 100}"), of)
    assert found == ([row for row in rows if row["id"] == str(issue_id)], [])


async def test_an_issue_that_leaves_one_of_two_backlogs_keeps_the_row_of_the_other(site):
    await site.resync(Kinds.BACKLOG, OPEN)
    site.on_board["backlog", 1].remove(101)
    updated, deleted = await site.live(Kinds.BACKLOG, event(101, "AB-1"), OPEN)
    assert (boards(updated), deleted) == ({"AB-1": [2]}, [])


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
    assert (boards(rows), gone) == ({"AB-1": [2, 1], "AB-3": [1]}, ["AB-4", "106", "77"])


async def test_what_is_alike_on_a_board_is_held_once():
    """Thousands of issues are in the same sprint."""
    alike = Alike()
    first = alike.of({"sprint": {"id": 1, "name": "One"}, "flagged": False})
    assert alike.of({"sprint": {"id": 1, "name": "One"}, "flagged": False}) is first
    assert alike.of({"sprint": {"id": 2, "name": "One"}, "flagged": False}) is not first


async def test_large_issues_of_a_backlog_come_few_at_a_time(site):
    for number in range(200, 500):
        site.issue(number, f"AB-{number}", 1)
        site.issues[str(number)]["fields"]["summary"] = "x" * (BYTES_TOGETHER // 40)
    reader = site.client.kinds[Kinds.BACKLOG]
    pages = [page async for page in reader.pages(OPEN.selector)]
    assert sum(map(len, pages)) == 306
    assert max(map(len, pages)) <= 100
