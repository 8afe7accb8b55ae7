"""The entries of the stream that this process has, and what is to become of each; no I/O."""

from collections import OrderedDict
from collections.abc import Callable, Iterable

AGAIN_SECONDS = (60.0, 300.0, 900.0)
"""When an event that was given up is handled again; after the last time it is left to the sweep."""
MAX_REMEMBERED = 20_000


class Held:
    """Knows of each entry whether it is to be handled, and when."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._handled: dict[str, int] = {}
        self._later: dict[str, float] = {}
        self._times: dict[str, int] = {}
        self._done: dict[str, None] = {}
        # What was acknowledged: Redis may give it once more, where it forgot that.
        self._ended: OrderedDict[str, None] = OrderedDict()

    @property
    def bytes(self) -> int:
        """The size of those that are handled now."""
        return sum(self._handled.values())

    def __len__(self) -> int:
        return len(self._handled)

    def take(self, entry: str, size: int) -> bool:
        """Whether an entry that Redis gave is to be handled now, and wasn't yet."""
        if entry in self._ended:
            self._done[entry] = None
        if entry in self._handled or entry in self._done:
            return False
        self._later.pop(entry, None)
        self._handled[entry] = size
        return True

    def wait(self, entry: str, seconds: float) -> None:
        """It can't be handled now: later, however often that is."""
        self._handled.pop(entry, None)
        self._later[entry] = self._now() + seconds

    def done(self, entry: str) -> None:
        """It need not be handled any more."""
        self._handled.pop(entry, None)
        self._later.pop(entry, None)
        self._times.pop(entry, None)
        self._done[entry] = None

    def gave_up(self, entry: str) -> float | None:
        """It couldn't be handled: the seconds until it is tried again; None if it isn't."""
        times = self._times.get(entry, 0)
        if times >= len(AGAIN_SECONDS):
            self.done(entry)
            return None
        self._times[entry] = times + 1
        self.wait(entry, AGAIN_SECONDS[times])
        return AGAIN_SECONDS[times]

    def unknown(self, pending: Iterable[str]) -> list[str]:
        """Those of what Redis says is ours that never came, or are due again."""
        now = self._now()
        return [
            entry
            for entry in pending
            if entry not in self._handled
            and entry not in self._done
            and self._later.get(entry, now) <= now
        ]

    def only(self, pending: Iterable[str]) -> None:
        """Somebody else has taken over what isn't among these; what is handled here goes on."""
        ours = set(pending)
        for entry in [entry for entry in self._later if entry not in ours]:
            del self._later[entry]
            self._times.pop(entry, None)

    def to_acknowledge(self) -> list[str]:
        """Those that are done and of which Redis doesn't know."""
        return list(self._done)

    def acknowledged(self, entries: Iterable[str]) -> None:
        """Redis knows."""
        for entry in entries:
            self._done.pop(entry, None)
            self._ended[entry] = None
        while len(self._ended) > MAX_REMEMBERED:
            self._ended.popitem(last=False)
