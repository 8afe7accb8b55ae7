"""A command that runs as a child process; tests may put a quicker way to start one in place."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

LONGEST_LINE = 16 * 1024 * 1024
"""How many bytes a line of what it says may have."""


class Child(Protocol):
    """A process that was started."""

    @property
    def pid(self) -> int:
        """Its number, which is that of its group, too."""

    @property
    def returncode(self) -> int | None:
        """Its status, None while it runs."""

    @property
    def stdout(self) -> asyncio.StreamReader | None:
        """What it says."""

    @property
    def stderr(self) -> asyncio.StreamReader | None:
        """What it says of errors; None where that is in what it says."""

    async def wait(self) -> int:
        """Wait for its end; returns its status."""


class Start(Protocol):
    """A way to start a command in a folder, with these variables and no others."""

    async def __call__(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        *,
        errors_apart: bool = False,
    ) -> Child:
        """It leads a session of its own, so that its workers can be killed with it."""


async def execute(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    errors_apart: bool = False,
) -> Child:
    """Start it as a shell does."""
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE if errors_apart else asyncio.subprocess.STDOUT,
        start_new_session=True,
        limit=LONGEST_LINE,
    )


start: Start = execute
"""How commands are started; see `sandbox.forks` for the other way."""


def terminate(child: Child) -> None:
    """Ask it to end, if it hasn't."""
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGTERM)
