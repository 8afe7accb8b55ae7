"""A limit for what the framework and its server wait for at the end.

An open connection keeps the server from ending, such as a resync that was asked for by HTTP. Port,
asked how a resync stands, may not answer for minutes. And threads that send the log to Port keep
the process there until it has answered each of them.
"""

import asyncio
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from os import _exit

import uvicorn
from loguru import logger
from port_ocean.utils.signal import SignalHandler

SECONDS = 5
"""For each of them."""


def bound_server() -> None:
    """Connections that are open are closed in time. To be called while the server runs."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if isinstance(server, uvicorn.Server):
        server.config.timeout_graceful_shutdown = SECONDS


def leave_in_time() -> None:
    """The process ends by itself, or else then, as if it had."""
    timer = threading.Timer(SECONDS, _leave)
    timer.daemon = True
    timer.start()


def _leave() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    _exit(0)


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
