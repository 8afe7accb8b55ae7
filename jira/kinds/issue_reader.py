"""How issues are read: by query, by id, by key."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jira.concurrency import Gatherer, merged, read_ahead
from jira.errors import JiraRequestError, JiraUnavailableError
from jira.http.api import JiraApi
from jira.jql import bounded, ordered, restrict
from jira.kinds.shown_components import ShownComponents
from jira.kinds.split_by_project import Share, shares
from jira.paging import TokenPages, rows_of
from jira.payloads import Row

SEARCH = "/rest/api/3/search/jql"
BULK_FETCH = "/rest/api/3/issue/bulkfetch"

MAX_NAMES_PER_PAGE = 5000
MAX_BULK_FETCH = 100
LEAST_BULK_FETCH = 10
FIRST_WHOLE = 20
"""How many are read at once before it is known how large they are, where they may be large."""
LARGE_FIELDS = frozenset(
    ("*all", "*navigable", "comment", "worklog", "description", "environment", "attachment")
)
MAX_RECONCILED = 50
MAX_ROWS_PER_PAGE = 100
CHUNKS_AHEAD = 15
ROWS_TOGETHER = 400
"""Rows that are handed on at once. With the chunks read ahead, 2,000 issues are in memory."""
BYTES_AHEAD = 20_000_000
"""Bytes of JSON that are read ahead at most; as objects they take up a few times as much."""
BYTES_TOGETHER = 5_000_000
"""Bytes that one answer should have at most, and the rows that are handed on at once."""
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


@dataclass(frozen=True)
class Chunk:
    """Rows that were read together, and the bytes of JSON they came in."""

    rows: list[Row]
    size: int


class UsualSize:
    """How many issues fit into one answer, by those that were read; `first` before any was."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._of_a_row = 0.0

    def note(self, chunk: Chunk) -> None:
        """Learn from an answer."""
        if chunk.rows:
            of_a_row = chunk.size / len(chunk.rows)
            self._of_a_row += 0.3 * (of_a_row - self._of_a_row) if self._of_a_row else of_a_row

    def fitting(self) -> int:
        """How many issues to ask for at once."""
        if not self._of_a_row:
            return self._first
        return max(LEAST_BULK_FETCH, min(int(BYTES_TOGETHER / self._of_a_row), MAX_BULK_FETCH))


