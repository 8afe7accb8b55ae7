"""What the HTTP client for Port sends by: the framework's retries, limits and the token inside."""

import asyncio
from collections import defaultdict
from typing import Any

import httpx
from port_ocean.helpers.retry import RetryConfig, RetryTransport

from jira.places import Places
from port.http.authentication import Authentication
from port.http.groups import TOKENS, Group, group_of
from port.http.limits import TOO_MANY, Limits
from telemetry import metrics

AUTHORIZATION = "Authorization"
MOST_REFUSALS = 10
"""Pauses that Port asks for in a row before a request fails."""
LONGEST_SLEEP = 5.0
"""Seconds, after which those who wait look again whether they still have to."""


class LimitedTransport(httpx.AsyncBaseTransport):
    """Sends one attempt of a request when the limits let it, with the token of that moment.

    What Port refused for its limit (429) or the token's age (401) it hasn't done: that goes out
    again, also where other attempts aren't allowed.
    """

    def __init__(
        self, transport: httpx.AsyncBaseTransport, limits: Limits, authentication: Authentication
    ) -> None:
        self._transport = transport
        self._limits = limits
        self._authentication = authentication
        self._turns: dict[Group, Places] = defaultdict(lambda: Places(1))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises httpx.TransportError as the transport below does, and what a token's request
        raises.
        """
        group = group_of(request.method, request.url.path)
        refusals = 0
        renewed = False
        while True:
            response = await self._send(request, group)
            if response.status_code == TOO_MANY and refusals < MOST_REFUSALS:
                refusals += 1
            elif response.status_code == httpx.codes.UNAUTHORIZED and not renewed:
                renewed = True
                if not await self._has_another_token(request):
                    return response
            else:
                return response
            await response.aclose()

    async def _send(self, request: httpx.Request, group: Group | None) -> httpx.Response:
        if group is None:
            return await self._attempt(request, group)
        await self._turn(group)
        try:
            response = await self._attempt(request, group)
        except BaseException:
            self._limits.unanswered(group)
            raise
        self._limits.ended(group, response.status_code, response.headers)
        return response

    async def _turn(self, group: Group) -> None:
        # One after the other: the first one waits, and the others for it; live events first.
        async with self._turns[group].taken():
            while True:
                wait = self._limits.take(group)
                if wait <= 0:
                    return
                wait = min(wait, LONGEST_SLEEP)
                metrics.THROTTLED.labels("port").inc(wait)
                await asyncio.sleep(wait)

    async def _attempt(self, request: httpx.Request, group: Group | None) -> httpx.Response:
        if group is not TOKENS and AUTHORIZATION in request.headers:
            # The one that it was made with may have ended while it waited.
            request.headers[AUTHORIZATION] = await self._authentication.token
        name, status = group.name if group else metrics.OTHER, metrics.NO_ANSWER
        try:
            response = await self._transport.handle_async_request(request)
            status = str(response.status_code)
        finally:
            metrics.PORT_REQUESTS.labels(name, status).inc()
        return response

    async def _has_another_token(self, request: httpx.Request) -> bool:
        sent = request.headers.get(AUTHORIZATION)
        return sent is not None and await self._authentication.renewed(sent) != sent

    async def aclose(self) -> None:
        """Close the transport below."""
        await self._transport.aclose()


class PortTransport(RetryTransport):
    """The framework's retries around limited attempts."""

    def __init__(
        self,
        wrapped_transport: httpx.AsyncBaseTransport,
        limits: Limits,
        authentication: Authentication,
        **kwargs: Any,
    ) -> None:
        limited = LimitedTransport(wrapped_transport, limits, authentication)
        super().__init__(wrapped_transport=limited, **kwargs)

    async def _should_retry_async(self, response: httpx.Response) -> bool:
        """Wrong credentials don't get right by repeating them."""
        request = response.request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            return group_of(request.method, request.url.path) is not TOKENS
        return await super()._should_retry_async(response)


def retry_config() -> RetryConfig:
    """As the framework's for Port, but that a pause is waited out below, for all callers at once.

    Each of Port's answers tells when its window ends, also those that have nothing to do with it.
    """
    config = RetryConfig(max_backoff_wait=300, base_delay=0.3, respect_retry_after_header=False)
    config.retry_status_codes -= {TOO_MANY}
    return config
