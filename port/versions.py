"""Which of two readings of an entity is the newer one, and one write of it after the other.

Live events and background work write side by side. What background work read before an event wrote
is older than that, and isn't written over it. An event that comes after background work which read
later may have written something older: that entity is read again.

Where several processes write (see Shared), that which was read later wins over all of them. What
is left out for another process's write is read again here, under this one's mapping.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum

from port_ocean.core.models import Entity

from port.deletions import MAX_REMEMBERED, LatelyWritten
from port.entities import EntityKey, key_of
from port.shared import Shared, name_of
from redis_link.turns import NOTHING, Taken, Wrote


@dataclass(frozen=True)
class Reading:
    """When what is written was read, at the earliest (monotonic seconds), and for whom."""

    since: float
    live: bool = False
    resync: bool = False


class Verdict(Enum):
    """What becomes of a reading, by what other processes wrote."""

    WRITE = "nobody wrote anything newer"
    DOUBTFUL = "it is the newer one, but what it was written over may have been so in part"
    LEAVE = "somebody wrote what may be newer"


def judge(others: Wrote, whole: int, since: int, *, live: bool) -> Verdict:
    """Decided by moments of one clock: `since` when it was read, and what is kept is `whole`."""
    if since < whole or others.read >= since:
        return Verdict.LEAVE
    if others.live >= since:
        # Of two events each has its own read, and the newer one is written last.
        return Verdict.WRITE if live else Verdict.LEAVE
    if others.background >= since and live:
        return Verdict.DOUBTFUL
    return Verdict.WRITE


class Versions:
    """What events and what background work wrote, and who is writing what."""

    def __init__(
        self,
        now: Callable[[], float],
        most: int = MAX_REMEMBERED,
        shared: Shared | None = None,
    ) -> None:
        self._by_events = LatelyWritten(now, most)
        self._in_background = LatelyWritten(now, most)
        self._doubtful: dict[EntityKey, Entity] = {}
        self._turns = Turns()
        self.shared = shared
        """What other processes write; None where there are none."""

    def newest(self, entities: Iterable[Entity], reading: Reading) -> list[Entity]:
        """Those that may be written: all of an event, else those that no event wrote since.

        By this process's events alone: `Turn` knows those of others.
        """
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

    @property
    def has_doubtful(self) -> bool:
        """Whether something has to be read again."""
        return bool(self._doubtful)

    def doubt(self, entities: Iterable[Entity]) -> None:
        """These have to be read again."""
        self._doubtful |= {key_of(entity): entity for entity in entities}

    def take_doubtful(self) -> dict[EntityKey, Entity]:
        """What has to be read again; it is forgotten here."""
        taken, self._doubtful = self._doubtful, {}
        return taken

    @asynccontextmanager
    async def in_turn(
        self, entities: Collection[Entity], reading: Reading, *, deletes: bool = False
    ) -> AsyncIterator["Turn"]:
        """Wait until nobody else writes one of these, and keep others from that.

        `deletes`: what is done to them; other processes are told before.
        """
        async with self._turns.of({key_of(entity) for entity in entities}):
            if self.shared is None:
                yield Turn(self, reading)
                return
            keys = {key_of(entity) for entity in entities}
            async with self.shared.turn(keys, list(entities) if deletes else ()) as taken:
                turn = Turn(self, reading) if taken is None else SharedTurn(self, reading, taken)
                try:
                    yield turn
                finally:
                    # A write that failed may have been done in part.
                    await turn.end(entities)


class Turn:
    """Entities that are this process's to write for now."""

    def __init__(self, versions: Versions, reading: Reading) -> None:
        self._versions = versions
        self._reading = reading

    async def newest(self, entities: Iterable[Entity], seen: Iterable[float] = ()) -> list[Entity]:
        """Those that may be written; by what others wrote also since they were `seen`."""
        del seen
        return self._versions.newest(entities, self._reading)

    def unknown(self, entities: Iterable[Entity]) -> list[EntityKey]:
        """Those that this process wasn't the last to write, as far as that is known."""
        del entities
        return []

    async def wrote(self, entities: Iterable[Entity]) -> None:
        """These were written, or deleted: the turn has ended."""
        self._versions.wrote(entities, self._reading)

    async def end(self, entities: Collection[Entity]) -> None:
        """The turn has ended, whatever became of it."""


class SharedTurn(Turn):
    """The same among several processes."""

    def __init__(self, versions: Versions, reading: Reading, taken: Taken) -> None:
        super().__init__(versions, reading)
        if versions.shared is None:
            raise RuntimeError("nobody shares what was taken")
        self._shared = versions.shared
        self._taken = taken
        self._given = False
        self._writes: list[Entity] = []

    async def newest(self, entities: Iterable[Entity], seen: Iterable[float] = ()) -> list[Entity]:
        """Those that may be written; what others wrote since is read again."""
        ours = not self._reading.resync
        candidates = await super().newest(entities) if ours else list(entities)
        lost = await self._shared.lost(self._taken)
        since = self._shared.moments(min([self._reading.since, *seen]))
        # A resync's own listener has what changed meanwhile handled again.
        whole = 0 if self._reading.resync else self._taken.whole
        written: list[Entity] = []
        for entity in candidates:
            name = name_of(key_of(entity))
            others = self._taken.others.get(name, NOTHING)
            verdict = judge(others, whole, since, live=self._reading.live)
            if name in lost:
                verdict = Verdict.LEAVE
            if verdict is not Verdict.WRITE:
                self._versions.doubt([entity])
            if verdict is not Verdict.LEAVE:
                written.append(entity)
        self._writes = written
        return written

    def unknown(self, entities: Iterable[Entity]) -> list[EntityKey]:
        """Those that another process wrote last, and those of which nobody knows."""
        keys = [key_of(entity) for entity in entities]
        return [key for key in keys if name_of(key) not in self._taken.mine]

    async def wrote(self, entities: Iterable[Entity]) -> None:
        """These were written, or deleted; what somebody else took meanwhile is read again."""
        every = list(entities)
        if not self._reading.resync:
            await super().wrote(every)
        await self._give(every)

    async def end(self, entities: Collection[Entity]) -> None:
        """The turn has ended, whatever became of it."""
        if not self._given:
            await self._give(self._writes)

    async def _give(self, entities: Sequence[Entity]) -> None:
        self._given = True
        lost = await self._shared.give(
            self._taken,
            map(key_of, entities),
            self._reading.since,
            live=self._reading.live,
        )
        self._versions.doubt(e for e in entities if name_of(key_of(e)) in lost)


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
