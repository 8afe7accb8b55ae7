"""Worklogs of issues that don't show them: a field configuration hides the field in a project.

One by one, ten thousand such issues are ten thousand requests. All worklogs of the site come by
the thousand instead, with the ids of their issues.
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-worklogs/
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime

from jira.answers import REFUSALS
from jira.concurrency import read_ahead
from jira.errors import JiraAnswerError
from jira.http.api import JiraApi
from jira.kinds.worklog_changes import UPDATED, CostlyError, ids_since
from jira.payloads import Row, part_of

ISSUES_FOR_A_PAGE = 10
"""A page and its worklogs are two requests and a thousand rows: at most a tenth of one by one."""
LATEST_SECONDS = 300.0
"""The latest minute is left out of the pages, and clocks differ."""
PAGES_AHEAD = 4

Listed = Callable[[Sequence[str]], Awaitable[list[Row]]]
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
    pages = ids_since(api, UPDATED, 0, most=len(issue_ids) // ISSUES_FOR_A_PAGE)
    async for rows in read_ahead(pages, listed, most=PAGES_AHEAD):
        yield [row for row in rows if str(row["issueId"]) in issue_ids]
