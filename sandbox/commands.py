"""A command of the integration that ends by itself, with the settings of one that runs."""

import asyncio
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from sandbox import child
from sandbox.integration_process import IntegrationProcess, clean_copy, plain

OCEAN = str(Path(sys.executable).parent / "ocean")
"""The framework's command."""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    status: int
    out: str
    errors: str

    @property
    def lines(self) -> list[str]:
        """All that it said, standard output before errors."""
        return [plain(line) for line in (self.out + self.errors).splitlines()]

    @property
    def text(self) -> str:
        """All that it said, in one."""
        return "\n".join(self.lines)


async def run_command(
    process: IntegrationProcess,
    *command: str,
    timeout: float = 60,  # noqa: ASYNC109 - it is killed then
) -> Ended:
    """Run it as the integration is run, in a clean copy of the repository."""
    folder = clean_copy(process.root)
    try:
        started = await child.start(command, folder, process.environment(), errors_apart=True)
        try:
            async with asyncio.timeout(timeout):
                out, errors, _ = await asyncio.gather(
                    _all(started.stdout), _all(started.stderr), started.wait()
                )
        finally:
            if started.returncode is None:
                os.kill(started.pid, signal.SIGKILL)
                await started.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Ended(started.returncode or 0, out.decode(), errors.decode())


async def _all(stream: asyncio.StreamReader | None) -> bytes:
    return b"" if stream is None else await stream.read()
