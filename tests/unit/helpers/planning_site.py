"""A site with projects, boards and what is on them, behind the endpoints that read it."""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from client import KINDS, MYSELF, JiraClient
from jira.errors import JiraNotFoundError, JiraPartlyUnavailableError, JiraRequestError
from jira.http.api import SERVER_INFO
from jira.kinds.issue_reader import BULK_FETCH, SEARCH
from kinds import Kinds
from tests.unit.helpers.fakes import FakeApi

Row = dict[str, Any]
AGILE = "/rest/agile/1.0"
EPIC_TYPE = "10000"
GONE = JiraNotFoundError("404")


async def all_rows(pages: AsyncIterator[list[Row]]) -> list[Row]:
    return [row async for page in pages for row in page]


async def read_to_its_end(
    pages: AsyncIterator[list[Row]],
) -> tuple[list[Row], JiraPartlyUnavailableError]:
    """What a read hands on before it says at its end that something is missing."""
    rows: list[Row] = []
    try:
        async for page in pages:
            rows += page
    except JiraPartlyUnavailableError as error:
        return rows, error
    raise AssertionError("the read says that it is complete")


def warnings(log: Sequence[str]) -> list[str]:
    return [line for line in log if line.startswith(("WARNING", "ERROR"))]


class PlanningSite:
    """Pages of two rows each, so that every list has more than one.

    `answers` says what a path gives instead of what it should; an exception is raised.
    """

    def __init__(self) -> None:
        self.projects: list[Row] = []
        self.boards: dict[int, Row] = {}
        self.projects_of: dict[int, list[str]] = {}
        self.referring: dict[int, list[str]] = {}
        self.sprints: dict[int, Row] = {}
        self.on_board: dict[tuple[str, int], list[int]] = {}
        self.issues: dict[str, Row] = {}
        self.seen_by_boards: dict[str, Row] = {}
        self.epics: dict[int, Row] = {}
        self.types: Any = [{"id": EPIC_TYPE, "name": "Epic", "hierarchyLevel": 1}]
        self.refuses_gone_ids = False
        self.answers: dict[str, Any] = {}
        self.fake = FakeApi(self.answer)
        self.client = JiraClient(self.fake.api, "org-1")

    def project(self, project_id: str, key: str) -> Row:
        self.projects.append({"id": project_id, "key": key, "name": "now"})
        return self.projects[-1]

    def board(self, board_id: int, *keys: str, type: str = "scrum") -> Row:
        self.boards[board_id] = {"id": board_id, "name": f"Board {board_id}", "type": type}
        self.projects_of[board_id] = self.referring[board_id] = list(keys)
        return self.boards[board_id]

    def sprint(self, sprint_id: int, *boards: int, state: str = "active", **more: Any) -> Row:
        origin = {"originBoardId": boards[0]} if boards else {}
        self.sprints[sprint_id] = {"id": sprint_id, "state": state, **origin, **more}
        self.put("sprint", sprint_id, *boards)
        return self.sprints[sprint_id]

    def issue(self, issue_id: int, key: str, *backlogs: int, **fields: Any) -> Row:
        home = next(row for row in self.projects if row["key"] == key.partition("-")[0])
        self.issues[str(issue_id)] = {
            "id": str(issue_id),
            "key": key,
            "self": f"https://x.atlassian.net/rest/api/3/issue/{issue_id}",
            "fields": {
                "summary": f"Issue {key}",
                "status": {"statusCategory": {"key": "new"}},
                "issuetype": {"id": "10001"},
                "project": home,
                **fields,
            },
        }
        self.put("backlog", issue_id, *backlogs)
        return self.issues[str(issue_id)]

    def epic(self, epic_id: int, key: str, *boards: int, done: bool = False) -> Row:
        category = "done" if done else "new"
        self.issue(
            epic_id,
            key,
            status={"statusCategory": {"key": category}},
            issuetype={"id": EPIC_TYPE},
        )
        self.epics[epic_id] = {"id": epic_id, "key": key, "name": f"Epic {key}", "done": done}
        self.put("epic", epic_id, *boards)
        return self.epics[epic_id]

    def put(self, what: str, row_id: int, *boards: int) -> None:
        for board_id in boards:
            self.on_board.setdefault((what, board_id), []).append(row_id)

    def asked(self, pattern: str) -> list[tuple[str, Any]]:
        """Paths that match as a whole, with what they were asked."""
        return [(path, what) for _, path, what in self.fake.asked if re.fullmatch(pattern, path)]

    async def resync(self, kind: Kinds, resource: Any) -> list[Row]:
        return await all_rows(self.client.read_all(kind, resource.selector))

    async def live(self, kind: Kinds, payload: Any, resource: Any) -> tuple[list[Row], list[Row]]:
        """What an event comes to: rows to update and rows to delete."""
        spec = KINDS[kind]
        assert spec.is_touched_by(payload["webhookEvent"])
        reader = self.client.kinds[kind]
        found = await reader.resolve(spec.subjects(payload), resource.selector)
        return found.updated, found.deleted

    async def known(self, kind: Kinds, names: list[str], resource: Any) -> tuple[list[Row], Any]:
        found = await self.client.kinds[kind].by_identifiers(names, resource.selector)
        return found.rows, found.gone

    def answer(self, method: str, path: str, what: Any) -> Any:
        if path in self.answers:
            return self.answers[path]
        if self.refuses_gone_ids and self._names_gone(what):
            return JiraRequestError("400: A value does not exist for the field 'id'.", 400)
        if path == MYSELF:
            return {"accountId": "account-1"}
        if path == SERVER_INFO:
            return {"baseUrl": "https://x.atlassian.net"}
        if path == "/rest/api/3/project/search":
            return self._projects(what)
        if path == "/rest/api/3/issuetype":
            return self.types
        if path in (SEARCH, BULK_FETCH):
            return self._search(what) if path == SEARCH else self._bulk(what)
        software = re.fullmatch(r"/rest/software/1\.0/board/(\d+)/backlog", path)
        if software:
            return by_token(self._backlog(int(software[1]), what), what)
        return self._agile(path.removeprefix(AGILE), what)

    def _names_gone(self, what: Any) -> bool:
        jql = what.get("jql", "") if isinstance(what, dict) else ""
        named = re.search(r"\bid in \((.*?)\)", jql)
        return named is not None and not set(re.findall(r"\d+", named[1])) <= self.issues.keys()

    def _agile(self, path: str, what: Row) -> Any:
        if path == "/board":
            wanted = what.get("projectKeyOrId")
            keys = {row["key"] for row in self.projects if wanted in (row["id"], row["key"])}
            rows = [
                row
                for board_id, row in self.boards.items()
                if (not wanted or keys & set(self.referring[board_id]))
                and what.get("type") in (None, row["type"])
            ]
            return by_offset(rows, what)
        if one := re.fullmatch(r"/sprint/(\d+)", path):
            return self.sprints.get(int(one[1]), GONE)
        found = re.fullmatch(r"/board/(\d+)(?:/(\w+))?", path)
        assert found, f"no such path: {path}"
        board_id = int(found[1])
        if board_id not in self.boards:
            return GONE
        return self._on_board(board_id, found[2], what)

    def _on_board(self, board_id: int, what_of: str | None, what: Row) -> Any:
        if what_of is None:
            return self.boards[board_id]
        if what_of == "project":
            keys = self.projects_of[board_id]
            return by_offset([row for row in self.projects if row["key"] in keys], what)
        if what_of == "backlog":
            return by_offset(self._backlog(board_id, what), what, key="issues")
        rows = [
            (self.sprints if what_of == "sprint" else self.epics)[row_id]
            for row_id in self.on_board.get((what_of, board_id), [])
        ]
        if "state" in what:
            rows = [row for row in rows if row["state"] in what["state"].split(",")]
        if "done" in what:
            rows = [row for row in rows if str(row["done"]).lower() == what["done"]]
        return by_offset(rows, what)

    def _projects(self, what: Row) -> Row:
        names, by = (what["id"], "id") if "id" in what else (what.get("keys"), "key")
        return by_offset([r for r in self.projects if names is None or r[by] in names], what)

    def _backlog(self, board_id: int, what: Row) -> list[Row]:
        rows = [self.issues[str(i)] for i in self.on_board.get(("backlog", board_id), [])]
        # What a board shows may be older than the issue, and is more than that.
        views = [self.seen_by_boards.get(row["id"], row) for row in rows]
        return [
            with_fields(row, what.get("fields"), epic={"id": 7}, flagged=False)
            for row in views
            if matches(row, what.get("jql", ""))
        ]

    def _search(self, what: Row) -> Row:
        return by_token([row for row in self.issues.values() if matches(row, what["jql"])], what)

    def _bulk(self, what: Row) -> Row:
        names = what["issueIdsOrKeys"]
        assert 0 < len(names) <= 100
        found = [row for row in self.issues.values() if {row["id"], row["key"]} & set(names)]
        return {"issues": [with_fields(row, what["fields"]) for row in found]}


