"""The expressions of a mapping as text, and the pieces that they are made of."""

import re
from collections.abc import Iterator
from typing import Any

_TOKEN = re.compile(
    r"""\s+
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<path>\.[A-Za-z_][A-Za-z0-9_]*)
    | (?P<recurse>\.\.)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<dot>\.)
    | (?P<variable>\$[A-Za-z_][A-Za-z0-9_]*)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<assign>\|=|\+=|-=|\*=|/=|//=|%=|=(?!=))
    | (?P<operator>//|==|!=|<=|>=|[-+*/%<>,:;|?])
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])""",
    re.VERBOSE | re.DOTALL,
)
_INTERPOLATION = re.compile(r"\\\(")


class UnclearError(Exception):
    """What an expression reads can't be told: perhaps the whole row."""


def texts(value: Any) -> Iterator[str]:
    """Every text in a part of a mapping."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts(part)


def tokens_of(expression: str) -> list[tuple[str, str]]:
    """The pieces of an expression, each with its sort. Raises UnclearError."""
    if "'" in expression:
        # The framework turns some of these into double quotes.
        raise UnclearError
    found = []
    index = 0
    while index < len(expression):
        match = _TOKEN.match(expression, index)
        if match is None:
            raise UnclearError
        index = match.end()
        if match.lastgroup is not None:
            found.append((match.lastgroup, match[match.lastgroup]))
    return [*found, ("end", "")]


def name_in(string: str) -> str:
    """The name that a string without escapes is. Raises UnclearError."""
    if "\\" in string:
        raise UnclearError
    return string[1:-1]


def put_into(string: str) -> Iterator[str]:
    """The expressions whose values are put into a string. Raises UnclearError."""
    for match in _INTERPOLATION.finditer(string):
        depth = 1
        for index in range(match.end(), len(string)):
            depth += {"(": 1, ")": -1}.get(string[index], 0)
            if depth == 0:
                yield string[match.end() : index]
                break
        else:
            # A string inside of it, which has ended this one.
            raise UnclearError


class Pieces:
    """An expression, read from left to right. Raises UnclearError."""

    def __init__(self, expression: str) -> None:
        self.tokens = tokens_of(expression)
        self.at = 0

    def next(self) -> tuple[str, str]:
        """The piece ahead, with its sort."""
        return self.tokens[self.at]

    def take(self) -> tuple[str, str]:
        """The piece ahead; it is passed by."""
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, text: str) -> bool:
        """Pass by a piece that isn't a string; False where another one is ahead."""
        kind, found = self.next()
        if found != text or kind == "string":
            return False
        self.at += 1
        return True

    def expect(self, text: str) -> None:
        """The same, where it has to be this one. Raises UnclearError."""
        if not self.accept(text):
            raise UnclearError
