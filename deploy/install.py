"""Puts the packages of a lock file into a virtual environment, without resolving anything.

    python3 deploy/install.py .venv requirements-dev.lock        makes .venv anew
    .venv/bin/python deploy/install.py --add .venv requirements-bench.lock

Which packages, and which files of them, is the lock's to say: pip only fetches and unpacks, by the
user's own configuration (index, proxy, certificates, constraints). What is whole is marked by a
file in the environment, `.<name of the lock>`, written last: a run that broke off leaves no mark.
It holds the lock's digest, so that one that was only written again installs nothing.
Runs on any Python 3, to tell which one is needed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys

OLDEST = (3, 12)
TOO_NEW = (3, 14)
BROKEN_OFF = 2
STOPPED = 130

# What pip says, and what to do about it; the first that fits is told.
ADVICE = (
    (r"No space left on device|Errno 28|Errno 122", "The disk is full: about 1 GB is needed."),
    (
        r"DO NOT MATCH THE HASHES",
        "The package index gave another file than the lock names. Ask whoever runs it; the lock's "
        "files are those of the public index.",
    ),
    (
        r"requires a different Python|Requires-Python",
        "This Python can't take one of the packages: use Python 3.12 or 3.13.",
    ),
    (
        r"Connection|Temporary failure|timed out|Timeout|ProxyError|SSLError|from versions: none",
        "No package index can be reached. Check the network, HTTPS_PROXY, and `pip config list`.",
    ),
    (
        r"Could not find a version|No matching distribution|ResolutionImpossible|constraint",
        "The package index doesn't have that version, or a constraints file of your pip "
        "configuration (`pip config list`, PIP_CONSTRAINT) forbids it. The lock is the tested "
        "set: install it with an index that has it, and without that constraint.",
    ),
)


def main(arguments: list[str]) -> int:
    """Return the exit status; says what it does, and what to do where it can't."""
    parser = argparse.ArgumentParser(description="Install the packages of a lock file.")
    parser.add_argument("folder", help="the virtual environment")
    parser.add_argument("lock", help="the lock file")
    parser.add_argument("--add", action="store_true", help="into an environment that is whole")
    asked = parser.parse_args(arguments)
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        print(
            f"Python 3.12 or 3.13 is needed, and {sys.executable} is {python_version()}. "
            "Install one and say which: make PYTHON=python3.12",
            file=sys.stderr,
        )
        return BROKEN_OFF
    mark = mark_of(asked.folder, asked.lock)
    try:
        said = install(asked.folder, asked.lock, mark, anew=not asked.add)
    except KeyboardInterrupt:
        said = "Stopped."
    except OSError as error:
        said = f"{error}. {advice(str(error))}"
    if said is None:
        return 0
    if not asked.add:
        shutil.rmtree(asked.folder, ignore_errors=True)
    print(
        f"\n{asked.folder} was not made: {said}\n"
        "Nothing half-made is left. Say the same command again; what was fetched is kept by pip.",
        file=sys.stderr,
    )
    return STOPPED if said == "Stopped." else BROKEN_OFF


def install(folder: str, lock: str, mark: str, *, anew: bool) -> str | None:
    """Make the environment; return None, or a sentence about what went wrong. Raises OSError."""
    with open(lock, encoding="utf-8") as file:
        text = file.read()
    whole = f"{hashlib.sha256(text.encode()).hexdigest()} {sys.version}\n"
    if read(mark) == whole:
        os.utime(mark)
        return None
    count = pinned(text)
    print(
        f"Installing {count} packages, as pinned in {lock}, into {folder} with Python "
        f"{python_version()}: a minute or two the first time.",
        flush=True,
    )
    if os.path.exists(mark):
        os.remove(mark)
    if anew:
        python = [sys.executable, "-m", "venv", "--clear", folder]
        made = subprocess.run(python, capture_output=True, text=True, check=False)  # noqa: S603
        if made.returncode:
            said = made.stderr + made.stdout
            return f"{said.strip()}\n{advice(said)}"
    pip = [os.path.join(folder, "bin", "python"), "-m", "pip", "--disable-pip-version-check"]
    # Nothing is looked for: the lock is complete, and a test holds it so.
    exact = ["--no-input", "install", "--no-user", "--no-deps", "--require-hashes", "-r", lock]
    for command in ([*pip, *exact], [*pip, "check"]):
        failure = run(command, count)
        if failure is not None:
            return failure
    with open(mark, "w", encoding="utf-8") as file:
        file.write(whole)
    print(f"Installed {count} packages.")
    return None


def run(command: list[str], count: int) -> str | None:
    """Run pip, showing how far it is; return None, or what it said when it failed."""
    lines: list[str] = []
    seen = 0
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                seen += 1
                show(f"{min(seen, count)}/{count} {line.split()[1].partition('==')[0]}")
            elif line.startswith("Installing collected"):
                show(f"unpacking {seen} packages")
    show("")
    if process.returncode == 0:
        return None
    errors = [line[:300] for line in lines if line.startswith("ERROR")] or lines[-10:]
    said = "\n".join(lines)
    return "\n".join([*errors, advice(said)])


def show(text: str) -> None:
    """One line that changes, where somebody looks at a terminal."""
    if sys.stdout.isatty():
        width = min(shutil.get_terminal_size().columns, 79) - 1
        print("\r" + text[:width].ljust(width) + ("" if text else "\r"), end="", flush=True)


def advice(said: str) -> str:
    """What to do about what pip said; a general sentence where it isn't known."""
    for pattern, sentence in ADVICE:
        if re.search(pattern, said):
            return sentence
    return "The message above is pip's."


def python_version() -> str:
    """The version of this Python."""
    return ".".join(map(str, sys.version_info[:2]))


def read(path: str) -> str:
    """A file's text; empty where there is none."""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def pinned(text: str) -> int:
    """How many packages a lock's text pins."""
    return len(re.findall(r"^[A-Za-z0-9][^\s=]*==", text, re.MULTILINE))


def mark_of(folder: str, lock: str) -> str:
    """The file that says the lock was installed as a whole."""
    return os.path.join(folder, "." + os.path.basename(lock).rpartition(".")[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
