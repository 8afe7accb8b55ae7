"""How issues are read: by query, by id, by key."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from jira.answers import REFUSALS, Unread, that_row
from jira.byte_budget import Budget
from jira.concurrency import Gatherer, merged
from jira.errors import JiraError, JiraRequestError
from jira.halves import in_halves
from jira.http.api import SERVER_INFO, JiraApi
from jira.http.quota import Quota
from jira.jql import bounded, ordered, restrict
from jira.kinds.issue_chunks import (
    BYTES_AHEAD,
    MAX_BULK_FETCH,
    Chunk,
    UsualSize,
    in_pages,
    unread_issues,
)
from jira.kinds.shown import Shown
from jira.kinds.split_by_project import Share, shares
from jira.paging import TokenPages, rows_of
from jira.payloads import Row
from jira.under_parent import each_by_id

SEARCH = "/rest/api/3/search/jql"
BULK_FETCH = "/rest/api/3/issue/bulkfetch"
ONE = "/rest/api/3/issue/{id}"

MAX_NAMES_PER_PAGE = 5000
MAX_RECONCILED = 50
MAX_ROWS_PER_PAGE = 100
SMALLEST = ("issuetype",)
"""The fields of a read that only asks whether an issue is there; id and key always come."""
PARTIAL_READS = 3
"""How often the issues that a bulk fetch could not return are asked for again."""
PARTIAL_PAUSE = 1.0


@dataclass(frozen=True)
class IssueQuery:
    """Which issues and how much of each: an issue selector in Jira's terms."""

    jql: str | None = None
    fields: tuple[str, ...] = ("*all",)
    expand: tuple[str, ...] = ()

    @classmethod
    def of(cls, jql: str | None, fields: str | None, expand: str | None) -> "IssueQuery":
        """From the comma-separated lists of a mapping."""
        return cls(jql, _names(fields) or ("*all",), _names(expand))


