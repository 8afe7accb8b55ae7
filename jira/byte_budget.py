"""One budget, in bytes, for all rows that are read ahead: however many resources, kinds and boards.

What is awaited always gets on: whoever takes its rows may hold one thing even where the budget is
used up, or that thing is larger than all of it. Others read ahead in a part of the budget, so that
they never leave too little to what is awaited.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Self

PART_AHEAD = 0.5
"""The part of the budget that what nobody awaits yet may use up."""


class Turn:
    """Whether somebody awaits what is read; until then it is read ahead."""

    def __init__(self) -> None:
        self.has_come = False
        self._told: list[Callable[[], None]] = []

    def tell(self, told: Callable[[], None]) -> None:
        """Have it told when the turn comes."""
        self._told.append(told)

    def come(self) -> None:
        """From now on it is awaited."""
        self.has_come = True
        for told in self._told:
            told()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """What is read in here, and in the tasks that are made here, is of this turn."""
        token = _turn.set(self)
        try:
            yield
        finally:
            _turn.reset(token)


_turn: ContextVar[Turn | None] = ContextVar("turn", default=None)


def present_turn() -> Turn | None:
    """The turn that what is read now belongs to; None where somebody awaits it in any case."""
    return _turn.get()


class Budget:
    """Knows what all readers hold, and lets in what fits."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._shares: list[Share] = []
        self._waiting: list[tuple[Share, asyncio.Future[None]]] = []

    @property
    def used(self) -> float:
        """What is held, and what is under way as far as can be said."""
        return sum(share.weight for share in self._shares)

    def share(self, expected: int) -> "Share":
        """One reader's share; what isn't read for anybody's turn is awaited.

        `expected` is what a thing is taken to weigh before the first one is there.
        """
        turn = present_turn()
        if turn is not None:
            turn.tell(self.look_again)
        return Share(self, turn, expected)

    def admits(self, share: "Share") -> bool:
        """Whether one more thing of this reader may begin."""
        if share.is_awaited and not share.count:
            return True
        most = self._most if share.is_awaited else PART_AHEAD * self._most
        return self.used + share.usual <= most

    def look_again(self) -> None:
        """Let in what fits by now: what is awaited first, then in order."""
        self._waiting = [waits for waits in self._waiting if not waits[1].done()]
        for share, let_in in sorted(self._waiting, key=lambda waits: not waits[0].is_awaited):
            if self.admits(share):
                share.under_way += 1
                let_in.set_result(None)

    def add(self, share: "Share") -> None:
        """A reader begins."""
        self._shares.append(share)

    def remove(self, share: "Share") -> None:
        """A reader has ended, whatever it held."""
        self._shares.remove(share)
        self.look_again()

    async def admitted(self, share: "Share") -> None:
        """Wait until one more thing of this reader may begin; it counts as under way then."""
        let_in = asyncio.get_running_loop().create_future()
        self._waiting.append((share, let_in))
        self.look_again()
        try:
            await let_in
        except asyncio.CancelledError:
            if not let_in.cancelled():
                share.under_way -= 1
            self.look_again()
            raise


class Share:
    """What one reader has of the budget; everything is given back at its end.

    A thing is under way (`enter`), is there (`came`), is taken out of what was read ahead (`took`),
    and is let go of (`leave`).
    """

    def __init__(self, budget: Budget, turn: Turn | None, expected: int) -> None:
        self._budget = budget
        self._turn = turn
        self._came = False
        self.usual = float(expected)
        """What a thing weighs, most likely."""
        self._ahead = 0
        self._bytes = 0
        self.under_way = 0

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for what is read."""
        return self._turn is None or self._turn.has_come

    @property
    def count(self) -> int:
        """The things that are under way, or there and not taken."""
        return self.under_way + self._ahead

    @property
    def weight(self) -> float:
        """What is held or under way."""
        return self._bytes + self.under_way * self.usual

    async def enter(self) -> None:
        """Wait until one more thing may begin."""
        await self._budget.admitted(self)

    def came(self, weight: int) -> None:
        """A thing that was under way is there, and held from now on."""
        self.under_way -= 1
        self._ahead += 1
        self._bytes += weight
        self.usual = self.usual + 0.3 * (weight - self.usual) if self._came else float(weight)
        self._came = True
        self._budget.look_again()

    def took(self) -> None:
        """A thing is no longer read ahead; it is held until it leaves."""
        self._ahead -= 1
        self._budget.look_again()

    def leave(self, weight: int) -> None:
        """So much is no longer held."""
        self._bytes -= weight
        self._budget.look_again()

    def __enter__(self) -> Self:
        self._budget.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._budget.remove(self)
