"""The stand-in Port's limits: how many requests it takes, and what it tells of that."""

import math
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

BULK_UPSERTS = "bulk upserts"
SEARCHES = "searches"
ENTITIES = "entities"
UPSERTS = "upserts"
BLUEPRINTS = "blueprints"
TOKENS = "tokens"
OTHERS = "others"

_GROUPS = [
    (re.compile(pattern), group)
    for pattern, group in (
        (r"POST /v1/auth/access_token", TOKENS),
        (r"POST /v1/blueprints/[^/]+/entities/bulk", BULK_UPSERTS),
        (r"POST /v1/(blueprints/[^/]+/)?entities/search", SEARCHES),
        (r"POST /v1/blueprints/[^/]+/entities", UPSERTS),
        (r"\w+ /v1/(blueprints/.+/)?(all-)?entities(/.*)?", ENTITIES),
        (r"\w+ /v1/blueprints/entities/.*", ENTITIES),
        (r"\w+ /v1/blueprints(/.*)?", BLUEPRINTS),
        (r"\w+ /v1/.*", OTHERS),
    )
]


@dataclass(frozen=True)
class Limit:
    """Requests in a window, and how many of them may come at once above the even pace."""

    requests: int
    burst: int


REAL = {
    BULK_UPSERTS: Limit(35_000, 3_500),
    SEARCHES: Limit(35_000, 3_500),
    ENTITIES: Limit(35_000, 3_500),
    UPSERTS: Limit(10_000, 200),
    BLUEPRINTS: Limit(15_000, 1_500),
    TOKENS: Limit(100, 10),
    OTHERS: Limit(15_000, 1_500),
}


@dataclass
class _Window:
    ends: float
    taken: int = 0


@dataclass
class _Saved:
    at: float
    requests: float


class PortLimits:
    """Counts requests by group, in windows that follow each other.

    The switches: `limits` by group, `period`, and `enforced`.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        """`now` is the time of day, in seconds since 1970."""
        self.limits = dict(REAL)
        self.period = 300.0
        self.enforced = True
        self.refused: Counter[str] = Counter()
        self._now = now
        self._windows: dict[str, _Window] = {}
        self._saved: dict[str, _Saved] = {}

    def scale(self, factor: float, period: float) -> None:
        """Make all limits smaller, and their windows shorter."""
        for group, real in REAL.items():
            requests, burst = (max(1, round(n * factor)) for n in (real.requests, real.burst))
            self.limits[group] = replace(real, requests=requests, burst=burst)
        self.period = period

    def take(self, group: str) -> bool:
        """Count a request, of anybody's in the organization; whether it is taken."""
        limit, window, saved = self.limits[group], self._window(group), self._filled(group)
        if self.enforced and (window.taken >= limit.requests or saved.requests < 1):
            self.refused[group] += 1
            return False
        window.taken += 1
        saved.requests -= 1
        return True

    def headers(self, group: str) -> dict[str, str]:
        """What every answer tells."""
        limit, window = self.limits[group].requests, self._window(group)
        return {
            "x-ratelimit-period": f"{self.period:.0f}",
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(0, limit - window.taken)),
            "x-ratelimit-reset": str(math.ceil(window.ends)),
        }

    def _window(self, group: str) -> _Window:
        now = self._now()
        window = self._windows.get(group)
        # Where a switch made the period shorter, a new one begins.
        if window is None or not now < window.ends <= now + self.period:
            window = self._windows[group] = _Window(now + self.period)
        return window

    def _filled(self, group: str) -> _Saved:
        now, limit = self._now(), self.limits[group]
        saved = self._saved.setdefault(group, _Saved(now, limit.burst))
        grown = saved.requests + (now - saved.at) * limit.requests / self.period
        saved.at, saved.requests = now, min(limit.burst, grown)
        return saved


def group_of(method: str, path: str) -> str | None:
    """The group that a request counts in; None for what isn't Port's API itself."""
    route = f"{method} {path}"
    return next((group for pattern, group in _GROUPS if pattern.fullmatch(route)), None)
