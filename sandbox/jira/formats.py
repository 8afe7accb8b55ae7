"""Rows, and how Jira writes what is in them."""

from datetime import UTC, datetime
from typing import Any

import orjson

type Row = dict[str, Any]


def dumps(value: Any) -> bytes:
    """Compact JSON in UTF-8."""
    return orjson.dumps(value)


def stamp(at: float) -> str:
    """A time as Jira writes it."""
    return f"{_moment(at)}+0000"


def zulu(at: float) -> str:
    """A time as the agile API writes it."""
    return f"{_moment(at)}Z"


def _moment(at: float) -> str:
    # Not strftime, which is slow: a site has several hundred thousand dates.
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")


def document(text: str) -> Row:
    """A text as an Atlassian document."""
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}


def changed(name: str, old: tuple[Any, Any], new: tuple[Any, Any], field_id: str = "") -> Row:
    """One item of a changelog; each side is (value, text)."""
    row = {"field": name, "fieldtype": "jira"}
    if field_id:
        row["fieldId"] = field_id
    return row | {"from": old[0], "fromString": old[1], "to": new[0], "toString": new[1]}
