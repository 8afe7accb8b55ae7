"""When resources were last read, by this process or another one, and how far back that makes one
look. Without I/O but for the clock.
"""

import time
from collections.abc import Collection, Mapping

FIRST_LOOK_BACK_MINUTES = 24 * 60
"""Where nobody knows when a resource was last read."""
MARGIN_MINUTES = 5
"""Looked back further than the last time: JQL knows minutes, and the index lags behind."""


class LastRead:
    """Moments in monotonic seconds."""

    def __init__(self) -> None:
        self.everything: float | None = None
        """When the last read of everything began."""
        self._resources: dict[str, float] = {}

    def all(self, begun: float) -> None:
        """Everything was read by what began then."""
        self.everything = begun
        self._resources.clear()

    def all_before(self, seconds: float) -> None:
        """Another process has read everything, as it was so many seconds ago."""
        self.all(time.monotonic() - seconds)

    def resources(self, names: Collection[str], begun: float) -> None:
        """These were read by what began then."""
        self._resources |= dict.fromkeys(names, begun)

    def before(self, seconds: Mapping[str, float]) -> None:
        """Another process has read resources, each as it was so many seconds ago."""
        now = time.monotonic()
        self._resources |= {name: now - ago for name, ago in seconds.items()}

    def minutes(self, name: str) -> int:
        """How many minutes back a resource has to be looked at."""
        since = self._resources.get(name, self.everything)
        if since is None:
            return FIRST_LOOK_BACK_MINUTES
        return minutes_since(time.monotonic() - since)


def minutes_since(seconds: float) -> int:
    """How many minutes to look back, to miss nothing of these seconds."""
    return int(seconds / 60) + MARGIN_MINUTES
