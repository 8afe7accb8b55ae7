"""The sprints that an issue shows in a custom field, whose number is another on every site."""

import re
from collections.abc import Iterator
from typing import Any

from jira.payload_parts import Row

_NAMES = ("sprint", "closedSprints")
_BOARDS = ("boardId", "rapidViewId", "originBoardId")
_STATES = ("active", "closed", "future")
# A name may hold anything, so that a text can seem to have several ids: each is only a hint.
_OLD_FORM = re.compile(r"\.Sprint@[0-9a-f]+\[")
_ID_IN_OLD_FORM = re.compile(r"[\[,]id=([0-9]{1,19})(?=[,\]])")


def shown_sprints(fields: Row) -> dict[str, list[Row]]:
    """Rows with an id, in no certain form, of all sprints that an issue shows, by the field."""
    shown = {
        name: [
            row
            for one in (value if isinstance(value, list) else [value])
            for row in _sprints(one, known=name in _NAMES)
        ]
        for name, value in fields.items()
        if name.startswith("customfield_") or name in _NAMES
    }
    return {name: rows for name, rows in shown.items() if rows}


def _sprints(value: Any, *, known: bool) -> Iterator[Row]:
    if isinstance(value, dict):
        if known or any(of in value for of in _BOARDS) or value.get("state") in _STATES:
            yield value
    elif isinstance(value, str) and (begun := _OLD_FORM.search(value)):
        for found in _ID_IN_OLD_FORM.finditer(value, begun.end() - 1):
            yield {"id": found[1]}
