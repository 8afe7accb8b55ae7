"""A real Redis of one's own, on a loopback port, with a folder that is gone afterwards."""

import asyncio
import contextlib
import shutil
import signal
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from redis.asyncio import Redis
from redis.exceptions import RedisError

from sandbox.servers import free_port

PROGRAM = shutil.which("redis-server")
"""Where it is; None where it isn't installed."""
MISSING = "redis-server isn't installed (Debian: apt-get install redis-server)"


class RedisServer:
    """Keeps what it is told in an append-only file; may be stopped, killed and started again."""

    def __init__(self, *options: str) -> None:
        """`options` are those of redis-server, such as --maxmemory 4mb."""
        self.port = free_port()
        self._options = options
        self._folder: Path | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._client: Redis | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}"

    @property
    def client(self) -> Redis:
        """For a test's own looks into it."""
        if self._client is None:
            raise RuntimeError("Redis was not started")
        return self._client

    async def start(self) -> None:
        """Start it, and wait until it answers and has read what it kept."""
        if PROGRAM is None:
            raise RuntimeError(MISSING)
        self._folder = self._folder or Path(tempfile.mkdtemp(prefix="redis-"))
        self._process = await asyncio.create_subprocess_exec(
            PROGRAM,
            *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)),
            *("--save", "", "--appendonly", "yes", "--appendfsync", "always"),
            *self._options,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._client = self._client or Redis.from_url(self.url, decode_responses=True)
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(RedisError, OSError):
                    await self._client.execute_command("PING")
                    return
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """End it as an administrator would; it may be started again."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End it in the middle of things."""
        await self._end(signal.SIGKILL)

    def pause(self) -> None:
        """It answers nobody until it is woken."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """It goes on."""
        self._signal(signal.SIGCONT)

    def _signal(self, what: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(what)

    async def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._signal(signal.SIGCONT)
            self._signal(how)
            await self._process.wait()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is not None:
            await self._client.aclose()
        await self.kill()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
