"""The one door to Jira, for main.py and the webhook processors."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any

from jira.errors import JiraAnswerError, JiraRequestError
from jira.http.api import JiraApi
from jira.jql import bounded
from jira.kinds.backlog import BacklogReader
from jira.kinds.board import BoardReader
from jira.kinds.component import ComponentReader
from jira.kinds.epic import EpicReader
from jira.kinds.issue_reader import IssueQuery, IssueReader
from jira.kinds.project import ProjectReader
from jira.kinds.release import ReleaseReader
from jira.kinds.selectors import JiraIssueConfig, JiraIssueSelector
from jira.kinds.sprint import SprintReader
from jira.kinds.team import TeamReader
from jira.kinds.user import UserReader
from jira.kinds.worklog import WorklogReader
from jira.payloads import Row
from jira.webhook_registration import WantedWebhook, ensure_webhook
from port.mapping.fields_read import fields_read

MYSELF = "/rest/api/3/myself"


async def _always() -> bool:
    return True


class JiraClient:
    """Reads a Jira Cloud site. One per process: its limits hold for all callers together.

    Rows are Jira's own JSON objects. Every method raises JiraError, and never returns a
    shorter list instead.
    """

    def __init__(
        self,
        api: JiraApi,
        max_concurrent: int,
        organization_id: str = "",
        *,
        whole_issues: Callable[[], Awaitable[bool]] = _always,
    ) -> None:
        """`organization_id` names the Atlassian organization whose teams are read.

        `whole_issues` tells whether issues are read with all fields even where the mapping names
        the ones it reads.
        """
        self.api = api
        self._whole_issues = whole_issues
        self.issues = IssueReader(api, max_concurrent)
        self.projects = ProjectReader(api)
        self.users = UserReader(api)
        self.teams = TeamReader(api, organization_id)
        self.releases = ReleaseReader(api, self.projects)
        self.components = ComponentReader(api, self.projects)
        self.boards = BoardReader(api)
        self.sprints = SprintReader(api, self.boards)
        self.epics = EpicReader(api, self.issues, self.boards)
        self.backlogs = BacklogReader(api, self.issues, self.boards)
        self.worklogs = WorklogReader(api, self.issues)

    async def verify_credentials(self) -> str:
        """The account's id, when Jira knows the account.

        Only this endpoint tells: the others answer an unknown account with 200 and nothing.
        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-myself/
        """
        myself = await self.api.get(MYSELF)
        if not isinstance(myself, dict) or not myself.get("accountId"):
            raise JiraAnswerError(f"GET {MYSELF} answered without an accountId: not Jira's answer.")
        return str(myself["accountId"])

    async def verified(self, pages: AsyncIterator[list[Row]]) -> AsyncIterator[list[Row]]:
        """The pages, and an error at their end where the credentials no longer hold.

        Without valid ones Jira gives shorter lists, and what isn't listed gets deleted.
        """
        async for page in pages:
            yield page
        await self.verify_credentials()

    async def get_paginated_issues(self, params: Mapping[str, Any]) -> AsyncIterator[list[Row]]:
        """Pages of issues.

        `params`: `jql` (empty: all), `fields` and `expand` (comma-separated lists) as in the
        selector; `reconcileIssues`, at most 50 ids, makes the answer current for those issues.
        """
        query = IssueQuery.of(params.get("jql"), params.get("fields"), params.get("expand"))
        reconcile = [int(issue_id) for issue_id in params.get("reconcileIssues") or ()]
        pages = (
            self.issues.search(bounded(query.jql), query, reconcile)
            if reconcile
            else self._by_projects(query)
        )
        async for page in self.verified(pages):
            yield page

    async def _by_projects(self, query: IssueQuery) -> AsyncIterator[list[Row]]:
        try:
            async for page in self.issues.pages(query, await self.projects.sizes()):
                yield page
        except JiraRequestError:
            # It may be a project that is gone by now: this resync fails and deletes nothing, and
            # the next one has to know.
            self.projects.forget_sizes()
            raise

    async def issue_selector(self, resource: JiraIssueConfig) -> JiraIssueSelector:
        """The selector, narrowed to the fields that the mapping reads where that is plain.

        Not where it names its fields itself, nor where rows are wanted as they are.
        """
        selector = resource.selector
        if "fields" in selector.__fields_set__ or await self._whole_issues():
            return selector
        names = fields_read(resource)
        if names is None:
            return selector
        # Id and key always come; a list without any field would mean all of them.
        return selector.copy(update={"fields": ",".join(sorted(names)) or "key"})

    async def find_issues(self, ids: Iterable[str], selector: JiraIssueSelector) -> dict[str, Row]:
        """Rows by id of those issues that are there and in the selector; current, not indexed."""
        query = IssueQuery.of(selector.jql, selector.fields, selector.expand)
        return await self.issues.find(ids, query)

    async def get_paginated_projects(
        self, params: Mapping[str, Any] | None = None
    ) -> AsyncIterator[list[Row]]:
        """Pages of live projects; `params`: `expand`."""
        async for page in self.verified(self.projects.pages((params or {}).get("expand") or "")):
            yield page

    async def get_single_project(self, key: str, expand: str = "insight") -> Row | None:
        """The live project of this key, or None."""
        rows = await self.projects.find_keys([key], expand)
        return rows[0] if rows else None

    async def get_paginated_users(self) -> AsyncIterator[list[Row]]:
        """Pages of users, inactive ones included."""
        async for page in self.verified(self.users.pages()):
            yield page

    async def get_single_user(self, account_id: str) -> Row | None:
        """The user of this account id, or None where Jira knows none."""
        return await self.users.find(account_id)

    async def ensure_webhook(self, wanted: WantedWebhook) -> bool:
        """Make or put right our webhook in Jira; see jira.webhook_registration."""
        return await ensure_webhook(self.api, wanted)
