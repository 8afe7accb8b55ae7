"""A limit for what the framework and its server wait for at the end.

An open connection keeps the server from ending, such as a resync that was asked for by HTTP; and
Port, asked how a resync stands, may not answer for minutes.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import uvicorn
from loguru import logger
from port_ocean.utils.signal import SignalHandler

SECONDS = 5
"""For each of both."""


def bound_server() -> None:
    """Connections that are open are closed in time. To be called while the server runs."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if isinstance(server, uvicorn.Server):
        server.config.timeout_graceful_shutdown = SECONDS


def bound(signals: SignalHandler, handler: Callable[[], Awaitable[None]]) -> None:
    """A handler that is registered is given up in time."""

    async def in_time() -> None:
        try:
            async with asyncio.timeout(SECONDS):
                await handler()
        except TimeoutError:
            logger.warning(f"{handler.__name__} isn't waited for: it took {SECONDS} s")

    for name, (registered, priority) in [*signals._handlers.items()]:
        if registered == handler:
            signals._handlers[name] = (in_time, priority)
