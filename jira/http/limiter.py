"""How much is asked of Jira at once, and when to pause.

https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

import asyncio
import math
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from loguru import logger

from jira.http.pace import Crowd, Pace, ceiling
from jira.http.rate_limits import seconds_until_reset
from jira.places import Places
from telemetry import metrics

EVERYTHING = "*"
DEFAULT_PAUSE = 2.0
MAX_JITTER = 2.0
LONGEST_PAUSE = 3600.0
"""An hourly quota is back after an hour at most; nothing longer is believed."""
EPOCH_SECONDS = 1e9
"""A number as large as this is a moment, not a span."""
KEPT_FREE = 2
"""Places that a live event finds free, whatever the background asks for."""


class Limiter:
    """Bounds the requests under way and a second, and shares every pause that Jira asks for.

    A caller waits for a pause or for its moment without holding a place, so a paused endpoint
    doesn't hold up the others. Whoever is in the background lets live events pass wherever it
    waits.
    """

    def __init__(
        self,
        max_concurrent: int,
        share_percent: int = 100,
        *,
        now: Callable[[], float] = time.monotonic,
        jitter: Callable[[float], float] = lambda most: random.uniform(0, most),  # noqa: S311
    ) -> None:
        """`share_percent` is how much of Jira's documented limits is used at most."""
        self.max_concurrent = max_concurrent
        self._share = share_percent
        self._places = Places(max_concurrent, KEPT_FREE)
        self._endpoints: dict[str, _Endpoint] = {}
        self._paused_until: dict[str, float] = {}
        self._now = now
        self._jitter = jitter

    @asynccontextmanager
    async def place(self, endpoint: str) -> AsyncIterator[None]:
        """Wait until a request to the endpoint (method and path template) may go out."""
        asked = self._endpoint(endpoint)
        waited = False
        while True:
            if (wait := self._pause_left(endpoint)) > 0:
                metrics.THROTTLED.labels("jira_pause").inc(wait)
                await asyncio.sleep(wait)
                waited = False
                continue
            if not waited:
                await self._moment(asked)
                waited = True
            async with asked.places.taken(), self._places.taken():
                # A pause may have begun while we waited: give the place up again.
                if self._pause_left(endpoint) > 0:
                    continue
                if (wait := asked.pace.send(self._now())) <= 0:
                    begun = self._now()
                    try:
                        yield
                    finally:
                        asked.places.resize(asked.crowd.answered(self._now() - begun))
                    return
            metrics.THROTTLED.labels("jira_pace").inc(wait)
            await asyncio.sleep(wait)

    async def _moment(self, asked: "_Endpoint") -> None:
        came = self._now()
        # The first one waits for the next moment, and the others for it: moments that were given
        # to the background long before would have a live event wait behind all of them.
        async with asked.line.taken():
            now = self._now()
            if (moment := asked.pace.moment(now)) > now:
                await asyncio.sleep(moment - now)
            asked.pace.take(moment)
        metrics.THROTTLED.labels("jira_pace").inc(self._now() - came)

    def observe(self, endpoint: str, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer: 429, and 503 with Retry-After, pause what their reason names."""
        pace = self._endpoint(endpoint).pace
        if status != 429 and not (status == 503 and headers.get("retry-after")):
            pace.granted(self._now())
            return
        scope, otherwise = endpoint, DEFAULT_PAUSE
        if pauses_everything(headers):
            scope, otherwise = EVERYTHING, seconds_until_reset(headers, time.time())
        seconds = pause_seconds(headers, otherwise=otherwise)
        seconds += self._jitter(min(MAX_JITTER, 0.1 + seconds * 0.1))
        until = self._now() + seconds
        if status == 429 and scope == endpoint:
            pace.refused(self._now(), until)
        if until > self._paused_until.get(scope, 0.0):
            self._paused_until[scope] = until
            what = "all requests" if scope == EVERYTHING else scope
            logger.warning(
                f"Jira asks for a pause: {what} wait {seconds:.1f} s (status {status}), "
                f"and {endpoint} is asked {pace.rate:.1f} times a second at most"
            )

    def _endpoint(self, endpoint: str) -> "_Endpoint":
        if endpoint not in self._endpoints:
            self._endpoints[endpoint] = _Endpoint(
                Pace(ceiling(endpoint, self._share)),
                Crowd(self.max_concurrent),
                Places(self.max_concurrent, KEPT_FREE),
                Places(1),
            )
        return self._endpoints[endpoint]

    def _pause_left(self, endpoint: str) -> float:
        until = max(self._paused_until.get(endpoint, 0.0), self._paused_until.get(EVERYTHING, 0.0))
        return until - self._now()


@dataclass(frozen=True)
class _Endpoint:
    """How fast it is asked, how many at a time, and who waits for the next moment."""

    pace: Pace
    crowd: Crowd
    places: Places
    line: Places


def pauses_everything(headers: Mapping[str, str]) -> bool:
    """Whether the limit that was hit is one of the whole site, not of one endpoint."""
    return headers.get("ratelimit-reason", "").strip().lower().startswith("jira-quota")


def pause_seconds(
    headers: Mapping[str, str], *, now: datetime | None = None, otherwise: float = DEFAULT_PAUSE
) -> float:
    """The seconds to wait by Retry-After (seconds or a date), else by X-RateLimit-Reset."""
    moment = now or datetime.now(UTC)
    for name in ("retry-after", "x-ratelimit-reset"):
        value = headers.get(name, "").strip()
        if not value:
            continue
        try:
            seconds = float(value)
            if seconds > EPOCH_SECONDS:
                seconds -= moment.timestamp()
        except ValueError:
            until = _parse_date(value)
            if until is None:
                continue
            seconds = (until - moment).total_seconds()
        if math.isfinite(seconds):
            return min(max(0.0, seconds), LONGEST_PAUSE)
    return min(otherwise, LONGEST_PAUSE)


def _parse_date(value: str) -> datetime | None:
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            parsed = parse(value)
        except (ValueError, OverflowError):
            continue
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return None
