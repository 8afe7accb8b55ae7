"""What lies between a process and its Redis, and may break."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"


class Network:
    """Passes on every byte, until it is cut: then what is under way is lost, and nobody answers."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._works = False

    @property
    def url(self) -> str:
        """Where Redis seems to be."""
        return f"redis://{HOST}:{self._port}"

    async def mend(self) -> None:
        """It works, under the same address as before."""
        self._works = True
        self._server = await asyncio.start_server(self._pass, HOST, self._port)
        self._port = int(self._server.sockets[0].getsockname()[1])

    async def cut(self) -> None:
        """It doesn't."""
        self._works = False
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()
        await asyncio.sleep(0)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, before = await asyncio.open_connection(HOST, self._to)
        if not self._works:
            before.transport.abort()
            writer.transport.abort()
            return
        self._open |= {writer, before}
        await asyncio.gather(_pump(reader, before), _pump(behind, writer))

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.cut()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()
