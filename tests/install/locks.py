"""What a lock file pins, and whether that is all that its packages ask for."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
Environment = Mapping[str, str]
AsksFor = Callable[[str], list[str]]
"""A package's own requirements, by its name; raises PackageNotFoundError."""

_PIN = re.compile(r"^(?P<requirement>[A-Za-z0-9][^\\#]*?)\s*\\$", re.MULTILINE)


def machines() -> Iterator[Environment]:
    """What the locks are for, as environments of PEP 508."""
    for version, full in (("3.12", "3.12.1"), ("3.13", "3.13.0")):
        for system, platform, machine in (
            ("Linux", "linux", "x86_64"),
            ("Linux", "linux", "aarch64"),
            ("Darwin", "darwin", "arm64"),
        ):
            yield {
                "implementation_name": "cpython",
                "implementation_version": full,
                "os_name": "posix",
                "platform_machine": machine,
                "platform_python_implementation": "CPython",
                "platform_release": "",
                "platform_system": system,
                "platform_version": "",
                "python_full_version": full,
                "python_version": version,
                "sys_platform": platform,
            }


def pins(text: str) -> list[Requirement]:
    """The pinned packages of a lock's text."""
    return [_parsed(match["requirement"]) for match in _PIN.finditer(text)]


def roots(lock: str) -> list[Requirement]:
    """What pyproject.toml asks for, by the name of the lock that pins it."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    product, groups = project["project"]["dependencies"], project["dependency-groups"]
    wanted = {
        "requirements.lock": product,
        "requirements-dev.lock": [*product, *groups["dev"]],
        "requirements-bench.lock": groups["bench"],
        "requirements-tools.lock": groups["tools"],
    }[lock]
    return [Requirement(text) for text in wanted]


def unmet(
    wanted: Iterable[Requirement],
    pinned: Iterable[Requirement],
    asks_for: AsksFor,
    machine: Environment,
) -> list[str]:
    """A sentence for each requirement that the pins don't meet on a machine."""
    there = {canonicalize_name(pin.name): pin for pin in pinned if _applies(pin, machine)}
    sentences = [s for asked in wanted if (s := _met(asked, there, machine, "pyproject.toml"))]
    for name, pin in there.items():
        for text in asks_for(name):
            said = _met(_parsed(text), there, machine, str(pin), pin.extras)
            sentences += [said] if said else []
    return sentences


@cache
def _parsed(text: str) -> Requirement:
    return Requirement(text)


def _met(
    asked: Requirement,
    there: Mapping[NormalizedName, Requirement],
    machine: Environment,
    by: str,
    extras: Iterable[str] = (),
) -> str | None:
    if not any(_applies(asked, machine, extra) for extra in ("", *extras)):
        return None
    pin = there.get(canonicalize_name(asked.name))
    if pin is None:
        return f"{by} asks for {asked}, and no pin of it is there"
    (version,) = [spec.version for spec in pin.specifier]
    if not asked.specifier.contains(version, prereleases=True):
        return f"{by} asks for {asked}, and {version} is pinned"
    missing = asked.extras - pin.extras
    return f"{by} asks for {asked}, and is pinned without {', '.join(missing)}" if missing else None


def _applies(asked: Requirement, machine: Environment, extra: str = "") -> bool:
    return asked.marker is None or _holds(str(asked.marker), tuple(machine.items()), extra)


@cache
def _holds(marker: str, machine: tuple[tuple[str, str], ...], extra: str) -> bool:
    return Marker(marker).evaluate({**dict(machine), "extra": extra})
