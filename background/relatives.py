"""Issues that show something of others that changed: their parents, children, links; projects.

Jira sends an event for the issue that changed alone, and the others' `updated` stays. Which of them
have to be read again, the mapping says (`background/relatives_plan.py`).
"""

import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Protocol

from loguru import logger
from port_ocean.context.event import event
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults

from background.failures import Failures
from background.jobs import Jobs, with_index
from background.relatives_plan import (
    Found,
    Reader,
    Wanted,
    in_doubt,
    readers,
    wanted_by,
)
from client import JiraClient
from jira.answers import Unread
from jira.changed_issues import ChangedIssue, add
from jira.errors import JiraError, JiraRequestError
from jira.jql import in_parts, restrict
from jira.kinds.issue_reader import SMALLEST, IssueQuery
from jira.payloads import Row, list_of, part_of, plausible_id
from kinds import Kinds
from port.deletions import Candidate
from port.mapping.resources import selector_of
from port.related_rows import results_of

RELATIVES = "relatives of issues"
OF_ISSUES = "What issues show of others"
TOLD_BY_ROW = ("parent", "issuelinks", "project")
"""The fields of an issue that tell who shows it."""
ROWS_TOGETHER = 400

Changed = dict[str, ChangedIssue]


class Sync(Protocol):
    """Maps and writes rows, and deletes entities after a check; see `LiveWriter.sync`."""

    def __call__(
        self,
        results: Sequence[WebhookEventRawResults],
        gone: Sequence[Candidate],
        *,
        compared: bool = False,
    ) -> Awaitable[None]:
        """`compared`: it needs no comparison any more."""


