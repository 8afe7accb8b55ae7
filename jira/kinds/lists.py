"""Lists that Jira gives page by page, by number."""

from collections.abc import AsyncIterator

from jira.http.api import JiraApi, Query
from jira.paging import OffsetPages, rows_of
from jira.payloads import Row


async def offset_pages(
    api: JiraApi, path: str, key: str, query: Query, /, *, size: int, **values: str
) -> AsyncIterator[list[Row]]:
    """The pages of a list with `startAt`; `key` is what the rows are under. Raises JiraError."""
    where = f"GET {path}"
    pages = OffsetPages(where)
    more = True
    while more:
        asked = {**query, "startAt": pages.start, "maxResults": size}
        page = await api.get(path, asked, **values)
        rows = rows_of(page, key, where)
        more = pages.advance(page, len(rows))
        yield rows
