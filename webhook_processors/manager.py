"""The consumer of live events: in order, in batches, with nothing lost while a side is down."""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, cast

from loguru import logger
from port_ocean.context.event import EventType, event, event_context
from port_ocean.context.ocean import ocean
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.handlers.webhook.abstract_webhook_processor import AbstractWebhookProcessor
from port_ocean.core.handlers.webhook.processor_manager import LiveEventsProcessorManager
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookEventRawResults
from port_ocean.core.integrations.mixins.utils import is_lakehouse_data_enabled

from background.failing import Failing
from background.follow_ups import FollowUps
from background.sweep import Sweeper
from initialize_client import create_jira_client, get_settings
from jira.errors import JiraError
from jira.http.patience import one_attempt
from jira.payloads import event_name
from kinds import Kinds
from port.deletions import Candidate, Stubs
from port.dsp import is_dsp_mode_enabled
from port.entities import PortWriter
from port.live_writer import LiveWriter
from port.mapping.entity_processor import mapper
from port.mapping.row_mapper import RowMapper
from webhook_processors.already_handled import AlreadyHandled
from webhook_processors.authenticity import is_authentic
from webhook_processors.base import DELIVERY_ID, JiraWebhookProcessor
from webhook_processors.next_batch import next_batch
from webhook_processors.outcomes import FIRST_PAUSE, LONGEST_PAUSE, Means, Outcomes, Pair
from webhook_processors.queued_event import QueuedEvent, touched_of
from webhook_processors.replay import Replay

