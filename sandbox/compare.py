"""Two catalogs side by side."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Snapshot = Mapping[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True)
class Difference:
    """One entity that isn't the same in both; `live` or `fresh` is None where it is missing."""

    blueprint: str
    identifier: str
    live: dict[str, Any] | None
    fresh: dict[str, Any] | None

    def __str__(self) -> str:
        """What is wrong, in a line."""
        name = f"{self.blueprint}/{self.identifier}"
        if self.live is None:
            return f"{name} is missing"
        if self.fresh is None:
            return f"{name} should not be there"
        return f"{name} is out of date: {', '.join(_changes(self.live, self.fresh))}"


def differences(live: Snapshot, fresh: Snapshot) -> list[Difference]:
    """Where the live catalog isn't what a fresh resync builds."""
    return [
        Difference(*key, live.get(key), fresh.get(key))
        for key in sorted(live.keys() | fresh.keys())
        if live.get(key) != fresh.get(key)
    ]


def counts(snapshot: Snapshot) -> dict[str, int]:
    """How many entities of each blueprint."""
    return dict(sorted(Counter(blueprint for blueprint, _ in snapshot).items()))


def _changes(live: Mapping[str, Any], fresh: Mapping[str, Any]) -> list[str]:
    found = []
    for name in sorted(live.keys() | fresh.keys()):
        ours, theirs = live.get(name), fresh.get(name)
        if isinstance(ours, dict) and isinstance(theirs, dict):
            found += _changes(ours, theirs)
        elif ours != theirs:
            found.append(f"{name} is {ours!r} and should be {theirs!r}")
    return found
