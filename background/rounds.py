"""A sweep of everything is a round: broken off, it goes on with what isn't done. Without I/O."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from background.costs import hours
from background.sweep_groups import Group
from background.sweep_plan import Read
from port.entities import EntityKey
from port.listed import Listed
from telemetry.tally import Tally

GOES_ON_SECONDS = 3600.0
"""After a longer break a round begins anew: what was compared first is too long ago."""


@dataclass(frozen=True)
class Stub:
    """What looks like one, by what was read since a moment.

    `is_sure`: Port tells more of others, so it is one. Else it counted for the limit.
    """

    listed: Listed
    seen_since: float
    is_sure: bool


@dataclass
class Round:
    """How far a sweep is. Moments are monotonic seconds."""

    account: str
    resources: Sequence[ResourceConfig]
    begun: float
    tally: Tally = field(default_factory=Tally)
    """The requests to Jira that it cost."""
    sure: set[str] = field(default_factory=set)
    """The blueprints of which everything was read."""
    gone: set[EntityKey] = field(default_factory=set)
    """What was too much, and no limit kept."""
    stubs: list["Stub"] = field(default_factory=list)
    """What looks like a stub, and nothing in Jira stands for."""
    read: list[str] = field(default_factory=list)
    """The resources that could be read."""
    _done: set[frozenset[int]] = field(default_factory=set)

    def note_read(self, group: Group, read: Read) -> None:
        """These resources were compared; where one failed it is tried again."""
        self.read += read.done
        self.sure |= read.sure
        if not read.failed:
            self._done.add(group.places)

    def is_done(self, group: Group) -> bool:
        """Whether they were."""
        return group.places in self._done

    def in_words(self, now: float) -> str:
        """What it took, for the log."""
        took = now - self.begun
        how_long = f"{took:.0f} s" if took < 90 else hours(took)
        return f"{how_long} and {self.tally.requests:,} requests to Jira"


class Rounds:
    """Keeps the round that was broken off last, as long as it is worth going on with."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._left: tuple[Round, float] | None = None
        self._anew = float("-inf")

    @property
    def is_left(self) -> bool:
        """Whether one was broken off."""
        return self._left is not None

    def begin(self, account: str, resources: Sequence[ResourceConfig]) -> Round:
        """The one that was broken off, or a new one."""
        left, self._left = self._left, None
        if left is not None:
            begun, broke_off = left
            if (
                begun.account == account
                and begun.resources == resources
                and begun.begun >= self._anew
                and self._now() - broke_off <= GOES_ON_SECONDS
            ):
                return begun
        return Round(account, resources, self._now())

    def broke_off(self, of: Round) -> None:
        """It may go on later."""
        self._left = (of, self._now())

    def anew(self) -> None:
        """Something happened: the next one begins anew, whatever was done before."""
        self._anew = self._now()
        self._left = None