def with_fields(row: Row, wanted: list[str] | None, **more: Any) -> Row:
    """A row with the wanted fields, or all; `more` are those that only a board shows."""
    every = not wanted or any(name.startswith("*") for name in wanted)
    shown = {**row["fields"], **more}
    return {**row, "fields": {n: v for n, v in shown.items() if every or n in (wanted or ())}}


def matches(issue: Row, jql: str) -> bool:
    """The few clauses that the readers send."""
    done = issue["fields"]["status"]["statusCategory"]["key"] == "done"
    fields = issue["fields"]
    values = {"id": issue["id"], "issuetype": fields["issuetype"]["id"]}
    for field, value in (values | {"project": fields["project"]["id"]}).items():
        for clause in re.finditer(rf"\b{field} (not )?in \((.*?)\)", jql):
            if (value in re.findall(r"\d+", clause[2])) is bool(clause[1]):
                return False
    if "statusCategory != Done" in jql and done:
        return False
    return done or "statusCategory = Done" not in jql


def by_offset(rows: list[Row], what: Row, *, key: str = "values") -> Row:
    start = what["startAt"]
    page = rows[start : start + 2]
    return {key: page, "total": len(rows), "isLast": start + 2 >= len(rows)}


def by_token(rows: list[Row], what: Row) -> Row:
    start = int(what.get("nextPageToken", "0"))
    more = {} if start + 2 >= len(rows) else {"nextPageToken": str(start + 2)}
    return {"issues": rows[start : start + 2], "isLast": not more, **more}
