"""This repository's integration as a child process, as it is run in production."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from sandbox import child
from sandbox.port.changes import Changes
from sandbox.process_memory import MemoryWatch
from sandbox.servers import free_port

_ROOT = Path(__file__).resolve().parent.parent
# A developer's settings, and what the integration has no use for.
_LEFT_OUT = {
    ".env",
    ".git",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
    "config.yaml",
    "config.yml",
}
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_TAIL = 40


def integration_env(
    *,
    port_url: str,
    jira_url: str,
    base_url: str | None = None,
    identifier: str = "sandbox",
    port_client_id: str = "port-client-id",
    port_client_secret: str = "port-client-secret",  # noqa: S107 - the stand-in's
    email: str = "bot@example.com",
    token: str = "jira-api-token",  # noqa: S107 - the stand-in's
    **extra: str,
) -> dict[str, str]:
    """Return the settings of an integration against the stand-ins.

    Without a base URL the process uses its own; `extra` holds further variables.
    """
    env = {
        "OCEAN__PORT__BASE_URL": port_url,
        "OCEAN__PORT__CLIENT_ID": port_client_id,
        "OCEAN__PORT__CLIENT_SECRET": port_client_secret,
        "OCEAN__INTEGRATION__IDENTIFIER": identifier,
        "OCEAN__INTEGRATION__TYPE": "jira",
        "OCEAN__INTEGRATION__CONFIG__JIRA_HOST": jira_url,
        "OCEAN__INTEGRATION__CONFIG__ATLASSIAN_USER_EMAIL": email,
        "OCEAN__INTEGRATION__CONFIG__ATLASSIAN_USER_TOKEN": token,
        "OCEAN__EVENT_LISTENER__TYPE": "POLLING",
        "OCEAN__EVENT_LISTENER__INTERVAL": "1",
        "OCEAN__INITIALIZE_PORT_RESOURCES": "true",
        "OCEAN__SEND_RAW_DATA_EXAMPLES": "false",
        # A test that is over waits no longer.
        "OCEAN__MAX_WAIT_SECONDS_BEFORE_SHUTDOWN": "5",
    }
    if base_url is not None:
        env["OCEAN__BASE_URL"] = base_url
    return env | extra


class IntegrationProcess:
    """Runs `ocean sail` with the given settings and nothing of the developer's own."""

    def __init__(
        self,
        env: dict[str, str],
        *,
        log_level: str = "INFO",
        port: int | None = None,
        root: Path = _ROOT,
        command: Sequence[str] | None = None,
    ) -> None:
        """`root` holds the product; `command` starts it in another way than `ocean sail` there."""
        self.port = free_port() if port is None else port
        self.log: list[str] = []
        self._env = env
        self.root = root
        self._log_level = log_level
        self._command = command
        self._folder: Path | None = None
        self._process: child.Child | None = None
        self._group: int | None = None
        self._reader: asyncio.Task[None] | None = None
        self._memory = MemoryWatch()
        self._lines = Changes()

    @property
    def url(self) -> str:
        """The base URL of the integration's own server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def webhook_url(self) -> str:
        """Where Jira sends its events."""
        return f"{self.url}/integration/webhook"

    @property
    def pid(self) -> int:
        """The process id."""
        return self._started.pid

    @property
    def returncode(self) -> int | None:
        """The exit status, None while it runs or before it was started."""
        return None if self._process is None else self._process.returncode

    @property
    def _started(self) -> child.Child:
        if self._process is None:
            raise RuntimeError("the integration was not started")
        return self._process

    async def start(self, timeout: float = 60) -> None:  # noqa: ASYNC109 - with the log's tail
        """Start it and wait until it answers; it may be started again after it ended.

        It answers when the framework's start is over, whatever is wrong with it then.
        """
        if self._process is not None and self._process.returncode is None:
            raise RuntimeError("the integration runs already")
        self._folder = clean_copy(self.root)
        command = self._command or self._sail()
        self._process = await child.start(command, self._folder, self.environment())
        # Its worker processes are killed with it.
        self._group = self._process.pid
        self._reader = asyncio.create_task(self._read(self._process))
        self._memory.start(self._process.pid)
        try:
            async with asyncio.timeout(timeout):
                await self._ready()
        except TimeoutError:
            await self.kill()
            raise TimeoutError(self._told(f"was not ready after {timeout} s")) from None
        except BaseException:
            await self.kill()
            raise

    async def stop(self, timeout: float = 20) -> None:  # noqa: ASYNC109 - then it is killed
        """Ask it to end, and kill it when it takes too long."""
        process = self._started
        if process.returncode is None:
            child.terminate(process)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await process.wait()
        await self.kill()

    def have_everything_compared(self) -> None:
        """As somebody who runs it would, by a signal."""
        os.kill(self.pid, signal.SIGUSR1)

    async def kill(self) -> None:
        """Kill it and its workers, and clean up."""
        process = self._started
        # The group outlives its leader while a worker is left; once it is gone its
        # number may become another's.
        if self._group is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._group, signal.SIGKILL)
            self._group = None
        await process.wait()
        await self._memory.stop()
        if self._reader is not None:
            await self._reader
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    async def wait_for_log(
        self,
        regex: str,
        timeout: float = 30,  # noqa: ASYNC109 - the message holds the log's tail
        *,
        after: int = 0,
    ) -> str:
        """Return the first line, from number `after` on, in which the expression is found."""
        pattern = re.compile(regex)
        position = after
        found: list[str] = []

        def look() -> bool:
            nonlocal position
            while position < len(self.log) and not found:
                if pattern.search(self.log[position]):
                    found.append(self.log[position])
                position += 1
            return bool(found) or self._reader is None or self._reader.done()

        await self._lines.wait(look, timeout, lambda: self._told(f"did not log {regex!r}"))
        if not found:
            raise RuntimeError(self._told(f"ended without logging {regex!r}"))
        return found[0]

    def peak_memory_bytes(self) -> int:
        """Return the most memory that it and its workers have held together."""
        return self._memory.peak_bytes()

    def forget_peak_memory(self) -> None:
        """Have the most memory counted from now on."""
        self._memory.forget()

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

    def environment(self) -> dict[str, str]:
        """The variables that it is run with."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {
            **kept,
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": "127.0.0.1,localhost",
            "OCEAN__BASE_URL": self.url,
            **self._env,
        }

    def _sail(self) -> tuple[str, ...]:
        # Not before it is started: another port may have been chosen for it meanwhile.
        ocean = str(Path(sys.executable).parent / "ocean")
        return ocean, "sail", "-p", str(self.port), "-l", self._log_level, "."

    async def _ready(self) -> None:
        ended = asyncio.create_task(self._started.wait())
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                while not ended.done():
                    with contextlib.suppress(httpx.HTTPError):
                        answer = await client.get(f"{self.url}/health/live")
                        if answer.status_code == httpx.codes.OK:
                            return
                    await asyncio.wait({ended}, timeout=0.1)
        finally:
            ended.cancel()
        if self._reader is not None:
            await self._reader
        raise RuntimeError(self._told(f"ended with status {self.returncode}"))

    async def _read(self, process: child.Child) -> None:
        if process.stdout is None:
            return
        async for line in process.stdout:
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            self.log.append(plain(text))
            self._lines.wake()
        # Those who wait for a line find out that none will come.
        asyncio.get_running_loop().call_soon(self._lines.wake)

    def _told(self, what: str) -> str:
        tail = "\n".join(self.log[-_TAIL:])
        return f"the integration {what}; its log ends with:\n{tail}"


def plain(line: str) -> str:
    """A line without what a terminal shows as colours."""
    return _ANSI.sub("", line)


def clean_copy(root: Path) -> Path:
    """Return a folder that shows the repository without a developer's own settings.

    The framework reads `.env` and `config.yaml` from the working directory.
    """
    folder = Path(tempfile.mkdtemp(prefix="integration-"))
    for item in root.iterdir():
        if item.name not in _LEFT_OUT:
            (folder / item.name).symlink_to(item)
    return folder
