"""Dates in queries that move with the time: `updated >= -1w`, `due < 7d`, `startOfDay()`.

No event tells that a week is over. Every few minutes two queries for ids alone find what such a
date passed by, and whether it is still selected; only what came or went by it is read. Dates of
the calendar jump at midnight: then ids are compared as in a sweep.
"""

import math
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from loguru import logger
from port_ocean.context.event import event
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from background.failures import Failures
from background.orphans import Sync
from background.sweep_rows import MapRows
from client import JiraClient
from jira.errors import JiraError, JiraRequestError
from jira.jql import both
from jira.kinds.issue import IssueSelector
from jira.kinds.issue_reader import IssueQuery
from jira.payloads import Row
from port.deletions import Candidate, Reason
from port.entities import has_details, is_bare, key_of
from port.mapping.limits import dates_looked_at
from port.mapping.resources import identity_only, label, selector_of
from port.related_rows import results_of
from port.writer import PortWriter

DATES_SECONDS = 300.0
MARGIN_MINUTES = 2
"""Looked back further than the last time: JQL knows minutes."""


class QueryDates:
    """Makes the steps of looking at what dates passed by since the last time."""

    def __init__(
        self,
        client: JiraClient,
        writer: PortWriter,
        sync: Sync,
        map_rows: MapRows,
        failures: Failures,
        *,
        index_seconds: int,
    ) -> None:
        self._client = client
        self._writer = writer
        self._sync = sync
        self._map_rows = map_rows
        self._failures = failures
        self._index_seconds = index_seconds
        self._looked = time.monotonic()
        self._refused: set[str] = set()
        self._zone: tzinfo | None = None
        self._day: date | None = None
        self._last_process: datetime | None = None

    def look_back_to(self, moment: float) -> None:
        """Until then (seconds since 1970) an earlier process has looked, and on which day."""
        self._looked -= max(0.0, time.time() - moment) + DATES_SECONDS
        self._last_process = datetime.fromtimestamp(moment, UTC)

    async def steps(self) -> AsyncIterator[None]:
        """Of each resource with such dates; one that fails costs itself alone."""
        begun = time.monotonic()
        minutes = math.ceil((begun - self._looked + self._index_seconds) / 60) + MARGIN_MINUTES
        for index, resource in enumerate(event.port_app_config.resources):
            dates = dates_looked_at(resource)
            if not dates:
                continue
            crossed = " OR ".join(sorted(date.crossed(minutes) for date in dates))
            try:
                async for results, gone in self._passed_by(resource, index, f"({crossed})"):
                    await self._sync(results, gone)
                    yield
            except JiraError as error:
                await self._failures.note(label(resource, index), error)
        self._looked = begun

    async def is_new_day(self) -> bool:
        """Whether another day began, where the account is, since this was asked before."""
        if self._zone is None:
            self._zone = _zone(await self._client.time_zone())
            if self._last_process is not None:
                self._day = self._last_process.astimezone(self._zone).date()
        before, self._day = self._day, datetime.now(self._zone).date()
        return before is not None and before != self._day

    async def _passed_by(
        self, resource: ResourceConfig, index: int, crossed: str
    ) -> AsyncIterator[tuple[list[WebhookEventRawResults], list[Candidate]]]:
        selector = await selector_of(resource)
        if not isinstance(selector, IssueSelector) or str(selector.jql) in self._refused:
            return
        try:
            rows = await self._ids(crossed)
            inside = await self._ids(both(crossed, selector.jql)) if rows else {}
        except JiraRequestError as error:
            self._refused.add(str(selector.jql))
            logger.info(f"What time changes for {label(resource, index)}, a sweep finds: {error}")
            return
        left = [row for name, row in rows.items() if name not in inside]
        gone = [Candidate(e, Reason.TOUCHED) for e in await self._named(resource, left)]
        if gone:
            yield [], gone
        entered = await self._missing(resource, list(inside.values()))
        async for whole in self._client.issues.named(entered, selector):
            if whole:
                yield [results_of(resource, index, whole)], []

    async def _ids(self, jql: str) -> dict[str, Row]:
        pages = self._client.issues.reader.names(IssueQuery(jql))
        return {str(row["id"]): row async for page in pages for row in page}

    async def _named(self, resource: ResourceConfig, rows: Sequence[Row]) -> list[Entity]:
        mapped = await self._map_rows(identity_only(resource), rows)
        return [*mapped.passed, *mapped.failed]

    async def _missing(self, resource: ResourceConfig, rows: Sequence[Row]) -> list[Row]:
        """Rows of id and key that Port has no entity of, or nothing but a stub."""
        entities = await self._named(resource, rows)
        if len(entities) != len(rows):
            return list(rows)
        ours = await self._writer.ours(entities) if entities else []
        known = {key_of(entity): entity for entity in ours}
        detailed = has_details(known.values())
        lacking = [
            entity
            for entity in entities
            if key_of(entity) not in known or (detailed and is_bare(known[key_of(entity)]))
        ]
        # Whatever was written, somebody took it away.
        self._writer.compared.known.forget(map(key_of, lacking))
        by_name = {str(row[of]): row for row in rows for of in ("key", "id")}
        return [by_name[str(entity.identifier)] for entity in lacking]


def _zone(name: str | None) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
