"""The reverse index of relations: who points to an entity."""

from typing import Any

from sandbox.port.blueprints import targets
from sandbox.port.search import Key


class IncomingRelations:
    """For each target: the entities that point to it, and through which relations."""

    def __init__(self) -> None:
        self._sources: dict[Key, dict[Key, set[str]]] = {}

    def link(self, blueprint: dict[str, Any], row: dict[str, Any]) -> None:
        """Note what an entity points to."""
        key = (row["blueprint"], row["identifier"])
        for name, target in _outgoing(blueprint, row):
            self._sources.setdefault(target, {}).setdefault(key, set()).add(name)

    def unlink(self, blueprint: dict[str, Any], row: dict[str, Any]) -> None:
        """Forget what an entity points to."""
        key = (row["blueprint"], row["identifier"])
        for _, target in _outgoing(blueprint, row):
            if (sources := self._sources.get(target)) is not None:
                sources.pop(key, None)
                if not sources:
                    del self._sources[target]

    def sources(self, target: Key) -> dict[Key, set[str]]:
        """Return who points to an entity, and through which relations."""
        return self._sources.get(target, {})

    def pop(self, target: Key) -> dict[Key, set[str]]:
        """Return who points to an entity, and forget it."""
        return self._sources.pop(target, {})


def _outgoing(blueprint: dict[str, Any], row: dict[str, Any]) -> list[tuple[str, Key]]:
    return [
        (name, (blueprint["relations"][name]["target"], one))
        for name, value in row["relations"].items()
        for one in targets(value)
    ]
