"""Where the framework's live events meet ours: the queue, the readers, the writer, the worker."""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property, partial
from typing import Any, cast

from loguru import logger
from port_ocean.context.event import EventType, event, event_context
from port_ocean.context.ocean import ocean
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.handlers.webhook.abstract_webhook_processor import AbstractWebhookProcessor
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookEventRawResults

from background.follow_ups import FollowUps
from background.making import follow_ups_of
from initialize_client import create_jira_client, get_settings, redis_link
from jira.errors import JiraError
from jira.http.patience import one_attempt
from port.deletions import Stubs
from port.failing import Failing
from port.live_writer import LiveWriter
from port.mapping.entity_processor import mapper
from port.mapping.resources import label
from port.mapping.row_mapper import RowMapper
from port.shared import Shared
from port.versions import Versions
from port.writer import PortWriter
from redis_link.turns import Turns
from telemetry import metrics
from webhook_processors.base import JiraWebhookProcessor, Reading
from webhook_processors.consuming import ConsumingManager
from webhook_processors.lane import FIRST_PAUSE, LONGEST_PAUSE, Means, Pair
from webhook_processors.next_batch import next_batch
from webhook_processors.outcomes import Outcomes
from webhook_processors.queued_event import QueuedEvent, size_of, touched_of
from webhook_processors.together import Together
from webhook_processors.told import named
from webhook_processors.under_way import UnderWay
from webhook_processors.writes import Writes

MAX_HELD = 1000
"""Events, by resource, that may wait for another try; the queue keeps the others as bytes."""
MAX_HELD_BYTES = 32 * 1024 * 1024
"""The same in bytes of their bodies, which are parsed."""
THE_MAPPING = "the mapping"


