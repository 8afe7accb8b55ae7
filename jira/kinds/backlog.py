"""The kind `backlog`: how the issues in backlogs are read, and what events say of them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pydantic.v1 import Field

from jira.answers import Answers, Said, Unread
from jira.concurrency import Gatherer, batched
from jira.events import Family, events_of
from jira.http.api import JiraApi
from jira.jql import bounded, ordered, restrict, without_order_by
from jira.kinds.board import BoardKind, by_boards, named
from jira.kinds.issue_reader import IssueReader
from jira.kinds.kind import Pages, Selector
from jira.kinds.lists import offset_pages
from jira.kinds.of_issues import KindOfIssues
from jira.paging import TokenPages, rows_of
from jira.payloads import Row
from jira.under_parent import one_page
from kinds import Kinds

BY_SOFTWARE_API = "/rest/software/1.0/board/{id}/backlog"
BY_AGILE_API = "/rest/agile/1.0/board/{id}/backlog"
MAX_PER_PAGE = 100
MAX_IDS_ASKED = 50
"""The ids that one query names: it travels in the address."""
ROWS_TOGETHER = 200
WHAT = "backlog"


@dataclass(frozen=True)
class BacklogQuery:
    """Which of a backlog's issues, how much of each, and by which API."""

    jql: str | None = None
    fields: tuple[str, ...] = ()
    use_software_api: bool = True


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


class BacklogKind(KindOfIssues[BacklogSelector]):
    """Issues in backlogs: one row an issue, with `__boardIds`, the boards whose backlog
    shows it, lowest first, and the first of them as `__boardId`.
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
    # What starts or ends with a sprint, or shows on a board, isn't told by issues' events.
    compared_after = (Family.SPRINT, Family.BOARD)

    def __init__(self, api: JiraApi, reader: IssueReader, boards: BoardKind) -> None:
        super().__init__(reader)
        self._api = api
        self._boards = boards
        self._gatherer = Gatherer(self._find)
        # A board may show issues of projects that its filter doesn't name.
        self._seen_on: dict[str, set[int]] = {}

    async def pages(self, selector: BacklogSelector) -> Pages:
        """All issues in backlogs.

        The boards are read twice, first for ids alone: whether another board shows an issue too
        has to be known with its row, and all rows together may not fit into memory.
        """
        query = query_of(selector)
        boards_of: dict[str, set[int]] = defaultdict(set)
        slim = replace(query, fields=("key",))
        unread = Unread()
        async for board, rows in self._under(self._boards.listed(), slim, unread):
            for row in rows:
                boards_of[str(row["id"])].add(board["id"])
        self._seen_on |= boards_of
        rows_by_board = self._first_rows(query, boards_of, unread)
        async for page in batched(rows_by_board, ROWS_TOGETHER):
            yield page
        unread.raise_failed()

    async def find(self, ids: Iterable[str], selector: BacklogSelector) -> Answers:
        """By id; None for an issue that is in no backlog, or that the selector leaves out."""
        return Answers.of(await self._gatherer.get(query_of(selector), ids))

    async def _first_rows(
        self, query: BacklogQuery, boards_of: Mapping[str, set[int]], unread: Unread
    ) -> Pages:
        given: set[str] = set()
        # What failed a moment ago, after its retries, isn't asked for again.
        answered = self._not_in(unread, self._boards.listed())
        async for board, rows in self._under(answered, query, unread):
            new = {str(row["id"]): row for row in rows if str(row["id"]) not in given}
            given.update(new)
            yield [
                _with_boards(row, {*boards_of.get(issue_id, ()), board["id"]})
                for issue_id, row in new.items()
            ]

    @staticmethod
    async def _not_in(unread: Unread, boards: AsyncIterator[list[Row]]) -> Pages:
        async for page in boards:
            yield [board for board in page if f"{WHAT} of {named(board)}" not in unread]

    def _under(
        self,
        boards: AsyncIterator[list[Row]],
        query: BacklogQuery,
        unread: Unread,
        *,
        every: bool = True,
    ) -> AsyncIterator[tuple[Row, list[Row]]]:
        read = partial(self._of_board, query, exact=not every)
        return self._boards.under(boards, read, WHAT, unread, every=every)

    async def _of_board(self, query: BacklogQuery, board: Row, *, exact: bool) -> list[Row]:
        board_id = str(board["id"])
        if query.use_software_api:
            return [row async for rows in self._software(query, board_id) for row in rows]
        pages = offset_pages(
            self._api,
            BY_AGILE_API,
            "issues",
            _in_order(query),
            size=MAX_PER_PAGE,
            exact=exact,
            id=board_id,
        )
        return [row async for rows in pages for row in rows]

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

    async def _find(self, query: BacklogQuery, ids: list[str]) -> dict[str, Said]:
        unread = Unread()
        issues = await self.reader.by_keys(ids, ("project",), unread=unread)
        said: dict[str, Said] = {**dict.fromkeys(ids), **unread.failed, **unread.refused}
        projects = {str(issue["fields"]["project"]["id"]) for issue in issues}
        there = [str(issue["id"]) for issue in issues]
        seen = {board for issue_id in there for board in self._seen_on.get(issue_id, ())}
        missing = Unread()
        boards = await self._boards.of_projects_and(sorted(projects), seen, missing)
        chunks = [there[i : i + MAX_IDS_ASKED] for i in range(0, len(there), MAX_IDS_ASKED)]
        shown = await asyncio.gather(*(self._on(boards, query, chunk, missing) for chunk in chunks))
        said |= dict.fromkeys(there, missing.why)
        for rows in shown:
            said |= rows
        return said

    async def _on(
        self, boards: list[Row], query: BacklogQuery, ids: list[str], unread: Unread
    ) -> dict[str, Row]:
        only = replace(query, jql=restrict(query.jql, "id", ids))
        found = await by_boards(self._under(one_page(boards), only, unread, every=False))
        for name, row in found.items():
            self._seen_on[name] = set(row["__boardIds"])
        return {name: _with_boards(row, row["__boardIds"]) for name, row in found.items()}


def _asked(query: BacklogQuery) -> dict[str, Any]:
    jql = without_order_by(query.jql or "")
    asked: dict[str, Any] = {"jql": jql} if jql else {}
    return asked | ({"fields": list(query.fields)} if query.fields else {})


def _in_order(query: BacklogQuery) -> dict[str, Any]:
    # By itself it is in the order of ranks, which anybody may change between two pages.
    return {**_asked(query), "jql": ordered(bounded(query.jql))}


def _with_boards(row: Row, board_ids: Iterable[int]) -> Row:
    boards = sorted(board_ids)
    return {**row, "__boardIds": boards, "__boardId": boards[0]}


def query_of(selector: BacklogSelector) -> BacklogQuery:
    """What a selector reads."""
    return BacklogQuery(selector.jql, tuple(selector.fields or ()), selector.use_software_api)
