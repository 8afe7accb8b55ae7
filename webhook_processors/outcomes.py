"""What becomes of events that fail: wait, be told apart, or be given up with an error."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from loguru import logger
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from jira.payloads import event_name
from webhook_processors.base import DELIVERY_ID

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
SAMPLE = 3
SAY_EVERY_ROUNDS = 10
MAX_FAILURES = 5
"""How often an event may fail while others go through, before it is dropped."""


@dataclass
class Outcome:
    """The events of an attempt that failed: for now, or for good. By `id` of the event."""

    again: dict[int, Exception] = field(default_factory=dict)
    failed: dict[int, Exception] = field(default_factory=dict)

    def of(self, events: Iterable[WebhookEvent]) -> list[WebhookEvent]:
        """The events that failed, either way."""
        return [event for event in events if id(event) in self.again or id(event) in self.failed]

    def replace(self, events: Iterable[WebhookEvent], newer: "Outcome") -> None:
        """Take what a newer attempt says about these events."""
        for event in events:
            self.again.pop(id(event), None)
            self.failed.pop(id(event), None)
        self.again |= newer.again
        self.failed |= newer.failed


Attempt = Callable[[list[WebhookEvent]], Awaitable[Outcome]]
More = Callable[[], Awaitable[list[WebhookEvent]]]


class Retries:
    """Works off a batch until every event is done or given up.

    Since an event is only a hint to read something again, the order of attempts doesn't matter:
    one bad event is told apart from the others by halves, and an outage by nothing going through.
    """

    def __init__(
        self,
        attempt: Attempt,
        more: More,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`more` takes what waits in the queue by now, without waiting for it."""
        self._attempt = attempt
        self._more = more
        self._pause = pause

    async def work_off(self, batch: Sequence[WebhookEvent]) -> list[WebhookEvent]:
        """Returns the events that are done, of those that joined as well; the others were dropped.

        Never raises what an attempt reports.
        """
        waiting = list(batch)
        done: list[WebhookEvent] = []
        failures: dict[int, int] = {}
        pause = FIRST_PAUSE
        rounds = 0
        while waiting:
            outcome = await self._settle(waiting)
            if rounds and len(waiting) > 1 and len(outcome.again) == len(waiting):
                await self._sample(waiting, outcome, rounds)
            rounds += 1
            if len(outcome.of(waiting)) < len(waiting):
                self._count(outcome, failures)
            for event in waiting:
                if (reason := outcome.failed.get(id(event))) is not None:
                    logger.error(f"Dropped the live event {names([event])}: {reason}")
            bad = {id(event) for event in outcome.of(waiting)}
            done += [event for event in waiting if id(event) not in bad]
            waiting = [event for event in waiting if id(event) in outcome.again]
            if not waiting:
                return done
            if rounds % SAY_EVERY_ROUNDS == 1:
                reason = outcome.again[id(waiting[0])]
                logger.warning(f"{len(waiting)} live events wait for another try: {reason}")
            await self._pause(pause)
            # One event that fails for ever shows by the others that don't.
            waiting += await self._more()
            pause = min(pause * 2, LONGEST_PAUSE)
        return done

    async def _settle(self, events: list[WebhookEvent]) -> Outcome:
        """Try together; then those that failed by halves, as long as that tells them apart."""
        outcome = await self._attempt(events)
        bad = outcome.of(events)
        if not bad or len(events) == 1:
            return outcome
        middle = (len(bad) + 1) // 2
        parts = [part for part in (bad[:middle], bad[middle:]) if part]
        newer = [await self._attempt(part) for part in parts]
        for part, result in zip(parts, newer, strict=True):
            outcome.replace(part, result)
        if all(len(result.again) == len(part) for part, result in zip(parts, newer, strict=True)):
            return outcome
        for part, result in zip(parts, newer, strict=True):
            if len(part) > 1 and (left := result.of(part)):
                outcome.replace(left, await self._settle(left))
        return outcome

    async def _sample(self, waiting: list[WebhookEvent], outcome: Outcome, rounds: int) -> None:
        """Try single events, others each round, until some fail in a row.

        Several bad events can make every half fail, which looks like an outage.
        """
        start = rounds * SAMPLE % len(waiting)
        misses = 0
        for event in [*waiting[start:], *waiting[:start]]:
            result = await self._attempt([event])
            outcome.replace([event], result)
            misses = misses + 1 if result.of([event]) else 0
            if misses == SAMPLE:
                return

    @staticmethod
    def _count(outcome: Outcome, failures: dict[int, int]) -> None:
        for name, reason in list(outcome.again.items()):
            failures[name] = failures.get(name, 0) + 1
            if failures[name] >= MAX_FAILURES:
                outcome.failed[name] = reason
                del outcome.again[name]


def names(events: Sequence[WebhookEvent]) -> str:
    """The first events of a batch, by name and delivery."""
    return ", ".join(
        f"{event_name(e.payload) or 'unnamed'} ({e.headers.get(DELIVERY_ID) or e.trace_id})"
        for e in events[:5]
    )
