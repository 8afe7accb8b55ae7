"""What Jira said a while ago and is taken to be so still: until an event, or for some minutes."""

import time
from collections.abc import Callable, Iterable

KEPT_SECONDS = 600.0
"""An event that never comes makes no difference for longer."""


class Kept[V]:
    """Answers by name, each with its age.

    Whoever asks Jira takes a `moment` before it, so that an answer isn't kept that an event has
    overtaken on its way.
    """

    def __init__(
        self, seconds: float = KEPT_SECONDS, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._now = now
        self._at: dict[str, tuple[float, V]] = {}
        self.moment = 0
        """Changes whenever all is forgotten."""

    def get(self, names: Iterable[str]) -> dict[str, V]:
        """Those of the names that are known, and young enough."""
        since = self._now() - self._seconds
        return {
            name: known[1]
            for name in names
            if (known := self._at.get(name)) is not None and known[0] >= since
        }

    def put(self, moment: int, answers: Iterable[tuple[str, V]]) -> None:
        """Jira was asked at that moment, and said this."""
        if moment == self.moment:
            self._at |= {name: (self._now(), answer) for name, answer in answers}

    def forget(self) -> None:
        """Something happened to them."""
        self._at.clear()
        self.moment += 1
