"""The kind `backlog`: how the issues in backlogs are read, and what events say of them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import orjson
from pydantic.v1 import Field

from jira.answers import Answers, Said, Unread
from jira.asks import FEW, Ask
from jira.concurrency import Gatherer
from jira.events import Family, events_of
from jira.http.api import JiraApi
from jira.jql import bounded, ordered, restrict, without_order_by
from jira.kinds.backlog_fields import of_boards, of_issues
from jira.kinds.board import BOARD_ASKS, BOARDS, BoardKind
from jira.kinds.issue_asks import ISSUE_ASKS
from jira.kinds.issue_reader import IssueReader
from jira.kinds.kind import Pages, Selector
from jira.kinds.lists import offset_pages
from jira.kinds.of_issues import KindOfIssues
from jira.kinds.on_boards import KindOnBoards, noted, noting
from jira.kinds.seen import Names, Seen
from jira.paging import TokenPages, rows_of
from jira.payloads import IssueSubject, Row
from jira.under_parent import one_page
from kinds import Kinds

BY_SOFTWARE_API = "/rest/software/1.0/board/{id}/backlog"
BY_AGILE_API = "/rest/agile/1.0/board/{id}/backlog"
MAX_PER_PAGE = 100
MAX_IDS_ASKED = 50
"""The ids that one query names: it travels in the address."""
WHAT = "backlog"


@dataclass(frozen=True)
class BacklogQuery:
    """Which of a backlog's issues, how much of each, and by which API."""

    jql: str | None = None
    fields: tuple[str, ...] = ()
    use_software_api: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """Which boards show an issue in their backlog, and what only they tell of it."""

    boards: tuple[int, ...]
    fields: Row


class Alike:
    """One object for all that are alike: a sprint is the same one in thousands of issues."""

    def __init__(self) -> None:
        self._known: dict[bytes, Row] = {}

    def of(self, row: Row) -> Row:
        """This one, or the one that was there before."""
        return self._known.setdefault(orjson.dumps(row), row)


class BacklogSelector(Selector):
    """Which issues of the backlogs, how much of each, and by which API."""

    jql: str | None = Field(
        title="JQL",
        description="The query that selects issues of the backlogs. Empty means all.",
        default="updated >= -1w OR statusCategory != Done",
    )
    fields: list[str] | None = Field(
        title="Fields",
        description="The fields to read, as a list. Empty means those that Jira shows.",
        default=None,
    )
    use_software_api: bool = Field(
        alias="useSoftwareApi",
        title="Use the software API",
        description="Read backlogs by /rest/software/1.0; off for the agile API, which ends.",
        default=True,
    )


