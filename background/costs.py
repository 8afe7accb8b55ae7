"""What resyncs and sweeps cost where Jira counts points, and how far apart sweeps are by that."""

import math
from dataclasses import dataclass

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import PortAppConfig

from client import JiraClient
from jira.errors import JiraError
from jira.http.purpose import Purpose
from jira.http.quota import Quota
from jira.kinds.issue_reader import MAX_ROWS_PER_PAGE
from kinds import Kinds
from port.mapping.resources import kind_of

DAY = 86_400.0


@dataclass(frozen=True)
class Cost:
    """Points for a resync and for a sweep, and the seconds between two sweeps; 0 for no sweeps."""

    resync: float
    sweep: float
    between: float

    @property
    def a_day(self) -> float:
        """One resync and all sweeps of a day."""
        return self.resync + (self.sweep * DAY / self.between if self.between else 0.0)

    def in_words(self, an_hour: float, about: str) -> str:
        """What that means for somebody who has so many points an hour."""
        needs = math.ceil(self.resync / an_hour)
        long = f", which takes more than {needs - 1} h" if needs > 1 else ""
        sweeps = f", a sweep {about} {self.sweep:,.0f}, one every {hours(self.between)}"
        return (
            f"a resync costs {about} {self.resync:,.0f} of {an_hour:,.0f} an hour{long}"
            f"{sweeps if self.between else ''}; a day with one resync {about} {self.a_day:,.0f} of "
            f"{24 * an_hour:,.0f}"
        )


def hours(seconds: float) -> str:
    """For people."""
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def at_most(issues: int, mapping: PortAppConfig) -> int:
    """The points of the resources of issues, were all issues of a site selected by each."""
    count = sum(kind_of(resource) is Kinds.ISSUE for resource in mapping.resources)
    return count * (issues + math.ceil(issues / MAX_ROWS_PER_PAGE))


class Costs:
    """Learns what resyncs and sweeps cost, and says it."""

    def __init__(self, quota: Quota | None, sweep_seconds: float) -> None:
        """`sweep_seconds` is how far apart sweeps are where points are enough; 0 for no sweeps."""
        self._quota = quota
        self._sweep_seconds = sweep_seconds
        self._begun = dict.fromkeys(Purpose, 0)
        self._last: dict[Purpose, int] = {}
        self._said = False

    @property
    def between_sweeps(self) -> float:
        """The seconds from one regular sweep's beginning to the next; 0 where there are none."""
        return self._between(self._of_a_sweep)

    def after_sweep(self, took: float) -> float:
        """The seconds from the end of one that took so long to the next."""
        return max(self._sweep_seconds, self.between_sweeps - took)

    def begins(self, purpose: Purpose) -> None:
        """To be told when a resync, or a sweep of everything, begins."""
        if self._quota is not None:
            self._begun[purpose] = self._quota.spent[purpose]

    def ended(self, purpose: Purpose) -> None:
        """To be told when one has read everything."""
        if self._quota is None:
            return
        self._last[purpose] = self._quota.spent[purpose] - self._begun[purpose]
        if purpose is Purpose.RESYNC:
            resync = self._last[purpose]
            cost = Cost(resync, self._of_a_sweep, self.between_sweeps)
            logger.info(f"Points: {cost.in_words(self._quota.an_hour, 'about')}")

    async def foretell(self, client: JiraClient, mapping: PortAppConfig) -> None:
        """Say once, before anything is read, what it will cost at most."""
        if self._quota is None or self._said:
            return
        self._said = True
        try:
            issues = sum((await client.projects.sizes()).values())
        except JiraError as error:
            logger.info(f"Points: what a resync will cost can't be said before it: {error}")
            return
        points = at_most(issues, mapping)
        cost = Cost(points, points, self._between(points))
        words = cost.in_words(self._quota.an_hour, "at most")
        logger.info(f"Points: with {issues:,} issues, {words}. Other kinds add what they have")

    @property
    def _of_a_sweep(self) -> int:
        """What the last one cost; one reads about as much as a resync."""
        return self._last.get(Purpose.SWEEP) or self._last.get(Purpose.RESYNC, 0)

    def _between(self, points: float) -> float:
        if self._quota is None or not self._sweep_seconds:
            return self._sweep_seconds
        return max(self._sweep_seconds, self._quota.seconds_between(points))
