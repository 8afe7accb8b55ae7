"""The catalog as a page shows it: what changed last, and how long after Jira."""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.page.arrivals import Arrivals, Key
from sandbox.page.names import own_names, related_names
from sandbox.port.catalog import PortCatalog

_KEPT = 200
SHOWN = 40
"""How many entities a page gets at once."""
_FACTS: Mapping[str, Callable[[Any], str]] = {
    **dict.fromkeys(("status", "state", "issueType", "type", "priority", "emailAddress"), str),
    "totalIssues": lambda number: f"{number} issues",
    "timeSpentSeconds": lambda seconds: f"{seconds // 60} minutes",
    "released": lambda yes: "released" if yes else "not released",
    "active": lambda yes: "active" if yes else "not active",
}
_MOST_FACTS = 3
_MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\S+$")


@dataclass(frozen=True, slots=True)
class Shown:
    """An entity, and its last change if it was one while somebody looked."""

    blueprint: str
    identifier: str
    title: str
    facts: str
    op: str = "there"
    what: str = ""
    seconds: float | None = None
    cause: int | None = None
    at: float = 0.0


class CatalogView:
    """Follows a catalog; `told` is called with each change as soon as it is there."""

    def __init__(
        self, catalog: PortCatalog, arrivals: Arrivals, told: Callable[[Shown], None]
    ) -> None:
        self._catalog = catalog
        self._arrivals = arrivals
        self._told = told
        self._seen: dict[Key, dict[str, Any]] = {}
        self._latest: OrderedDict[Key, Shown] = OrderedDict()
        # While everything is read anew, nothing is the answer to a change.
        self.resyncing: Callable[[], bool] = lambda: False
        self.changes = 0
        self._unsubscribe = catalog.on_change(self._on_change)

    def stop(self) -> None:
        """Follow no longer."""
        self._unsubscribe()

    def counts(self) -> dict[str, int]:
        """How many entities there are of each blueprint."""
        return {name: self._catalog.count(name) for name in self._catalog.blueprints}

    def shown(self, blueprint: str | None = None) -> list[dict[str, Any]]:
        """What changed last, then what else is there."""
        rows = [r for r in reversed(self._latest.values()) if blueprint in (None, r.blueprint)]
        rows = rows[:SHOWN]
        for row in self._catalog.entities(blueprint):
            if len(rows) >= SHOWN:
                break
            if (key := (row["blueprint"], row["identifier"])) not in self._latest:
                rows.append(Shown(*key, row["title"], facts(row["properties"])))
        return [asdict(row) for row in rows]

    def _on_change(self, op: str, blueprint: str, identifier: str) -> None:
        key = (blueprint, identifier)
        before, row = self._seen.get(key), self._catalog.get(blueprint, identifier)
        now = None if row is None or op == "delete" else _parts(row)
        schema = self._catalog.blueprints[blueprint]
        relations = (before or {}).get("relations", {}) | (now or {}).get("relations", {})
        # Also where nothing is new: it was the answer to what came before it.
        arrival = self._arrivals.arrived(
            key, own_names(blueprint, identifier), related_names(schema, relations)
        )
        if now == before:
            return
        if now is None:
            self._seen.pop(key)
        else:
            self._seen[key] = now
        if self.resyncing():
            return
        cause, seconds = arrival or (None, None)
        shape = now or before or {}
        shown = Shown(
            blueprint,
            identifier,
            shape["title"],
            facts(shape["properties"]),
            "gone" if now is None else "new" if before is None else "changed",
            ", ".join(differences(before, now)) if before and now else "",
            seconds,
            cause,
            time.time(),
        )
        self.changes += 1
        self._latest[key] = shown
        self._latest.move_to_end(key)
        if len(self._latest) > _KEPT:
            self._latest.popitem(last=False)
        self._told(shown)


def _parts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": row["title"],
        "properties": dict(row["properties"]),
        "relations": {name: value for name, value in row["relations"].items() if value},
    }


def facts(properties: Mapping[str, Any]) -> str:
    """The few properties that say what an entity is like."""
    found = [
        say(properties[name]) for name, say in _FACTS.items() if properties.get(name) is not None
    ]
    return " · ".join(found[:_MOST_FACTS])


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[str]:
    """What is different, in words; times are named only where nothing else is."""
    if before["title"] != now["title"]:
        yield f"title: {before['title']} → {now['title']}"
    found = {
        name: (before[part].get(name), now[part].get(name))
        for part in ("properties", "relations")
        for name in before[part].keys() | now[part].keys()
        if before[part].get(name) != now[part].get(name)
    }
    telling = {name: values for name, values in found.items() if name not in ("updated", "url")}
    if not telling and before["title"] == now["title"]:
        telling = found
    for name, (old, new) in sorted(telling.items()):
        short = all(value is None or isinstance(value, str | int | float) for value in (old, new))
        yield f"{name}: {_text(old)} → {_text(new)}" if short else name


def _text(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _MOMENT.sub(r"\1 \2", str(value))
