"""The kind `worklog`: how worklogs are read, and what events mean for them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.concurrency import batched
from jira.errors import JiraAnswerError
from jira.http.api import JiraApi
from jira.jql import bounded
from jira.kinds.issue_reader import IssueQuery, IssueReader
from jira.kinds.kind import Found, Kind, Known
from jira.kinds.lists import offset_pages
from jira.kinds.selectors import JiraWorklogConfig, JiraWorklogParams
from jira.payloads import Row, plausible_id
from jira.planning_events import WorklogSubject, worklog_subjects
from jira.under_parent import one_page, under_each
from kinds import Kinds

if TYPE_CHECKING:
    from client import JiraClient

OF_ISSUE = "/rest/api/3/issue/{id}/worklog"
BY_IDS = "/rest/api/3/worklog/list"
MAX_PER_PAGE = 5000
MAX_IDS = 1000
ROWS_TOGETHER = 500
FIELDS = ("worklog",)


@dataclass(frozen=True)
class WorklogQuery:
    """Which issues' worklogs, started when (ms since 1970, exclusive), and how much of each."""

    jql: str | None = None
    started_after: int | None = None
    started_before: int | None = None
    expand: str = ""

    @property
    def issues(self) -> IssueQuery:
        """The issues with the worklogs that come along: up to 20 of each."""
        return IssueQuery(self.jql, FIELDS)

    def asked(self) -> dict[str, str | int]:
        """The parameters of a list of worklogs."""
        asked: dict[str, str | int | None] = {
            "startedAfter": self.started_after,
            "startedBefore": self.started_before,
            "expand": self.expand or None,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def takes(self, worklog: Row) -> bool:
        """Whether a list with these parameters would have the worklog."""
        if self.started_after is None and self.started_before is None:
            return True
        started = datetime.fromisoformat(str(worklog["started"])).timestamp() * 1000
        after = self.started_after is None or started > self.started_after
        return after and (self.started_before is None or started < self.started_before)


class WorklogReader:
    """Reads worklogs, each with `__issueKey`, the key its issue has now.

    An issue brings up to 20 of its worklogs along; more are read issue by issue.
    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-worklogs/
    Every method raises JiraError.
    """

    def __init__(self, api: JiraApi, issues: IssueReader) -> None:
        self._api = api
        self._issues = issues

    async def pages(self, query: WorklogQuery) -> AsyncIterator[list[Row]]:
        """All worklogs of the query's issues."""
        async for page in batched(
            self._of_issues(self._issues.pages(query.issues), query), ROWS_TOGETHER
        ):
            yield page

    async def find(self, issue_ids: Iterable[str], query: WorklogQuery) -> list[Row]:
        """The worklogs of those issues that exist and match the query, as of now."""
        issues = list((await self._issues.find(issue_ids, query.issues)).values())
        pages = self._of_issues(one_page(issues), query)
        return [row async for rows in pages for row in rows]

    async def issues_of(self, worklog_ids: Sequence[str]) -> dict[str, str]:
        """The ids of the issues that worklogs belong to, by the worklog's id."""
        chunks = [worklog_ids[i : i + MAX_IDS] for i in range(0, len(worklog_ids), MAX_IDS)]
        found = await asyncio.gather(*(self._listed(chunk) for chunk in chunks))
        return {str(row["id"]): str(row["issueId"]) for rows in found for row in rows}

    async def _of_issues(
        self, issues: AsyncIterator[list[Row]], query: WorklogQuery
    ) -> AsyncIterator[list[Row]]:
        async def read(issue: Row) -> list[Row]:
            rows = inlined(issue)
            # What is expanded never comes along.
            if rows is None or query.expand:
                rows = await self._listed_of(issue, query)
            return [{**row, "__issueKey": issue["key"]} for row in rows if query.takes(row)]

        async for _, rows in under_each(
            issues, read, what="worklogs", of=lambda issue: f"issue {issue['key']}"
        ):
            yield rows

    async def _listed_of(self, issue: Row, query: WorklogQuery) -> list[Row]:
        asked, issue_id = query.asked(), str(issue["id"])
        pages = offset_pages(self._api, OF_ISSUE, "worklogs", asked, size=MAX_PER_PAGE, id=issue_id)
        return [row async for rows in pages for row in rows]

    async def _listed(self, ids: Sequence[str]) -> list[Row]:
        answer: Any = await self._api.read_by_post(BY_IDS, {"ids": [int(name) for name in ids]})
        if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
            raise JiraAnswerError(f"POST {BY_IDS} answered with something else than worklogs.")
        return answer


def inlined(issue: Row) -> list[Row] | None:
    """The worklogs that came with an issue; None where these aren't all of them."""
    field = issue.get("fields", {}).get("worklog")
    worklogs = field.get("worklogs") if isinstance(field, Mapping) else None
    total = field.get("total") if isinstance(field, Mapping) else None
    if not isinstance(worklogs, list) or not isinstance(total, int) or total > len(worklogs):
        return None
    return worklogs


def _query(resource: ResourceConfig) -> WorklogQuery:
    selector = cast(JiraWorklogConfig, resource).selector
    more = selector.api_query_params or JiraWorklogParams()
    return WorklogQuery(
        bounded(selector.jql), more.started_after, more.started_before, more.expand or ""
    )


async def read_all(client: "JiraClient", resource: ResourceConfig) -> AsyncIterator[list[Row]]:
    """Every worklog of the selector's issues."""
    async for page in client.verified(client.worklogs.pages(_query(resource))):
        yield page


async def resolve(
    client: "JiraClient", subjects: Sequence[WorklogSubject], resource: ResourceConfig
) -> Found:
    """Read all worklogs of the issues again; one that the event names and isn't there is gone."""
    rows = await client.worklogs.find([s.issue_id for s in subjects], _query(resource))
    left = {str(row["id"]) for row in rows}
    named = [row for subject in subjects for row in subject.worklogs]
    return Found(rows, [row for row in named if row["id"] not in left])


async def by_identifiers(
    client: "JiraClient", identifiers: list[str], resource: ResourceConfig
) -> Known:
    """Read worklogs that Port has under these ids."""
    usable = [name for name in identifiers if plausible_id(name)]
    homes = await client.worklogs.issues_of(usable)
    rows = await client.worklogs.find(dict.fromkeys(homes.values()), _query(resource))
    found = {str(row["id"]): row for row in rows}
    return Known.of({name: found.get(name) for name in usable})


WORKLOG = Kind(
    kind=Kinds.WORKLOG,
    events=("worklog_created", "worklog_updated", "worklog_deleted"),
    touched_by=("worklog_", "jira:issue_", "issuelink_", "comment_", "attachment_"),
    subjects=worklog_subjects,
    read_all=read_all,
    resolve=resolve,
    by_identifiers=by_identifiers,
)
