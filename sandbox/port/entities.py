"""The entities that the stand-in Port holds, and reading them."""

import time
from bisect import bisect_left
from collections import deque
from typing import Any

from sandbox.port.blueprints import invalid, not_found
from sandbox.port.search import Entities, Key, search
from sandbox.port.values import iso, parse_iso

_AT_ONCE = 2000
"""How many entities a search of a blueprint looks at before it asks whether a page is full."""


class PortEntities:
    """Entities by blueprint and identifier; searches may show them as they were a while ago."""

    def __init__(self) -> None:
        self._entities: dict[str, dict[str, dict[str, Any]]] = {}
        self._search_lag = 0.0
        # What a search shows, and what it doesn't show yet.
        self._shown: dict[str, dict[str, dict[str, Any]]] = {}
        self._unseen: deque[tuple[float, Key, dict[str, Any] | None]] = deque()
        # The identifiers of what a search shows, sorted, until one comes or goes.
        self._orders: dict[str, list[str]] = {}

    @property
    def search_lag(self) -> float:
        """How many seconds a search is behind."""
        return self._search_lag

    @search_lag.setter
    def search_lag(self, seconds: float) -> None:
        self._search_lag = seconds
        self._unseen.clear()
        self._orders.clear()
        self._shown = {
            name: {one: _copy(row) for one, row in rows.items()}
            for name, rows in self._entities.items()
        }

    def _changed(self, key: Key, *, came_or_went: bool) -> None:
        """Have searches show an entity as it is now, when it is time."""
        if not self._search_lag:
            if came_or_went:
                self._orders.pop(key[0], None)
        else:
            row = self.get(*key)
            self._unseen.append((time.monotonic(), key, None if row is None else _copy(row)))

    def _searched(self) -> dict[str, dict[str, dict[str, Any]]]:
        if not self._search_lag:
            return self._entities
        while self._unseen and self._unseen[0][0] <= time.monotonic() - self._search_lag:
            _, (name, one), row = self._unseen.popleft()
            shown = self._shown.setdefault(name, {})
            if (row is None) is (one in shown):
                self._orders.pop(name, None)
            if row is None:
                shown.pop(one, None)
            else:
                shown[one] = row
        return self._shown

    def _from(self, rows: Entities, blueprint: str, first: str) -> list[str]:
        """The identifiers of what a search shows of a blueprint, in order, from one on."""
        order = self._orders.get(blueprint)
        if order is None:
            order = self._orders[blueprint] = sorted(rows.get(blueprint, ()))
        return order[bisect_left(order, first) :]

    def _candidates(self, blueprint: str, query: dict[str, Any]) -> list[str] | None:
        """The only entities of a blueprint that can match, in order; None for all of them."""
        return None

    def get(self, blueprint: str, identifier: str) -> dict[str, Any] | None:
        """Return an entity as it is stored, or None."""
        return self._entities.get(blueprint, {}).get(identifier)

    def entities(self, blueprint: str | None = None) -> list[dict[str, Any]]:
        """Return the entities of one blueprint, or all."""
        names = self._entities if blueprint is None else [blueprint]
        return [row for name in names for row in self._entities.get(name, {}).values()]

    def count(self, blueprint: str | None = None) -> int:
        """Return how many entities there are."""
        names = self._entities if blueprint is None else [blueprint]
        return sum(len(self._entities.get(name, {})) for name in names)

    def data_source(self, blueprint: str, identifier: str) -> str | None:
        """Return the User-Agent that last wrote an entity."""
        row = self.get(blueprint, identifier)
        return None if row is None else str(row["dataSource"])

    def search(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the entities that match a query of Port's search language."""
        rows = self._searched()
        return [rows[name][one] for name, one in search(rows, query)]

    def identified_by(self, blueprint: str, query: dict[str, Any]) -> str:
        """Return the identifier of the one entity that a search identifier's rules find."""
        rule = {"property": "$blueprint", "operator": "=", "value": blueprint}
        found = self.search({"combinator": "and", "rules": [rule, query]})
        if not found:
            raise not_found(f'no entity of "{blueprint}" matches the search identifier')
        if len(found) > 1:
            raise invalid(f'{len(found)} entities of "{blueprint}" match the search identifier')
        return str(found[0]["identifier"])

    def datasource_entities(
        self,
        prefix: str,
        suffix: str,
        *,
        limit: int = 5000,
        from_: str | None = None,
        before: str | None = None,
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of the entities of a data source, and where the next one begins."""
        if limit < 1:
            raise invalid('"limit" must be positive')
        # updatedAt is always UTC with milliseconds, so text compares like time.
        until = None if before is None else iso(parse_iso(before))
        first, _, one = (from_ or "").partition("|")
        rows = self._searched()
        page: list[dict[str, Any]] = []
        for name in sorted(name for name in rows if name >= first):
            for identifier in self._from(rows, name, one if name == first else ""):
                row = rows[name][identifier]
                if (
                    row["dataSource"].startswith(prefix)
                    and row["dataSource"].endswith(suffix)
                    and (until is None or row["updatedAt"] < until)
                ):
                    if len(page) == limit:
                        return page, f"{name}|{identifier}"
                    page.append(row)
        return page, None

    def search_page(
        self, blueprint: str, query: dict[str, Any], *, limit: int, from_: str | None = None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of a blueprint's entities that match, and where the next one begins.

        A page costs what is looked at for it, not the whole blueprint.
        """
        rows = self._searched()
        names = self._candidates(blueprint, query)
        if names is None:
            names = self._from(rows, blueprint, from_ or "")
        else:
            names = names[bisect_left(names, from_ or "") :]
        found: list[str] = []
        for start in range(0, max(1, len(names)), _AT_ONCE):
            among = [(blueprint, one) for one in names[start : start + _AT_ONCE]]
            found += [one for _, one in search(rows, query, among)]
            if len(found) > limit:
                break
        page = [rows[blueprint][one] for one in found[:limit]]
        return page, found[limit] if len(found) > limit else None

    def snapshot(self, blueprint: str | None = None) -> dict[Key, dict[str, Any]]:
        """Return what the catalog says, without times and data sources, for comparison."""
        return {
            (row["blueprint"], row["identifier"]): {
                "title": row["title"],
                "properties": {k: v for k, v in row["properties"].items() if v is not None},
                "relations": {
                    k: sorted(v) if isinstance(v, list) else v
                    for k, v in row["relations"].items()
                    if v
                },
            }
            for row in self.entities(blueprint)
        }


def _copy(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "properties": dict(row["properties"]),
        "relations": dict(row["relations"]),
    }
