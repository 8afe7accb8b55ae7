"""A real `redis-server` on a loopback port, with a folder of its own, for tests."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from types import TracebackType
from typing import Self

from redis.asyncio import Redis
from redis.exceptions import RedisError

from sandbox.servers import free_port

PROGRAM = shutil.which("redis-server")
WHY_NOT = "redis-server isn't installed (Debian's package of that name has it)"


class RedisServer:
    """Started, killed and started again, it has what its append-only file holds."""

    def __init__(self, *options: str, append_only: bool = True) -> None:
        """`options` as on its command line."""
        self.port = free_port()
        self._options = [*options, "--appendonly", "yes" if append_only else "no"]
        self._folder = tempfile.mkdtemp(prefix="redis-")
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """As the settings want it."""
        return f"redis://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process id."""
        if self._process is None:
            raise RuntimeError("Redis was not started")
        return self._process.pid

    def client(self) -> Redis:
        """A connection for a look from outside."""
        return Redis.from_url(self.url, decode_responses=True, legacy_responses=True)

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        if PROGRAM is None:
            raise RuntimeError(WHY_NOT)
        self._process = await asyncio.create_subprocess_exec(
            PROGRAM,
            *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", self._folder),
            *("--save", "", *self._options),
            stdout=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(20), self.client() as client:
            while True:
                with contextlib.suppress(RedisError, OSError):
                    if await client.ping():
                        return
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """As a machine that goes down."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def pause(self) -> None:
        """It answers nobody any more, and closes nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.returncode is None:
            os.kill(self._process.pid, number)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
