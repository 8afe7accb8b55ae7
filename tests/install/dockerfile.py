"""What a Dockerfile says: its stages, and the instructions of each with variables filled in."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
# What the base images of Python set, as far as it matters here.
BASE_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
}


@dataclass(frozen=True)
class Instruction:
    """One line, with what continues it: `COPY --from=build /app /app`."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """Its arguments: a JSON list as it is, or else its words; without options."""
        if self.text.startswith("["):
            return [str(word) for word in json.loads(self.text)]
        return [word for word in shlex.split(self.text) if not word.startswith("--")]

    @property
    def command(self) -> list[str]:
        """What is executed; a shell with it, where it isn't in the exec form."""
        if self.text.startswith("["):
            return self.words
        return ["/bin/sh", "-c", re.sub(r"^(--\S+\s+)+", "", self.text)]

    def option(self, name: str) -> str | None:
        """The value of an option such as `--from=build`."""
        found = re.search(rf"(?:^|\s)--{name}=(\S+)", self.text)
        return found[1] if found else None


@dataclass(frozen=True)
class Stage:
    """What is between one FROM and the next."""

    name: str
    base: str
    environment: dict[str, str]
    instructions: list[Instruction]

    def last(self, name: str) -> Instruction:
        """The last instruction of that name. Raises LookupError."""
        found = [one for one in self.instructions if one.name == name]
        if not found:
            raise LookupError(f"no {name} in stage {self.name}")
        return found[-1]


def stages(text: str) -> list[Stage]:
    """The stages in order; ENV is filled in, and so is ARG where it has a default."""
    found: list[Stage] = []
    known: dict[str, str] = {}
    before: dict[str, str] = known
    for name, argument in _lines(text):
        if name == "FROM":
            # Only what stands before the first one counts in a FROM, and nowhere else.
            base, _, alias = _filled(argument, before).partition(" AS ")
            stage = Stage(alias or str(len(found)), base, dict(BASE_ENVIRONMENT), [])
            found.append(stage)
            known = dict(BASE_ENVIRONMENT)
        elif name == "ARG":
            key, _, value = argument.partition("=")
            known[key] = value
        elif name == "ENV":
            for pair in shlex.split(_filled(argument, known)):
                key, _, value = pair.partition("=")
                known[key] = found[-1].environment[key] = value
        else:
            # A shell fills in its own.
            ours = argument if name in ("RUN", "CMD", "HEALTHCHECK") else _filled(argument, known)
            found[-1].instructions.append(Instruction(name, ours))
    return found


def check_of(stage: Stage) -> list[str]:
    """The command of the stage's health check. Raises LookupError."""
    _, _, command = stage.last("HEALTHCHECK").text.partition("CMD ")
    return Instruction("CMD", command.strip()).command


def is_sent(path: PurePosixPath, ignored: str) -> bool:
    """Whether a file is part of the build context, by the text of .dockerignore."""
    sent = True
    for line in ignored.splitlines():
        pattern = line.strip().removeprefix("!").rstrip("/")
        if not pattern or pattern.startswith("#"):
            continue
        if any(_fits(part, pattern) for part in (path, *path.parents)):
            sent = line.strip().startswith("!")
    return sent


def _fits(path: PurePosixPath, pattern: str) -> bool:
    inner = pattern.removeprefix("**/")
    if inner != pattern:
        return fnmatch(path.name, inner)
    return len(path.parts) == pattern.count("/") + 1 and fnmatch(str(path), pattern)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in re.sub(r"\s*\\\n\s*", " ", kept).splitlines():
        if line.strip():
            name, _, argument = line.strip().partition(" ")
            yield name.upper(), argument.strip()


def _filled(text: str, known: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: known.get(found[1] or found[2], ""), text)
