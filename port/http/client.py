"""Puts our HTTP client and our authentication in the place of the framework's."""

import asyncio
import ssl
import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

import httpx
from port_ocean.clients.port.client import PortClient
from port_ocean.clients.port.utils import PORT_HTTPX_LIMITS, PORT_HTTPX_TIMEOUT
from port_ocean.context.ocean import ocean
from port_ocean.helpers.async_client import OceanAsyncClient
from port_ocean.helpers.ssl import resolve_verify_param

from jira.http.bodies import read_whole
from port.http.authentication import Authentication
from port.http.limits import Limits
from port.http.transport import PortTransport, retry_config


class PortHttp:
    """An httpx.AsyncClient that may be used from every thread: one inside for each event loop.

    Connections belong to the loop that made them. Limits and the token are everybody's.
    """

    def __init__(self, authentication: Authentication, share: Callable[[], int]) -> None:
        """`share` is asked with the first request, when the settings are known to be right."""
        self._authentication = authentication
        self._share = share
        self._lock = threading.Lock()
        self._clients: dict[asyncio.AbstractEventLoop, httpx.AsyncClient] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._of_this_loop(), name)

    @cached_property
    def _limits(self) -> Limits:
        return Limits(self._share())

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        """Read once: that takes longer than all else of making a client."""
        return httpx.create_ssl_context(resolve_verify_param(ocean.config.ssl.port))

    def _of_this_loop(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        with self._lock:
            if loop not in self._clients:
                open_ones = {of: c for of, c in self._clients.items() if not of.is_closed()}
                self._clients = open_ones | {loop: self._made()}
            return self._clients[loop]

    def _made(self) -> httpx.AsyncClient:
        return OceanAsyncClient(
            PortTransport,
            transport_kwargs={"limits": self._limits, "authentication": self._authentication},
            retry_config=retry_config(),
            timeout=PORT_HTTPX_TIMEOUT,
            limits=PORT_HTTPX_LIMITS,
            verify=self._certificates,
            event_hooks={"response": [read_whole]},
        )


def keep_to_limits(port: PortClient, share: Callable[[], int]) -> None:
    """Have everything that is asked of Port go through our client, whoever asks.

    The framework has a client for each context, each of which would ask as much as it likes.
    """
    port.auth = Authentication(port)
    port.client = cast(httpx.AsyncClient, PortHttp(port.auth, share))
