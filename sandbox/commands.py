"""A command of the integration that ends by itself, with the settings of one that runs."""

import asyncio
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from sandbox.integration_process import IntegrationProcess, clean_copy, plain

OCEAN = str(Path(sys.executable).parent / "ocean")
"""The framework's command."""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said: standard output and errors together."""

    status: int
    lines: list[str]

    @property
    def text(self) -> str:
        """All that it said."""
        return "\n".join(self.lines)


async def run_command(
    process: IntegrationProcess,
    *command: str,
    timeout: float = 60,  # noqa: ASYNC109 - it is killed then
) -> Ended:
    """Run it as the integration is run, in a clean copy of the repository."""
    folder = clean_copy(process.root)
    try:
        child = await asyncio.create_subprocess_exec(
            *command,
            cwd=folder,
            env=process.environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(timeout):
                said, _ = await child.communicate()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Ended(child.returncode or 0, [plain(line) for line in said.decode().splitlines()])
