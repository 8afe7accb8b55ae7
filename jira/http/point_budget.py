"""How many points may be spent in an hour, and on what. Without I/O and without a clock.

Moments are seconds since 1970: the quota is back at each full hour of UTC, and nothing of it is
carried over.
"""

from collections.abc import Iterable

from jira.http.purpose import Purpose
from jira.http.rate_limits import HOUR, Limit, until_full_hour

DEFAULT_QUOTA = 65_000
"""Points an hour of an app, over all of its sites, where Jira says nothing else."""
KEPT = {Purpose.LIVE: 0.0, Purpose.FOLLOW_UP: 0.1, Purpose.RESYNC: 0.2, Purpose.SWEEP: 0.3}
"""What part of an hour's points a purpose leaves to those before it, for a whole hour to come; the
less the more of the hour is over."""
ALWAYS_KEPT = 0.25
"""The part of that which is left to the end of the hour: much may happen in its last minute."""
NEARLY_USED_UP = 0.05
"""What follow-ups leave of the quota where Jira says how much of it is left to all."""
LARGEST = 0.5
"""A request for more than this part of what its purpose may spend goes when this much is left."""
SWEEPS_SHARE = 0.5
"""What part of the points regular sweeps may take in the long run."""
CLOCKS_DIFFER_SECONDS = 5.0


class PointBudget:
    """A share of the quota, hour by hour: what is urgent goes first, and what isn't leaves some."""

    def __init__(self, share_percent: float) -> None:
        """`share_percent` is how much of the quota is used at most."""
        self._share = share_percent / 100
        self._quota = float(DEFAULT_QUOTA)
        self._hour = -1
        self._used = 0.0
        # What Jira said is left to everybody, less what was spent here since; not said mostly.
        self._left: float | None = None

    @property
    def an_hour(self) -> float:
        """How many points may be spent in an hour."""
        return self._quota * self._share

    def used(self, now: float) -> float:
        """How many points were spent in the present hour."""
        self._roll(now)
        return self._used

    def left(self, now: float) -> float:
        """How many points may still be spent in the present hour."""
        return max(0.0, self.room(Purpose.LIVE, now))

    def spend(self, points: float, now: float) -> None:
        """So many points are spent; fewer than 0 where it had been taken to be more."""
        self._roll(now)
        self._used = max(0.0, self._used + points)
        if self._left is not None:
            self._left = max(0.0, self._left - points)

    def told(self, limits: Iterable[Limit], now: float) -> None:
        """Learn from Jira's headers how large the quota is, and what is left of it."""
        self._roll(now)
        points = [limit for limit in limits if limit.counts_points]
        quotas = [limit.quota * HOUR / (limit.window or HOUR) for limit in points if limit.quota]
        if quotas:
            self._quota = min(quotas)
        left = [limit.left for limit in points if limit.left is not None]
        if left:
            self._left = min(left)

    def room(self, purpose: Purpose, now: float) -> float:
        """How many points may be spent for it now."""
        self._roll(now)
        kept = KEPT[purpose] * max(ALWAYS_KEPT, until_full_hour(now) / HOUR)
        room = self.an_hour * (1 - kept) - self._used
        if self._left is None:
            return room
        # Little is left to anybody: the rest is for what is urgent.
        others = {Purpose.LIVE: 0.0, Purpose.FOLLOW_UP: NEARLY_USED_UP}.get(purpose, 1.0)
        return min(room, self._left - others * self._quota)

    def wait(self, purpose: Purpose, points: float, now: float) -> float:
        """In how many seconds so many points may be spent; 0 where they may now."""
        asked = min(points, self.largest(purpose))
        if asked <= self.room(purpose, now):
            return 0.0
        end = until_full_hour(now)
        kept = KEPT[purpose] * self.an_hour
        spare = self.an_hour - self._used - asked
        if kept and spare >= kept * ALWAYS_KEPT and self._left is None:
            # Less is left to others as the hour goes by.
            return min(end, max(0.001, end - spare / kept * HOUR))
        return end + CLOCKS_DIFFER_SECONDS

    def largest(self, purpose: Purpose) -> float:
        """The most points that a request should cost."""
        return LARGEST * self.an_hour * (1 - KEPT[purpose])

    def seconds_between(self, points: float) -> float:
        """How far apart sweeps are that cost so many points each."""
        return HOUR * points / (SWEEPS_SHARE * self.an_hour)

    def _roll(self, now: float) -> None:
        if (hour := int(now // HOUR)) != self._hour:
            self._hour, self._used, self._left = hour, 0.0, None
