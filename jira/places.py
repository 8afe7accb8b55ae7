"""Places that may be taken at once, of which those who are urgent get the next one."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from jira.urgency import Urgency, present_urgency

LIVE_IN_A_ROW = 9
"""So many live ones may pass by somebody in the background: nobody waits for ever."""


class Shares:
    """Whose turn it is. Without I/O."""

    def __init__(self, most: int, kept_free: int = 0) -> None:
        """`kept_free` places are never taken by the background; it has one at least."""
        self.most = most
        self._kept_free = kept_free
        self._taken = dict.fromkeys(Urgency, 0)
        self._passed_by = 0

    def take(self, waiting: Collection[Urgency]) -> Urgency | None:
        """Who of those that wait gets a place now; None where nobody may have one."""
        if sum(self._taken.values()) >= self.most:
            return None
        live = Urgency.LIVE in waiting
        background = Urgency.BACKGROUND in waiting and self._background_may
        if not live and not background:
            return None
        chosen = Urgency.LIVE
        if background and (not live or self._passed_by >= LIVE_IN_A_ROW):
            chosen = Urgency.BACKGROUND
        self._passed_by = self._passed_by + 1 if background and chosen is Urgency.LIVE else 0
        self._taken[chosen] += 1
        return chosen

    def give_back(self, urgency: Urgency) -> None:
        """A place is free again."""
        self._taken[urgency] -= 1

    @property
    def _background_may(self) -> bool:
        return self._taken[Urgency.BACKGROUND] < max(1, self.most - self._kept_free)


class Places:
    """Those who wait for a place, in order among those that are as urgent."""

    def __init__(self, most: int, kept_free: int = 0) -> None:
        """See Shares."""
        self._shares = Shares(most, kept_free)
        self._waiting: dict[Urgency, deque[asyncio.Future[None]]] = {of: deque() for of in Urgency}

    def resize(self, most: int) -> None:
        """From now on there are so many; those that are taken stay so."""
        self._shares.most = most
        self._let_in()

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Wait for a place, by the urgency of the present work, and keep it."""
        urgency = present_urgency()
        await self._enter(urgency)
        try:
            yield
        finally:
            self._leave(urgency)

    async def _enter(self, urgency: Urgency) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting[urgency].append(turn)
        self._let_in()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                # It came in the moment that it was no longer wanted.
                self._leave(urgency)
            elif turn in self._waiting[urgency]:
                self._waiting[urgency].remove(turn)
            raise

    def _leave(self, urgency: Urgency) -> None:
        self._shares.give_back(urgency)
        self._let_in()

    def _let_in(self) -> None:
        for line in self._waiting.values():
            while line and line[0].cancelled():
                line.popleft()
        while (whose := self._shares.take([of for of in Urgency if self._waiting[of]])) is not None:
            turn = self._waiting[whose].popleft()
            if turn.cancelled():
                self._shares.give_back(whose)
            else:
                turn.set_result(None)