class IssueReader:
    """Reads issues by query, by id and by key. Every method raises JiraError."""

    quota: Quota | None = None

    def __init__(self, api: JiraApi) -> None:
        self._api = api
        self.quota = api.quota
        # One for all kinds that read issues, and all resources of them.
        self._budget = Budget(BYTES_AHEAD)
        self._gatherer = Gatherer(self._search_ids)
        self.shown = Shown()

    async def pages(
        self,
        query: IssueQuery,
        projects: Mapping[str, int] | None = None,
        unread: Unread | None = None,
    ) -> AsyncIterator[list[Row]]:
        """All issues of a query: ids first (cheap, large pages), then their rows by hundreds.

        `projects`, ids with the number of issues in each, lets the ids be read side by side. An
        issue that is deleted in between is left out. One that can't be read is noted in `unread`;
        without that it is raised at the end. Any other failure is raised.
        """
        noted = Unread() if unread is None else unread
        usual = UsualSize.of(query.fields, query.expand)
        ids = self._id_chunks(shares(query.jql, projects or {}, time.time()), usual)
        read = partial(self._chunk, fields=query.fields, expand=query.expand, usual=usual)
        async for rows in in_pages(ids, read, usual, noted, self._budget):
            yield rows
        if unread is None:
            noted.raise_failed()

    async def by_ids(
        self, ids: Sequence[str], fields: Sequence[str], unread: Unread
    ) -> AsyncIterator[list[Row]]:
        """The issues of these ids, page by page; what can't be said is noted in `unread`."""
        usual = UsualSize.of(fields, ())
        read = partial(self._chunk, fields=fields, expand=(), usual=usual)
        async for rows in in_pages(usual.chunks(ids), read, usual, unread, self._budget):
            yield rows

    async def names(self, query: IssueQuery) -> AsyncIterator[list[Row]]:
        """All issues of a query, as rows of id and key alone: 5,000 to a page."""
        most = self.quota.rows_at_once(MAX_NAMES_PER_PAGE) if self.quota else MAX_NAMES_PER_PAGE
        body = {"jql": bounded(query.jql), "fields": ["key"], "maxResults": most}
        async for page in self.search_pages(body):
            yield page.rows

    async def search(
        self, jql: str, query: IssueQuery, reconcile: Sequence[int] = ()
    ) -> AsyncIterator[list[Row]]:
        """Pages of whole rows straight from the search."""
        body: dict[str, Any] = {
            "jql": jql,
            "fields": list(query.fields),
            "maxResults": MAX_ROWS_PER_PAGE,
        }
        if query.expand:
            body["expand"] = ",".join(query.expand)
        if reconcile:
            body["reconcileIssues"] = list(reconcile)
        async for page in self.search_pages(body):
            yield page.rows

    async def find(self, ids: Iterable[str], query: IssueQuery) -> Mapping[str, Row | JiraError]:
        """The rows by id of those issues that exist, are visible and match the query, as of now.

        And why it can't be said, of those that can't be read.
        """
        return await self._gatherer.get(query, ids)

    async def by_keys(
        self, keys: Iterable[str], fields: Sequence[str] = SMALLEST, *, unread: Unread
    ) -> list[Row]:
        """The issues that the keys (or ids) lead to; a moved one comes with its present key.

        Rows hold little more than id and key, unless more `fields` are asked for. Names that can't
        be said are noted in `unread`, as they were asked.
        """
        wanted = list(dict.fromkeys(keys))
        chunks = [wanted[i : i + MAX_BULK_FETCH] for i in range(0, len(wanted), MAX_BULK_FETCH)]
        found = await asyncio.gather(*(self._bulk(c, fields, ()) for c in chunks))
        for chunk in found:
            for name, error in chunk.failed.items():
                unread.note(name, error)
        return [row for chunk in found for row in chunk.rows]

    async def _id_chunks(
        self, divided: Sequence[Share], usual: UsualSize
    ) -> AsyncIterator[list[str]]:
        seen: set[str] = set()
        async for page in merged([self._id_pages(share) for share in divided], most=len(divided)):
            ids = [i for row in page if (i := str(row.get("id", ""))) and i not in seen]
            seen.update(ids)
            async for chunk in usual.chunks(ids):
                yield chunk

    async def _id_pages(self, share: Share) -> AsyncIterator[list[Row]]:
        body = {"jql": bounded(share.jql), "fields": ["id"], "maxResults": share.page_size}
        async for page in self.search_pages(body):
            yield page.rows

    async def search_pages(self, body: dict[str, Any]) -> AsyncIterator[Chunk]:
        """The pages of a search, whatever it asks for."""
        pages = TokenPages(f"POST {SEARCH}")
        body = {**body, "jql": ordered(body["jql"])}
        while True:
            page, size = await self._api.read_measured(SEARCH, body)
            rows = rows_of(page, "issues", f"POST {SEARCH}")
            self.shown.note(rows)
            yield Chunk(rows, size)
            token = pages.next(page)
            if token is None:
                return
            body = {**body, "nextPageToken": token}

    async def _search_ids(self, query: IssueQuery, ids: list[str]) -> Mapping[str, Row | JiraError]:
        chunks = [ids[i : i + MAX_RECONCILED] for i in range(0, len(ids), MAX_RECONCILED)]
        found: dict[str, Row | JiraError] = {}
        for said in await asyncio.gather(*(self._search_halves(query, chunk) for chunk in chunks)):
            found |= said
        return found

    async def _search_halves(self, query: IssueQuery, ids: list[str]) -> dict[str, Row | JiraError]:
        found, failed = await in_halves(
            ids, lambda part: self._search_chunk(query, part), self._is_up, what="issue"
        )
        return {**failed, **{name: row for said in found for name, row in said.items()}}

    async def _search_chunk(
        self, query: IssueQuery, ids: Sequence[str]
    ) -> dict[str, Row | JiraError]:
        try:
            return await self._search_existing(query, ids)
        except JiraRequestError:
            # One id that is gone can make it a 400: ask which are left; others may go meanwhile.
            chunk = await self._bulk(ids, SMALLEST, ())
            existing = sorted({str(row["id"]) for row in chunk.rows}.intersection(ids))
            if len(existing) == len(ids):
                raise
            found = await self._search_chunk(query, existing) if existing else {}
            return {**chunk.failed, **found}

    async def _search_existing(
        self, query: IssueQuery, ids: Sequence[str]
    ) -> dict[str, Row | JiraError]:
        jql = restrict(query.jql, "id", ids)
        pages = self.search(jql, query, reconcile=[int(issue_id) for issue_id in ids])
        return {str(row["id"]): row async for page in pages for row in page}

    async def _chunk(
        self,
        ids: Sequence[str],
        fields: Sequence[str],
        expand: Sequence[str],
        usual: UsualSize,
    ) -> Chunk:
        chunk = await self._bulk(ids, fields, expand)
        usual.note(chunk)
        return chunk

    async def _bulk(
        self, ids: Sequence[str], fields: Sequence[str], expand: Sequence[str]
    ) -> Chunk:
        """Of all ids; in parts where the answer for all can't be read."""
        chunks, failed = await in_halves(
            ids, lambda part: self._bulk_part(part, fields, expand), self._is_up, what="issue"
        )
        return Chunk(
            [row for chunk in chunks for row in chunk.rows],
            sum(chunk.size for chunk in chunks),
            failed | {name: error for chunk in chunks for name, error in chunk.failed.items()},
        )

    async def _bulk_part(
        self, ids: Sequence[str], fields: Sequence[str], expand: Sequence[str]
    ) -> Chunk:
        rows: list[Row] = []
        size = 0
        wanted = list(ids)
        for attempt in range(PARTIAL_READS):
            await asyncio.sleep(attempt * PARTIAL_PAUSE)
            body: dict[str, Any] = {"issueIdsOrKeys": wanted, "fields": list(fields)}
            if expand:
                body["expand"] = list(expand)
            answer, length = await self._api.read_measured(BULK_FETCH, body)
            found = rows_of(answer, "issues", f"POST {BULK_FETCH}")
            self.shown.note(found)
            rows += found
            size += length
            wanted = unread_issues(answer)
            if not wanted:
                return Chunk(rows, size)
        singly, failed = await self._singly(wanted, fields, expand)
        rows += singly
        if not failed.keys() <= set(ids):
            # They were asked for by other names: then every name that led nowhere may be theirs.
            named = {str(row[of]) for row in rows for of in ("id", "key")}
            why = next(iter(failed.values()))
            failed = {name: why for name in ids if name not in named}
        return Chunk(rows, size, failed)

    async def _singly(
        self, ids: Sequence[str], fields: Sequence[str], expand: Sequence[str]
    ) -> tuple[list[Row], dict[str, JiraError]]:
        """Issues that a bulk fetch did not return: whether one is gone, its own status says."""
        asked = {"fields": ",".join(fields)} | ({"expand": ",".join(expand)} if expand else {})

        async def read(issue_id: str) -> Row | None:
            answer = await self._api.get(ONE, asked, id=issue_id)
            return that_row(answer, "id", issue_id, f"GET {ONE}")

        found = await each_by_id(ids, read, what="issue")
        rows = [row for row in found.values() if isinstance(row, dict)]
        self.shown.note(rows)
        return rows, {n: error for n, error in found.items() if isinstance(error, JiraError)}

    async def _is_up(self) -> bool:
        """Whether Jira answers at all, be it that it refuses."""
        try:
            await self._api.get(SERVER_INFO)
        except JiraError as error:
            return isinstance(error, REFUSALS)
        return True


def _names(listed: str | None) -> tuple[str, ...]:
    return tuple(name for part in (listed or "").split(",") if (name := part.strip()))
