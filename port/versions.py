"""Which of two readings of an entity is the newer one, and one write of it after the other.

Live events and background work write side by side. What background work read before an event wrote
is older than that, and isn't written over it. An event that comes after background work which read
later may have written something older: that entity is read again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from port_ocean.core.models import Entity

from port.deletions import MAX_REMEMBERED, LatelyWritten
from port.entities import EntityKey, key_of


@dataclass(frozen=True)
class Reading:
    """When what is written was read, at the earliest (monotonic seconds), and for whom."""

    since: float
    live: bool = False


class Versions:
    """What events and what background work wrote, and who is writing what."""

    def __init__(self, now: Callable[[], float], most: int = MAX_REMEMBERED) -> None:
        self._by_events = LatelyWritten(now, most)
        self._in_background = LatelyWritten(now, most)
        self._doubtful: dict[EntityKey, Entity] = {}
        self._turns = Turns()

    def newest(self, entities: Iterable[Entity], reading: Reading) -> list[Entity]:
        """Those that may be written: all of an event, else those that no event wrote since."""
        if reading.live:
            return list(entities)
        return [e for e in entities if not self._by_events.since(e, reading.since)]

    def wrote(self, entities: Iterable[Entity], reading: Reading) -> None:
        """These were written, or deleted."""
        every = list(entities)
        if not reading.live:
            self._in_background.note(every)
            return
        self._by_events.note(every)
        for entity in every:
            if self._in_background.since(entity, reading.since):
                self._doubtful[key_of(entity)] = entity

    def take_doubtful(self) -> dict[EntityKey, Entity]:
        """What has to be read again; it is forgotten here."""
        taken, self._doubtful = self._doubtful, {}
        return taken

    @asynccontextmanager
    async def in_turn(self, entities: Iterable[Entity]) -> AsyncIterator[None]:
        """Wait until nobody else writes one of these, and keep others from that."""
        async with self._turns.of({key_of(entity) for entity in entities}):
            yield


class Turns:
    """Who has to do with the same keys comes one after the other, others side by side.

    Whoever comes takes its turn for all of its keys at once, so that no two wait for each other.
    """

    def __init__(self) -> None:
        self._last: dict[EntityKey, asyncio.Future[None]] = {}

    @asynccontextmanager
    async def of(self, keys: Iterable[EntityKey]) -> AsyncIterator[None]:
        """Wait for all that came before with one of these keys."""
        mine = set(keys)
        before = {self._last[key] for key in mine if key in self._last}
        ended = asyncio.get_running_loop().create_future()
        self._last |= dict.fromkeys(mine, ended)
        try:
            if before:
                await asyncio.wait(before)
            yield
        finally:
            self._end(mine, ended, before)

    def _end(
        self,
        keys: set[EntityKey],
        ended: asyncio.Future[None],
        before: set[asyncio.Future[None]],
    ) -> None:
        if left := next((future for future in before if not future.done()), None):
            # Given up while it waited: whoever comes after waits for the same ones.
            left.add_done_callback(lambda _: self._end(keys, ended, before))
            return
        ended.set_result(None)
        for key in keys:
            if self._last.get(key) is ended:
                del self._last[key]
