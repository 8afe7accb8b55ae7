"""Rows, and how Jira writes what is in them."""

import json
from datetime import UTC, datetime
from typing import Any

type Row = dict[str, Any]


def dumps(value: Any) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def stamp(at: float) -> str:
    """A time as Jira writes it."""
    moment = datetime.fromtimestamp(at, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"


def zulu(at: float) -> str:
    """A time as the agile API writes it."""
    moment = datetime.fromtimestamp(at, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


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
