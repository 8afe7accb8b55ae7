"""What no event tells: Port's entities compared with Jira, in a handful of requests.

Issues grow out of `updated >= -1w`, a permission is lost, a delivery never comes, a project's key
changes with all its issues.
"""

import time
from collections.abc import AsyncIterator, Collection, Mapping
from functools import partial
from typing import Any

from loguru import logger
from port_ocean.context.event import event
from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from background.afforded import afforded, as_they_are, until_afforded
from background.by_time import ByTime
from background.failures import Failures
from background.last_read import LastRead
from background.names_shown import showing_others
from background.orphans import Orphans, Sync
from background.put_away import explained
from background.sweep_found import ReadsWhole, Withheld
from background.sweep_plan import (
    Read,
    gone_news,
    grouped,
    is_named_plainly,
    is_outage,
    over_limit_message,
    plan,
)
from background.sweep_rows import MapRows, Rows
from client import JiraClient
from jira.changed_issues import ChangedIssue
from jira.kinds.kind import KindWithNames
from jira.payloads import Row
from kinds import Kinds
from port.deletions import (
    Candidate,
    Reason,
    Stubs,
    is_protected,
    limit_percent,
    uses_search_identifier,
)
from port.entities import EntityKey, has_details, is_bare, key_of
from port.mapping.resources import (
    blueprint_of,
    identity_only,
    kind_of,
    label,
    row_of,
    selector_of,
)
from port.related_rows import all_rows, results_of
from port.writer import PortWriter


