"""What jq would give for the plainest expressions (`.fields.status.name`), found without jq.

Most of a mapping is such paths, and most of what jq costs is reading the row. Exact, or not at
all: `NotPlainError` where anything isn't as plain as it looked.
"""

import re
from collections.abc import Callable
from typing import Any

Plain = Callable[[Any], Any]
"""Takes the row and gives the value. Raises NotPlainError."""

_PATH = re.compile(r"\s*((?:\.[A-Za-z_][A-Za-z0-9_]*)+)\s*")
_TEXT = re.compile(r"""\s*"([^"'\\\x00-\x1f]*)"\s*""")
_WORDS = {"true": True, "false": False, "null": None}
_EXACT = 10.0**15
"""Numbers up to this size are the same in jq, which counts in doubles."""
_DEEPEST = 100


class NotPlainError(Exception):
    """Only jq can tell what the expression gives for this row; caught by whoever asked."""


def plain(expression: str) -> Plain | None:
    """The function that does what the expression says; None where that takes jq."""
    if match := _PATH.fullmatch(expression):
        names = match[1].split(".")[1:]
        return lambda row: as_jq_gives_it(_follow(row, names))
    if match := _TEXT.fullmatch(expression):
        value: Any = match[1]
    elif (word := expression.strip()) in _WORDS:
        value = _WORDS[word]
    else:
        return None
    return lambda row: value


def as_jq_gives_it(value: Any, depth: int = 0) -> Any:
    """A copy of a value of JSON as it comes out of jq, where 1.0 is 1. Raises NotPlainError."""
    if value is None or value is True or value is False:
        return value
    kind = type(value)
    if kind is str:
        if not value.isascii():
            _check_text(value)
        return value
    if kind is int or kind is float:
        if not -_EXACT < value < _EXACT or -1 / _EXACT < value < 0 or 0 < value < 1 / _EXACT:
            raise NotPlainError(f"jq may round {value}")
        whole = int(value)
        return whole if whole == value else value
    if depth > _DEEPEST:
        raise NotPlainError("a value is nested too deeply")
    if kind is list:
        return [as_jq_gives_it(item, depth + 1) for item in value]
    if kind is dict:
        return {
            as_jq_gives_it(_text(name), depth + 1): as_jq_gives_it(item, depth + 1)
            for name, item in value.items()
        }
    raise NotPlainError(f"a {kind.__name__} is no JSON")


def _follow(value: Any, names: list[str]) -> Any:
    for name in names:
        if value is None:
            return None
        if type(value) is not dict:
            raise NotPlainError(f"there is no {name!r} in a {type(value).__name__}")
        value = value.get(name)
    return value


def _text(name: Any) -> str:
    if type(name) is not str:
        raise NotPlainError(f"the key {name!r} is no text")
    return name


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotPlainError("half of a character is no text") from None
