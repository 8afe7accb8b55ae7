"""What Port's answers tell of its limits."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from jira.http.limiter import DEFAULT_PAUSE, EPOCH_SECONDS, pause_seconds
from port.http.groups import PERIOD_SECONDS

LEAST_PAUSE = 1.0
ROUNDING_SECONDS = 2.0
"""Moments are told in whole seconds, a window's end and an answer's date."""


@dataclass(frozen=True)
class Told:
    """`remaining` requests of `limit` are left for `reset` seconds, of a window of `period`.

    Each is None where an answer doesn't say it.
    """

    limit: float | None = None
    period: float | None = None
    remaining: float | None = None
    reset: float | None = None

    @classmethod
    def by(cls, headers: Mapping[str, str]) -> "Told":
        """Read an answer's headers."""
        period = _number(headers, "x-ratelimit-period") or None
        reset = _number(headers, "x-ratelimit-reset")
        if reset is not None:
            # A moment by Port's clock, and so is the answer's date.
            reset -= _moment(headers).timestamp() if reset > EPOCH_SECONDS else 0
            if reset > (period or PERIOD_SECONDS) + ROUNDING_SECONDS:
                # One of the clocks is wrong.
                reset = None
            else:
                reset = max(0.0, reset)
        return cls(
            limit=_number(headers, "x-ratelimit-limit") or None,
            period=period,
            remaining=_number(headers, "x-ratelimit-remaining"),
            reset=reset,
        )


def pause(headers: Mapping[str, str], refusals: int) -> float:
    """How long nothing is asked after the n-th refusal (429) in a row.

    Where requests are left for this window they came too close together, and its end isn't worth
    waiting for.
    """
    told = Told.by(headers)
    if headers.get("retry-after"):
        seconds = pause_seconds(headers, now=_moment(headers))
    elif told.reset and not told.remaining:
        seconds = told.reset
    else:
        seconds = min(DEFAULT_PAUSE * 2 ** min(refusals - 1, 10), told.reset or PERIOD_SECONDS)
    return max(seconds, LEAST_PAUSE)


def _number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        number = float(headers.get(name, ""))
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _moment(headers: Mapping[str, str]) -> datetime:
    try:
        return parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return datetime.now(UTC)