class BacklogKind(KindOfIssues[BacklogSelector], KindOnBoards[BacklogSelector, IssueSubject]):
    """Issues in backlogs: a row for each board whose backlog shows the issue, which is its
    `__boardId`; `__boardIds` are all of these boards, lowest first.

    Boards say which issues they show, which is behind the database; what these are is read from
    there. The rows of an issue come together, that of its lowest board last: where a mapping makes
    one entity of all, the last one counts.
    """

    name = Kinds.BACKLOG
    events = events_of(Family.ISSUE)
    touched_by = (
        Family.ISSUE,
        Family.ISSUE_LINK,
        Family.COMMENT,
        Family.WORKLOG,
        Family.ATTACHMENT,
    )
    behind_index = True

    def __init__(self, api: JiraApi, reader: IssueReader, boards: BoardKind) -> None:
        super().__init__(reader)
        self._api = api
        self._boards = boards
        self._gatherer = Gatherer(self._find)
        # A board may show issues of projects that its filter doesn't name.
        self.seen = Seen()

    def asks(self) -> Sequence[Ask]:
        """The backlog of a board, by the API that stays, and whole issues."""
        backlog = Ask(BY_SOFTWARE_API, "issues", lambda _: {"maxResults": FEW}, under=BOARDS)
        return [*BOARD_ASKS, backlog, *ISSUE_ASKS]

    async def pages(self, selector: BacklogSelector) -> Pages:
        """All issues in backlogs.

        All boards are asked first: whether another one shows an issue too has to be known with its
        rows.
        """
        query = query_of(selector)
        unread = Unread()
        boards: list[Row] = []
        on: dict[str, Names] = {}
        shown = await self._shown(noted(self._boards.listed(), boards), query, unread, on)
        for board, names in on.items():
            self.seen.whole(query, board, names)
        self.seen.only(query, [str(board["id"]) for board in boards])
        # What is handed on takes its place along.
        ids = [*shown]
        async for rows in self.reader.by_ids(ids, of_issues(query.fields), unread):
            whole = [_as_shown(row, shown.pop(str(row["id"]))) for row in rows]
            yield [row for found in whole for row in self.rows_of(found)]
        unread.raise_failed()

    async def find(self, ids: Iterable[str], selector: BacklogSelector) -> Answers:
        """By id, the row of an issue's lowest board; None for an issue that is in no backlog, or
        that the selector leaves out.
        """
        return Answers.of(await self._gatherer.get(query_of(selector), ids))

    def rows_of(self, found: Row) -> list[Row]:
        """A row for each board, the lowest last."""
        return [{**found, "__boardId": board} for board in reversed(found["__boardIds"])]

    async def on_boards(
        self, boards: Sequence[Row], selector: BacklogSelector, unread: Unread
    ) -> Mapping[str, Names]:
        """The issues in the backlogs."""
        on: dict[str, Names] = {}
        await self._shown(one_page([*boards]), query_of(selector), unread, on, every=False)
        return on

    def query(self, selector: BacklogSelector) -> BacklogQuery:
        """Which issues, and how much of each."""
        return query_of(selector)

    async def _find(self, query: BacklogQuery, ids: list[str]) -> dict[str, Said]:
        unread = Unread()
        issues = await self.reader.by_keys(ids, ("project",), unread=unread)
        said: dict[str, Said] = {**dict.fromkeys(ids), **unread.failed, **unread.refused}
        projects = {str(issue["fields"]["project"]["id"]) for issue in issues}
        there = [str(issue["id"]) for issue in issues]
        chunks = [there[i : i + MAX_IDS_ASKED] for i in range(0, len(there), MAX_IDS_ASKED)]

        async def ask(unread: Unread) -> dict[str, Shown]:
            seen = self.seen.parents_of(there)
            boards = await self._boards.of_projects_and(sorted(projects), seen, unread)
            parts = await asyncio.gather(
                *(self._of_boards(boards, query, chunk, unread) for chunk in chunks)
            )
            return {name: of for part in parts for name, of in part.items()}

        shown, missing = await self._boards.with_known(ask) if there else ({}, Unread())
        lost = Unread()
        rows = await self._whole(query, shown, lost)
        # One that isn't said anything of by now was deleted a moment ago.
        said |= dict.fromkeys(there, missing.why) | dict.fromkeys(shown)
        return said | lost.failed | lost.refused | rows

    async def _of_boards(
        self, boards: list[Row], query: BacklogQuery, ids: list[str], unread: Unread
    ) -> dict[str, Shown]:
        only = replace(query, jql=restrict(query.jql, "id", ids))
        on: dict[str, Names] = {}
        shown = await self._shown(one_page(boards), only, unread, on, every=False)
        for board, names in on.items():
            self.seen.some(query, board, ids, names)
        return shown

    async def _shown(
        self,
        boards: AsyncIterator[list[Row]],
        query: BacklogQuery,
        unread: Unread,
        on: dict[str, Names],
        *,
        every: bool = True,
    ) -> dict[str, Shown]:
        """What boards show, by the issue's id; `on` is told what each board shows."""
        shown: dict[str, Shown] = {}
        read = partial(self._of_board, query, Alike(), exact=not every)
        under = self._boards.under(boards, read, WHAT, unread, every=every)
        async for board, rows in noting(under, on):
            for row in rows:
                name = str(row["id"])
                before = shown[name].boards if name in shown else ()
                boards_of = before if board["id"] in before else (*before, board["id"])
                shown[name] = Shown(boards_of, row["fields"])
        return shown

    async def _whole(
        self, query: BacklogQuery, shown: Mapping[str, Shown], unread: Unread
    ) -> dict[str, Row]:
        """The issues as they are now, by id."""
        rows = await self.reader.by_keys(shown, of_issues(query.fields), unread=unread)
        return {name: _as_shown(row, shown[name]) for row in rows if (name := str(row["id"]))}

    async def _of_board(
        self, query: BacklogQuery, alike: Alike, board: Row, *, exact: bool
    ) -> list[Row]:
        """The ids of its issues, and what only it tells of them."""
        board_id = str(board["id"])
        pages = (
            self._software(query, board_id)
            if query.use_software_api
            else offset_pages(
                self._api,
                BY_AGILE_API,
                "issues",
                _in_order(query),
                size=MAX_PER_PAGE,
                exact=exact,
                id=board_id,
            )
        )
        return [
            {
                "id": row["id"],
                "key": row.get("key", ""),
                "fields": alike.of(row.get("fields") or {}),
            }
            async for rows in pages
            for row in rows
        ]

    async def _software(self, query: BacklogQuery, board_id: str) -> Pages:
        pages = TokenPages(f"GET {BY_SOFTWARE_API}")
        asked = {**_asked(query), "maxResults": MAX_PER_PAGE}
        while True:
            page = await self._api.get(BY_SOFTWARE_API, asked, id=board_id)
            yield rows_of(page, "issues", f"GET {BY_SOFTWARE_API}")
            token = pages.next(page)
            if token is None:
                return
            asked = {**asked, "nextPageToken": token}


def _asked(query: BacklogQuery) -> dict[str, Any]:
    jql = without_order_by(query.jql or "")
    asked: dict[str, Any] = {"jql": jql} if jql else {}
    return {**asked, "fields": list(of_boards(query.fields))}


def _in_order(query: BacklogQuery) -> dict[str, Any]:
    # By itself it is in the order of ranks, which anybody may change between two pages.
    return {**_asked(query), "jql": ordered(bounded(query.jql))}


def _as_shown(row: Row, shown: Shown) -> Row:
    boards = sorted(shown.boards)
    fields = {**shown.fields, **(row.get("fields") or {})}
    return {**row, "fields": fields, "__boardIds": boards, "__boardId": boards[0]}


def query_of(selector: BacklogSelector) -> BacklogQuery:
    """What a selector reads."""
    return BacklogQuery(selector.jql, tuple(selector.fields or ()), selector.use_software_api)
