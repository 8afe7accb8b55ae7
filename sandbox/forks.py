"""Commands as forks of a process that has imported the framework already.

What a test starts costs more than a second of imports each time, always the same ones. Here they
are paid once; `sandbox.fork_server` says what a fork has of its own. It is for the framework's
commands and the product's modules; anything else is executed.
"""

import asyncio
import itertools
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.child import LONGEST_LINE, Child, execute

_SERVER = Path(__file__).with_name("fork_server.py")
_OCEAN = str(Path(sys.executable).parent / "ocean")
_SETTINGS = ("OCEAN__", "APPLICATION__")
_SERVERS = 2
"""Each has another order of its sets; of two starts, one after another, none has the other's."""


class Forks:
    """Starts commands; the servers run from the first one on until this is closed."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """The environment is that of most commands, whatever their settings are."""
        self._variables = _not_settings(environment)
        self._servers: list[_Server] = []
        self._turns = itertools.count()

    async def start(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        *,
        errors_apart: bool = False,
    ) -> Child:
        """Fork where the command is as if executed that way, and execute it else."""
        ours = command[0] == _OCEAN or tuple(command[:2]) == (sys.executable, "-m")
        # What Python and packages were told while they were imported can't be told again.
        as_usual = _not_settings(environment) == self._variables
        if not (ours and as_usual and sys.platform == "linux"):
            return await execute(command, folder, environment, errors_apart=errors_apart)
        if not self._servers:
            self._servers = [_Server(folder, self._variables) for _ in range(_SERVERS)]
        server = self._servers[next(self._turns) % _SERVERS]
        asked = {"command": command, "folder": str(folder), "environment": dict(environment)}
        return await server.fork(asked, errors_apart=errors_apart)

    def close(self) -> None:
        """End the servers; forks that run go on."""
        for server in self._servers:
            server.close()
        self._servers = []


def _not_settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith(_SETTINGS)}


class _Server:
    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this repository's own
                [sys.executable, str(_SERVER), str(theirs.fileno())],
                cwd=folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    async def fork(self, asked: Mapping[str, object], *, errors_apart: bool) -> "_Fork":
        pipes = [os.pipe() for _ in range(3 if errors_apart else 2)]
        reading, writing = zip(*pipes, strict=True)
        out, told, *errors = writing
        try:
            text = json.dumps(asked).encode()
            socket.send_fds(self._control, [text], [out, errors[0] if errors else out, told])
        except BaseException:
            for file in reading:
                os.close(file)
            raise
        finally:
            for file in writing:
                os.close(file)
        return await _Fork.made(*[await _reader(file) for file in reading])

    def close(self) -> None:
        self._control.close()
        self._process.wait()


class _Fork:
    """A process whose parent tells of its end."""

    def __init__(
        self,
        pid: int,
        stdout: asyncio.StreamReader,
        told: asyncio.StreamReader,
        stderr: asyncio.StreamReader | None,
    ) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdout: asyncio.StreamReader | None = stdout
        self.stderr = stderr
        self._ended = asyncio.create_task(self._end(told))

    @classmethod
    async def made(
        cls,
        stdout: asyncio.StreamReader,
        told: asyncio.StreamReader,
        stderr: asyncio.StreamReader | None = None,
    ) -> "_Fork":
        pid = await told.readline()
        if not pid:
            raise RuntimeError("the process that is to fork has ended")
        return cls(int(pid), stdout, told, stderr)

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    async def _end(self, told: asyncio.StreamReader) -> int:
        status = await told.readline()
        if not status:
            raise RuntimeError(f"nobody tells how process {self.pid} ended")
        self.returncode = int(status)
        return self.returncode


async def _reader(file: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(file, "rb", buffering=0)
    )
    return reader
