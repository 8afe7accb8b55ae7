"""How a sweep reads what a resource makes: by names alone where that is enough, else as a whole."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from background.afforded import Means
from background.at_port import AtPort
from background.by_time import ByTime
from background.failures import Failures
from background.sweep_found import ReadsWhole
from background.sweep_plan import Read, is_named_plainly
from background.sweep_rows import MapRows, Rows
from client import JiraClient
from jira.changed_issues import ChangedIssue
from jira.kinds.kind import KindWithNames
from jira.payloads import Row
from kinds import Kinds
from port.compared import Compared
from port.entities import key_of
from port.mapping.resources import blueprint_of, identity_only, label, selector_of
from port.mapping.row_mapper import Mapped
from port.related_rows import all_rows, results_of

NAMES_TOGETHER = 500
"""Names that are looked at before others have their turn."""

type ToWrite = list[WebhookEventRawResults]


class Reads:
    """Reads resources, and compares each page with what Port has."""

    def __init__(
        self,
        client: JiraClient,
        compared: Compared,
        map_rows: MapRows,
        failures: Failures,
        note_news: Callable[[list[ChangedIssue]], None],
        minutes_since: Callable[[str], int],
    ) -> None:
        """`minutes_since` tells how far to look back for what changed, by a resource's label."""
        self._client = client
        self._compared = compared
        self._map_rows = map_rows
        self._failures = failures
        self._rows = Rows(map_rows, failures, compared, note_news)
        self._minutes_since = minutes_since
        self._reads_whole = ReadsWhole()

    async def of(
        self,
        kind: Kinds,
        resource: ResourceConfig,
        index: int,
        at_port: AtPort,
        read: Read,
        means: Means,
        by_time: ByTime | None = None,
    ) -> AsyncIterator[ToWrite | float]:
        """Pages of rows to be written for one resource, or the seconds to wait before the next."""
        reader = self._client.kinds[kind]
        if by_time is not None and by_time.reads(resource):
            async for changed in self._changed(resource, index, at_port, read, by_time):
                yield changed
            return
        # By names first, a row would cost two points where these count.
        dear = self._client.quota is not None and not is_named_plainly(resource)
        whole = dear or self._failures.failing.is_behind(label(resource, index))
        if isinstance(reader, KindWithNames) and not whole:
            async for results in self._by_names(reader, resource, index, at_port, read, means):
                yield results
            return
        async for rows in means.afforded(all_rows(self._client, resource)):
            if isinstance(rows, float):
                yield rows
            elif await self._rows.look_at(resource, index, rows, at_port, read):
                async for now in means.as_they_are(reader, rows, resource):
                    if now is rows or await self._rows.look_at(resource, index, now, at_port, read):
                        yield [results_of(resource, index, now)]

    async def _changed(
        self,
        resource: ResourceConfig,
        index: int,
        at_port: AtPort,
        read: Read,
        by_time: ByTime,
    ) -> AsyncIterator[ToWrite]:
        """What changed alone: of the others nobody knows whether they are there."""
        if blueprint_of(resource) not in by_time.named_by_issues:
            read.lacks(resource)
        async for found in by_time.pages(resource, index):
            mapped = await self._map_rows(resource, found.updated)
            await at_port.load_all_of(mapped.passed)
            wrong = self._rows.wrong(resource, found.updated, mapped.passed, at_port, read)
            if wrong or found.deleted or mapped.failed:
                yield [results_of(resource, index, found.updated, found.deleted)]

    async def _by_names(
        self,
        kind: KindWithNames[Any, Any],
        resource: ResourceConfig,
        index: int,
        at_port: AtPort,
        read: Read,
        means: Means,
    ) -> AsyncIterator[ToWrite | float]:
        read.named = True
        selector = await selector_of(resource)
        plain = is_named_plainly(resource)
        missing: list[Row] = []
        async for rows in means.afforded(kind.names(selector)):
            if isinstance(rows, float):
                yield rows
                continue
            for start in range(0, len(rows), NAMES_TOGETHER):
                some = rows[start : start + NAMES_TOGETHER]
                named = await self._map_rows(identity_only(resource), some) if plain else Mapped()
                await asyncio.sleep(0)
                if len(named.passed) == len(some):
                    missing += self._missing(some, named.passed, at_port)
                    continue
                # The name isn't in an id-only row, or the query asks for more than that.
                self._reads_whole.say(resource, index)
                async for whole in kind.named(some, selector):
                    if await self._rows.look_at(resource, index, whole, at_port, read):
                        yield [results_of(resource, index, whole)]
        minutes = self._minutes_since(label(resource, index))
        for pages in (kind.named(missing, selector), kind.changed(selector, minutes)):
            async for page in means.afforded(pages):
                if isinstance(page, float):
                    yield page
                    continue
                mapped = await self._map_rows(resource, page)
                if self._rows.wrong(resource, page, mapped.passed, at_port, read):
                    yield [results_of(resource, index, page)]

    def _missing(self, rows: list[Row], named: list[Entity], at_port: AtPort) -> list[Row]:
        """Rows that Port has no entity of, or nothing but a stub."""
        missing: list[Row] = []
        for row, entity in zip(rows, named, strict=True):
            known = at_port.expect(key_of(entity))
            if known is None or (at_port.detailed and known.is_bare):
                missing.append(row)
                self._compared.known.forget([key_of(entity)])
        return missing
