"""What jq would give for the plainest expressions, found without jq.

Most of a mapping is paths (`.fields.status.name`) and what little is done with them
(`.fields.subtasks | map(.key)`), and most of what jq costs is reading the row. Exact, or not at
all: `NotPlainError` where anything isn't as plain as it looked.
"""

import re
from collections.abc import Callable
from typing import Any

Plain = Callable[[Any], Any]
"""Takes the input and gives the output. Raises NotPlainError."""

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
      (?P<name>\.[A-Za-z_][A-Za-z0-9_]*)
    | (?P<slice>\.?\[[ ]*[0-9]{0,9}[ ]*:[ ]*[0-9]{0,9}[ ]*\])
    | (?P<index>\.?\[[ ]*[0-9]{1,9}[ ]*\])
    | (?P<text>"[^"'\\\x00-\x1f]*")
    | (?P<word>[a-z]+)
    | (?P<sign>[()|+])
    )[ \t\r\n]*""",
    re.VERBOSE,
)
_CONSTANTS = {"true": True, "false": False, "null": None}
_EXACT = 10.0**15
"""Numbers up to this size are the same in jq, which counts in doubles."""
_DEEPEST = 100


class NotPlainError(Exception):
    """Only jq can tell what the expression gives for this row; caught by whoever asked."""


def plain(expression: str) -> Plain | None:
    """The function that does what the expression says; None where that takes jq.

    Plain are paths, texts, `+` of texts, and pipes of these into paths, slices, `map(…)`,
    `split("…")` and `join("…")`.
    """
    try:
        expression.encode()
        tokens = _Tokens(expression)
        do = _pipe(tokens)
        tokens.expect_end()
    except (_OtherwiseError, RecursionError, UnicodeEncodeError):
        return None
    return lambda row: as_jq_gives_it(do(row))


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


class _OtherwiseError(Exception):
    """The expression is none of the plain ones."""


class _Tokens:
    def __init__(self, expression: str) -> None:
        self._left: list[tuple[str, str]] = []
        index = 0
        while index < len(expression):
            match = _TOKEN.match(expression, index)
            if match is None:
                raise _OtherwiseError
            index = match.end()
            self._left.append((str(match.lastgroup), match[str(match.lastgroup)]))
        self._left.reverse()

    def next_is(self, *wanted: str) -> bool:
        return bool(self._left) and (
            self._left[-1][0] in wanted or self._left[-1] in [("sign", sign) for sign in wanted]
        )

    def take(self, *wanted: str) -> str:
        if not self.next_is(*wanted):
            raise _OtherwiseError
        return self._left.pop()[1]

    def expect_end(self) -> None:
        if self._left:
            raise _OtherwiseError


def _pipe(tokens: _Tokens) -> Plain:
    steps = [_sum(tokens)]
    while tokens.next_is("|"):
        tokens.take("|")
        steps.append(_sum(tokens))
    return _one_after_the_other(steps)


def _one_after_the_other(steps: list[Plain]) -> Plain:
    if len(steps) == 1:
        return steps[0]

    def do(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return do


def _sum(tokens: _Tokens) -> Plain:
    first = _term(tokens)
    others: list[Plain] = []
    while tokens.next_is("+"):
        tokens.take("+")
        others.append(_term(tokens))
    if not others:
        return first

    def do(value: Any) -> Any:
        found = first(value)
        for other in others:
            found = _added(found, other(value))
        return found

    return do


def _term(tokens: _Tokens) -> Plain:
    if tokens.next_is("("):
        tokens.take("(")
        inner = _pipe(tokens)
        tokens.take(")")
        return inner
    if tokens.next_is("text"):
        text: Any = tokens.take("text")[1:-1]
        return lambda value: text
    if tokens.next_is("word"):
        return _word(tokens)
    return _path(tokens)


def _word(tokens: _Tokens) -> Plain:
    word = tokens.take("word")
    if word in _CONSTANTS:
        constant = _CONSTANTS[word]
        return lambda value: constant
    tokens.take("(")
    if word == "map":
        each = _pipe(tokens)
        tokens.take(")")
        return lambda value: [each(item) for item in _list(value)]
    separator = tokens.take("text")[1:-1]
    tokens.take(")")
    if word == "split" and separator:
        return lambda value: _split(value, separator)
    if word == "join":
        return lambda value: separator.join(_texts(value))
    raise _OtherwiseError


def _path(tokens: _Tokens) -> Plain:
    if not tokens.next_is("name", "index", "slice"):
        raise _OtherwiseError
    steps: list[Plain] = []
    names: list[str] = []
    while tokens.next_is("name", "index", "slice"):
        if tokens.next_is("name"):
            names.append(tokens.take("name")[1:])
            continue
        if names:
            steps.append(_follower(names))
            names = []
        text = tokens.take("index", "slice")
        # `[0]` alone makes a list, and jq takes no slice after a dot but the first one.
        if not steps and not text.startswith("."):
            raise _OtherwiseError
        if steps and text.startswith(".") and ":" in text:
            raise _OtherwiseError
        steps.append(_part(text.strip(".[] ")))
    if names:
        steps.append(_follower(names))
    return _one_after_the_other(steps)


def _part(text: str) -> Plain:
    start, colon, end = (part.strip() for part in text.partition(":"))
    if not colon:
        number = int(start)
        return lambda value: _at(value, number)
    if not start and not end:
        raise _OtherwiseError
    bounds = slice(int(start) if start else None, int(end) if end else None)
    return lambda value: None if value is None else _list(value)[bounds]


def _follower(names: list[str]) -> Plain:
    def do(value: Any) -> Any:
        for name in names:
            if value is None:
                return None
            if type(value) is not dict:
                raise NotPlainError(f"there is no {name!r} in a {type(value).__name__}")
            value = value.get(name)
        return value

    return do


def _at(value: Any, number: int) -> Any:
    if value is None:
        return None
    items = _list(value)
    return items[number] if number < len(items) else None


def _added(one: Any, two: Any) -> Any:
    if one is None:
        return two
    if two is None:
        return one
    return _text(one) + _text(two)


def _split(value: Any, separator: str) -> list[str]:
    text = _text(value)
    return text.split(separator) if text else []


def _texts(value: Any) -> list[str]:
    return [_text(item) for item in _list(value)]


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise NotPlainError(f"a {type(value).__name__} is no list")
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise NotPlainError(f"a {type(value).__name__} is no text")
    return value


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotPlainError("half of a character is no text") from None
