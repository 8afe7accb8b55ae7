"""Imports the framework once, and forks whenever a command that uses it is asked for.

    python fork_server.py FD

A message at the socket FD names the command, its folder and its variables, and brings three
files: standard output, standard error, and one to which the fork's number is written and, when it
has ended, its status. The fork becomes what `exec` would have made of the command, but for the
time that the imports take: the same file or module is run as `__main__`, in a session of its own,
with these variables, files and signal handlers. The server ends when its socket is closed.
"""

import array
import importlib
import json
import os
import runpy
import socket
import sys
from pathlib import Path
from typing import Any

MOST_BYTES = 1024 * 1024
"""How long a message may be."""
_FILES = 3


def serve(control: socket.socket) -> dict[str, Any]:
    """Fork for every message; returns in a fork alone, with what it is to become."""
    while True:
        text, files = _received(control)
        if not text:
            # Not by way of what the framework wants done at an end: it never began here.
            os._exit(0)
        if os.fork() == 0:
            control.close()
            asked: dict[str, Any] = json.loads(text)
            _watched(asked, *files)
            return asked
        for file in files:
            os.close(file)
        _forget_the_ended()


def become(asked: dict[str, Any]) -> None:
    """Run the command as if this process had been started with it."""
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    # The one thing that the framework has read from the folder while it was imported.
    read = importlib.import_module("port_ocean.version").__integration_version__
    if read != importlib.import_module("port_ocean.utils.misc").get_integration_version():
        raise RuntimeError(f"the integration in {asked['folder']} is of another version")
    _, *arguments = command = asked["command"]
    if arguments[:1] == ["-m"]:
        sys.path[0] = os.getcwd()
        sys.argv[:] = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = str(Path(command[0]).resolve().parent)
        sys.argv[:] = command
        runpy.run_path(command[0], run_name="__main__")


def _watched(asked: dict[str, Any], out: int, errors: int, told: int) -> None:
    """Fork once more: returns in the fork; this process stays its parent, and tells of its end."""
    pid = os.fork()
    if pid:
        try:
            # Whoever reads what it says finds the end of it when it ends.
            os.close(out)
            os.close(errors)
            os.write(told, b"%d\n" % pid)
            _, status = os.waitpid(pid, 0)
            os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))
        finally:
            os._exit(0)
    os.close(told)
    os.setsid()
    for file, number in ((out, 1), (errors, 2)):
        os.dup2(file, number)
    for file in (out, errors):
        os.close(file)


def _received(control: socket.socket) -> tuple[bytes, list[int]]:
    files = array.array("i")
    text, ancillary, _, _ = control.recvmsg(MOST_BYTES, socket.CMSG_LEN(_FILES * files.itemsize))
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            files.frombytes(data)
    return text, files.tolist()


def _forget_the_ended() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _main(number: int) -> None:
    # Where Python looks for modules as the framework's command does, not here.
    sys.path[0] = str(Path(sys.executable).parent)
    importlib.import_module("port_ocean.cli.cli")
    become(serve(socket.socket(fileno=number)))


if __name__ == "__main__":
    _main(int(sys.argv[1]))
