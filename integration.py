"""What the framework takes from us: the mapping's model, and our consumer of live events.

Loaded by the framework as a module of its own: nothing may import from here (it would be a
second copy), and an error while importing it makes the framework run its base class instead,
which main.py checks.
"""

from typing import Any, cast

import httpx
from loguru import logger
from port_ocean.clients.port.types import UserAgentType
from port_ocean.context.event import event
from port_ocean.context.ocean import PortOceanContext
from port_ocean.core.handlers.port_app_config.api import APIPortAppConfig
from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.integrations.base import BaseIntegration
from port_ocean.core.models import Entity
from port_ocean.utils.signal import signal_handler

from initialize_client import get_settings, redis_link
from port.dsp import DECIDED
from port.http.client import keep_to_limits
from port.mapping.checked import Mappings
from port.mapping.entity_processor import mapper
from port.mapping.resources import JiraPortAppConfig
from port.names_listed import keep_names, list_names
from port.resync import resync
from port.resync_writer import JiraEntitiesStateApplier
from webhook_processors.incremental import incremental_runs
from webhook_processors.manager import JiraLiveEventsManager


class JiraAppConfigHandler(APIPortAppConfig):
    """The mapping, as Port has it; the last valid one while that has a mistake or can't be read."""

    CONFIG_CLASS = JiraPortAppConfig

    def __init__(self, context: PortOceanContext) -> None:
        super().__init__(context)
        self._mappings = Mappings()
        self._is_outdated = False

    def forget(self) -> None:
        """Another process resynced, by a mapping that may be another one than ours."""
        self._is_outdated = True

    async def get_port_app_config(self, use_cache: bool = True) -> PortAppConfig:
        """Raises MappingError where there is no mapping that can be used, and httpx.HTTPError
        where Port fails and no earlier one may be used.
        """
        cache = self._app_config_cache
        if not use_cache or cache.is_cache_invalid or self._is_outdated:
            try:
                cache.port_app_config = self._mappings.take(await self._get_port_app_config())
                self._is_outdated = False
            except httpx.HTTPError as error:
                if not use_cache or cache._port_app_config is None:
                    raise
                logger.warning(
                    f"Port can't be asked for the mapping, the last one is used: {error}"
                )
        event.port_app_config = cache.port_app_config
        return cache.port_app_config


class JiraIntegration(BaseIntegration):
    """The framework's integration with our mapping model and our live-events manager."""

    AppConfigHandlerClass = JiraAppConfigHandler
    EntitiesStateApplierClass = JiraEntitiesStateApplier

    def __init__(self, context: PortOceanContext) -> None:
        super().__init__(context)
        app = context.app
        keep_to_limits(app.port_client, lambda: get_settings().port_rate_share_percent)
        list_names(app.port_client)
        keep_names(app.port_client)
        manager = JiraLiveEventsManager(
            app.integration_router,
            signal_handler,
            app.config.max_event_processing_seconds,
            app.config.max_wait_seconds_before_shutdown,
        )
        app.webhook_manager = manager
        app.execution_manager._webhook_manager = manager
        self._live_events = manager

    async def initialize_handlers(self) -> None:
        """As the framework, with the mapper that the settings ask for."""
        self.EntityProcessorClass = mapper(single_pass=get_settings().single_pass_mapping)
        await super().initialize_handlers()
        # Also where nobody takes events: what a job deletes is mapped there, too.
        await self._live_events.initialize_handlers()
        handler = cast(JiraAppConfigHandler, self.port_app_config_handler)
        self._live_events.together.forget_mapping = handler.forget
        self._applier.compared = self._live_events.writer.compared
        self._applier.writer = self._live_events.writer
        self._applier.stubs = self._live_events.stubs
        self._applier.versions = self._live_events.versions
        self._applier.deletes = self._live_events.writes.delete_for_resync

    async def start(self) -> None:
        """As the framework, as one of those that share a Redis, where there are others."""
        config = self.context.config
        webhooks = config.event_listener.should_process_webhooks
        self._live_events.together.join(
            redis_link(), may_lead=webhooks and bool(self.context.app.base_url)
        )
        await super().start()

    @property
    def _applier(self) -> JiraEntitiesStateApplier:
        return cast(JiraEntitiesStateApplier, self.entities_state_applier)

    async def sync_raw_all(self, *args: Any, **kwargs: Any) -> bool:
        """A resync, with the follow-up jobs told of it, and nothing of it left at its end."""
        begun = await self._live_events.together.resync_begins()
        succeeded = False
        try:
            async with DECIDED.once(), resync() as present:
                try:
                    succeeded = bool(await super().sync_raw_all(*args, **kwargs))
                finally:
                    present.progress.end(succeeded=succeeded)
        finally:
            await self._live_events.together.resync_ends(begun, succeeded=succeeded)
            if succeeded and self._applier.kept_related:
                # A sweep knows whether it is a stub, or should be one.
                await self._live_events.together.sweep()
        return succeeded

    async def sync_incremental(self, interval_seconds: int, *args: Any, **kwargs: Any) -> None:
        """What changed since the last run; the first one goes on from the last full resync."""
        integration = await self.context.port_client.get_current_integration()
        run = incremental_runs(self._live_events)
        seconds = run.begin(integration.get("resyncState") or {}, interval_seconds)
        async with DECIDED.once():
            await super().sync_incremental(seconds, *args, **kwargs)

    async def sort_and_upsert_failed_entities(self, user_agent_type: UserAgentType) -> None:
        """What Port refused in a resync is written again, whole, and in whatever order it takes.

        The framework does so one by one, once, and only without stubs.
        """
        # All resources are done. Connections that stay open keep the event, and its callbacks
        # every entity, until the next resync and through it.
        event._on_abort_callbacks.clear()
        left = await self._applier.write_refused(user_agent_type)
        self._live_events.live_writer.refused.remember(left)
        if self._live_events.versions.has_doubtful:
            # Other processes wrote it while this resync ran.
            await self._live_events.writes.settle()

    async def _map_entities_compared_with_port(
        self, entities: list[Entity], resource: ResourceConfig, user_agent_type: UserAgentType
    ) -> list[Entity]:
        """All of them: in a resync the applier compares, while the next batch is mapped."""
        return entities
