"""An entity's content as a few short digests: one for each part that the same resources write.

Several resources of a mapping may write one entity, each some of its fields. A part is the fields
that exactly the same resources write, so each resource writes whole parts, and may be asked about
by these alone. Where one resource makes a blueprint's entities there is one part.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

import orjson
from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.models import Entity

from port.mapping.resources import blueprint_of

DIGEST_BYTES = 8
"""Two contents share a digest once in 18 quintillion."""
_ALONE = ("title", "icon", "team")
"""Fields with a name; properties and relations are named within."""

UNKNOWN = bytes(DIGEST_BYTES)

type Digests = dict[int, bytes]
"""Of the parts that an entity writes, by their number."""


def at_part(record: bytes, part: int) -> bytes:
    """The digest of a part in a record of several; UNKNOWN where it isn't in there."""
    return record[part * DIGEST_BYTES : (part + 1) * DIGEST_BYTES] or UNKNOWN


def packed(record: bytes, digests: Digests) -> bytes:
    """The digests of all parts one after the other, those of these parts anew."""
    count = max([len(record) // DIGEST_BYTES, *(part + 1 for part in digests)], default=0)
    return b"".join(digests.get(part) or at_part(record, part) for part in range(count))


class Parts:
    """What a mapping writes, by blueprint."""

    def __init__(self, mapping: PortAppConfig) -> None:
        self._written = [(blueprint_of(of), _fields_written(of)) for of in mapping.resources]
        self._of: dict[str, dict[str, int]] = {}
        self._numbers: dict[str, frozenset[int]] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parts) and self._written == other._written

    __hash__ = None  # type: ignore[assignment]

    def of(self, blueprint: str) -> Mapping[str, int]:
        """The fields of a blueprint's entities, each with the number of its part.

        A resource that computes its blueprint may write any.
        """
        if blueprint not in self._of:
            writers: dict[str, list[int]] = {}
            for index, (written, fields) in enumerate(self._written):
                if written in (blueprint, None):
                    for name in fields:
                        writers.setdefault(name, []).append(index)
            numbers = {who: n for n, who in enumerate(sorted(set(map(tuple, writers.values()))))}
            self._of[blueprint] = {name: numbers[tuple(who)] for name, who in writers.items()}
        return self._of[blueprint]

    def numbers(self, blueprint: str) -> frozenset[int]:
        """The parts that a blueprint's entities have."""
        if blueprint not in self._numbers:
            self._numbers[blueprint] = frozenset(self.of(blueprint).values())
        return self._numbers[blueprint]

    def written_by(self, entity: Entity) -> Digests | None:
        """The parts that an entity of ours writes; None where nobody can say what it comes to.

        That is where Port looks for what it relates to, or where it isn't of this mapping.
        """
        if entity.is_using_search_identifier or entity.is_using_search_relation:
            return None
        parts = self.of(str(entity.blueprint))
        names = _names(entity)
        if not names <= parts.keys():
            return None
        return _digests(entity, parts, {parts[name] for name in names})

    def shown_by(self, row: Entity) -> Digests:
        """All parts of an entity that Port showed with every field of ours."""
        parts = self.of(str(row.blueprint))
        return _digests(row, parts, self.numbers(str(row.blueprint)))


def _fields_written(resource: ResourceConfig) -> frozenset[str]:
    mapped = resource.port.entity.mappings
    alone = {name for name in _ALONE if getattr(mapped, name) is not None}
    properties = {f"properties.{name}" for name in mapped.properties}
    return frozenset(alone | properties | {f"relations.{name}" for name in mapped.relations})


def _names(entity: Entity) -> set[str]:
    alone = {name for name in _ALONE if name in entity.__fields_set__}
    properties = {f"properties.{name}" for name in entity.properties}
    return alone | properties | {f"relations.{name}" for name in entity.relations}


def _digests(entity: Entity, parts: Mapping[str, int], wanted: Iterable[int]) -> Digests:
    values = _values(entity, parts)
    contents = {
        part: _content({name: value for name, value in values.items() if parts[name] == part})
        for part in wanted
    }
    return {
        part: blake2b(content, digest_size=DIGEST_BYTES).digest()
        for part, content in contents.items()
    }


def _values(entity: Entity, names: Iterable[str]) -> dict[str, Any]:
    """The fields that hold something, in the one form that all that mean the same share."""
    found: dict[str, Any] = {}
    for name in names:
        group, _, inner = name.partition(".")
        held = getattr(entity, group)
        value = held.get(inner) if inner else held
        if group in ("relations", "team"):
            value = _as_set(value)
        if value is not None:
            found[name] = _plain(value)
    return found


def _as_set(value: Any) -> Any:
    """What is related to has no order; nothing and an empty list are the same."""
    if not isinstance(value, list):
        return value
    return sorted({item if isinstance(item, str) else json.dumps(item) for item in value}) or None


def _plain(value: Any) -> Any:
    """JSON has one kind of numbers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _content(values: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # Half of an emoji, or a number beyond 64 bits.
        return json.dumps(values, sort_keys=True).encode()
