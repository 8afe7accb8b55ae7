"""The product's own client for Jira, over the framework's, on a clock that doesn't wait."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import httpx
import port_ocean.helpers.async_client
import port_ocean.helpers.retry
import pytest

import jira.http.limiter
from jira.http.api import JiraApi
from jira.http.auth import BasicAuthentication
from jira.http.limiter import Limiter
from jira.http.transport import build_http_client

CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""One for all tests: making it takes longer than a test."""
HOST = "https://site.example.com"
PATH = "/rest/api/3/thing"
GET = pytest.param(lambda api: api.get(PATH), id="get")
READ = pytest.param(lambda api: api.read_by_post(PATH, {"a": 1}), id="read_by_post")
PUT = pytest.param(lambda api: api.put(PATH, {"a": 1}), id="put")
DELETE = pytest.param(lambda api: api.delete(PATH), id="delete")
CREATE = pytest.param(lambda api: api.post(PATH, {"a": 1}), id="post")


class Clock:
    """Sleeping passes the time at once."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


def passing_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock by which the client and the limiter wait."""
    clock = Clock()
    stand_in = SimpleNamespace(sleep=clock.sleep, Semaphore=asyncio.Semaphore)
    monkeypatch.setattr(port_ocean.helpers.retry, "asyncio", stand_in)
    monkeypatch.setattr(jira.http.limiter, "asyncio", stand_in)
    return clock


def framework_context(monkeypatch: pytest.MonkeyPatch) -> None:
    """As much of the framework's context as its client looks at."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    listener = SimpleNamespace(should_resync=True, should_process_webhooks=True)
    config = SimpleNamespace(
        disable_ip_outbound_blocker=True,
        ssl=SimpleNamespace(third_party=SimpleNamespace(verify=True, verify_mode=None)),
        event_listener=listener,
        integration=SimpleNamespace(incremental_sync_enabled=False),
        streaming=SimpleNamespace(enabled=True),
    )
    context = SimpleNamespace(config=config)
    monkeypatch.setattr(port_ocean.helpers.async_client, "ocean", context)
    monkeypatch.setattr(port_ocean.helpers.retry, "ocean", context)
    monkeypatch.setattr(
        port_ocean.helpers.async_client, "resolve_verify_param", lambda settings: CERTIFICATES
    )
    monkeypatch.setattr(
        port_ocean.helpers.retry, "get_monitor", lambda: SimpleNamespace(current_tracking_kind=None)
    )


@asynccontextmanager
async def made_http(clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """What requests go through, three at once; `framework_context` has to be there before."""
    limiter = Limiter(3, now=clock.now, jitter=lambda most: 0.0)
    async with build_http_client(limiter, timeout=5) as http:
        yield http


@asynccontextmanager
async def made_api(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> AsyncIterator[JiraApi]:
    """A client of one account."""
    framework_context(monkeypatch)
    async with made_http(clock) as http:
        yield JiraApi(http, BasicAuthentication(HOST, "user-1@example.com", "the-token"))
