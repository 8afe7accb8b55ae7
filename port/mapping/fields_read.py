"""Which fields of an issue a mapping reads: found in the text of its expressions, without I/O.

Conservative on purpose. Where it isn't plain that nothing but certain fields is read, the answer
is "perhaps any".
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from port.mapping.expressions import UnclearError, texts, tokens_of

PLAIN_ROW_KEYS = frozenset(("id", "key", "self", "expand", "changelog", "__boardId", "__boardIds"))
"""What a row has beside its fields, whichever fields are asked for; boards in backlogs alone."""
_PLAIN_WORDS = frozenset(
    (
        *("if", "then", "elif", "else", "end", "and", "or", "null", "true", "false"),
        *("now", "empty", "as", "try", "catch"),
    )
)
"""The words that may stand where the row is the input, since they don't hand it on."""
_NEVER = frozenset(["def", "import", "include", "label", "input", "inputs", "reduce", "foreach"])
_ENDS_A_TERM = frozenset(("string", "path", "variable", "close"))


@dataclass
class _Level:
    opened_by: str
    of_row: bool
    begins_of_row: bool
    binding: bool = False
    has_else: bool = False


PEOPLE = ("assignee", "reporter", "creator")
"""The fields of people that JQL knows by the same name."""
_ACCOUNT = re.compile(rf"\.fields\.({'|'.join(PEOPLE)})\.accountId\b")


def fields_read(resource: ResourceConfig) -> frozenset[str] | None:
    """The names of the fields that a resource of issues reads; None for perhaps any."""
    if resource.port.items_to_parse:
        return None
    return fields_of(texts_of(resource))


def texts_of(resource: ResourceConfig) -> tuple[str, ...]:
    """Every expression of a resource, its query among them."""
    mapped = resource.port.entity.mappings.dict(exclude_none=True)
    return (resource.selector.query, *texts(mapped))


def people_read(resource: ResourceConfig) -> tuple[str, ...]:
    """The fields of people of which a resource may read more than the account, which stays."""
    known = None
    if not resource.port.items_to_parse:
        known = fields_of(tuple(_ACCOUNT.sub(".id", text) for text in texts_of(resource)))
    return PEOPLE if known is None else tuple(name for name in PEOPLE if name in known)


@lru_cache(maxsize=64)
def fields_of(expressions: tuple[str, ...]) -> frozenset[str] | None:
    """The names of the fields that expressions read of an issue; None for perhaps any."""
    try:
        return frozenset(name for expression in expressions for name in _fields(expression))
    except UnclearError:
        return None


def may_read(resource: ResourceConfig, names: Iterable[str]) -> bool:
    """Whether a resource of issues may read one of these fields; a name may end with `*`."""
    known = fields_read(resource)
    return known is None or any(
        field.startswith(name[:-1]) if name.endswith("*") else field == name
        for name in names
        for field in known
    )


def _fields(expression: str) -> Iterator[str]:
    """The fields that an expression reads of the row. Raises UnclearError."""
    tokens = tokens_of(expression)
    levels = [_Level("", of_row=True, begins_of_row=True)]
    previous = "end"
    index = 0
    while index < len(tokens) - 1:
        kind, text = tokens[index]
        following = tokens[index + 1]
        level = levels[-1]
        continues = previous in _ENDS_A_TERM and kind in ("path", "dot")
        if text in _NEVER or kind == "assign" or (kind == "string" and "\\(" in text):
            raise UnclearError
        is_key = level.opened_by == "{" and previous in ("{", ",") and kind in ("word", "string")
        if level.opened_by == "{" and previous in ("{", ","):
            _check_key(kind, following)
        elif continues or not level.of_row:
            pass
        elif kind == "path" and text == ".fields":
            if following == ("operator", "?"):
                index += 1
            yield _field_named(tokens[index + 1 : index + 4])
        elif (
            kind in ("dot", "recurse")
            or (kind == "path" and text[1:] not in PLAIN_ROW_KEYS)
            or (kind == "word" and text not in _PLAIN_WORDS)
        ):
            raise UnclearError
        if not is_key:
            # A keyword can be a key, too.
            _move(levels, kind, text)
        previous = text if kind in ("open", "operator") else kind
        if text == "?":
            previous = "path"
        index += 1
    if len(levels) > 1:
        raise UnclearError


def _field_named(tokens: list[tuple[str, str]]) -> str:
    """The name right after `.fields`: `.x`, `."x"` or `["x"]`. Raises UnclearError."""
    match tokens:
        case [("path", path), *_]:
            return path[1:]
        case [("dot", _), ("string", text), *_] | [("open", "["), ("string", text), ("close", "]")]:
            try:
                return str(json.loads(text))
            except ValueError:
                # An interpolation, or escapes that JSON doesn't know.
                raise UnclearError from None
    raise UnclearError


def _check_key(kind: str, following: tuple[str, str]) -> None:
    # `{key}` is short for `{key: .key}`, and so is `{"key"}`.
    if kind in ("word", "string") and following != ("operator", ":"):
        raise UnclearError


def _move(levels: list[_Level], kind: str, text: str) -> None:
    """Follow where the input is the row itself and where it is something read from it."""
    level = levels[-1]
    if kind == "open" or (kind == "word" and text == "if"):
        levels.append(_Level(text, of_row=level.of_row, begins_of_row=level.of_row))
    elif kind == "close" or (kind == "word" and text == "end"):
        # Without an `else`, `if` may give its input: the row.
        if len(levels) == 1 or (text == "end" and level.begins_of_row and not level.has_else):
            raise UnclearError
        levels.pop()
    elif kind == "word" and text in ("then", "elif", "else"):
        level.of_row = level.begins_of_row
        level.has_else = text == "else"
    elif kind == "word" and text == "as":
        level.binding = True
    elif kind == "operator" and text == "|":
        # `… as $name | …` goes on with the same input.
        level.of_row = level.of_row and level.binding
        level.binding = False
    elif kind == "operator" and (text == ";" or (text == "," and level.opened_by == "{")):
        level.of_row = level.begins_of_row
