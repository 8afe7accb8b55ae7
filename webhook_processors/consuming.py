"""The framework's manager of live events, where these may come through a stream in Redis.

The workers run all the same: what comes by the stream takes the way of what comes by the door.
"""

import asyncio
import contextvars

import httpx
from loguru import logger
from port_ocean.config.settings import IntegrationConfiguration
from port_ocean.consumers.abstract_live_events_consumer import AbstractLiveEventsConsumer
from port_ocean.context.ocean import ocean
from port_ocean.core.handlers.webhook.processor_manager import LiveEventsProcessorManager

from initialize_client import app_webhooks, get_settings, redis_link, webhook_secrets
from jira.errors import SettingsError
from redis_link.stream import Stream
from webhook_processors.queued_event import QueuedEvent
from webhook_processors.stream_consumer import READ_TOGETHER, Believed, StreamConsumer

ASK_SECONDS = 5.0
BLOCKED_SECONDS = 60.0


class ConsumingManager(LiveEventsProcessorManager):
    """Starts the workers in any case, and the stream's consumer where the settings ask for it."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.webhook_settled = asyncio.Event()
        """Until then Jira may still sign with another secret than ours."""
        self._asking: asyncio.Task[None] | None = None

    async def accept(self, path: str, webhook_event: QueuedEvent) -> bool:
        """Queue an event; False where there is no room, or no reader."""
        raise NotImplementedError

    async def deliveries_lost(self) -> None:
        """To be told where the stream was emptied by somebody else."""
        raise NotImplementedError

    async def start_processing_event_messages(self) -> None:
        """As the framework, whose check takes an error for a no and falls silent."""
        await super().start_processing_event_messages()
        config = ocean.integration.context.config
        if not self._event_processor_tasks:
            for path in self._event_queues:
                task = asyncio.create_task(self._process_webhook_events(path, 0))
                self._event_processor_tasks.add(task)
                task.add_done_callback(self._event_processor_tasks.discard)
        wanted = config.live_events.is_redis_stream_consumer_enabled
        if wanted and self._live_events_consumer is None:
            self._asking = asyncio.create_task(
                self._consume_when_allowed(config), context=contextvars.Context()
            )

    async def _consume_when_allowed(self, config: IntegrationConfiguration) -> None:
        """Ask Port until it says that the organization isn't blocked."""
        said = ""
        while True:
            try:
                blocked = await ocean.port_client.is_organization_blocked()
            except httpx.HTTPError as error:
                sentence, pause = f"Port can't be asked whether it is blocked: {error}", ASK_SECONDS
            else:
                if not blocked:
                    break
                sentence, pause = "the organization is blocked in Port", BLOCKED_SECONDS
            if sentence != said:
                logger.warning(f"Live events wait in Redis: {sentence}")
                said = sentence
            await asyncio.sleep(pause)
        consumer = self._create_live_events_consumer(config)
        await consumer.start()
        self._live_events_consumer = consumer
        logger.info("Live events are taken from Redis")

    def _create_live_events_consumer(
        self, config: IntegrationConfiguration
    ) -> AbstractLiveEventsConsumer:
        """Ours: the framework's acknowledges what fails, one event after the other."""
        link = redis_link()
        if link is None:
            raise SettingsError("Live events are to come from Redis, and no Redis is set.")
        redis = config.live_events.redis
        chosen = "read_count" in redis.model_fields_set
        believed = Believed(
            paths=frozenset(self._processors_classes),
            secrets=webhook_secrets(),
            allow_unsigned=get_settings().allow_unsigned_webhooks,
            settled=self.webhook_settled.is_set,
            app=app_webhooks(),
        )
        return StreamConsumer(
            Stream(link),
            believed,
            self.accept,
            self.deliveries_lost,
            read_together=redis.read_count if chosen else READ_TOGETHER,
            block_ms=redis.block_ms,
        )

    async def shutdown(self) -> None:
        """Nothing more is taken; what was taken is written afterwards, see Ending."""
        if self._asking is not None:
            self._asking.cancel()
        if isinstance(self._live_events_consumer, StreamConsumer):
            await self._live_events_consumer.stop_reading()

    async def let_go(self) -> None:
        """All is written that will be: what is done is acknowledged, the rest left to others."""
        consumer, self._live_events_consumer = self._live_events_consumer, None
        if consumer is not None:
            await consumer.stop()
