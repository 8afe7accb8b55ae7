"""Worklogs of the whole site that changed or were deleted since a moment, by their ids.

Of the latest minute Jira says nothing here.
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-worklogs/
"""

import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

from jira.asks import Ask
from jira.errors import JiraAnswerError, JiraError
from jira.http.api import JiraApi
from jira.paging import rows_of
from jira.payloads import Row, plausible_id

UPDATED = "/rest/api/3/worklog/updated"
DELETED = "/rest/api/3/worklog/deleted"


class CostlyError(JiraError):
    """The site has so many worklogs that asking issue by issue costs less."""


def _since_now(_: Any) -> dict[str, Any]:
    """As nothing was changed since now, the page is an empty one."""
    return {"since": int(time.time() * 1000)}


LATELY_UPDATED = Ask(UPDATED, "values", _since_now)
LATELY_DELETED = Ask(DELETED, "values", _since_now)


async def ids_since(
    api: JiraApi, path: str, since: int, *, most: int | None = None
) -> AsyncIterator[list[str]]:
    """Pages of ids of worklogs that changed, or were deleted, after a moment (ms since 1970).

    Raises JiraError; CostlyError where there are more pages than `most`.
    """
    count = 0
    before: set[str] = set()
    more = True
    while more:
        if count == most:
            raise CostlyError(f"GET {path} has more than {most} pages.")
        page = await api.get(path, {"since": since})
        names = _names(rows_of(page, "values", f"GET {path}"))
        if new := [name for name in names if name not in before]:
            yield new
        count += 1
        more = not page.get("lastPage", "nextPage" not in page)
        # Several may have changed in the last moment of a page, which the next one begins after.
        before, last, since = set(names), since, _end(page) - 1 if more else since
        if more and since <= last:
            raise JiraAnswerError(f"GET {path} gave a page that doesn't end after the last one.")


def _names(rows: Iterable[Row]) -> list[str]:
    return [name for row in rows if (name := plausible_id(row.get("worklogId")))]


def _end(page: Any) -> int:
    until = page.get("until")
    return until if isinstance(until, int) else 0
