"""Rows and what becomes of them, for people to read. Without I/O."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jira.payloads import Row

NAMES = ("key", "id", "accountId", "teamId")
"""What rows are called by, of which each kind has one."""


@dataclass(frozen=True)
class Null:
    """A part of an entity that is null, the expression that gave it, and why."""

    path: str
    expression: str
    why: Sequence[str]


@dataclass(frozen=True)
class ShownEntity:
    """What a row becomes, or one of its items; `entity` is None where nothing comes of it."""

    entity: Mapping[str, Any] | None
    selected: bool = True
    query: str = "true"
    nulls: Sequence[Null] = ()
    errors: Sequence[str] = ()
    item: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ShownRow:
    """A row with its entities, or why it has none."""

    row: Row
    entities: Sequence[ShownEntity] | str


@dataclass(frozen=True)
class ShownResource:
    """An entry of the mapping with some of its rows; `note` says what is special about them."""

    name: str
    source: str
    selector: Mapping[str, Any]
    rows: Sequence[ShownRow] = field(default_factory=list)
    note: str = ""


def as_text(resources: Iterable[ShownResource]) -> str:
    """One resource below the other, each row with its entities."""
    return "\n\n".join("\n".join(_resource(resource)) for resource in resources)


def _resource(resource: ShownResource) -> list[str]:
    lines = [f"{resource.name}, by {resource.source}", f"selector: {_line(resource.selector)}"]
    if resource.note:
        lines.append(resource.note)
    if not resource.rows:
        lines += ["", "Jira gives no row for this selector."]
    for row in resource.rows:
        lines += _row(row)
    nulls = Counter(
        (null.path, null.expression)
        for row in resource.rows
        if not isinstance(row.entities, str)
        for entity in row.entities
        for null in entity.nulls
    )
    total = sum(len(row.entities) for row in resource.rows if not isinstance(row.entities, str))
    if total > 1 and nulls:
        lines += ["", f"Null, and in how many of the {total} entities:"]
        lines += [f"  {count:>4}  {path}: {text}" for (path, text), count in nulls.most_common()]
    return lines


def _row(shown: ShownRow) -> list[str]:
    name = next((str(shown.row[name]) for name in NAMES if name in shown.row), "?")
    lines = ["", f"Row {name}", _pretty(shown.row)]
    if isinstance(shown.entities, str):
        return [*lines, "", shown.entities]
    if not shown.entities:
        return [*lines, "", "No entity: itemsToParse gives an empty list"]
    for number, entity in enumerate(shown.entities, start=1):
        lines += _entity(entity, number, len(shown.entities))
    return lines


def _entity(shown: ShownEntity, number: int, count: int) -> list[str]:
    which = "" if shown.item is None else f" of item {number} of {count}"
    lines = [""]
    if shown.entity is None:
        lines += [f"No entity{which}", *(f"  {error}" for error in shown.errors)]
    else:
        lines += [f"Entity{which}", _pretty(shown.entity)]
    if not shown.selected:
        lines.append(f"It isn't written: the selector's query says no: {shown.query}")
    if shown.nulls:
        lines += ["", "Null, and why:"]
    for null in shown.nulls:
        lines.append(f"  {null.path}: {_one_line(null.expression)}")
        lines += [f"    {why}" for why in null.why]
    return lines


def _one_line(expression: str) -> str:
    return " ".join(expression.split())


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
