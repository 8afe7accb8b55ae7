"""Port's access token: asked for once at a time, and before the last one ends.

Port gives 100 of them in five minutes, 10 at once, to everybody in an organization together.
"""

import asyncio
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

import httpx
from loguru import logger
from port_ocean.clients.port.authentication import PortAuthentication, TokenResponse
from port_ocean.clients.port.client import PortClient

from telemetry import metrics

LAST_SHARE = 0.1
LAST_SECONDS = 300.0
"""A token is renewed in the last tenth of its life, or the last five minutes if that is less."""
AGAIN_SECONDS = 60.0
"""The least time from one attempt to the next, to renew a token early or because Port refused it.

What Port refuses for other reasons it refuses with every token.
"""


@dataclass(frozen=True)
class Life:
    """From when on a token is good, and how long."""

    begun: float
    seconds: float

    def is_over(self, now: float) -> bool:
        """Whether Port refuses the token by now."""
        return now >= self.begun + self.seconds

    def is_nearly_over(self, now: float) -> bool:
        """Whether it is time for another token."""
        return self.is_over(now + min(LAST_SHARE * self.seconds, LAST_SECONDS))


@dataclass(frozen=True)
class _Held:
    response: TokenResponse
    life: Life


class _GivenUpError(Exception):
    """Who asked for the token was cancelled."""


class Authentication(PortAuthentication):
    """As the framework's, for all of its threads and event loops together."""

    def __init__(self, port: PortClient, now: Callable[[], float] = time.monotonic) -> None:
        """Takes the place of the one that `port` has."""
        before = port.auth
        super().__init__(
            before.client,
            before.client_id,
            before.client_secret,
            before.api_url,
            before.integration_identifier,
            before.integration_type,
            before.integration_version,
        )
        self._port = port
        self._now = now
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._asking: Future[_Held] | None = None
        self._early_from = -math.inf
        self._refused_from = -math.inf

    @property
    async def token(self) -> str:
        """The Authorization header's value. Raises httpx.HTTPError."""
        with self._lock:
            now, held = self._now(), self._held
            if held is not None and not held.life.is_over(now):
                waits = self._asking is not None or now < self._early_from
                if waits or not held.life.is_nearly_over(now):
                    return held.response.full_token
        try:
            return (await self._other_than(held)).response.full_token
        except httpx.HTTPError as error:
            now = self._now()
            if held is None or held.life.is_over(now):
                raise
            self._early_from = now + AGAIN_SECONDS
            logger.warning(f"Port's access token ends soon and can't be renewed now: {error}")
            return held.response.full_token

    async def refresh_token(self) -> str:
        """Another token than the present one. Raises httpx.HTTPError."""
        return (await self._other_than(self._held)).response.full_token

    async def renewed(self, refused: str) -> str:
        """Another token than one that Port refused: the present one, or a new one.

        It is the same where that one was renewed for another refusal just now. Raises
        httpx.HTTPError.
        """
        with self._lock:
            now, held = self._now(), self._held
            if held is not None and held.response.full_token != refused:
                return held.response.full_token
            if self._asking is None:
                if now < self._refused_from:
                    return refused
                self._refused_from = now + AGAIN_SECONDS
        return (await self._other_than(held)).response.full_token

    async def _other_than(self, old: _Held | None) -> _Held:
        while True:
            with self._lock:
                if self._held is not old and self._held is not None:
                    return self._held
                asking = self._asking
                if asking is None:
                    mine = self._asking = Future()
                    break
            try:
                # Shielded: one of those who wait may be cancelled, and the others not.
                return await asyncio.shield(asyncio.wrap_future(asking))
            except _GivenUpError:
                continue
        try:
            held = await self._ask()
        except BaseException as error:
            self._answer(mine, error if isinstance(error, Exception) else _GivenUpError())
            raise
        self._answer(mine, held)
        return held

    def _answer(self, asking: "Future[_Held]", answer: "_Held | Exception") -> None:
        with self._lock:
            self._asking = None
            if isinstance(answer, _Held):
                self._held, self.last_token_object = answer, answer.response
        if isinstance(answer, _Held):
            asking.set_result(answer)
        else:
            asking.set_exception(answer)

    async def _ask(self) -> _Held:
        begun = self._now()
        # Not the one that was there when we were made: tests put another in its place.
        self.client = self._port.client
        try:
            response = await self._get_token(self.client_id, self.client_secret)
        except httpx.HTTPStatusError as error:
            if error.response.status_code in (401, 403):
                metrics.PORT_CREDENTIALS.is_now(metrics.REFUSED)
            raise
        metrics.PORT_CREDENTIALS.is_now(metrics.ACCEPTED)
        return _Held(response, Life(begun, response.expires_in))
