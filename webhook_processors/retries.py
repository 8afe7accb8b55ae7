"""What becomes of events that fail: wait, try alone, or give up with an error that names them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from loguru import logger
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from jira.events import event_name
from webhook_processors.base import DELIVERY_ID

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
MAX_FAILURES_ALONE = 5
"""How often one event may fail by itself while Jira and Port are there, before it is dropped."""


@dataclass
class Outcome:
    """The events of an attempt that failed: for now, or for good. By `id` of the event."""

    again: dict[int, Exception] = field(default_factory=dict)
    failed: dict[int, Exception] = field(default_factory=dict)


Attempt = Callable[[list[WebhookEvent]], Awaitable[Outcome]]


class Retries:
    """Works off a batch until every event is done or given up."""

    def __init__(
        self,
        attempt: Attempt,
        reachable: Callable[[], Awaitable[bool]],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`reachable` says whether both sides answer, so that a failure is the event's own."""
        self._attempt = attempt
        self._reachable = reachable
        self._pause = pause

    async def work_off(self, batch: Sequence[WebhookEvent]) -> None:
        """Never raises what an attempt reports; an outage is waited out."""
        waiting = list(batch)
        failures: dict[int, int] = {}
        pause = FIRST_PAUSE
        first_time = True
        while waiting:
            outcome = await self._attempt(waiting)
            if len(waiting) > 1:
                await self._try_alone(waiting, outcome, also_again=not first_time)
            if outcome.again and (len(outcome.again) < 2 or not first_time):
                await self._count(outcome, failures)
            for event in waiting:
                if (reason := outcome.failed.get(id(event))) is not None:
                    logger.error(f"Dropped the live event {names([event])}: {reason}")
            waiting = [event for event in waiting if id(event) in outcome.again]
            if not waiting:
                return
            if first_time:
                reason = outcome.again[id(waiting[0])]
                logger.warning(f"{len(waiting)} live events wait for another try: {reason}")
                first_time = False
            await self._pause(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _try_alone(
        self, waiting: list[WebhookEvent], outcome: Outcome, *, also_again: bool
    ) -> None:
        """One bad event must not take others with it, nor hold them up for ever."""
        again = outcome.again if also_again and await self._reachable() else {}
        for event in waiting:
            if id(event) in outcome.failed or id(event) in again:
                single = await self._attempt([event])
                outcome.failed.pop(id(event), None)
                outcome.again.pop(id(event), None)
                outcome.failed |= single.failed
                outcome.again |= single.again

    async def _count(self, outcome: Outcome, failures: dict[int, int]) -> None:
        if not await self._reachable():
            return
        for name, reason in list(outcome.again.items()):
            failures[name] = failures.get(name, 0) + 1
            if failures[name] >= MAX_FAILURES_ALONE:
                outcome.failed[name] = reason
                del outcome.again[name]


def names(events: Sequence[WebhookEvent]) -> str:
    """The first events of a batch, by name and delivery."""
    return ", ".join(
        f"{event_name(e.payload) or 'unnamed'} ({e.headers.get(DELIVERY_ID) or e.trace_id})"
        for e in events[:5]
    )
