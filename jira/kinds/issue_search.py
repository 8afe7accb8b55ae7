"""Whole issues straight from the search: where Jira counts points, each costs one, and not two.

An id that is searched for costs a point, and its row in a bulk fetch another one. What the search
shows is behind the database: whoever writes it keeps what events wrote in the meantime.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from jira.answers import Unread, is_its_own
from jira.concurrency import Room, merged
from jira.errors import JiraError
from jira.jql import bounded
from jira.kinds.issue_chunks import BYTES_TOGETHER, Chunk, may_be_large
from jira.kinds.issue_reader import (
    BYTES_AHEAD,
    MAX_ROWS_PER_PAGE,
    ROWS_TOGETHER,
    IssueQuery,
    IssueReader,
)
from jira.kinds.split_by_project import Share, shares
from jira.payloads import Row

LARGE_ROWS_PER_PAGE = 50
PAGES_AHEAD = 16
"""Pages that were read and wait to be taken, of all shares together."""


async def all_issues(
    reader: IssueReader,
    query: IssueQuery,
    projects: Mapping[str, int] | None = None,
    unread: Unread | None = None,
) -> AsyncIterator[list[Row]]:
    """All issues of a query, by what costs less: as `IssueReader.pages`, or by the search alone.

    Raises as `pages` does. Where points count, the rows are as old as the search's index.
    """
    if reader.quota is None:
        async for page in reader.pages(query, projects, unread):
            yield page
        return
    noted = Unread() if unread is None else unread
    large = may_be_large(query.fields, query.expand)
    most = reader.quota.rows_at_once(LARGE_ROWS_PER_PAGE if large else MAX_ROWS_PER_PAGE)
    searches = _Searches(reader, query, most, noted)
    divided = shares(query.jql, projects or {})
    seen: set[str] = set()
    together: list[Row] = []
    size = 0
    async for chunk in merged([searches.of(share) for share in divided], most=len(divided)):
        searches.room.leave(chunk.size)
        together += _first_of_each(chunk.rows, seen)
        size += chunk.size
        if len(together) >= ROWS_TOGETHER or size >= BYTES_TOGETHER:
            yield together
            together, size = [], 0
    if together:
        yield together
    if unread is None:
        noted.raise_failed()


class _Searches:
    """The searches of one query's shares; what each page takes up of the `room`, its taker gives
    back.
    """

    def __init__(self, reader: IssueReader, query: IssueQuery, most: int, unread: Unread) -> None:
        self.room = Room(PAGES_AHEAD, BYTES_AHEAD)
        self._reader = reader
        self._query = query
        self._unread = unread
        self._body: dict[str, Any] = {"fields": list(query.fields), "maxResults": most}
        if query.expand:
            self._body["expand"] = ",".join(query.expand)

    async def of(self, share: Share) -> AsyncIterator[Chunk]:
        """Page by page; where one can't be read, what is left by ids."""
        pages = self._reader.search_pages({**self._body, "jql": bounded(share.jql)})
        came: set[str] = set()
        while True:
            await self.room.enter()
            try:
                chunk = await anext(pages)
            except (StopAsyncIteration, JiraError) as error:
                self.room.came(0)
                self.room.leave(0)
                if isinstance(error, JiraError) and not is_its_own(error):
                    raise
                if isinstance(error, JiraError):
                    break
                return
            self.room.came(chunk.size)
            came.update(str(row["id"]) for row in chunk.rows)
            yield chunk
        left = IssueQuery(share.jql, self._query.fields, self._query.expand)
        async for rows in self._reader.pages(left, unread=self._unread):
            await self.room.enter()
            self.room.came(0)
            yield Chunk([row for row in rows if str(row["id"]) not in came], 0)


def _first_of_each(rows: Iterable[Row], seen: set[str]) -> list[Row]:
    """Those that weren't there before: an issue can move from one project to another meanwhile."""
    found = {str(row["id"]): row for row in rows}
    new = [row for name, row in found.items() if name not in seen]
    seen.update(found)
    return new
