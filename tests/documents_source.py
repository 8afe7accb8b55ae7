"""What the code holds that documents name: files, words, and the sentences that it says."""

import ast
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import port_ocean

from tests.documents import NOT_OURS, ROOT

FRAMEWORK = Path(port_ocean.__file__).parent
TEXTS = {".py", ".yaml", ".yml", ".json", ".toml", ".example", ""}
WHERE = "\0"
"""What stands in a sentence for a value that isn't known before it is said."""
ENOUGH = 6
"""So many signs of a piece have to be the code's own, where values are in it."""


@cache
def files() -> frozenset[str]:
    """Every file of the repository, as its path from the root."""
    found: list[str] = []
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [
            name
            for name in inner
            if name not in NOT_OURS
            and not name.endswith(("cache", "cache__"))
            and (not name.startswith(".") or name in (".port", ".ci"))
        ]
        found += [(Path(folder) / name).relative_to(ROOT).as_posix() for name in names]
    return frozenset(found)


def _is_source(name: str) -> bool:
    return Path(name).suffix in TEXTS and not name.startswith(("tests/", ".coverage"))


@cache
def words() -> frozenset[str]:
    """Every word of the code and its settings, tests left out, and the names of all files."""
    found = {word for name in files() for word in re.findall(r"\w+", name)}
    for name in filter(_is_source, files()):
        found.update(re.findall(r"\w+", (ROOT / name).read_text("utf-8")))
    return frozenset(found)


def _parts(node: ast.expr) -> Iterator[str]:
    """A literal's text as far as it is one, with a sign for each value in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield from _parts(value)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield WHERE


def sentences_in(source: str) -> Iterator[str]:
    """The texts of a module that aren't docstrings."""
    yield from _below(ast.parse(source))


def _below(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Constant | ast.JoinedStr | ast.BinOp):
            text = "".join(_parts(child))
            if " " in text.strip() and not isinstance(node, ast.Expr):
                yield text
        if not isinstance(child, ast.Constant):
            yield from _below(child)


@cache
def sentences() -> tuple[str, ...]:
    """All that the product can say."""
    product = [n for n in files() if n.endswith(".py") and not n.startswith(("tests/", "sandbox/"))]
    return tuple(
        {text for name in product for text in sentences_in((ROOT / name).read_text("utf-8"))}
    )


@cache
def text_of_the_framework() -> str:
    """Its source; read only for what we don't say ourselves."""
    modules = [path for path in FRAMEWORK.rglob("*.py") if "tests" not in path.parts]
    return "\n".join(path.read_text("utf-8") for path in modules)


def tells(sentence: str, piece: str, is_value: Callable[[str], bool]) -> bool:
    """Whether a piece of what was said can be a part of a sentence, with such values put in."""
    parts = sentence.split(WHERE)
    if any(piece in part for part in parts):
        return True
    for first in range(len(parts) - 1):
        # The piece begins within a part or its value, and ends within a later one.
        begin = _longest(piece, parts[first], at_end=True)
        for last in range(first + 1, len(parts)):
            end = _longest(piece, parts[last], at_end=False)
            inner = parts[first + 1 : last]
            if begin + end + sum(map(len, inner)) < min(ENOUGH, len(piece)):
                continue
            pattern = "(.*?)".join(["", *map(re.escape, inner), ""])
            values = re.fullmatch(pattern, piece[begin : len(piece) - end])
            if values is not None and all(map(is_value, values.groups())):
                return True
    return False


def is_short(value: str) -> bool:
    """What may stand for any value: a name, a number and its unit."""
    return len(value.split()) <= 2


def is_value(value: str) -> bool:
    """Whether a value may stand in a sentence: a short one, or a sentence itself."""
    return is_short(value) or any(tells(text, value.strip(), is_short) for text in sentences())


def _longest(piece: str, part: str, *, at_end: bool) -> int:
    """How many signs a piece begins with that a part ends with; or the other way round."""
    for size in range(min(len(piece), len(part)), 0, -1):
        if at_end and part.endswith(piece[:size]):
            return size
        if not at_end and part.startswith(piece[-size:]):
            return size
    return 0


def is_said(message: str, *, with_any_values: bool = False) -> bool:
    """Whether the code can say it: each piece between `…` is of one of its sentences."""
    fits = (lambda _: True) if with_any_values else is_value
    pieces = (piece for piece in map(str.strip, message.split("…")) if len(piece) > 2)
    return all(
        any(tells(sentence, piece, fits) for sentence in sentences())
        or piece in text_of_the_framework()
        for piece in pieces
    )
