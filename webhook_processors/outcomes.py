"""What becomes of an event: for each resource that it touches by itself, in that one's lane."""

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from telemetry import lookups
from webhook_processors.lane import Lane, Means, Pair
from webhook_processors.queued_event import size_of

Progress = Callable[[list[WebhookEvent], dict[WebhookEvent, bool]], Awaitable[None]]


class Outcomes:
    """Hands events to the lanes of their resources, and knows which are still open."""

    def __init__(self, means: Means, progress: Progress) -> None:
        """`progress` is told after each round which events were tried once by all of their
        resources, and which have ended: with True where all of it was written.
        """
        self._means = means
        self._progress = progress
        self._lanes: dict[str, Lane] = {}
        self._untried: dict[WebhookEvent, set[Pair[Any]]] = {}
        self._open: dict[WebhookEvent, set[Pair[Any]]] = {}
        self._given_up: set[WebhookEvent] = set()
        self._changed = asyncio.Event()
        lookups.LANES.by(self._held_by_lanes)

    @property
    def held(self) -> int:
        """How many pairs are neither written nor given up."""
        return sum(map(len, self._open.values()))

    @property
    def held_bytes(self) -> int:
        """How large their events are, which are parsed."""
        return sum(map(size_of, self._open))

    def _held_by_lanes(self) -> list[lookups.Lane]:
        """What each lane holds that holds any."""
        held = Counter(pair.resource for pairs in self._open.values() for pair in pairs)
        lanes = []
        for resource, count in held.items():
            new, again = self._lanes[resource].held()
            lanes.append(lookups.Lane(resource, new, max(0, count - new - again), again))
        return lanes

    async def room(self, most: int, most_bytes: float = math.inf) -> None:
        """Wait until fewer than so many are held: in an outage the queue keeps the others."""
        while self.held >= most or self.held_bytes >= most_bytes:
            self._changed.clear()
            await self._changed.wait()

    async def take(self, pairs_of: Mapping[WebhookEvent, Sequence[Pair[Any]]]) -> None:
        """Begin with these events; returns at once."""
        for webhook_event, pairs in pairs_of.items():
            self._open[webhook_event] = set(pairs)
            self._untried[webhook_event] = set(pairs)
            for pair in pairs:
                if pair.resource not in self._lanes:
                    self._lanes[pair.resource] = Lane(pair.resource, self._means, self._note)
                self._lanes[pair.resource].add(pair)
        await self._note([], [], [])

    async def _note(
        self,
        tried: Iterable[Pair[Any]],
        written: Iterable[Pair[Any]],
        given_up: Sequence[Pair[Any]],
    ) -> None:
        """What became of pairs in a round of a lane."""
        for pair in tried:
            self._untried.get(pair.event, set()).discard(pair)
        self._given_up.update(pair.event for pair in given_up)
        for pair in (*written, *given_up):
            self._open[pair.event].discard(pair)
        once = [webhook_event for webhook_event, left in self._untried.items() if not left]
        ended = {e: e not in self._given_up for e, left in self._open.items() if not left}
        for webhook_event in once:
            del self._untried[webhook_event]
        for webhook_event in ended:
            del self._open[webhook_event]
            self._given_up.discard(webhook_event)
        self._changed.set()
        if once or ended:
            await self._progress(once, ended)

    async def close(self) -> None:
        """The worker ends: what is open is left."""
        await asyncio.gather(*(lane.close() for lane in self._lanes.values()))
