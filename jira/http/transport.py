"""The HTTP client for Jira: the framework's client and retries, with our limits inside."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from port_ocean.helpers.async_client import OceanAsyncClient
from port_ocean.helpers.retry import RetryConfig, RetryTransport

from jira.http.bodies import read_whole
from jira.http.limiter import Limiter
from jira.http.points import OF_A_REQUEST
from jira.http.quota import Quota
from telemetry import metrics
from telemetry.tally import count_request

ENDPOINT = "jira_endpoint"
"""The request extension that holds the method and path template, for the limiter."""
POINTS = "jira_points"
"""The request extension that holds what a request may cost where Jira counts points."""
UNKNOWN_POINTS = 2


@dataclass
class Count:
    """The status that answered a request, where one did."""

    status: str = metrics.NO_ANSWER


@contextmanager
def counted(endpoint: str) -> Iterator[Count]:
    """Have a request counted when it ends; a path is none of the names to count by."""
    count = Count()
    begun = time.monotonic()
    try:
        yield count
    finally:
        metrics.REQUESTS.labels(endpoint, count.status).inc()
        metrics.REQUEST_SECONDS.labels(endpoint).observe(time.monotonic() - begun)


RETRIED_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
MAX_RETRIES = 5
FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 30.0


class LimitedTransport(httpx.AsyncBaseTransport):
    """Sends one attempt of a request when the limiter lets it, and reads the whole answer.

    Below the retries, so that a request which waits for its next attempt holds no place;
    the body is read here, so that one which breaks off is an attempt that failed.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        limiter: Limiter,
        quota: Quota | None = None,
    ) -> None:
        self._transport = transport
        self._limiter = limiter
        self._quota = quota

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises httpx.TransportError as the transport below does."""
        endpoint = request.extensions.get(ENDPOINT, f"{request.method} {request.url.path}")
        count_request()
        points = request.extensions.get(POINTS, UNKNOWN_POINTS)
        if self._quota is not None:
            await self._quota.admit(points)
        async with self._limiter.place(endpoint):
            with counted(request.extensions.get(ENDPOINT, metrics.OTHER)) as count:
                response = await self._transport.handle_async_request(request)
                self._limiter.observe(endpoint, response.status_code, response.headers)
                await response.aread()
                count.status = str(response.status_code)
        if self._quota is not None:
            self._quota.observe(response.headers)
            if response.is_error:
                # What a good one has cost, whoever reads it knows.
                self._quota.cost(points, OF_A_REQUEST)
        return response

    async def aclose(self) -> None:
        """Close the transport below."""
        await self._transport.aclose()


class JiraTransport(RetryTransport):
    """The framework's retries around limited attempts."""

    def __init__(
        self,
        wrapped_transport: httpx.AsyncBaseTransport,
        limiter: Limiter,
        quota: Quota | None = None,
        **kwargs: Any,
    ) -> None:
        limited = LimitedTransport(wrapped_transport, limiter, quota)
        super().__init__(wrapped_transport=limited, **kwargs)


def retry_config() -> RetryConfig:
    """Which answers are worth another attempt, how many, and how far apart."""
    config = RetryConfig(
        max_attempts=MAX_RETRIES,
        base_delay=FIRST_RETRY_SECONDS,
        max_backoff_wait=LONGEST_RETRY_SECONDS,
        jitter_ratio=0.3,
        # The limiter waits out a Retry-After, for every caller at once.
        respect_retry_after_header=False,
    )
    # Not 401, which the framework would repeat: failed logins lock the account.
    config.retry_status_codes = RETRIED_STATUS
    return config


def build_http_client(
    limiter: Limiter, timeout: float, quota: Quota | None = None
) -> httpx.AsyncClient:
    """One client per process: proxy and certificates by the framework's settings.

    With a `quota` where Jira counts points.
    """
    return OceanAsyncClient(
        JiraTransport,
        transport_kwargs={"limiter": limiter, "quota": quota},
        retry_config=retry_config(),
        timeout=timeout,
        limits=httpx.Limits(
            max_connections=limiter.max_concurrent + 2,
            max_keepalive_connections=limiter.max_concurrent + 2,
        ),
        headers={"Accept": "application/json"},
        event_hooks={"response": [read_whole]},
    )
