"""Worklogs of issues that don't show them: a field configuration hides the field in a project.

One by one, ten thousand such issues are ten thousand requests. All worklogs of the site come by
the thousand instead, with the ids of their issues.
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-worklogs/
"""

import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from datetime import datetime
from typing import Any

from jira.answers import REFUSALS
from jira.asks import Ask
from jira.concurrency import read_ahead
from jira.errors import JiraAnswerError, JiraError
from jira.http.api import JiraApi
from jira.paging import rows_of
from jira.payloads import Row, part_of, plausible_id

UPDATED = "/rest/api/3/worklog/updated"
ISSUES_FOR_A_PAGE = 10
"""A page and its worklogs are two requests and a thousand rows: at most a tenth of one by one."""
LATEST_SECONDS = 300.0
"""The latest minute is left out of the pages, and clocks differ."""
PAGES_AHEAD = 4
LATELY_UPDATED = Ask(UPDATED, "values", lambda _: {"since": int(time.time() * 1000)})
"""As nothing was changed since now, the page is an empty one."""

Listed = Callable[[Sequence[str]], Awaitable[list[Row]]]


class CostlyError(JiraError):
    """The site has so many worklogs that asking issue by issue costs less."""


INSTEAD_ONE_BY_ONE = (CostlyError, JiraAnswerError, *REFUSALS)
"""What ends a read by pages, after which issues are asked one by one."""


def hides_worklogs(issue: Row) -> bool:
    """Whether an issue that was asked for its worklogs has no such field."""
    return part_of(issue, "fields").get("worklog") is None


def inlined(issue: Row) -> list[Row] | None:
    """The worklogs that came with an issue; None where these aren't all of them."""
    field = issue.get("fields", {}).get("worklog")
    worklogs = field.get("worklogs") if isinstance(field, Mapping) else None
    total = field.get("total") if isinstance(field, Mapping) else None
    if not isinstance(worklogs, list) or not isinstance(total, int) or total > len(worklogs):
        return None
    return worklogs


def changed_just_now(issue: Row, now: Callable[[], float] = time.time) -> bool:
    """Whether work on the issue may be too new for the pages: all of it moves `updated`."""
    updated = part_of(issue, "fields").get("updated")
    try:
        return datetime.fromisoformat(str(updated)).timestamp() > now() - LATEST_SECONDS
    except ValueError:
        return True


async def worklogs_of(
    issue_ids: Collection[str], api: JiraApi, listed: Listed
) -> AsyncIterator[list[Row]]:
    """The worklogs of these issues, but for those of the latest minute.

    `listed` gives worklogs by id, as they are now. Raises JiraError, at any time: CostlyError
    where there are more pages than so many issues are worth.
    """
    pages = _ids(api, most=len(issue_ids) // ISSUES_FOR_A_PAGE)
    async for rows in read_ahead(pages, listed, most=PAGES_AHEAD):
        yield [row for row in rows if str(row["issueId"]) in issue_ids]


async def _ids(api: JiraApi, *, most: int) -> AsyncIterator[list[str]]:
    since = count = 0
    before: set[str] = set()
    more = True
    while more:
        if count == most:
            raise CostlyError(f"GET {UPDATED} has more than {most} pages.")
        page = await api.get(UPDATED, {"since": since})
        names = _names(rows_of(page, "values", f"GET {UPDATED}"))
        if new := [name for name in names if name not in before]:
            yield new
        count += 1
        more = not page.get("lastPage", "nextPage" not in page)
        # Several may have changed in the last moment of a page, which the next one begins after.
        before, last, since = set(names), since, _end(page) - 1 if more else since
        if more and since <= last:
            raise JiraAnswerError(f"GET {UPDATED} gave a page that doesn't end after the last one.")


def _names(rows: Iterable[Row]) -> list[str]:
    return [name for row in rows if (name := plausible_id(row.get("worklogId")))]


def _end(page: Any) -> int:
    until = page.get("until")
    return until if isinstance(until, int) else 0