class JiraLiveEventsManager(ConsumingManager):
    """Hands what waits to the lanes of its resources, in order; see Outcomes and Lane."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stubs = Stubs()
        self.failing = Failing()
        self.under_way = UnderWay(lambda: self.follow_ups, self._commit, self._behind)
        self._pause = asyncio.sleep

    async def initialize_handlers(self) -> None:
        """As the framework, with the mapper that the settings ask for."""
        self.EntityProcessorClass = mapper(single_pass=get_settings().single_pass_mapping)
        await super().initialize_handlers()

    def _register_route(self, path: str) -> None:
        """None: the framework's would queue whatever is sent; the door is the one way in."""

    async def accept(self, path: str, webhook_event: QueuedEvent) -> bool:
        """Queue what was let in; False where there is no room, or no reader."""
        if not self._event_processor_tasks or not self.under_way.came(
            webhook_event, get_settings().webhook_queue_limit
        ):
            return False
        await self._event_queues[path].put(webhook_event)
        return True

    @property
    def queue_full(self) -> bool:
        """Whether Jira is asked to send its events later."""
        return self.under_way.is_full(get_settings().webhook_queue_limit)

    async def deliveries_lost(self) -> None:
        """Some may never have come: everything is compared."""
        await self.together.sweep()

    @cached_property
    def together(self) -> Together:
        """This process among others, where they share a Redis; see Together."""
        return Together(self.follow_ups, self.under_way, self.writer, self.stubs, self._around)

    async def _commit(self, path: str) -> None:
        await self._event_queues[path].commit()

    @property
    def _mapper(self) -> RowMapper:
        return RowMapper(self.entity_processor, self._expand_raw_item)

    @cached_property
    def writer(self) -> PortWriter:
        """Port's catalog, for all that writes there."""
        return PortWriter(ocean.port_client)

    @cached_property
    def live_writer(self) -> LiveWriter:
        """What writes to Port."""
        return LiveWriter(
            self.writer,
            create_jira_client(),
            self.stubs,
            self.failing,
            self.versions,
            lambda: self.follow_ups.settle(),
        )

    @cached_property
    def versions(self) -> Versions:
        """Who writes which entity, in this process and others."""
        link = redis_link()
        shared = Shared(Turns(link)) if link is not None else None
        return Versions(lambda: time.monotonic(), shared=shared)

    @cached_property
    def writes(self) -> Writes:
        """All that is written, one after the other."""
        return Writes(
            self.live_writer,
            lambda: self._mapper,
            lambda: self.follow_ups,
            self.under_way,
            self._send_webhook_raw_data_to_lakehouse,
            leads=lambda: self.together.does_background_work,
        )

    @staticmethod
    def _behind() -> float:
        """How old what a resync reads may be: where points count, the search has it."""
        counts = create_jira_client().quota is not None
        return float(get_settings().search_index_lag_seconds if counts else 0)

    @cached_property
    def follow_ups(self) -> FollowUps:
        """What is done in the background."""
        return follow_ups_of(
            create_jira_client(),
            get_settings(),
            self.writer,
            self.writes,
            lambda resource, rows: self._mapper.map(resource, rows),
            self.failing,
            self.stubs,
        )

    @cached_property
    def outcomes(self) -> Outcomes:
        """What becomes of events, for each resource by itself."""
        return Outcomes(
            Means(
                read=self._read,
                write=self._write,
                jira_answers=self._jira_answers,
                around=self._around,
                recovered=self._recovered,
                failing=self.failing,
            ),
            self.under_way.progress,
        )

    async def _process_webhook_events(self, path: str, worker_id: int) -> None:
        if worker_id > 0:
            # Two workers would hand events to the lanes out of order.
            logger.warning("Live events are taken by one worker; eventWorkersCount is not used")
            return
        background = asyncio.create_task(
            self.follow_ups.jobs.work(self._background_may_begin, self._around),
            context=contextvars.Context(),
        )
        try:
            while True:
                await self.outcomes.room(MAX_HELD, MAX_HELD_BYTES)
                batch = await next_batch(self._event_queues[path], size_of)
                metrics.BATCH.observe(len(batch))
                await self._process_batch(path, batch)
        finally:
            background.cancel()
            await asyncio.gather(background, self.outcomes.close(), return_exceptions=True)
            await self.under_way.leave()

    async def replay(self) -> None:
        """Have those handled once more that a resync may have written over."""
        (queue,) = self._event_queues.values()
        for queued in await self.under_way.again_after_resync():
            await queue.put(queued)

    async def _process_batch(self, path: str, batch: list[WebhookEvent]) -> None:
        """Hand what brings news to the lanes of its resources, once the mapping is known."""
        news = await self.under_way.begin(path, batch)
        pause = FIRST_PAUSE
        while news:
            try:
                pairs = await self._around(partial(self._pairs, path, news))
            except Exception as error:  # noqa: BLE001  (whatever it is, events wait for it)
                self.failing.outage(THE_MAPPING, error)
                await self._pause(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                self.failing.outage_over(THE_MAPPING)
                await self.outcomes.take(pairs)
                return

    async def _pairs(
        self, path: str, news: Sequence[WebhookEvent]
    ) -> dict[WebhookEvent, list[Pair[Reading]]]:
        """The resources of events; none, quietly, for one that is unknown or makes no sense."""
        pairs: dict[WebhookEvent, list[Pair[Reading]]] = {}
        mapped = {resource.kind for resource in event.port_app_config.resources}
        for webhook_event in news:
            webhook_event.webhook_path = path
            touched = touched_of(webhook_event)
            pairs[webhook_event] = [
                Pair(
                    webhook_event,
                    label(resource, index),
                    frozenset(touched[processor.kind.name]),
                    Reading(processor, index),
                )
                for processor in cast(
                    list[type[JiraWebhookProcessor]], self._processors_classes[path]
                )
                if processor.kind.name in touched
                for index, resource in enumerate(event.port_app_config.resources)
                if resource.kind == processor.kind.name
            ]
            self.under_way.asking.touched({k: s for k, s in touched.items() if k in mapped})
            if not pairs[webhook_event]:
                self.under_way.touches_nothing(webhook_event)
                logger.debug(f"Nothing to do for {named(webhook_event)}")
        return pairs

    async def _read(self, pair: Pair[Reading]) -> WebhookEventRawResults:
        """By the processor of the pair, under the resource as the mapping has it now."""
        reading = pair.context
        resources = event.port_app_config.resources[reading.index :]
        if not resources or label(resources[0], reading.index) != pair.resource:
            # The mapping is another one by now: its resync has read everything.
            return WebhookEventRawResults([], [])
        processor = reading.processor(pair.event.clone())
        with one_attempt():
            return await self._process_single_event(
                processor, self.under_way.path_of(pair.event), resources[0], reading.index
            )

    async def _jira_answers(self) -> bool:
        try:
            with one_attempt():
                await create_jira_client().verify_credentials()
        except JiraError:
            return False
        return True

    def _recovered(self, pair: Pair[Reading]) -> None:
        """What events of the resource were given up, a comparison of its kind makes up for."""
        kind = pair.context.processor.kind.name
        self.under_way.have_compared(kind)

    async def _background_may_begin(self) -> bool:
        """Not while a resync reads; afterwards first what was handled meanwhile, once more."""
        if self.follow_ups.resync_running:
            return self.follow_ups.resync_waits
        await self.replay()
        return True

    async def _around[T](self, step: Callable[[], Awaitable[T]]) -> T:
        """A step of work, where the framework expects an event and its mapping."""
        async with event_context(EventType.HTTP_REQUEST, trigger_type="machine"):
            await ocean.integration.port_app_config_handler.get_port_app_config()
            return await step()

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
        """The framework's way to write what it has read by itself."""
        await self._write(webhook_events_raw_result, time.monotonic())

    async def _write(self, results: list[WebhookEventRawResults], since: float) -> None:
        """Map and write what was read since then (monotonic seconds); see LiveWriter."""
        await self.writes.sync(results, [], live=True, read_since=since)
