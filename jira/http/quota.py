"""Points as they are spent: who has to wait for them, and what was spent on what.

Only where Jira counts points, which is where an app asks (OAuth); API tokens have no such quota.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

from loguru import logger

from jira.http.point_budget import PointBudget
from jira.http.purpose import Purpose, present_purpose
from jira.http.rate_limits import limits_of
from telemetry import metrics

URGENT_ROWS = 100
"""Rows of a page that somebody waits for."""


class Quota:
    """Lets requests go out as the budget has points for what they are for."""

    def __init__(self, share_percent: int, clock: Callable[[], float] = time.time) -> None:
        """`share_percent` of the quota is used at most; `clock` tells seconds since 1970."""
        self._budget = PointBudget(share_percent)
        self._clock = clock
        self._given_back = asyncio.Event()
        self._waiting = dict.fromkeys(Purpose, 0)
        self._said: set[tuple[Purpose, int]] = set()
        self.when_waited_for: dict[Purpose, Callable[[], None]] = {}
        """Whom to tell that something for a purpose begins to wait."""
        self.spent = dict.fromkeys(Purpose, 0)
        """All points that were spent on each purpose."""

    @property
    def an_hour(self) -> int:
        """How many points are spent in an hour at most."""
        return int(self._budget.an_hour)

    def left(self) -> float:
        """How many points may still be spent in this hour."""
        return self._budget.left(self._clock())

    def is_waited_for(self, purpose: Purpose) -> bool:
        """Whether a request for it waits for points."""
        return self._waiting[purpose] > 0

    async def admit(self, points: int) -> None:
        """Wait until a request that may cost so many points may go out; they are spent then."""
        purpose = present_purpose()
        self._waiting[purpose] += 1
        try:
            while (wait := self.wait(purpose, points)) > 0:
                self._say(purpose, wait)
                self.when_waited_for.get(purpose, _nobody)()
                begun = self._clock()
                self._given_back.clear()
                try:
                    async with asyncio.timeout(wait):
                        await self._given_back.wait()
                except TimeoutError:
                    pass
                finally:
                    metrics.THROTTLED.labels("jira_quota").inc(max(0.0, self._clock() - begun))
        finally:
            self._waiting[purpose] -= 1
        self._budget.spend(points, self._clock())

    def cost(self, admitted: int, points: int) -> None:
        """A request that was admitted for so many points has cost that many."""
        self._budget.spend(points - admitted, self._clock())
        purpose = present_purpose()
        self.spent[purpose] += points
        metrics.POINTS.labels(purpose).inc(points)
        if points < admitted:
            self._given_back.set()

    def observe(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer."""
        if limits := limits_of(headers):
            self._budget.told(limits, self._clock())

    def wait(self, purpose: Purpose, points: float) -> float:
        """In how many seconds so many points may be spent; 0 where they may now."""
        return self._budget.wait(purpose, points, self._clock())

    def rows_at_once(self, most: int) -> int:
        """How many rows a page should have at most, where as many as `most` could be asked for.

        So many points have to be left for it, however few rows there are.
        """
        purpose = present_purpose()
        if purpose in (Purpose.LIVE, Purpose.FOLLOW_UP):
            most = min(most, URGENT_ROWS)
        return max(1, min(most, int(self._budget.largest(purpose)) - 1))

    def seconds_between(self, points: float) -> float:
        """How far apart sweeps are that cost so many points each."""
        return self._budget.seconds_between(points)

    def _say(self, purpose: Purpose, seconds: float) -> None:
        now = self._clock()
        said = (purpose, int(now // 3600))
        if said not in self._said:
            self._said = {of for of in self._said if of[1] == said[1]} | {said}
            how_long = f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
            logger.info(
                f"Points: {self._budget.used(now):,.0f} of the {self.an_hour:,} of this hour are "
                f"used; what is asked for {purpose.in_words} waits for about {how_long}"
            )


def _nobody() -> None:
    """Nobody wants to know."""
