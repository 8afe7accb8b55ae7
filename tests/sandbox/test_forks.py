"""A fork is as the command that is executed, but for the time that it takes to start."""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox import child
from sandbox.commands import OCEAN, Ended, run_command
from sandbox.integration_process import IntegrationProcess, integration_env
from sandbox.jira.site import JiraSite
from sandbox.world import World

ROOT = Path(__file__).resolve().parents[2]
VENV = Path(sys.executable).parents[1]
SAID = """
import ctypes, json, os, resource, signal, sys, threading

signals = {number: str(signal.getsignal(number)) for number in signal.valid_signals()}
signals |= {"blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ()))}
limits = {name: getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")}
streams = (sys.stdin, sys.stdout, sys.stderr)
libc = ctypes.CDLL(None)
libc.getenv.restype = ctypes.c_char_p
files = {number: os.readlink(f"/proc/self/fd/{number}") for number in range(20)
         if os.path.exists(f"/proc/self/fd/{number}")}
print("SAID", json.dumps({
    "argv": sys.argv,
    "main": [sys.modules["__main__"].__name__, sys.modules["__main__"].__file__],
    "executable": sys.executable,
    "path": sys.path,
    "flags": str(sys.flags),
    "folder": os.getcwd(),
    "environment": dict(os.environ),
    "variables of C": [str(libc.getenv(name)) for name in (b"OCEAN__BASE_URL", b"PATH", b"NONE")],
    "leads": [os.getpgrp() == os.getpid(), os.getsid(0) == os.getpid()],
    "umask": os.umask(0o22),
    "nice": os.nice(0),
    "signals": signals,
    "limits": {name: resource.getrlimit(number) for name, number in limits.items()},
    "files": files,
    "streams": [(s.fileno(), s.encoding, s.errors, s.line_buffering, s.write_through)
                for s in streams],
    "terminals": [s.isatty() for s in streams],
    "threads": [thread.name for thread in threading.enumerate()],
    "modules": sorted(sys.modules),
    "trace": [sys.gettrace() is None, sys.getprofile() is None],
    "recursion": sys.getrecursionlimit(),
}))
sys.stderr.write("apart\\n")
sys.exit(7)
"""
BY_CHANCE = re.compile(r"integration-\w+|127.0.0.1:\d{2,}|\w+:\[\d+\]|0x[0-9a-f]+|[\d-]+T[\d:.]+")
NUMBERS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]+|\d[\d.,:]*")


def product_with(folder: Path, main: str) -> Path:
    """This repository, with something else to run."""
    for item in ROOT.iterdir():
        if item.name in {".port", "pyproject.toml"}:
            (folder / item.name).symlink_to(item)
    for name in ("main.py", "said.py"):
        (folder / name).write_text(main)
    return folder


def settings() -> dict[str, str]:
    return integration_env(port_url="http://127.0.0.1:9", jira_url="http://127.0.0.1:9")


async def both_ways(process: IntegrationProcess, *command: str) -> tuple[Any, Any]:
    forked = await run_command(process, *command)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(child, "start", child.execute)
        return forked, await run_command(process, *command)


def said(ended: Ended) -> dict[str, Any]:
    """What it found, without folders and numbers that are other ones each time."""
    line = next(line for line in ended.out.splitlines() if line.startswith("SAID "))
    text = line.removeprefix("SAID ").replace(str(VENV), str(VENV.resolve()))
    found: dict[str, Any] = json.loads(BY_CHANCE.sub("…", text))
    return found


@pytest.mark.parametrize(
    "command", [(OCEAN, "sail", "-p", "1", "."), (sys.executable, "-m", "said")], ids=["sail", "-m"]
)
async def test_a_fork_finds_everything_as_if_it_had_been_executed(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    process = IntegrationProcess(settings(), root=product_with(tmp_path, SAID))
    forked, executed = await both_ways(process, *command)
    found, usual = said(forked), said(executed)
    more = set(found.pop("modules")) ^ set(usual.pop("modules"))
    assert found == usual
    # `python -m` imports the framework when it is needed.
    assert more == {"runpy"} or command[0] != OCEAN
    assert usual["leads"] == [True, True]
    assert (forked.status, executed.status) == (7, 7)
    assert (forked.errors, executed.errors) == ("apart\n", "apart\n")


async def test_what_python_is_told_by_variables_is_never_lost(tmp_path: Path) -> None:
    told = settings() | {"PYTHONOPTIMIZE": "1"}
    process = IntegrationProcess(told, root=product_with(tmp_path, SAID))
    forked, executed = await both_ways(process, OCEAN, "sail", "-p", "1", ".")
    assert said(forked) == said(executed)
    assert "optimize=1" in said(forked)["flags"]


@pytest.mark.parametrize(
    ("main", "status"),
    [("raise SystemExit(3)", 3), ("1 / 0", 1), ("import os; os.kill(os.getpid(), 9)", -9)],
)
async def test_a_fork_ends_as_if_it_had_been_executed(
    main: str, status: int, tmp_path: Path
) -> None:
    process = IntegrationProcess(settings(), root=product_with(tmp_path, f"print('x')\n{main}"))
    forked, executed = await both_ways(process, OCEAN, "sail", "-p", "1", ".")
    assert (forked.status, executed.status) == (status, status)
    assert forked.lines[-1] == executed.lines[-1]


@pytest.mark.parametrize(("ending", "status"), [("stop", 0), ("kill", -9)])
async def test_the_product_does_the_same_as_a_fork(
    ending: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    forked = await start_and_end(ending)
    monkeypatch.setattr(child, "start", child.execute)
    executed = await start_and_end(ending)
    assert forked.status == executed.status == status
    assert forked.catalog == executed.catalog
    assert "jiraIssue" in forked.catalog
    # What it still had to say when it was killed is chance.
    if ending == "stop":
        assert forked.log == executed.log
        assert forked.requests == executed.requests


@dataclass(frozen=True)
class Life:
    """What a process did from its start to its end."""

    log: set[str]
    requests: set[str]
    catalog: str
    status: int | None


async def start_and_end(ending: str) -> Life:
    site = JiraSite()
    site.fill(10, projects=2, users=2)
    async with World(site) as world:
        assert await world.start() == "completed"
        await getattr(world.process, ending)()
        asked = {f"{one.method} {one.path}" for one in world.jira.requests}
        asked |= {f"{one.method} {one.path}" for one in world.port.api.requests}
        return Life(
            {NUMBERS.sub("N", line) for line in world.process.log},
            # It asks for this each second, if it lives as long.
            {NUMBERS.sub("N", one) for one in asked if not one.endswith("/resync-request")},
            BY_CHANCE.sub("…", str(sorted(world.catalog.snapshot().items()))),
            world.process.returncode,
        )
