"""The kind `worklog`: how worklogs are read, and what events say of them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from loguru import logger

from jira.answers import Answers, Said, Unread, passing
from jira.asks import THEMSELVES, Ask, few
from jira.concurrency import batched
from jira.errors import JiraAnswerError, JiraError
from jira.events import Family, events_of
from jira.http.api import JiraApi
from jira.jql import restrict
from jira.kinds.hidden_worklogs import (
    INSTEAD_ONE_BY_ONE,
    ISSUES_FOR_A_PAGE,
    changed_just_now,
    hides_worklogs,
    inlined,
    worklogs_of,
)
from jira.kinds.issue_asks import ISSUE_ASKS, ISSUES
from jira.kinds.issue_reader import IssueReader
from jira.kinds.issue_search import all_issues
from jira.kinds.kind import Found, KindByTime, Known, Pages, Since
from jira.kinds.lists import offset_pages
from jira.kinds.shown_keys import UnderKeys
from jira.kinds.worklog_changes import DELETED, LATELY_DELETED, LATELY_UPDATED, UPDATED, ids_since
from jira.kinds.worklog_query import WorklogQuery, WorklogSelector, query_of
from jira.payloads import Row, WorklogSubject, plausible_id, worklog_subjects
from jira.under_parent import one_page, under_each
from kinds import Kinds

OF_ISSUE = "/rest/api/3/issue/{id}/worklog"
BY_IDS = "/rest/api/3/worklog/list"
MAX_PER_PAGE = 5000
MAX_IDS = 1000
ROWS_TOGETHER = 500


class WorklogKind(KindByTime[WorklogSelector, WorklogSubject]):
    """Worklogs, each with `__issueKey`, the key its issue has now.

    An issue brings up to 20 of its worklogs along; more are read issue by issue. Those of many
    issues that don't show theirs are read out of all worklogs of the site.
    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-worklogs/
    """

    name = Kinds.WORKLOG
    own_names = (".id",)
    events = events_of(Family.WORKLOG)
    touched_by = (
        Family.WORKLOG,
        Family.ISSUE,
        Family.ISSUE_LINK,
        Family.COMMENT,
        Family.ATTACHMENT,
    )

    def __init__(self, api: JiraApi, reader: IssueReader) -> None:
        self._api = api
        self._issues = reader
        self.seen = UnderKeys()

    def asks(self) -> Sequence[Ask]:
        """The worklogs of an issue, one by its id, and what finds those that aren't shown."""
        of_issue = Ask(OF_ISSUE, "worklogs", few, under=ISSUES)
        by_ids = Ask(BY_IDS, THEMSELVES, body=lambda _: {"ids": [1]})
        return [*ISSUE_ASKS, of_issue, by_ids, LATELY_UPDATED, LATELY_DELETED]

    @staticmethod
    def subjects(payload: Any) -> Sequence[WorklogSubject]:
        """The issues whose worklogs an event may change."""
        return worklog_subjects(payload)

    @classmethod
    def is_name(cls, identifier: str) -> bool:
        """A number."""
        return plausible_id(identifier) is not None

    async def pages(self, selector: WorklogSelector) -> Pages:
        """All worklogs of the selector's issues."""
        async for page in batched(self._all(query_of(selector)), ROWS_TOGETHER):
            yield self._noted(page)

    async def find(self, ids: Iterable[str], selector: WorklogSelector) -> Answers:
        """By the worklog's id, with the issue that it belongs to."""
        wanted = list(dict.fromkeys(ids))
        homes = await self.issues_of(wanted)
        rows, unsaid = await self.of_issues(dict.fromkeys(homes.values()), selector)
        found = {str(row["id"]): row for row in rows}
        said: dict[str, Said] = {
            name: found.get(name) or unsaid.get(homes.get(name, "")) for name in wanted
        }
        return Answers.of(said)

    async def resolve(self, subjects: Sequence[WorklogSubject], selector: WorklogSelector) -> Found:
        """Read all worklogs of the issues; one that the event names and isn't there is gone."""
        rows, unsaid = await self.of_issues([subject.issue_id for subject in subjects], selector)
        left = {str(row["id"]) for row in rows}
        said = [subject for subject in subjects if subject.issue_id not in unsaid]
        failed = passing(unsaid.values())
        if failed is not None and not said:
            raise failed
        named = [row for subject in said for row in subject.worklogs]
        return Found(rows, [row for row in named if row["id"] not in left], failed)

    async def by_identifiers(self, identifiers: Sequence[str], selector: WorklogSelector) -> Known:
        """By ids."""
        names = [name for name in identifiers if self.is_name(name)]
        return Known.of(await self.find(names, selector))

    async def changed_since(self, since: Since, selector: WorklogSelector) -> AsyncIterator[Found]:
        """All worklogs of issues that changed or have a changed one, and ids of deleted ones.

        Worklogs that went with their issue needn't be among these.
        """
        moment = int(since.moment * 1000)
        issues = [str(row["id"]) for row in since.issues]
        async for ids in ids_since(self._api, UPDATED, moment):
            issues += (await self.issues_of(ids)).values()
        every = list(dict.fromkeys(issues))
        for start in range(0, len(every), ROWS_TOGETHER):
            rows, unsaid = await self.of_issues(every[start : start + ROWS_TOGETHER], selector)
            yield Found(rows, failed=passing(unsaid.values()))
        async for ids in ids_since(self._api, DELETED, moment):
            yield Found(deleted=[{"id": name} for name in ids])

    async def of_issues(
        self, issue_ids: Iterable[str], selector: WorklogSelector
    ) -> tuple[list[Row], dict[str, JiraError]]:
        """The worklogs of those issues that exist and match the selector, as of now.

        And the ids of issues of which nothing can be said, with the reason.
        """
        query = query_of(selector)
        found = await self._issues.find(issue_ids, query.issues)
        unsaid = {name: issue for name, issue in found.items() if isinstance(issue, JiraError)}
        issues = [issue for issue in found.values() if not isinstance(issue, JiraError)]
        unread = Unread()
        given = self._of_each(one_page(issues), query, unread, every=False, exact=True)
        answered = {str(issue["id"]): rows async for issue, rows in given}
        rows = [row for rows in answered.values() for row in rows]
        if (why := unread.why) is not None:
            unsaid |= dict.fromkeys({str(i["id"]) for i in issues} - answered.keys(), why)
        return self._noted(rows), unsaid

    async def of_project(self, project_id: str, selector: WorklogSelector) -> Pages:
        """All worklogs of the selector's issues of a project."""
        query = query_of(selector)
        only = replace(query, jql=restrict(query.jql, "project", [project_id]))
        async for page in batched(self._all(only), ROWS_TOGETHER):
            yield self._noted(page)

    def _noted(self, rows: list[Row]) -> list[Row]:
        for row in rows:
            self.seen.note(row["id"], row["__issueKey"])
        return rows

    async def issues_of(self, worklog_ids: Sequence[str]) -> dict[str, str]:
        """The ids of the issues that worklogs belong to, by the worklog's id."""
        chunks = [worklog_ids[i : i + MAX_IDS] for i in range(0, len(worklog_ids), MAX_IDS)]
        found = await asyncio.gather(*(self._listed(chunk) for chunk in chunks))
        return {str(row["id"]): str(row["issueId"]) for rows in found for row in rows}

    async def _all(self, query: WorklogQuery) -> Pages:
        unread = Unread()
        hidden: dict[str, Row] = {}
        shown = _showing(all_issues(self._issues, query.issues, unread=unread), hidden)
        every = True
        async for _, rows in self._of_each(shown, query, unread):
            every = False
            yield rows
        async for rows in self._of_hidden(hidden, query, unread, every=every):
            yield rows
        unread.raise_failed()

    async def _of_hidden(
        self, issues: Mapping[str, Row], query: WorklogQuery, unread: Unread, *, every: bool
    ) -> Pages:
        alone = [issue for issue in issues.values() if changed_just_now(issue)]
        others = issues.keys() - {str(issue["id"]) for issue in alone}
        if query.expand or len(others) < ISSUES_FOR_A_PAGE:
            alone = [*issues.values()]
        else:
            try:
                async for rows in worklogs_of(others, self._api, self._listed):
                    of = [(issues[str(row["issueId"])], [row]) for row in rows]
                    yield [row for issue, one in of for row in _of(issue, one, query)]
                every = False
            except INSTEAD_ONE_BY_ONE as error:
                logger.info(f"Worklogs of {len(issues)} issues are asked for one by one: {error}")
                alone = [*issues.values()]
        async for _, rows in self._of_each(one_page(alone), query, unread, every=every):
            yield rows

    def _of_each(
        self,
        issues: AsyncIterator[list[Row]],
        query: WorklogQuery,
        unread: Unread,
        *,
        every: bool = True,
        exact: bool = False,
    ) -> AsyncIterator[tuple[Row, list[Row]]]:
        async def read(issue: Row) -> list[Row]:
            rows = inlined(issue)
            # What is expanded never comes along.
            if rows is None or (rows and query.expand):
                rows = await self._listed_of(issue, query, exact=exact)
            return _of(issue, rows, query)

        return under_each(
            issues,
            read,
            what="worklogs",
            of=lambda issue: f"issue {issue['key']}",
            unread=unread,
            every=every,
        )

    async def _listed_of(self, issue: Row, query: WorklogQuery, *, exact: bool) -> list[Row]:
        asked, issue_id = query.asked(), str(issue["id"])
        pages = offset_pages(
            self._api, OF_ISSUE, "worklogs", asked, size=MAX_PER_PAGE, exact=exact, id=issue_id
        )
        return [row async for rows in pages for row in rows]

    async def _listed(self, ids: Sequence[str]) -> list[Row]:
        answer: Any = await self._api.read_by_post(BY_IDS, {"ids": [int(name) for name in ids]})
        if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
            raise JiraAnswerError(f"POST {BY_IDS} answered with something else than worklogs.")
        return answer


def _of(issue: Row, worklogs: Iterable[Row], query: WorklogQuery) -> list[Row]:
    return [{**row, "__issueKey": issue["key"]} for row in worklogs if query.takes(row)]


async def _showing(pages: Pages, hidden: dict[str, Row]) -> Pages:
    """The issues that show their worklogs; the others are noted."""
    async for page in pages:
        hidden |= {str(issue["id"]): issue for issue in page if hides_worklogs(issue)}
        yield [issue for issue in page if not hides_worklogs(issue)]