class Relatives:
    """Collects issues that changed, and reads those that show something of them.

    Children are found by a query, so that they are asked for once more when Jira's search shows
    what happened.
    """

    def __init__(
        self,
        client: JiraClient,
        sync: Sync,
        failures: Failures,
        jobs: Jobs,
        compare: Callable[[Collection[Kinds]], list[str]],
        *,
        index_seconds: float,
    ) -> None:
        """`compare` asks for comparisons of kinds, and returns their names."""
        self._client = client
        self._sync = sync
        self._failures = failures
        self._jobs = jobs
        self._compare = compare
        self._index_seconds = index_seconds
        self._failed = False
        self._changed: Changed = {}
        # Batches to be asked for once more: since when that makes sense (monotonic seconds), and
        # the children that were found before.
        self._again: deque[tuple[float, Changed, set[str]]] = deque()

    def note(self, issues: Iterable[ChangedIssue]) -> list[str]:
        """These changed; returns the names of what was asked for."""
        new = list(issues)
        if not new:
            return []
        add(self._changed, new)
        self._jobs.ask(RELATIVES, self._read)
        return [RELATIVES]

    async def _read(self) -> AsyncIterator[None]:
        """What is waiting, to its end; all of it waits again where that fails."""
        changed, self._changed = self._changed, {}
        try:
            async for _ in self._pages(changed):
                yield
        except BaseException:
            self._changed = add(changed, self._changed.values())
            raise

    async def _read_again(self) -> AsyncIterator[None]:
        now = time.monotonic()
        changed: Changed = {}
        seen: set[str] = set()
        while self._again and self._again[0][0] <= now:
            # What was found by the last one was read after all of these changed.
            _, more, seen = self._again.popleft()
            add(changed, more.values())
        try:
            async for _ in self._pages(changed, seen):
                yield
        except BaseException:
            self._again.appendleft((now, changed, seen))
            raise
        if self._again:
            self._ask_again(self._again[0][0] - time.monotonic())

    def _ask_again(self, delay: float) -> None:
        name = with_index(RELATIVES)
        self._jobs.ask(name, self._read_again, delay=max(0.0, delay))
        logger.info(f"Background work entails: {name}")

    async def _pages(self, changed: Changed, seen: set[str] | None = None) -> AsyncIterator[None]:
        """Read and write, page by page; a resource that fails is noted, and the others go on.

        Once more, where children were `seen` before: then the others alone.
        """
        issues, projects = readers(event.port_app_config)
        wanted = wanted_by(changed.values(), issues, projects)
        if seen is not None:
            changed = {name: issue for name, issue in changed.items() if not issue.gone}
            wanted.by_row.clear()
            wanted.showing_gone.clear()
            wanted.named.clear()
        if not wanted:
            return
        self._failed = False
        found = await self._find(wanted)
        self._compare_whole(in_doubt(changed.values(), issues, found.unknown))
        if seen is not None:
            found.children -= seen
        elif wanted.children_of or wanted.project_ids:
            due = time.monotonic() + self._index_seconds
            self._again.append((due, changed, set(found.children)))
            self._ask_again(self._index_seconds)
        # What a comparison found needs no other one, which would find the same.
        compared = all(issue.compared for issue in changed.values())
        of_each = [(reader, found.of(reader)) for reader in issues]
        of_each += [(reader, found.projects) for reader in projects]
        for reader, ids in of_each:
            async for results in self._rows(reader, ids):
                await self._sync([results], [], compared=compared)
                yield
        if not self._failed:
            self._failures.failing.works(OF_ISSUES, whole=True)

    async def _find(self, wanted: Wanted) -> Found:
        found = Found(projects=set(wanted.project_ids))
        # Together, since one request does.
        asked = sorted(wanted.by_row | wanted.named)
        for row in await self._there(asked, TOLD_BY_ROW if wanted.by_row else SMALLEST):
            by_row, named = _asked_as(row, wanted)
            if named:
                found.told.add(str(row["id"]))
            if not by_row:
                continue
            fields = part_of(row, "fields")
            found.parents |= _ids([fields.get("parent")])
            found.projects |= _ids([fields.get("project")])
            for link in list_of(fields, "issuelinks"):
                found.linked |= _ids(
                    [part_of(link, f"{side}Issue") for side in ("inward", "outward")]
                )
        await self._showed_gone(wanted, found)
        names = sorted(wanted.children_of)
        try:
            for part in in_parts(names):
                found.children |= await self._children(part)
        except JiraRequestError as error:
            self._failed = True
            await self._failures.note(OF_ISSUES, error)
        return found

    async def _showed_gone(self, wanted: Wanted, found: Found) -> None:
        """Those that showed what is gone; with it its sub-tasks are, which others may show."""
        shown = self._client.issues.reader.shown.issues
        told = [shown.showing(name) for name in wanted.showing_gone]
        showing = set[str]().union(*(ids for ids in told if ids is not None))
        left = {str(row["id"]) for row in await self._there(sorted(showing))}
        told += [shown.showing(name) for name in showing - left]
        found.told |= showing.union(*(ids for ids in told if ids is not None))
        found.unknown = None in told

    def _compare_whole(self, doubtful: Collection[Reader]) -> None:
        if doubtful:
            for reader in doubtful:
                self._failures.failing.fell_behind(reader.label)
            names = self._compare({Kinds(reader.resource.kind) for reader in doubtful})
            logger.info(f"Background work entails: {', '.join(names)}")

    async def _children(self, names: Sequence[str]) -> set[str]:
        try:
            return await self._under(names)
        except JiraRequestError:
            # One that is gone can make the whole query a 400.
            there = [str(row["id"]) for row in await self._there(names)]
            if len(there) == len(names):
                raise
            return await self._under(there) if there else set()

    async def _under(self, names: Sequence[str]) -> set[str]:
        pages = self._client.issues.reader.names(IssueQuery(restrict(None, "parent", names)))
        return {str(row["id"]) async for page in pages for row in page}

    async def _there(self, names: Sequence[str], fields: Sequence[str] = SMALLEST) -> list[Row]:
        """The issues of these that can be read; what fails is noted."""
        unread = Unread()
        rows = (
            await self._client.issues.reader.by_keys(names, fields, unread=unread) if names else []
        )
        for error in unread.failed.values():
            self._failed = True
            await self._failures.note(OF_ISSUES, error)
        return rows

    async def _rows(
        self, reader: Reader, ids: Collection[str]
    ) -> AsyncIterator[WebhookEventRawResults]:
        """The rows of a resource, as they are now; nothing of those it doesn't select."""
        kind = self._client.kinds[Kinds(reader.resource.kind)]
        failed = partial(self._failures.note, reader.label, behind=True)
        every = sorted(ids)
        for start in range(0, len(every), ROWS_TOGETHER):
            try:
                selector = await selector_of(reader.resource)
                answers = await kind.find(every[start : start + ROWS_TOGETHER], selector)
            except JiraError as error:
                await failed(error)
                return
            if answers.failed is not None:
                await failed(answers.failed)
            rows = [row for row in answers.values() if row is not None]
            if rows:
                yield results_of(reader.resource, reader.index, rows)


def _asked_as(row: Row, wanted: Wanted) -> tuple[bool, bool]:
    """Whether a row is of those asked for by row, and of those named; by a former key, of both."""
    names = {str(row["id"]), str(row.get("key"))}
    by_row, named = bool(names & wanted.by_row), bool(names & wanted.named)
    return (by_row, named) if by_row or named else (bool(wanted.by_row), bool(wanted.named))


def _ids(rows: Iterable[object]) -> set[str]:
    found = (plausible_id(row.get("id")) for row in rows if isinstance(row, dict))
    return {issue_id for issue_id in found if issue_id is not None}
