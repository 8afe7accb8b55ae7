"""The end of a process: what came is written as far as time allows, and what is left is said.

It begins when nothing can come in any more, and the framework has given up a resync under way.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Collection

from loguru import logger
from port_ocean.config.settings import IntegrationConfiguration

from background.follow_ups import REGULAR
from port.resync import give_up_resyncs
from webhook_processors.hand_over import HandOver
from webhook_processors.manager import JiraLiveEventsManager
from webhook_processors.queued_event import QueuedEvent
from webhook_processors.told import details, some

USUAL_SECONDS = 60.0
"""How long a process that is asked to end writes what waits."""
STOP_SECONDS = 5.0
"""How long what is under way then has to end, when it is cancelled."""
TELLABLE = 200
"""How many of the events that are left the log holds for machines."""


def seconds_to_end(config: IntegrationConfiguration) -> float:
    """How long a process that is asked to end writes what waits."""
    told = "max_wait_seconds_before_shutdown"
    return float(getattr(config, told)) if told in config.model_fields_set else USUAL_SECONDS


class Ending:
    """Writes what came to a manager, has it end, and keeps whether that was all."""

    def __init__(
        self,
        manager: JiraLiveEventsManager,
        hand_over: HandOver | None,
        seconds: float,
        *,
        resync_comes: bool,
    ) -> None:
        """Write for so long at most; `resync_comes` with the next start.

        Nothing is handed over where others that share a Redis make up for what is left.
        """
        self._manager = manager
        self._hand_over = hand_over
        self._seconds = seconds
        self._resync_comes = resync_comes

    async def run(self) -> None:
        """To be called when nothing can come in any more."""
        manager = self._manager
        if not manager._event_processor_tasks:
            return
        begun = time.monotonic()
        under_way, jobs = manager.under_way, manager.follow_ups.jobs
        compare_in = manager.follow_ups.catch_up.compare_in
        jobs.drop(REGULAR)
        give_up_resyncs()
        logger.info(
            f"Stopping: what waits is written for {self._seconds:.0f} s at most, "
            f"{len(under_way.left)} live events and {len(jobs.owed(0.0))} jobs"
        )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await self._written()
        left, owed = under_way.left, jobs.owed()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await manager._cancel_all_event_processors()
        await manager.let_go()
        heirs = "The next start makes" if self._hand_over else "Other processes make"
        say_what_is_left(left, owed, time.monotonic() - begun, heirs)
        if self._hand_over is None or compare_in is None:
            return
        if not left and not owed and self._is_whole:
            await self._hand_over.end(compare_in)

    @property
    def _is_whole(self) -> bool:
        """Whether nothing failed, so that what was written is all."""
        return self._manager.failing.is_none and not self._manager.live_writer.refused

    async def _written(self) -> None:
        manager, follow_ups = self._manager, self._manager.follow_ups
        shares = self._hand_over is None
        await follow_ups.jobs.until(
            lambda: not (manager.together.resyncs_here if shares else follow_ups.resync_running)
        )
        elsewhere = follow_ups.resync_running
        if not elsewhere:
            await manager.replay()
        await asyncio.gather(*(queue.teardown() for queue in manager._event_queues.values()))
        if elsewhere:
            # Nobody does background work meanwhile, and others make up for what is owed here.
            return
        # What waits for Jira's search is read by the resync of the next start, if it has one.
        await follow_ups.jobs.worked_off(0.0 if self._resync_comes else math.inf)


def say_what_is_left(
    left: Collection[QueuedEvent],
    jobs: Collection[str],
    seconds: float,
    heirs: str = "The next start makes",
) -> None:
    """By name, for people; for machines the first of them by delivery."""
    if not left and not jobs:
        logger.info(f"Stopped after {seconds:.1f} s: all events are written, and what they entail")
        return
    named = [*left][:TELLABLE]
    events = f"{len(left)} live events ({some(left)})" if left else "no live event"
    logger.bind(**details(named)).log(
        "WARNING" if left else "INFO",
        f"Stopped after {seconds:.1f} s with something left: {events}, background work: "
        f"{', '.join(jobs) or 'none'}. {heirs} up for it",
    )
