"""The kind `backlog`: how the issues in backlogs are read, and what events mean for them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.concurrency import Gatherer, batched
from jira.http.api import JiraApi
from jira.jql import restrict, without_order_by
from jira.kinds.board import BoardReader, by_boards, named
from jira.kinds.found import found_of_issues, known_of_issues
from jira.kinds.issue_reader import IssueReader, ids_of
from jira.kinds.kind import Found, Kind, Known
from jira.kinds.lists import offset_pages
from jira.kinds.selectors import JiraBacklogConfig
from jira.paging import TokenPages, rows_of
from jira.payloads import IssueSubject, Row, issue_subjects
from jira.under_parent import one_page, under_each
from kinds import Kinds

if TYPE_CHECKING:
    from client import JiraClient

BY_SOFTWARE_API = "/rest/software/1.0/board/{id}/backlog"
BY_AGILE_API = "/rest/agile/1.0/board/{id}/backlog"
MAX_PER_PAGE = 100
MAX_IDS_ASKED = 50
"""The ids that one query names: it travels in the address."""
ROWS_TOGETHER = 200


@dataclass(frozen=True)
class BacklogQuery:
    """Which of a backlog's issues, how much of each, and by which API."""

    jql: str | None = None
    fields: tuple[str, ...] = ()
    use_software_api: bool = True


class BacklogReader:
    """Reads issues in backlogs: one row an issue, with `__boardIds`, the boards whose backlog
    shows it, lowest first, and the first of them as `__boardId`.

    Every method raises JiraError.
    """

    def __init__(self, api: JiraApi, issues: IssueReader, boards: BoardReader) -> None:
        self._api = api
        self._issues = issues
        self._boards = boards
        self._gatherer = Gatherer(self._find)
        # A board may show issues of projects that its filter doesn't name.
        self._seen_on: dict[str, set[int]] = {}

    async def pages(self, query: BacklogQuery) -> AsyncIterator[list[Row]]:
        """All issues in backlogs.

        The boards are read twice, first for ids alone: whether another board shows an issue too
        has to be known with its row, and all rows together may not fit into memory.
        """
        boards_of: dict[str, set[int]] = defaultdict(set)
        slim = replace(query, fields=("key",))
        async for board, rows in self._under(self._boards.listed(), slim):
            for row in rows:
                boards_of[str(row["id"])].add(board["id"])
        self._seen_on |= boards_of
        async for page in batched(self._first_rows(query, boards_of), ROWS_TOGETHER):
            yield page

    async def find(self, ids: Iterable[str], query: BacklogQuery) -> dict[str, Row | None]:
        """Issues by id; None for one that is in no backlog, or that the query leaves out."""
        return await self._gatherer.get(query, ids)

    async def _first_rows(
        self, query: BacklogQuery, boards_of: Mapping[str, set[int]]
    ) -> AsyncIterator[list[Row]]:
        given: set[str] = set()
        async for board, rows in self._under(self._boards.listed(), query):
            new = {str(row["id"]): row for row in rows if str(row["id"]) not in given}
            given.update(new)
            yield [
                _with_boards(row, {*boards_of.get(issue_id, ()), board["id"]})
                for issue_id, row in new.items()
            ]

    def _under(
        self, boards: AsyncIterator[list[Row]], query: BacklogQuery, *, every: bool = True
    ) -> AsyncIterator[tuple[Row, list[Row]]]:
        read = partial(self._of_board, query)
        return under_each(boards, read, what="backlog", of=named, every=every)

    async def _of_board(self, query: BacklogQuery, board: Row) -> list[Row]:
        board_id = str(board["id"])
        if query.use_software_api:
            return [row async for rows in self._software(query, board_id) for row in rows]
        pages = offset_pages(
            self._api, BY_AGILE_API, "issues", _asked(query), size=MAX_PER_PAGE, id=board_id
        )
        return [row async for rows in pages for row in rows]

    async def _software(self, query: BacklogQuery, board_id: str) -> AsyncIterator[list[Row]]:
        pages = TokenPages(f"GET {BY_SOFTWARE_API}")
        asked = {**_asked(query), "maxResults": MAX_PER_PAGE}
        while True:
            page = await self._api.get(BY_SOFTWARE_API, asked, id=board_id)
            yield rows_of(page, "issues", f"GET {BY_SOFTWARE_API}")
            token = pages.next(page)
            if token is None:
                return
            asked = {**asked, "nextPageToken": token}

    async def _find(self, query: BacklogQuery, ids: list[str]) -> dict[str, Row | None]:
        issues = await self._issues.by_keys(ids, ("project",))
        projects = {str(issue["fields"]["project"]["id"]) for issue in issues}
        seen = {board for issue_id in ids for board in self._seen_on.get(issue_id, ())}
        boards = await self._boards.of_projects_and(sorted(projects), seen)
        there = [str(issue["id"]) for issue in issues]
        chunks = [there[i : i + MAX_IDS_ASKED] for i in range(0, len(there), MAX_IDS_ASKED)]
        found: dict[str, Row | None] = dict.fromkeys(ids)
        for rows in await asyncio.gather(*(self._on(boards, query, chunk) for chunk in chunks)):
            found |= rows
        return found

    async def _on(self, boards: list[Row], query: BacklogQuery, ids: list[str]) -> dict[str, Row]:
        only = replace(query, jql=restrict(query.jql, "id", ids))
        found = await by_boards(self._under(one_page(boards), only, every=False))
        for name, row in found.items():
            self._seen_on[name] = set(row["__boardIds"])
        return {name: _with_boards(row, row["__boardIds"]) for name, row in found.items()}


def _asked(query: BacklogQuery) -> dict[str, Any]:
    jql = without_order_by(query.jql or "")
    asked: dict[str, Any] = {"jql": jql} if jql else {}
    return asked | ({"fields": list(query.fields)} if query.fields else {})


def _with_boards(row: Row, board_ids: Iterable[int]) -> Row:
    boards = sorted(board_ids)
    return {**row, "__boardIds": boards, "__boardId": boards[0]}


def _query(resource: ResourceConfig) -> BacklogQuery:
    selector = cast(JiraBacklogConfig, resource).selector
    return BacklogQuery(selector.jql, tuple(selector.fields or ()), selector.use_software_api)


async def read_all(client: "JiraClient", resource: ResourceConfig) -> AsyncIterator[list[Row]]:
    """Every issue of the selector that is in a backlog."""
    async for page in client.verified(client.backlogs.pages(_query(resource))):
        yield page


async def resolve(
    client: "JiraClient", subjects: Sequence[IssueSubject], resource: ResourceConfig
) -> Found:
    """Ask the backlogs for the issues again; one that is in none is deleted if it was."""
    found = await client.backlogs.find([s.id for s in subjects], _query(resource))
    return found_of_issues(subjects, found)


async def by_identifiers(
    client: "JiraClient", identifiers: list[str], resource: ResourceConfig
) -> Known:
    """Read backlog issues that Port has under these ids or keys."""
    usable, ids = await ids_of(client.issues, identifiers)
    found = await client.backlogs.find(ids, _query(resource))
    return known_of_issues(usable, found)


BACKLOG = Kind(
    kind=Kinds.BACKLOG,
    events=("jira:issue_created", "jira:issue_updated", "jira:issue_deleted"),
    touched_by=("jira:issue_", "issuelink_", "comment_", "worklog_", "attachment_"),
    subjects=issue_subjects,
    read_all=read_all,
    resolve=resolve,
    by_identifiers=by_identifiers,
    # What starts or ends with a sprint, or shows on a board, isn't told by issues' events.
    compared_after=("sprint_", "board_"),
)
