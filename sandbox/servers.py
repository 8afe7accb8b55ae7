"""HTTP servers on loopback ports, inside the running event loop."""

import asyncio
import contextlib
import random
import socket
from collections.abc import Generator
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

_HOST = "127.0.0.1"


# Below what systems give to connections that go out (from 32768 on Linux, 49152 elsewhere).
_FREE = range(15_000, 32_000)
# Nobody's seed makes two processes choose the same.
_CHANCE = random.SystemRandom()


def free_port() -> int:
    """Return a loopback port that was free a moment ago.

    None that the next connection to go out may get, which would take it before it is used.
    """
    for port in _CHANCE.sample(_FREE, len(_FREE)):
        with contextlib.suppress(OSError), _bound(port):
            return port
    raise RuntimeError(f"no port of {_FREE.start} to {_FREE.stop - 1} is free on {_HOST}")


class HttpServer:
    """Serves an ASGI application on one port; may be stopped and started again.

    The port is taken when the object is made and kept while the server is stopped,
    so that an outage is a refused connection and nobody else can slip in.
    """

    def __init__(self, app: ASGIApp, *, port: int = 0) -> None:
        self._app = app
        self._reservation = _bound(port)
        self.port = int(self._reservation.getsockname()[1])
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end."""
        return f"http://{_HOST}:{self.port}"

    @property
    def running(self) -> bool:
        """Whether it takes connections."""
        return self._task is not None

    async def start(self) -> None:
        """Begin to take connections."""
        if self._task is not None:
            return
        config = uvicorn.Config(
            self._app,
            access_log=False,
            lifespan="off",
            log_config=None,
            log_level="warning",
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[_bound(self.port)]))
        ready = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait({ready, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            await self._task
            raise RuntimeError(f"the server on port {self.port} ended while it started")

    async def stop(self) -> None:
        """Close the port and the connections; requests that run longer than a second end."""
        if self._task is None or self._server is None:
            return
        self._server.should_exit = True
        task, self._task, self._server = self._task, None, None
        await task

    def close(self) -> None:
        """Give the port back; the server can't be started again."""
        self._reservation.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
        self.close()


class _Server(uvicorn.Server):
    """Tells when it is ready, and leaves the process's signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _bound(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # Lets a listener share the port with the reservation, which never listens.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((_HOST, port))
    except OSError:
        bound.close()
        raise
    return bound