MAX_HELD = 1000
"""Events, by resource, that may wait for another try; the queue keeps the others as bytes."""
MAX_WAITING_BYTES = 256 * 1024 * 1024


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
        self.failing = Failing()
        self._begun: dict[WebhookEvent, Begun] = {}
        # One writer at a time: live events, those that are tried again, and background work.
        self._writing = asyncio.Lock()
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
            partial(self._sync, compared=True),
            lambda resource, rows: self._mapper.map(resource, rows),
            stubs=self.stubs,
            limit_percent=settings.sweep_delete_limit_percent,
            index_seconds=settings.search_index_lag_seconds,
        )
        return FollowUps(
            client,
            sweeper,
            self._sync,
            self._retry_refused,
            sweep_minutes=settings.sweep_interval_minutes,
            index_seconds=settings.search_index_lag_seconds,
        )

    @cached_property
    def outcomes(self) -> Outcomes:
        """What becomes of events, for each resource by itself."""
        return Outcomes(
            Means(
                read=self._read,
                write=self.sync_raw_results,
                jira_answers=self._jira_answers,
                around=self._around,
                progress=self._progress,
                recovered=self._recovered,
                failing=self.failing,
            )
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
                await self.outcomes.room(MAX_HELD)
                await self._process_batch(path, await next_batch(self._event_queues[path]))
        finally:
            background.cancel()
            self.outcomes.close()

    async def _process_webhook_event(self, path: str, worker_id: int, event: WebhookEvent) -> None:
        """One event by itself: the way of events that come through Redis."""
        await self._process_batch(path, [event])

    async def _process_batch(self, path: str, batch: list[WebhookEvent]) -> None:
        """Hand what brings news to the lanes of its resources."""
        news: list[WebhookEvent] = []
        for webhook_event in batch:
            begun = Begun(path, time.monotonic(), in_resync=self.follow_ups.resync_running)
            self._begun[webhook_event] = begun
            if not await is_authentic(webhook_event) or self._handled.is_old_news(webhook_event):
                begun.is_news = False
                await self._progress([], {webhook_event: False})
            else:
                news.append(webhook_event)
        pause = FIRST_PAUSE
        while news:
            try:
                await self._around(partial(self._hand_over, path, news))
            except Exception as error:  # noqa: BLE001  (no mapping is known: events wait for it)
                logger.warning(f"{len(news)} live events wait for the mapping: {error}")
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return

    async def _hand_over(self, path: str, news: Sequence[WebhookEvent]) -> None:
        await self.outcomes.take({event: self._pairs(event, path) for event in news})

    def _pairs(self, webhook_event: WebhookEvent, path: str) -> list[Pair]:
        """The resources of an event; none, quietly, for one that is unknown or makes no sense."""
        webhook_event.webhook_path = path
        touched = touched_of(webhook_event)
        pairs = [
            Pair(
                webhook_event,
                label(resource, index),
                frozenset(touched[processor.kind.name]),
                Reading(processor, index),
            )
            for processor in cast(list[type[JiraWebhookProcessor]], self._processors_classes[path])
            if processor.kind.name in touched
            for index, resource in enumerate(event.port_app_config.resources)
            if resource.kind == processor.kind.name
        ]
        if not pairs:
            logger.debug(f"Nothing to do for {named(webhook_event)}")
        return pairs

    async def _read(self, pair: Pair) -> WebhookEventRawResults:
        """By the processor of the pair, under the resource as the mapping has it now."""
        reading: Reading = pair.context
        resources = event.port_app_config.resources[reading.index :]
        if not resources or label(resources[0], reading.index) != pair.resource:
            # The mapping is another one by now: its resync has read everything.
            return WebhookEventRawResults([], [])
        processor = reading.processor(pair.event.clone())
        with one_attempt():
            return await self._process_single_event(
                processor, self._begun[pair.event].path, resources[0], reading.index
            )

    async def _jira_answers(self) -> bool:
        try:
            with one_attempt():
                await create_jira_client().verify_credentials()
        except JiraError:
            return False
        return True

    def _recovered(self, resource: str) -> None:
        """What events of it were given up, a comparison of its kind makes up for."""
        self._asked += self.follow_ups.compare({Kinds(resource.partition(" ")[0])})

    async def _progress(self, tried: list[WebhookEvent], ended: dict[WebhookEvent, bool]) -> None:
        """Ask for what events entail, once they were tried, and let go of those that ended."""
        if tried:
            # Also after what was given up: what it entails is true, whatever became of its rows.
            self._asked += self.follow_ups.after([event.payload for event in tried])
        # One that ended meanwhile may have written after these were.
        if self.follow_ups.resync_running or any(self._begun[e].in_resync for e in tried):
            self._replay.note(tried)
        now = time.monotonic()
        notes = {"brought no news": 0, "after a resync, once more": 0, "not for all resources": 0}
        slowest = 0.0
        for webhook_event, written in ended.items():
            begun = self._begun.pop(webhook_event)
            slowest = max(slowest, now - begun.at)
            notes["brought no news"] += not begun.is_news
            notes["not for all resources"] += begun.is_news and not written
            if written:
                self._handled.note([webhook_event], begun.at)
            if isinstance(webhook_event, QueuedEvent):
                notes["after a resync, once more"] += webhook_event.again
                webhook_event.forget_parsed()
                self._waiting_bytes -= self._sizes.pop(id(webhook_event), 0)
                await self._event_queues[begun.path].commit()
        asked, self._asked = list(dict.fromkeys(self._asked)), []
        if ended or asked:
            logger.info(
                f"{len(ended)} live events done in {slowest:.3f} s"
                + "".join(f" ({n} of them {what})" for what, n in notes.items() if n)
                + f"; background work: {', '.join(asked) or 'none'}"
            )

    async def _background_may_begin(self) -> bool:
        """Not while a resync runs; afterwards first what was handled meanwhile, once more."""
        if self.follow_ups.resync_running:
            return False
        if self._replay.overflowed:
            self.follow_ups.ask_for_sweep()
        (queue,) = self._event_queues.values()
        for queued in self._replay.take():
            await queue.put(queued)
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
        """Map and write; see LiveWriter. In DSP mode the rows leave as they are."""
        await self._sync(webhook_events_raw_result, [], live=True)

    async def _sync(
        self,
        results: Sequence[WebhookEventRawResults],
        gone: Sequence[Candidate],
        *,
        live: bool = False,
        compared: bool = False,
    ) -> None:
        if not gone and not any(r.updated_raw_results or r.deleted_raw_results for r in results):
            return
        async with self._writing:
            if await is_lakehouse_data_enabled():
                await self._send_webhook_raw_data_to_lakehouse(list(results))
            if not await is_dsp_mode_enabled():
                with one_attempt():
                    await self.live_writer.sync(
                        results,
                        self._mapper,
                        gone,
                        live=live,
                        compared=compared,
                        read_since=self.follow_ups.jobs.running_since,
                    )
                self._compare()

    def _compare(self) -> None:
        """Ask for the comparisons that something written made necessary."""
        asked = self.follow_ups.compare(*self.live_writer.take_to_compare())
        if asked:
            logger.info(f"Background work entails: {', '.join(asked)}")

    async def _retry_refused(self) -> None:
        async with self._writing:
            with one_attempt():
                await self.live_writer.retry_refused(self._mapper)


@dataclass(frozen=True)
class Reading:
    """Which processor reads a pair, and where its resource stands in the mapping."""

    processor: type[JiraWebhookProcessor]
    index: int


@dataclass
class Begun:
    """An event under way: in which queue it waited, and since when (monotonic seconds)."""

    path: str
    at: float
    in_resync: bool
    is_news: bool = True


def label(resource: ResourceConfig, index: int) -> str:
    """What the log calls a resource."""
    return f"{resource.kind} (resource {index + 1} of the mapping)"


def named(webhook_event: WebhookEvent) -> str:
    """An event by name and delivery."""
    delivery = webhook_event.headers.get(DELIVERY_ID) or webhook_event.trace_id
    return f"{event_name(webhook_event.payload) or 'unnamed'} ({delivery})"
