"""Turns and versions of entities over several processes: waits for Redis, and for each other.

While Redis is away nobody can know who writes what, so all that writes waits. While it is full it
still forgets, but keeps nothing new: events go on, or it would stay full, and what was written
then is to be compared afterwards.
"""

import asyncio
import contextvars
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from hashlib import blake2b

from port_ocean.core.models import Entity

from port.entities import EntityKey, key_of
from redis_link.troubles import AWAY, State
from redis_link.turns import LOCK_SECONDS, Taken, Turns

BUSY_SECONDS = 0.02
LONGEST_PAUSE = 2.0
LISTENS_SECONDS = 10.0
"""How long after a write one that others begin to delete may concern it."""
LISTEN_EVERY = 1.0


class Shared:
    """What other processes write, by the names of entities."""

    def __init__(
        self,
        turns: Turns,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._turns = turns
        self._pause = pause
        self._trouble = turns.troubles.of_one()
        self._unsure = False
        self._wrote_at = 0.0
        self._listening: asyncio.Task[None] | None = None
        self.leaving: Callable[[list[Entity]], None] = lambda _: None
        """Is told what others are about to delete."""

    @property
    def moments(self) -> Callable[[float], int]:
        """From monotonic seconds to Redis's microseconds, at the earliest."""
        return self._turns.moments.earliest

    def take_unsure(self) -> bool:
        """Whether something was written without a turn, and that is over; forgotten here."""
        taken = self._unsure and self._trouble.state is None
        self._unsure = self._unsure and not taken
        return taken

    @asynccontextmanager
    async def turn(
        self, keys: Iterable[EntityKey], leaving: Sequence[Entity] = ()
    ) -> AsyncIterator[Taken | None]:
        """Wait until these are nobody else's; None where that can't be had, and isn't waited for.

        Whoever has it ends it by `give`.
        """
        taken = await self._take([name_of(key) for key in keys], leaving)
        if taken is None:
            yield None
            return
        prolonging = asyncio.create_task(self._prolong(taken), context=contextvars.Context())
        try:
            yield taken
        finally:
            prolonging.cancel()

    async def _take(self, names: list[str], leaving: Sequence[Entity]) -> Taken | None:
        told = [json.dumps(key_of(entity)) for entity in leaving]
        pause = BUSY_SECONDS
        while True:
            try:
                taken = await self._turns.take(names, told)
            except AWAY as error:
                if self._trouble.failed(error) is State.FULL:
                    self._unsure = True
                    return None
                pause = min(2 * pause, LONGEST_PAUSE)
                await self._pause(pause)
                continue
            self._trouble.works()
            if taken is not None:
                if taken.leaving:
                    self.leaving([_entity(text) for text in taken.leaving])
                return taken
            pause = BUSY_SECONDS
            await self._pause(random.uniform(pause, 3 * pause))  # noqa: S311

    async def lost(self, taken: Taken) -> set[str]:
        """The names that aren't this process's any more: it stood still for too long."""
        while True:
            try:
                return await self._turns.hold(taken)
            except AWAY as error:
                self._trouble.failed(error)
                await self._pause(LONGEST_PAUSE)

    async def give(
        self, taken: Taken, written: Iterable[EntityKey], since: float, *, live: bool
    ) -> set[str]:
        """End a turn with what was written; the names that weren't this process's any more."""
        names = [name_of(key) for key in written]
        if names:
            self._wrote_at = time.monotonic()
            self._listen()
        while True:
            try:
                lost = await self._turns.give(taken, names, since=since, live=live)
            except AWAY as error:
                if self._trouble.failed(error) is State.FULL:
                    self._unsure = True
                    return set()
                await self._pause(LONGEST_PAUSE)
            else:
                self._trouble.works()
                return lost

    async def _prolong(self, taken: Taken) -> None:
        while True:
            await asyncio.sleep(LOCK_SECONDS / 4)
            with suppress(*AWAY):
                await self._turns.hold(taken)

    def _listen(self) -> None:
        """Hear for a while what others delete: a search of theirs may not show what was written."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(
                self._hear_for_a_while(), context=contextvars.Context()
            )

    async def _hear_for_a_while(self) -> None:
        while time.monotonic() - self._wrote_at < LISTENS_SECONDS:
            await asyncio.sleep(LISTEN_EVERY)
            await self._take([], ())


def name_of(key: EntityKey) -> str:
    """Short, however long the entity's is."""
    text = "\0".join(key).encode(errors="surrogatepass")
    return blake2b(text, digest_size=10).hexdigest()


def _entity(text: str) -> Entity:
    blueprint, identifier = json.loads(text)
    return Entity(blueprint=blueprint, identifier=identifier, title=None, icon=None)