class Sweeper:
    """Makes the steps of sweeps; each step is one page read and written.

    A resource that fails costs only itself: nothing of its blueprint is deleted, and what was read
    of it is compared.
    """

    def __init__(
        self,
        client: JiraClient,
        writer: PortWriter,
        sync: Sync,
        map_rows: MapRows,
        failures: Failures,
        *,
        stubs: Stubs,
        limit_percent: int,
        index_seconds: int = 0,
    ) -> None:
        """`sync` maps and writes rows and deletes entities after a check; `map_rows` only maps.

        `index_seconds` is how long Jira's search may not show what is new.
        """
        self._client = client
        self._writer = writer
        self._sync = sync
        self._map_rows = map_rows
        self._failures = failures
        self._rows = Rows(map_rows, failures, writer.compared, lambda news: self.news.extend(news))
        self._limit_percent = limit_percent
        self._index_seconds = index_seconds
        self.last_read = LastRead()
        self._reads_whole = ReadsWhole()
        self._withheld = Withheld()
        self.orphans = Orphans(writer, sync, stubs)
        self.failed: Mapping[str, Exception] = {}
        """The resources that failed in the last sweep."""
        # Issues that changed or went without an event; whoever reads those that show them takes it.
        self.news: list[ChangedIssue] = []

    def look_back_to(self, begun: float) -> None:
        """A resync that began then (monotonic seconds) has read everything."""
        self.last_read.all(begun)
        self._failures.failing.all_read()

    async def learn(self, mapping: PortAppConfig) -> None:
        """Ask Port for all that it has, to write nothing that is there as it is."""
        for blueprint in sorted({of for r in mapping.resources if (of := blueprint_of(r))}):
            await self._writer.compared.look(blueprint, mapping)

    async def sweep(
        self,
        kinds: Collection[Kinds] = tuple(Kinds),
        *,
        told: bool = False,
        lately: bool = False,
    ) -> AsyncIterator[float | None]:
        """Delete what is too much, read and write what is missing or changed, of some kinds or all.

        A step is a page, or the seconds for which there are no points for one. `told`: it is known
        why much is gone at once; what goes is then read one by one. `lately`: where whole rows
        would be read, only those are that changed since the last time. Raises JiraError and
        httpx.HTTPError where Jira or Port fails as a whole: then nothing is deleted.
        """
        begun = time.monotonic()
        account = await self._client.verify_credentials()
        if len(kinds) == len(Kinds):
            # What was written without a relation that can be made by now is read as a whole.
            came = await self._writer.accounts_that_came()
            self._failures.fall_behind(came, event.port_app_config)
        self._writer.compared.known.under(event.port_app_config)
        at_port = grouped(await self._at_port())
        read, resources = Read(has_details(at_port.values())), event.port_app_config.resources
        by_time = ByTime(self._client, resources, self.last_read.minutes) if lately else None
        for index, resource in enumerate(resources):
            kind = kind_of(resource)
            blueprint = blueprint_of(resource)
            # One that computes its blueprint may make an entity of any.
            makes = {blueprint} if blueprint else {str(e.blueprint) for e in at_port.values()}
            if (
                kind is None
                or kind not in kinds
                or not resource.enable_delete
                or uses_search_identifier(resource)
            ):
                read.incomplete |= makes
            if kind is None or kind not in kinds:
                continue
            if by_time is not None and by_time.reads(resource):
                read.incomplete |= makes - by_time.named_by_issues
            read.complete |= {blueprint} if blueprint else set()
            name = label(resource, index)
            try:
                async for results in self._resource(kind, resource, index, at_port, read, by_time):
                    if isinstance(results, float):
                        yield results
                        continue
                    await self._sync(results, [])
                    read.wrong.healed()
                    yield None
            except Exception as error:  # noqa: BLE001  (raised again where it isn't its own)
                await self._failures.note(name, error)
                read.incomplete |= makes
                read.failed[name] = error
            else:
                read.done.append(name)
        if len(kinds) == len(Kinds) and is_outage(read.failed, read.done):
            raise next(iter(read.failed.values()))
        self.failed = read.failed
        if by_time is not None:
            read.expected |= await by_time.still_named(at_port)
        async for wait in until_afforded(self._client.quota):
            yield wait
        if await self._client.verify_credentials() != account:
            raise RuntimeError("the account changed during the sweep: nothing is deleted")
        resynced = (self.last_read.everything or begun) > begun
        if resynced or event.port_app_config.resources != resources:
            logger.info("A resync or another mapping came during the sweep: nothing is deleted")
            return
        await self._delete(at_port, read, begun - self._index_seconds, told)
        self.last_read.resources(read.done, begun)
        for name in read.done:
            self._failures.failing.works(name, whole=True)
            if name not in read.unmapped:
                self._failures.failing.works(row_of(name), whole=True)
        if len(kinds) == len(Kinds):
            mapping = event.port_app_config
            await self.orphans.delete_of_former_lives(read.complete - read.incomplete, mapping)
            async for results in showing_others(self._client, mapping, self._failures):
                await self._sync(results, [])
                yield None
        yield None

    async def _at_port(self) -> list[Entity]:
        return await self._writer.everything(event.port_app_config)

    async def _resource(
        self,
        kind: Kinds,
        resource: ResourceConfig,
        index: int,
        at_port: Mapping[EntityKey, Entity],
        read: Read,
        by_time: ByTime | None,
    ) -> AsyncIterator[list[WebhookEventRawResults] | float]:
        """Pages of rows to be written for one resource."""
        reader = self._client.kinds[kind]
        if by_time is not None and by_time.reads(resource):
            async for found in by_time.pages(resource, index):
                mapped = await self._map_rows(resource, found.updated)
                wrong = self._rows.wrong(resource, found.updated, mapped.passed, at_port, read)
                if wrong or found.deleted or mapped.failed:
                    yield [results_of(resource, index, found.updated, found.deleted)]
            return
        # By names first, a row would cost two points where these count.
        dear = self._client.quota is not None and not is_named_plainly(resource)
        whole = dear or self._failures.failing.is_behind(label(resource, index))
        if isinstance(reader, KindWithNames) and not whole:
            async for results in self._by_names(reader, resource, index, at_port, read):
                yield results
            return
        async for rows in afforded(all_rows(self._client, resource), self._client.quota):
            if isinstance(rows, float):
                yield rows
            elif await self._rows.look_at(resource, index, rows, at_port, read):
                async for now in as_they_are(reader, rows, resource, self._client.quota):
                    if now is rows or await self._rows.look_at(resource, index, now, at_port, read):
                        yield [results_of(resource, index, now)]

    async def _by_names(
        self,
        kind: KindWithNames[Any, Any],
        resource: ResourceConfig,
        index: int,
        at_port: Mapping[EntityKey, Entity],
        read: Read,
    ) -> AsyncIterator[list[WebhookEventRawResults] | float]:
        selector = await selector_of(resource)
        plain = is_named_plainly(resource)
        missing: list[Row] = []
        async for rows in afforded(kind.names(selector), self._client.quota):
            if isinstance(rows, float):
                yield rows
                continue
            passed = (await self._map_rows(identity_only(resource), rows)).passed if plain else []
            if len(passed) != len(rows):
                # The name isn't in an id-only row, or the query asks for more than that.
                self._reads_whole.say(resource, index)
                async for whole in kind.named(rows, selector):
                    if await self._rows.look_at(resource, index, whole, at_port, read):
                        yield [results_of(resource, index, whole)]
                continue
            for row, entity in zip(rows, passed, strict=True):
                read.expected.add(key_of(entity))
                known = at_port.get(key_of(entity))
                if known is None or (read.detailed and is_bare(known)):
                    missing.append(row)
                    self._writer.compared.known.forget([key_of(entity)])
        minutes = self.last_read.minutes(label(resource, index))
        for pages in (kind.named(missing, selector), kind.changed(selector, minutes)):
            async for page in afforded(pages, self._client.quota):
                if isinstance(page, float):
                    yield page
                    continue
                mapped = await self._map_rows(resource, page)
                if self._rows.wrong(resource, page, mapped.passed, at_port, read):
                    yield [results_of(resource, index, page)]

    async def _delete(
        self, at_port: Mapping[EntityKey, Entity], read: Read, seen_since: float, told: bool
    ) -> None:
        percent = limit_percent(self._limit_percent, event.port_app_config)
        look = partial(
            plan,
            expected=read.expected,
            blueprints={of for of in read.complete - read.incomplete if not is_protected(of)},
            limit_percent=100 if told else percent,
        )
        still = list(at_port.values())
        now = look(still)
        if now.extra or now.over_limit:
            # What was written meanwhile may be newer than what was read.
            still = [e for e in await self._at_port() if key_of(e) in at_port]
            now = look(still)
        if groups := now.over_limit.values():
            now = look(still, explained=await explained(self._client, groups, self._failures))
        self._withheld.note(read.complete - read.incomplete, now.over_limit, now.extra)
        for blueprint, entities in now.over_limit.items():
            logger.error(over_limit_message(blueprint, entities, percent))
        if now.extra:
            self.news += gone_news(now.extra, event.port_app_config)
            reason = Reason.TOUCHED if told else Reason.SWEEP
            await self._sync([], [Candidate(e, reason, seen_since) for e in now.extra])
