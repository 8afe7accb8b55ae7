"""Runs a command as a container engine would: in a root of its own, as the first process of it.

    python3 -m tests.install.in_root '{"root": …, "command": […], "user": 10001, …}'

What the root lacks comes from this machine, read-only: that is the base image. Needs Linux and
root. SIGTERM and SIGINT are handed on, as `docker stop` would.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NoReturn

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Container:
    """What is run, and where."""

    root: str
    command: list[str]
    environment: dict[str, str]
    workdir: str = "/"
    user: int = 0
    read_only: bool = False
    settings: str = ""
    """Variables of ours that begin with this are handed on."""
    python: str = field(default=sys.base_prefix)

    def argv(self) -> list[str]:
        """The command line that runs it."""
        return [sys.executable, "-m", "tests.install.in_root", json.dumps(asdict(self))]


def run(container: Container) -> int:
    """Run it to its end; its exit status, or 128 and the number of the signal that ended it."""
    os.unshare(os.CLONE_NEWNS | os.CLONE_NEWPID)
    child = os.fork()
    if not child:
        _enter(container)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: os.kill(child, number))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return 128 - status if status < 0 else status


def _enter(container: Container) -> NoReturn:
    root = Path(container.root)
    _mount("--make-rprivate", "/")
    _mount("--bind", root, root)
    for item in Path("/").iterdir():
        here = root / item.name
        if item.is_symlink():
            if not here.is_symlink():
                here.symlink_to(os.readlink(item))
        elif item.is_dir() and item.name not in ("proc", "tmp"):
            if here.exists() and any(here.iterdir()):
                continue
            here.mkdir(exist_ok=True)
            _mount("--rbind", item, here)
            _mount("-o", "remount,bind,ro", here)
    # Where the base image has its Python.
    if Path(container.python) not in (Path("/usr"), Path("/usr/local")):
        _mount("--bind", "-o", "ro", container.python, root / "usr/local")
    for name in ("proc", "tmp"):
        (root / name).mkdir(exist_ok=True)
    _mount("-t", "proc", "proc", root / "proc")
    _mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", root / "tmp")
    if container.read_only:
        _mount("-o", "remount,bind,ro", root)
    handed_on = {
        name: value
        for name, value in os.environ.items()
        if container.settings and name.startswith(container.settings)
    }
    os.chroot(root)
    os.chdir(container.workdir)
    os.setgroups([])
    os.setgid(container.user)
    os.setuid(container.user)
    # With whoever started it, as everything that is in it.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # The base image's linker looks there by itself.
    environment = {"LD_LIBRARY_PATH": "/usr/local/lib", **container.environment, **handed_on}
    os.environ["PATH"] = environment["PATH"]
    os.execvpe(container.command[0], container.command, environment)  # noqa: S606


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)  # noqa: S607


if __name__ == "__main__":
    sys.exit(run(Container(**json.loads(sys.argv[1]))))
