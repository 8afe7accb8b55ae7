"""Whole issues straight from the search: where Jira counts points, each costs one, and not two.

An id that is searched for costs a point, and its row in a bulk fetch another one. What the search
shows is behind the database: after a resync the events of those seconds are handled again.
"""

import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from typing import Any

from jira.answers import Unread, is_its_own
from jira.concurrency import merged
from jira.errors import JiraError
from jira.http.purpose import Purpose, present_purpose
from jira.jql import bounded
from jira.kinds.issue_chunks import BYTES_TOGETHER, ROWS_TOGETHER, Chunk, may_be_large
from jira.kinds.issue_reader import MAX_ROWS_PER_PAGE, IssueQuery, IssueReader
from jira.kinds.split_by_project import shares
from jira.payloads import Row

LARGE_ROWS_PER_PAGE = 50
"""What a page has of issues that may be large: of each share one page is in memory."""


async def all_issues(
    reader: IssueReader,
    query: IssueQuery,
    projects: Mapping[str, int] | None = None,
    unread: Unread | None = None,
    *,
    purposes: Collection[Purpose] = (Purpose.RESYNC,),
) -> AsyncIterator[list[Row]]:
    """All issues of a query, by what costs less: as `IssueReader.pages`, or by the search alone.

    Raises as `pages` does. Where points count, the rows are as old as the search's index, if it is
    for one of the `purposes` that can bear it.
    """
    if reader.quota is None or present_purpose() not in purposes:
        async for page in reader.pages(query, projects, unread):
            yield page
        return
    noted = Unread() if unread is None else unread
    large = may_be_large(query.fields, query.expand)
    most = reader.quota.rows_at_once(LARGE_ROWS_PER_PAGE if large else MAX_ROWS_PER_PAGE)
    body: dict[str, Any] = {"fields": list(query.fields), "maxResults": most}
    if query.expand:
        body["expand"] = ",".join(query.expand)
    searches = [
        _searched(reader, query, {**body, "jql": bounded(share.jql)}, noted)
        for share in shares(query.jql, projects or {}, time.time())
    ]
    seen: set[str] = set()
    together: list[Row] = []
    size = 0
    async for chunk in merged(searches):
        together += _first_of_each(chunk.rows, seen)
        size += chunk.size
        if len(together) >= ROWS_TOGETHER or size >= BYTES_TOGETHER:
            yield together
            together, size = [], 0
    if together:
        yield together
    if unread is None:
        noted.raise_failed()


async def _searched(
    reader: IssueReader, query: IssueQuery, body: dict[str, Any], unread: Unread
) -> AsyncIterator[Chunk]:
    """The pages of a search; where one can't be read, what is left by ids."""
    came: set[str] = set()
    try:
        async for chunk in reader.search_pages(body):
            came.update(str(row["id"]) for row in chunk.rows)
            yield chunk
    except JiraError as error:
        if not is_its_own(error):
            raise
    else:
        return
    left = IssueQuery(body["jql"], query.fields, query.expand)
    async for rows in reader.pages(left, unread=unread):
        yield Chunk([row for row in rows if str(row["id"]) not in came], 0)


def _first_of_each(rows: Iterable[Row], seen: set[str]) -> list[Row]:
    """Those that weren't there before: an issue can move from one project to another meanwhile."""
    found = {str(row["id"]): row for row in rows}
    new = [row for name, row in found.items() if name not in seen]
    seen.update(found)
    return new
