"""The consumer of live events: in order, in batches, with nothing lost while a side is down."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from typing import Any, cast

import httpx
from loguru import logger
from port_ocean.context.event import EventType, event, event_context
from port_ocean.context.ocean import ocean
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.handlers.webhook.abstract_webhook_processor import AbstractWebhookProcessor
from port_ocean.core.handlers.webhook.processor_manager import LiveEventsProcessorManager
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookEventRawResults
from port_ocean.core.integrations.mixins.utils import is_lakehouse_data_enabled

from background.follow_ups import FollowUps
from background.sweep import Sweeper
from initialize_client import create_jira_client, get_settings
from jira.errors import TRANSIENT_ERRORS
from jira.payloads import event_name
from port.deletions import Candidate, Stubs
from port.dsp import is_dsp_mode_enabled
from port.entities import PortWriter, is_transient
from port.live_writer import LiveWriter
from port.mapping.entity_processor import mapper
from port.mapping.row_mapper import RowMapper
from webhook_processors.already_handled import AlreadyHandled
from webhook_processors.authenticity import is_authentic
from webhook_processors.base import DELIVERY_ID, JiraWebhookProcessor
from webhook_processors.next_batch import MAX_BATCH, Turns, waiting_now
from webhook_processors.outcomes import Outcome, Retries, names
from webhook_processors.queued_event import QueuedEvent, touched_of
from webhook_processors.replay import Replay

MAX_HELD = 300
"""Events that may be parsed and tried together in an outage; the others wait as bytes."""
MAX_WAITING_BYTES = 256 * 1024 * 1024

Pair = tuple[WebhookEvent, ResourceConfig | None, AbstractWebhookProcessor, int | None]


class JiraLiveEventsManager(LiveEventsProcessorManager):
    """Takes what waits, reads it together, writes it once, and only then takes more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The bytes of each event that is queued or under way, by its `id`.
        self._sizes: dict[int, int] = {}
        self._waiting_bytes = 0
        self._handled = AlreadyHandled()
        self._replay = Replay()
        self.stubs = Stubs()
        # Names of the background work that the batch under way asked for.
        self._asked: list[str] = []

    async def initialize_handlers(self) -> None:
        """As the framework, with the mapper that the settings ask for."""
        self.EntityProcessorClass = mapper(single_pass=get_settings().single_pass_mapping)
        await super().initialize_handlers()

    def _register_route(self, path: str) -> None:
        """None: the framework's would queue whatever is sent; the door is the one way in."""

    async def accept(self, path: str, webhook_event: QueuedEvent) -> bool:
        """Queue what the door let in; False where there is no room, or no reader."""
        size = webhook_event.size
        if (
            not self._event_processor_tasks
            or len(self._sizes) >= get_settings().webhook_queue_limit
            or self._waiting_bytes + size > MAX_WAITING_BYTES
        ):
            return False
        self._sizes[id(webhook_event)] = size
        self._waiting_bytes += size
        await self._event_queues[path].put(webhook_event)
        return True

    @property
    def _mapper(self) -> RowMapper:
        return RowMapper(self.entity_processor, self._expand_raw_item)

    @cached_property
    def live_writer(self) -> LiveWriter:
        """What writes to Port."""
        return LiveWriter(PortWriter(ocean.port_client), create_jira_client(), self.stubs)

    @cached_property
    def follow_ups(self) -> FollowUps:
        """What is done in the background."""
        settings = get_settings()
        client = create_jira_client()
        sweeper = Sweeper(
            client,
            PortWriter(ocean.port_client),
            self._sync,
            lambda resource, rows: self._mapper.map(resource, rows),
            stubs=self.stubs,
            limit_percent=settings.sweep_delete_limit_percent,
        )
        return FollowUps(
            client,
            sweeper,
            self._sync,
            lambda: self.live_writer.retry_refused(self._mapper),
            sweep_minutes=settings.sweep_interval_minutes,
            index_seconds=settings.search_index_lag_seconds,
        )

    async def _process_webhook_events(self, path: str, worker_id: int) -> None:
        if worker_id > 0:
            # Two workers know no order: an update's late write would undo a delete.
            logger.warning("Live events are taken by one worker; eventWorkersCount is not used")
            return
        queue = self._event_queues[path]
        turns = Turns(queue, self.follow_ups, self._replay, self._around)
        try:
            while True:
                batch = await turns.next_batch()
                try:
                    await self._process_batch(path, batch)
                except Exception:  # noqa: BLE001  (one batch must not end the worker)
                    logger.exception(f"Dropped {len(batch)} live events: {names(batch)}")
                finally:
                    for webhook_event in batch:
                        self._waiting_bytes -= self._sizes.pop(id(webhook_event), 0)
                        await queue.commit()
        finally:
            turns.close()

    async def _process_webhook_event(self, path: str, worker_id: int, event: WebhookEvent) -> None:
        """One event by itself: the way of events that come through Redis."""
        await self._process_batch(path, [event])

    async def _process_batch(self, path: str, batch: list[WebhookEvent]) -> None:
        begun = time.monotonic()
        in_resync = self.follow_ups.resync_running
        genuine = [event for event in batch if await is_authentic(event)]
        news = [event for event in genuine if not self._handled.is_old_news(event)]

        async def more() -> list[WebhookEvent]:
            room = max(0, MAX_HELD - len(batch))
            taken = await waiting_now(self._event_queues[path], min(room, MAX_BATCH))
            batch.extend(taken)
            fit = [event for event in taken if await is_authentic(event)]
            genuine.extend(fit)
            joining = [event for event in fit if not self._handled.is_old_news(event)]
            news.extend(joining)
            return joining

        retries = Retries(lambda events: self._attempt(path, events), more)
        done = await retries.work_off(list(news))
        old = len(genuine) - len(news)
        self._handled.note(done, begun)
        # One that ended meanwhile may have written after these were.
        if in_resync or self.follow_ups.resync_running:
            self._replay.note(news)
        if news:
            # Also after what was dropped: what it entails is true, whatever became of its rows.
            self._asked += self.follow_ups.after([event.payload for event in news])
        asked, self._asked = list(dict.fromkeys(self._asked)), []
        again = 0
        for queued in batch:
            if isinstance(queued, QueuedEvent):
                again += queued.again
                queued.forget_parsed()
        logger.info(
            f"{len(batch)} live events done in {time.monotonic() - begun:.3f} s"
            + (f" ({old} of them brought no news)" if old else "")
            + (f" ({again} of them after a resync, once more)" if again else "")
            + f"; background work: {', '.join(asked) or 'none'}"
        )

    async def _around(self, step: Callable[[], Awaitable[bool]]) -> bool:
        """A step of background work, where the framework expects an event and its mapping."""
        async with event_context(EventType.HTTP_REQUEST, trigger_type="machine"):
            await ocean.integration.port_app_config_handler.get_port_app_config()
            return await step()

    async def _attempt(self, path: str, batch: list[WebhookEvent]) -> Outcome:
        outcome = Outcome()
        try:
            with logger.contextualize(webhook_path=path, live_events=len(batch)):
                async with event_context(EventType.HTTP_REQUEST, trigger_type="machine"):
                    await self._run(path, batch, outcome)
        except Exception as error:  # noqa: BLE001  (it is the retries' to decide about)
            note(outcome, batch, error)
        return outcome

    async def _run(self, path: str, batch: list[WebhookEvent], outcome: Outcome) -> None:
        await ocean.integration.port_app_config_handler.get_port_app_config()
        pairs = [pair for e in batch for pair in await self._pairs(e, path)]
        results = await asyncio.gather(
            *(
                self._process_single_event(processor, path, resource, index)
                for _, resource, processor, index in pairs
            ),
            return_exceptions=True,
        )
        for (webhook_event, *_), result in zip(pairs, results, strict=True):
            if isinstance(result, Exception):
                note(outcome, [webhook_event], result)
        good = [e for e in batch if id(e) not in outcome.again and id(e) not in outcome.failed]
        good_ids = {id(e) for e in good}
        await self.sync_raw_results(
            [
                result
                for (webhook_event, *_), result in zip(pairs, results, strict=True)
                if id(webhook_event) in good_ids and isinstance(result, WebhookEventRawResults)
            ]
        )

    async def _pairs(self, webhook_event: WebhookEvent, path: str) -> list[Pair]:
        """The processors of an event; none, quietly, for one that is unknown or makes no sense."""
        webhook_event.webhook_path = path
        touched = touched_of(webhook_event)
        pairs: list[Pair] = []
        for processor_class in self._processors_classes[path]:
            kind = cast(type[JiraWebhookProcessor], processor_class).kind.name
            resources = [
                (index, resource)
                for index, resource in enumerate(event.port_app_config.resources)
                if kind in touched and resource.kind == kind
            ]
            if resources:
                processor = processor_class(webhook_event.clone())
                pairs += [(webhook_event, resource, processor, i) for i, resource in resources]
        if not pairs:
            delivery = webhook_event.headers.get(DELIVERY_ID, "")
            name = event_name(webhook_event.payload)
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
        """Map and write; see LiveWriter. In DSP mode the rows leave as they are."""
        await self._sync(webhook_events_raw_result, [], live=True)

    async def _sync(
        self,
        results: Sequence[WebhookEventRawResults],
        gone: Sequence[Candidate],
        *,
        live: bool = False,
    ) -> None:
        if not gone and not any(r.updated_raw_results or r.deleted_raw_results for r in results):
            return
        if await is_lakehouse_data_enabled():
            await self._send_webhook_raw_data_to_lakehouse(list(results))
        if not await is_dsp_mode_enabled():
            await self.live_writer.sync(results, self._mapper, gone, live=live)
            self._asked += self.follow_ups.compare(self.live_writer.take_to_compare())


def note(outcome: Outcome, events: Sequence[WebhookEvent], error: Exception) -> None:
    """Put events that failed where they belong: an outage passes, a mistake doesn't."""
    passes = isinstance(error, (*TRANSIENT_ERRORS, TimeoutError)) or (
        isinstance(error, httpx.HTTPError) and is_transient(error)
    )
    for webhook_event in events:
        if id(webhook_event) not in outcome.again and id(webhook_event) not in outcome.failed:
            (outcome.again if passes else outcome.failed)[id(webhook_event)] = error
