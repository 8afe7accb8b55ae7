"""A Port that answers as it is told, behind the product's own HTTP client."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import httpx
from port_ocean.clients.port.client import PortClient

from port.http.authentication import Authentication
from port.http.client import PortHttp, keep_to_limits
from port.http.limits import Limits
from port.http.transport import PortTransport, retry_config

TOKEN_PATH = "/v1/auth/access_token"
Handler = Callable[[httpx.Request], httpx.Response]


@dataclass
class Account:
    """Gives out tokens one after the other (`t-1`, `t-2`), and takes those that are in `good`."""

    life_seconds: int = 10_800
    given: int = 0
    good: set[str] = field(default_factory=set)
    requests: list[httpx.Request] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    held: asyncio.Event | None = None
    """While it is there and not set, requests for a token wait."""
    next: asyncio.Event = field(default_factory=asyncio.Event)
    answer: Handler = lambda _: httpx.Response(200, json={"organization": {"id": "org"}})
    token_answer: Handler | None = None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.next.set()
        response = await self._respond(request)
        self.statuses.append(response.status_code)
        return response

    async def _respond(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == TOKEN_PATH:
            await (self.held.wait() if self.held is not None else asyncio.sleep(0))
            if self.token_answer is not None:
                return self.token_answer(request)
            self.given += 1
            self.good.add(f"Bearer t-{self.given}")
            token = {"accessToken": f"t-{self.given}", "tokenType": "Bearer"}
            return httpx.Response(200, json=token | {"expiresIn": self.life_seconds})
        # The request is answered in its own time: others come meanwhile.
        await asyncio.sleep(0)
        if request.headers["Authorization"] not in self.good:
            return httpx.Response(401, json={"ok": False})
        return self.answer(request)

    def asked_for_tokens(self) -> int:
        return sum(request.url.path == TOKEN_PATH for request in self.requests)

    async def came(self, requests: int) -> None:
        """Wait for the n-th request."""
        while len(self.requests) < requests:
            self.next = asyncio.Event()
            await self.next.wait()


class House:
    """The framework's client for Port as the product has it, on a clock of the test's own."""

    def __init__(self, account: Account, share: int = 60) -> None:
        self.account = account
        self.now = 1000.0
        self.slept: list[float] = []
        self.made = 0
        self.port = PortClient("http://port.test", "id", "secret", "my-id", "jira", "1.0.0")
        keep_to_limits(self.port, lambda: share)
        self.authentication = cast(Authentication, self.port.auth)
        self.authentication._now = lambda: self.now
        self.http: Any = self.port.client
        self.http.__dict__["_limits"] = Limits(share, lambda: self.now)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        # What can go on goes on, before the clock does.
        for _ in range(50):
            await asyncio.sleep(0)
        self.now += seconds

    def client(self, http: PortHttp) -> httpx.AsyncClient:
        self.made += 1
        transport = PortTransport(
            httpx.MockTransport(self.account),
            limits=http._limits,
            authentication=self.authentication,
            retry_config=retry_config(),
        )
        return httpx.AsyncClient(transport=transport)


@contextmanager
def house(account: Account | None = None, share: int = 60) -> Iterator[House]:
    """Sleeping takes no time in it, but on its clock."""
    made = House(account or Account(), share)
    with (
        patch.object(PortHttp, "_made", lambda http: made.client(http)),
        patch("port.http.transport.asyncio", SimpleNamespace(sleep=made.sleep, Lock=asyncio.Lock)),
        patch("port_ocean.helpers.retry.asyncio", SimpleNamespace(sleep=made.sleep)),
    ):
        yield made
