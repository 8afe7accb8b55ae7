"""Tasks that begin in no event: all of them use one HTTP client for Port."""

import asyncio
import contextvars
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import MagicMock, patch

import httpx
import pytest
from port_ocean.clients.port import utils
from port_ocean.clients.port.client import PortClient

from port.context import context_of_no_event


@pytest.fixture
def made() -> Iterator[list[httpx.AsyncClient]]:
    """The HTTP clients that the framework makes."""
    clients: list[httpx.AsyncClient] = []

    def make(*_: Any, **__: Any) -> httpx.AsyncClient:
        clients.append(httpx.AsyncClient())
        return clients[-1]

    with (
        patch.object(utils, "OceanAsyncClient", make),
        patch.object(utils, "resolve_verify_param", lambda _: True),
        patch.object(utils, "ocean", MagicMock()),
        patch.object(utils, "_port_internal_async_client", None),
    ):
        yield clients


async def used(port: PortClient, context: contextvars.Context) -> None:
    async def use() -> None:
        assert not port.client.is_closed

    await asyncio.create_task(use(), context=context)


async def test_tasks_of_one_context_share_a_client(made: list[httpx.AsyncClient]) -> None:
    port = cast(PortClient, SimpleNamespace())
    port.client = utils.get_internal_http_client(port)
    context = context_of_no_event(port)
    for _ in range(3):
        await used(port, context.copy())
    assert len(made) == 1


async def test_each_empty_context_would_have_its_own(made: list[httpx.AsyncClient]) -> None:
    port = cast(PortClient, SimpleNamespace())
    port.client = utils.get_internal_http_client(port)
    for _ in range(2):
        await used(port, contextvars.Context())
    assert len(made) == 2, "the framework shares its client by now: context_of_no_event can go"
