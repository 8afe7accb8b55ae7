"""All that is written besides a resync, and what each write asks for.

Events write one after the other, and so does background work: neither stands in the other's line.
What a write asks of Jira waits for points as live events do, since others wait for the write.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import httpx
from loguru import logger
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.integrations.mixins.utils import is_lakehouse_data_enabled
from port_ocean.core.models import Entity

from background.after_writes import SETTLE_SECONDS
from background.follow_ups import FollowUps
from jira.errors import JiraError
from jira.http.patience import one_attempt
from jira.http.purpose import Purpose, asked_for
from port.deletions import Candidate, Reason
from port.dsp import is_dsp_mode_enabled
from port.entities import key_of
from port.live_writer import LiveWriter
from port.mapping.row_mapper import RowMapper
from webhook_processors.under_way import UnderWay


class NotLeadingError(JiraError):
    """Another process does background work by now, and may have written something newer."""

    def __init__(self) -> None:
        super().__init__("another process does background work by now")


class Writes:
    """Live events, those that are tried again, background work, and what a resync deletes."""

    def __init__(
        self,
        live_writer: LiveWriter,
        mapper: Callable[[], RowMapper],
        follow_ups: Callable[[], FollowUps],
        under_way: UnderWay,
        to_lakehouse: Callable[[list[WebhookEventRawResults]], Awaitable[None]],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        """`leads`: whether background work is this process's, where others write as well."""
        self._writer = live_writer
        self._mapper = mapper
        self._follow_ups = follow_ups
        self._under_way = under_way
        self._to_lakehouse = to_lakehouse
        self._pause = pause
        self._leads = leads
        self._of_events = asyncio.Lock()
        self._in_background = asyncio.Lock()

    async def sync(
        self,
        results: Sequence[WebhookEventRawResults],
        gone: Sequence[Candidate],
        *,
        live: bool = False,
        compared: bool = False,
        read_since: float | None = None,
    ) -> None:
        """Map and write rows, and delete; see LiveWriter. In DSP mode the rows leave as they are.

        `live`: of events. `compared`: of a comparison. Background work was read since its job
        began, all other since `read_since`.
        """
        if not gone and not any(r.updated_raw_results or r.deleted_raw_results for r in results):
            return
        since = self._follow_ups().jobs.running_since if read_since is None else read_since
        async with self._of_events if live else self._in_background:
            if await is_lakehouse_data_enabled():
                await self._to_lakehouse(list(results))
            if not await is_dsp_mode_enabled():
                if not live and not self._leads():
                    raise NotLeadingError
                with one_attempt(), asked_for(Purpose.LIVE):
                    await self._writer.sync(
                        results,
                        self._mapper(),
                        gone,
                        live=live,
                        compared=compared,
                        read_since=since,
                    )
        # What events write has its orphans looked for with all else that they entail.
        stubs = (Reason.ORPHAN, Reason.STUB)
        relations = not live and (bool(results) or any(c.reason not in stubs for c in gone))
        await self._ask_for_what_it_takes(live=live, relations=relations)

    async def retry_refused(self) -> None:
        """Write again what Port refused."""
        async with self._in_background:
            with one_attempt(), asked_for(Purpose.LIVE):
                await self._writer.retry_refused(self._mapper())
        await self._ask_for_what_it_takes()

    async def settle(self) -> bool:
        """Write what waited for deletes; whether Port still has some under way."""
        async with self._in_background:
            with one_attempt(), asked_for(Purpose.LIVE):
                under_way = await self._writer.settle(self._mapper())
        await self._ask_for_what_it_takes()
        return under_way

    async def delete_for_resync(self, entities: list[Entity]) -> list[Entity]:
        """Delete what a resync found to be too much, and make whole what pointed at it.

        Returns what went. What can't be deleted now is left to the next sweep.
        """
        left = {key_of(entity) for entity in entities}
        try:
            async with self._in_background:
                with asked_for(Purpose.LIVE):
                    left = await self._writer.delete(entities)
            while await self.settle():
                await self._pause(SETTLE_SECONDS)
        except (httpx.HTTPError, JiraError) as error:
            logger.warning(f"Not all that this resync found to be too much could go: {error}")
        return [entity for entity in entities if key_of(entity) not in left]

    async def _ask_for_what_it_takes(self, *, live: bool = False, relations: bool = False) -> None:
        """Ask for the background work that something written made necessary.

        `relations`: what was written may have been the last to relate to a stub.
        """
        kinds, later = self._writer.take_to_compare()
        names = await self._under_way.asking.compare(kinds, later)
        if relations:
            names += await self._under_way.asking.look_for_orphans()
        if self._writer.going:
            names += self._follow_ups().settle()
        self._under_way.asked_for(names)
        if not live:
            # No event's end will say what this asked for.
            await self._under_way.progress([], {})