class IssueReader:
    """Reads issues by query, by id and by key. Every method raises JiraError."""

    def __init__(self, api: JiraApi, max_concurrent: int) -> None:
        self._api = api
        # Two places stay free for live events while a resync reads.
        self._bulk_places = asyncio.Semaphore(max(1, max_concurrent - 2))
        self._gatherer = Gatherer(self._search_ids)
        self.components = ShownComponents()

    async def pages(
        self, query: IssueQuery, projects: Mapping[str, int] | None = None
    ) -> AsyncIterator[list[Row]]:
        """All issues of a query: ids first (cheap, large pages), then their rows by hundreds.

        `projects`, ids with the number of issues in each, lets the ids be read side by side. An
        issue that is deleted in between is left out; any failure is raised.
        """
        usual = UsualSize(FIRST_WHOLE if may_be_large(query) else MAX_BULK_FETCH)
        ids = self._id_chunks(shares(query.jql, projects or {}), usual)
        chunks = read_ahead(
            ids,
            lambda ids: self._chunk(ids, query.fields, query.expand, usual),
            most=CHUNKS_AHEAD,
            weigh=lambda chunk: chunk.size,
            most_weight=BYTES_AHEAD,
        )
        together: list[Row] = []
        size = 0
        async for chunk in chunks:
            together += chunk.rows
            size += chunk.size
            if len(together) >= ROWS_TOGETHER or size >= BYTES_TOGETHER:
                yield together
                together, size = [], 0
        if together:
            yield together

    async def names(self, query: IssueQuery) -> AsyncIterator[list[Row]]:
        """All issues of a query, as rows of id and key alone: 5,000 to a page."""
        body = {"jql": bounded(query.jql), "fields": ["key"], "maxResults": MAX_NAMES_PER_PAGE}
        async for page in self._search_pages(body):
            yield page

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
        async for page in self._search_pages(body):
            yield page

    async def find(self, ids: Iterable[str], query: IssueQuery) -> dict[str, Row]:
        """The rows by id of those issues that exist, are visible and match the query, as of now."""
        return await self._gatherer.get(query, ids)

    async def by_keys(self, keys: Iterable[str], fields: Sequence[str] = SMALLEST) -> list[Row]:
        """The issues that the keys (or ids) lead to; a moved one comes with its present key.

        Rows hold little more than id and key, unless more `fields` are asked for.
        """
        wanted = list(dict.fromkeys(keys))
        chunks = [wanted[i : i + MAX_BULK_FETCH] for i in range(0, len(wanted), MAX_BULK_FETCH)]
        found = await asyncio.gather(*(self._bulk_rows(c, fields, ()) for c in chunks))
        return [row for rows in found for row in rows]

    async def _id_chunks(
        self, divided: Sequence[Share], usual: "UsualSize"
    ) -> AsyncIterator[list[str]]:
        seen: set[str] = set()
        async for page in merged([self._id_pages(share) for share in divided], most=len(divided)):
            ids = [i for row in page if (i := str(row.get("id", ""))) and i not in seen]
            seen.update(ids)
            while ids:
                count = usual.fitting()
                yield ids[:count]
                ids = ids[count:]

    def _id_pages(self, share: Share) -> AsyncIterator[list[Row]]:
        return self._search_pages(
            {"jql": bounded(share.jql), "fields": ["id"], "maxResults": share.page_size}
        )

    async def _search_pages(self, body: dict[str, Any]) -> AsyncIterator[list[Row]]:
        pages = TokenPages(f"POST {SEARCH}")
        body = {**body, "jql": ordered(body["jql"])}
        while True:
            page = await self._api.read_by_post(SEARCH, body)
            rows = rows_of(page, "issues", f"POST {SEARCH}")
            self.components.note(rows)
            yield rows
            token = pages.next(page)
            if token is None:
                return
            body = {**body, "nextPageToken": token}

    async def _search_ids(self, query: IssueQuery, ids: list[str]) -> Mapping[str, Row]:
        chunks = [ids[i : i + MAX_RECONCILED] for i in range(0, len(ids), MAX_RECONCILED)]
        found = await asyncio.gather(*(self._search_chunk(query, chunk) for chunk in chunks))
        return {str(row["id"]): row for rows in found for row in rows}

    async def _search_chunk(self, query: IssueQuery, ids: list[str]) -> list[Row]:
        try:
            return await self._search_existing(query, ids)
        except JiraRequestError:
            # One id that is gone can make the whole query a 400: ask which are left.
            left = {str(row["id"]) for row in await self._bulk_rows(ids, SMALLEST, ())}
            existing = [issue_id for issue_id in ids if issue_id in left]
            if len(existing) == len(ids):
                raise
            return await self._search_existing(query, existing) if existing else []

    async def _search_existing(self, query: IssueQuery, ids: list[str]) -> list[Row]:
        jql = restrict(query.jql, "id", ids)
        pages = self.search(jql, query, reconcile=[int(issue_id) for issue_id in ids])
        return [row async for page in pages for row in page]

    async def _chunk(
        self,
        ids: Sequence[str],
        fields: Sequence[str],
        expand: Sequence[str],
        usual: "UsualSize",
    ) -> "Chunk":
        chunk = await self._bulk(ids, fields, expand)
        usual.note(chunk)
        return chunk

    async def _bulk_rows(
        self, ids: Sequence[str], fields: Sequence[str], expand: Sequence[str]
    ) -> list[Row]:
        return (await self._bulk(ids, fields, expand)).rows

    async def _bulk(
        self, ids: Sequence[str], fields: Sequence[str], expand: Sequence[str]
    ) -> "Chunk":
        rows: list[Row] = []
        size = 0
        wanted = list(ids)
        failed: dict[str, str] = {}
        for attempt in range(PARTIAL_READS):
            await asyncio.sleep(attempt * PARTIAL_PAUSE)
            body: dict[str, Any] = {"issueIdsOrKeys": wanted, "fields": list(fields)}
            if expand:
                body["expand"] = list(expand)
            async with self._bulk_places:
                answer, length = await self._api.read_measured(BULK_FETCH, body)
            found = rows_of(answer, "issues", f"POST {BULK_FETCH}")
            self.components.note(found)
            rows += found
            size += length
            failed = unread_issues(answer)
            if not failed:
                return Chunk(rows, size)
            wanted = list(failed)
        issue, reason = next(iter(failed.items()))
        raise JiraUnavailableError(
            f"POST {BULK_FETCH} could not return {len(failed)} issues, among them {issue}: {reason}"
        )


def may_be_large(query: IssueQuery) -> bool:
    """Whether what is read of an issue can be many times its usual few kilobytes."""
    return bool(query.expand) or not LARGE_FIELDS.isdisjoint(query.fields)


def unread_issues(answer: Mapping[str, Any]) -> dict[str, str]:
    """The issues that exist but could not be returned, with Jira's words.

    By the OpenAPI an issue that isn't found is not listed; where a site lists one all the
    same it says so, and that is no failure.
    """
    failed: dict[str, str] = {}
    for error in answer.get("issueErrors") or []:
        if isinstance(error, Mapping) and error.get("id"):
            said = str(error.get("errorMessage", ""))
            if not any(words in said.lower() for words in ("not exist", "not found", "permission")):
                failed[str(error["id"])] = said
    return failed


def _names(listed: str | None) -> tuple[str, ...]:
    return tuple(name for part in (listed or "").split(",") if (name := part.strip()))
