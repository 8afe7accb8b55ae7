"""Moments of a pace, taken as soon as they are known."""

from jira.http.pace import Pace


def reserved(pace: Pace, now: float) -> float:
    """The next moment, and it is taken."""
    moment = pace.moment(now)
    pace.take(moment)
    return moment
