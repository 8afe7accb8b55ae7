"""How many requests to Jira sweeps make: so many a minute, and at once what they saved up."""

import time
from collections.abc import Callable

SAVED_MINUTES = 5
"""What isn't used in a minute may be used within the next ones: a smaller site's sweep is done at
once."""


class Allowance:
    """Requests that may be made. Without I/O."""

    def __init__(self, a_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        """`a_minute` is 0 where there is no limit."""
        self._a_second = a_minute / 60
        self._most = float(a_minute * SAVED_MINUTES)
        self._now = now
        self._left = self._most
        self._at = now()

    def spend(self, requests: int) -> None:
        """So many were made; perhaps more than there were."""
        self._save()
        self._left -= requests

    def wait(self) -> float:
        """In how many seconds the next one may be made; 0 where it may now."""
        self._save()
        if not self._a_second or self._left > 0:
            return 0.0
        return (1 - self._left) / self._a_second

    def _save(self) -> None:
        now = self._now()
        self._left = min(self._most, self._left + (now - self._at) * self._a_second)
        self._at = now
