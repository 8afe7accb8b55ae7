"""The one door to Jira, for main.py and the webhook processors."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from jira.api import JiraApi
from jira.errors import JiraAnswerError
from jira.events import Row
from jira.issue_reader import IssueQuery, IssueReader
from jira.jql import bounded
from jira.overrides import JiraIssueSelector
from jira.project import ProjectReader
from jira.user import UserReader
from jira.webhooks import WantedWebhook, ensure_webhook

MYSELF = "/rest/api/3/myself"


class JiraClient:
    """Reads a Jira Cloud site. One per process: its limits hold for all callers together.

    Rows are Jira's own JSON objects. Every method raises JiraError, and never returns a
    shorter list instead.
    """

    def __init__(self, api: JiraApi, max_concurrent: int) -> None:
        self.api = api
        self.issues = IssueReader(api, max_concurrent)
        self.projects = ProjectReader(api)
        self.users = UserReader(api)

    async def verify_credentials(self) -> str:
        """The account's id, when Jira knows the account.

        Only this endpoint tells: the others answer an unknown account with 200 and nothing.
        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-myself/
        """
        myself = await self.api.get(MYSELF)
        if not isinstance(myself, dict) or not myself.get("accountId"):
            raise JiraAnswerError(f"GET {MYSELF} answered without an accountId: not Jira's answer.")
        return str(myself["accountId"])

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
            else self.issues.pages(query)
        )
        async for page in pages:
            yield page
        await self.verify_credentials()

    async def find_issues(self, ids: Iterable[str], selector: JiraIssueSelector) -> dict[str, Row]:
        """Rows by id of those issues that are there and in the selector; current, not indexed."""
        query = IssueQuery.of(selector.jql, selector.fields, selector.expand)
        return await self.issues.find(ids, query)

    async def get_paginated_projects(
        self, params: Mapping[str, Any] | None = None
    ) -> AsyncIterator[list[Row]]:
        """Pages of live projects; `params`: `expand`."""
        async for page in self.projects.pages((params or {}).get("expand") or ""):
            yield page
        await self.verify_credentials()

    async def get_single_project(self, key: str, expand: str = "insight") -> Row | None:
        """The live project of this key, or None."""
        rows = await self.projects.find_keys([key], expand)
        return rows[0] if rows else None

    async def get_paginated_users(self) -> AsyncIterator[list[Row]]:
        """Pages of users, inactive ones included."""
        async for page in self.users.pages():
            yield page
        await self.verify_credentials()

    async def get_single_user(self, account_id: str) -> Row | None:
        """The user of this account id, or None where Jira knows none."""
        return await self.users.find(account_id)

    async def ensure_webhook(self, wanted: WantedWebhook) -> bool:
        """Make or put right our webhook in Jira; see jira.webhooks."""
        return await ensure_webhook(self.api, wanted)
