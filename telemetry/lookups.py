"""What the status page looks up and no metric has: nothing of it is kept, or costs anything before.

Whoever has it says here how it is looked up, as for a gauge that is looked up when scraped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from telemetry.recent import Seen


class Lookup[T]:
    """A value that is looked up when somebody wants to see it."""

    def __init__(self, nothing: T) -> None:
        """`nothing` is what there is until somebody says how it is looked up."""
        self._look: Callable[[], T] = lambda: nothing

    def by(self, look: Callable[[], T]) -> None:
        """Have it looked up like this from now on."""
        self._look = look

    def now(self) -> T:
        """What it is now."""
        return self._look()


@dataclass(frozen=True)
class Open:
    """How many events are under way, and those of them that came last."""

    count: int = 0
    newest: Sequence[Seen] = ()


@dataclass(frozen=True)
class Lane:
    """What a resource's lane holds: events that are new, under way, and tried again later."""

    resource: str
    new: int
    under_way: int
    again: int


@dataclass(frozen=True)
class Trouble:
    """Something that can't be kept up to date, or waits; for how many seconds.

    `reason` and `to_do` are words of ours: nothing that Jira or Port said is in them.
    """

    what: str
    reason: str
    to_do: str
    seconds: float
    times: int = 1
    waits: bool = False


OPEN = Lookup(Open())
LANES = Lookup[Sequence[Lane]](())
TROUBLES = Lookup[Sequence[Trouble]](())
RESYNC = Lookup[str | None](None)
"""How far the resync is that is under way, in a sentence."""
