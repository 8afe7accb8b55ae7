"""What issues show by name, compared with what Jira calls it now, in three requests at most."""

from collections.abc import Sequence

from jira.answers import Unread
from jira.errors import JiraAnswerError
from jira.http.api import JiraApi
from jira.kinds.epic import ISSUE_TYPES
from jira.kinds.issue_chunks import MAX_BULK_FETCH
from jira.kinds.issue_reader import IssueReader
from jira.kinds.shown_names import SAMPLED, Changed
from jira.payloads import Row

STATUSES = "/rest/api/3/status"
LISTS = {"status": STATUSES, "issuetype": ISSUE_TYPES}
"""The lists that take one request, by the field of an issue."""


class NamesInIssues:
    """Finds what was renamed since issues were read. Raises JiraError."""

    def __init__(self, api: JiraApi, reader: IssueReader) -> None:
        self._api = api
        self._reader = reader

    async def changed(self, fields: Sequence[str]) -> Changed:
        """What issues show otherwise than it is by now.

        Where there is no list that takes one request, some issues are read that show each.
        """
        lists = {name: await self._list(path) for name, path in LISTS.items() if name in fields}
        sampled = [name for name in SAMPLED if name in fields]
        samples = self._reader.shown.names.samples(sampled)[:MAX_BULK_FETCH]
        if samples:
            # Reading them notes what they show; one that is gone says nothing.
            await self._reader.by_keys(samples, sampled, unread=Unread())
        return self._reader.shown.names.changed(lists, fields)

    def settle(self, changed: Changed) -> None:
        """The issues that show what changed were read again."""
        self._reader.shown.names.settle(changed)

    async def _list(self, path: str) -> list[Row]:
        rows = await self._api.get(path)
        # To an account that Jira doesn't know it shows none at all.
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            raise JiraAnswerError(f"GET {path} answered with something else than a list of names.")
        return rows
