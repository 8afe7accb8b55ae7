"""The product's own client for Jira, over as much of the framework as it looks at."""

import asyncio
import ssl
from collections.abc import Iterator
from types import SimpleNamespace

import port_ocean.helpers.async_client
import port_ocean.helpers.retry
import pytest
from loguru import logger

import jira.http.limiter
from jira.http.limiter import Limiter
from jira.http.transport import build_http_client

CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Clock:
    """Sleeping passes the time at once."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    stand_in = SimpleNamespace(sleep=clock.sleep, Semaphore=asyncio.Semaphore)
    monkeypatch.setattr(port_ocean.helpers.retry, "asyncio", stand_in)
    monkeypatch.setattr(jira.http.limiter, "asyncio", stand_in)
    return clock


@pytest.fixture
def framework(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    config = SimpleNamespace(
        disable_ip_outbound_blocker=True,
        ssl=SimpleNamespace(third_party=SimpleNamespace(verify=True, verify_mode=None)),
        event_listener=SimpleNamespace(should_resync=True, should_process_webhooks=True),
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


@pytest.fixture
async def http(framework, clock):
    limiter = Limiter(3, now=clock.now, jitter=lambda most: 0.0)
    async with build_http_client(limiter, timeout=5) as made:
        yield made


@pytest.fixture
def log() -> Iterator[list[str]]:
    """What is logged, each line beginning with its level."""
    lines: list[str] = []
    sink = logger.add(lines.append, level="TRACE", format="{level}|{message}")
    yield lines
    logger.remove(sink)
