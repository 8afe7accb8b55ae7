"""The consumer of live events: in order, in batches, with nothing lost while a side is down."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
from loguru import logger
from port_ocean.context.event import EventType, event, event_context
from port_ocean.context.ocean import ocean
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.handlers.queue.abstract_queue import AbstractQueue
from port_ocean.core.handlers.webhook.abstract_webhook_processor import AbstractWebhookProcessor
from port_ocean.core.handlers.webhook.processor_manager import LiveEventsProcessorManager
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookEventRawResults
from port_ocean.core.integrations.mixins.utils import (
    is_dsp_mode_enabled,
    is_lakehouse_data_enabled,
)
from port_ocean.core.models import Entity

from initialize_client import create_jira_client
from jira.entity_processor import SinglePassEntityProcessor
from jira.errors import TRANSIENT_ERRORS
from jira.events import Row, event_name
from webhook_processors import refresh
from webhook_processors.base import DELIVERY_ID
from webhook_processors.writer import EntityKey, PortWriter, is_transient, key_of

MAX_BATCH = 100
GATHER_SECONDS = 0.02
MAX_WAITING = 10_000
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
MAX_FAILURES_ALONE = 5
"""How often one event may fail while Jira and Port are both there, before it is dropped."""

Pair = tuple[WebhookEvent, ResourceConfig | None, AbstractWebhookProcessor, int | None]


@dataclass
class Outcome:
    """What became of a batch: events to try again, and events that failed for good."""

    again: dict[int, Exception] = field(default_factory=dict)
    failed: dict[int, Exception] = field(default_factory=dict)


class JiraLiveEventsManager(LiveEventsProcessorManager):
    """Takes what waits, reads it together, writes it once, and only then takes more."""

    EntityProcessorClass = SinglePassEntityProcessor

    async def accept(self, path: str, webhook_event: WebhookEvent) -> bool:
        """Queue an event; False where too many wait already or nobody would read them."""
        queue = self._event_queues[path]
        if not self._event_processor_tasks or await queue.size() >= MAX_WAITING:
            return False
        await queue.put(webhook_event)
        return True

    async def _process_webhook_events(self, path: str, worker_id: int) -> None:
        if worker_id > 0:
            # Two workers know no order: an update's late write would undo a delete.
            logger.warning("Live events are taken by one worker; eventWorkersCount is not used")
            return
        queue = self._event_queues[path]
        while True:
            batch = await next_batch(queue)
            try:
                await self._process_batch(path, batch)
            except asyncio.CancelledError:
                logger.info(f"The worker of {path} shuts down; {len(batch)} events were under way")
                raise
            except Exception:  # noqa: BLE001  (one batch must not end the worker)
                logger.exception(f"Dropped {len(batch)} live events: {_names(batch)}")
            finally:
                for _ in batch:
                    await queue.commit()

    async def _process_webhook_event(self, path: str, worker_id: int, event: WebhookEvent) -> None:
        """One event by itself: the way of events that come through Redis."""
        await self._process_batch(path, [event])

    async def _process_batch(self, path: str, batch: list[WebhookEvent]) -> None:
        """Try until every event is done or has failed for good."""
        waiting = batch
        begun = time.monotonic()
        alone: dict[int, int] = {}
        pause = FIRST_PAUSE
        held_up = False
        while True:
            outcome = await self._attempt(path, waiting)
            poison = list(outcome.failed)
            if len(waiting) > 1 and poison:
                for webhook_event in (e for e in waiting if id(e) in outcome.failed):
                    single = await self._attempt(path, [webhook_event])
                    outcome.again |= single.again
                    if not single.failed:
                        del outcome.failed[id(webhook_event)]
            for webhook_event in (e for e in waiting if id(e) in outcome.failed):
                reason = outcome.failed[id(webhook_event)]
                logger.error(f"Dropped the live event {_names([webhook_event])}: {reason}")
            waiting = [e for e in waiting if id(e) in outcome.again]
            if not waiting:
                break
            first_reason = outcome.again[id(waiting[0])]
            if not held_up:
                logger.warning(f"{len(waiting)} live events wait for another try: {first_reason}")
                held_up = True
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            waiting = await self._without_hopeless(waiting, outcome, alone)
        logger.info(f"{len(batch)} live events done in {time.monotonic() - begun:.3f} s")

    async def _without_hopeless(
        self, waiting: list[WebhookEvent], outcome: Outcome, alone: dict[int, int]
    ) -> list[WebhookEvent]:
        """Count failures while Jira is there; an event that alone fails too often is dropped."""
        if any(isinstance(outcome.again[id(e)], httpx.HTTPError) for e in waiting):
            return waiting
        try:
            await create_jira_client().verify_credentials()
        except TRANSIENT_ERRORS:
            return waiting
        kept = []
        for webhook_event in waiting:
            alone[id(webhook_event)] = alone.get(id(webhook_event), 0) + 1
            if alone[id(webhook_event)] < MAX_FAILURES_ALONE:
                kept.append(webhook_event)
                continue
            reason = outcome.again[id(webhook_event)]
            logger.error(f"Dropped the live event {_names([webhook_event])}: {reason}")
        return kept

    async def _attempt(self, path: str, batch: list[WebhookEvent]) -> Outcome:
        outcome = Outcome()
        if not batch:
            return outcome
        try:
            with logger.contextualize(webhook_path=path, live_events=len(batch)):
                async with event_context(EventType.HTTP_REQUEST, trigger_type="machine"):
                    await self._run(path, batch, outcome)
        except TRANSIENT_ERRORS as error:
            outcome.again |= {id(e): error for e in batch if id(e) not in outcome.failed}
        except httpx.HTTPError as error:
            target = outcome.again if is_transient(error) else outcome.failed
            target |= {id(e): error for e in batch if id(e) not in outcome.failed}
        except Exception as error:  # noqa: BLE001
            outcome.failed |= {id(e): error for e in batch if id(e) not in outcome.again}
        return outcome

    async def _run(self, path: str, batch: list[WebhookEvent], outcome: Outcome) -> None:
        mapping = await ocean.integration.port_app_config_handler.get_port_app_config()
        pairs = [pair for e in batch for pair in await self._pairs(e, path)]
        results = await asyncio.gather(
            *(
                self._process_single_event(processor, path, resource, index)
                for _, resource, processor, index in pairs
            ),
            return_exceptions=True,
        )
        for (webhook_event, *_), result in zip(pairs, results, strict=True):
            if isinstance(result, (*TRANSIENT_ERRORS, TimeoutError)):
                outcome.again[id(webhook_event)] = result
            elif isinstance(result, Exception):
                outcome.failed[id(webhook_event)] = result
        good = [e for e in batch if id(e) not in outcome.again and id(e) not in outcome.failed]
        good_ids = {id(e) for e in good}
        await self.sync_raw_results(
            [
                result
                for (webhook_event, *_), result in zip(pairs, results, strict=True)
                if id(webhook_event) in good_ids and isinstance(result, WebhookEventRawResults)
            ]
        )
        client = create_jira_client()
        for project_id in refresh.projects_of(good):
            async for page in refresh.project_issues(client, project_id, mapping):
                await self.sync_raw_results(page)

    async def _pairs(self, webhook_event: WebhookEvent, path: str) -> list[Pair]:
        """The processors of an event; none, quietly, for one that is unknown or makes no sense."""
        webhook_event.webhook_path = path
        name = event_name(webhook_event.payload)
        delivery = webhook_event.headers.get(DELIVERY_ID, "")
        pairs: list[Pair] = []
        for processor_class in self._processors_classes[path]:
            processor = processor_class(webhook_event.clone())
            if not await processor.should_process_event(webhook_event):
                continue
            if not await processor.validate_payload(webhook_event.payload):
                continue
            kinds = await processor.get_matching_kinds(webhook_event)
            pairs += [
                (webhook_event, resource, processor, index)
                for index, resource in enumerate(event.port_app_config.resources)
                if resource.kind in kinds
            ]
        if not pairs:
            logger.debug(f"Nothing to do for the delivery {delivery!r}: {name!r}")
        return pairs

    async def _process_single_event(
        self,
        processor: AbstractWebhookProcessor,
        path: str,
        resource: ResourceConfig | None,
        resource_index: int | None = None,
    ) -> WebhookEventRawResults:
        """As the framework's, but an error is logged once, by whoever decides about the event."""
        return await self._execute_processor(processor, resource, resource_index)

    async def sync_raw_results(
        self, webhook_events_raw_result: list[WebhookEventRawResults]
    ) -> None:
        """Map and write; then read again what pointed at the entities that were deleted.

        Raises what the writer raises, and JiraError.
        """
        pointing = await self._map_and_write(webhook_events_raw_result)
        seen: set[EntityKey] = set()
        while pointing := [entity for entity in pointing if key_of(entity) not in seen]:
            seen |= {key_of(entity) for entity in pointing}
            mapping = event.port_app_config
            results, gone = await refresh.related(create_jira_client(), pointing, mapping)
            pointing = await self._map_and_write(results, gone)

    async def _map_and_write(
        self, results: list[WebhookEventRawResults], gone: Sequence[Entity] = ()
    ) -> list[Entity]:
        """Returns the entities that pointed at what was deleted and aren't written here."""
        if not gone and not any(r.updated_raw_results or r.deleted_raw_results for r in results):
            return []
        if await is_lakehouse_data_enabled():
            await self._send_webhook_raw_data_to_lakehouse(results)
        if await is_dsp_mode_enabled():
            return []
        upserts, deletes = await self._parse_raw_event_results_to_entities(results)
        kept = {key_of(entity) for entity in upserts}
        deletes += [entity for entity in gone if key_of(entity) not in kept]
        writer = PortWriter(ocean.port_client, create_jira_client().verify_credentials)
        options = event.port_app_config.get_port_request_options()
        return await writer.write(upserts, deletes, options)

    async def _parse_raw_event_results_to_entities(
        self, webhook_events_raw_result: list[WebhookEventRawResults]
    ) -> tuple[list[Entity], list[Entity]]:
        """Map all rows of a resource at once; an entity to be written is never deleted."""
        by_resource: dict[int, tuple[ResourceConfig, dict[int, Row], dict[int, Row]]] = {}
        for result in webhook_events_raw_result:
            if result.has_resource:
                resource = result.resource
                _, updated, deleted = by_resource.setdefault(id(resource), (resource, {}, {}))
                # Events of one subject share the row that was read for them: map it once.
                updated |= {id(row): row for row in result.updated_raw_results}
                deleted |= {id(row): row for row in result.deleted_raw_results}
        upserts: list[Entity] = []
        deletes: list[Entity] = []
        for resource, updated, deleted in by_resource.values():
            passed, failed = await self._map(resource, list(updated.values()))
            upserts += passed
            deletes += failed
            passed, failed = await self._map(
                refresh.identity_only(resource), list(deleted.values())
            )
            deletes += passed + failed
        kept = {key_of(entity) for entity in upserts}
        return upserts, [entity for entity in deletes if key_of(entity) not in kept]

    async def _map(
        self, resource: ResourceConfig, rows: Sequence[Row]
    ) -> tuple[list[Entity], list[Entity]]:
        expanded: list[Row] = []
        for row in rows:
            async for items in self._expand_raw_item(row, resource):
                expanded += items
        if not expanded:
            return [], []
        mapped = await self.entity_processor.parse_items(resource, expanded, parse_all=True)
        return mapped.entity_selector_diff.passed, mapped.entity_selector_diff.failed


async def next_batch(queue: AbstractQueue[WebhookEvent]) -> list[WebhookEvent]:
    """What waits, up to MAX_BATCH; when more than one waits, a moment longer for others."""
    batch = [await queue.get()]
    deadline = None
    loop = asyncio.get_running_loop()
    while len(batch) < MAX_BATCH:
        if await queue.size():
            batch.append(await queue.get())
            continue
        if len(batch) == 1:
            break
        deadline = deadline or loop.time() + GATHER_SECONDS
        try:
            async with asyncio.timeout_at(deadline):
                batch.append(await queue.get())
        except TimeoutError:
            break
    return batch


def _names(events: Sequence[WebhookEvent]) -> str:
    return ", ".join(
        f"{event_name(e.payload) or 'unnamed'} ({e.headers.get(DELIVERY_ID) or e.trace_id})"
        for e in events[:5]
    )
