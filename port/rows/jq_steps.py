"""An expression taken apart into the steps that jq does one after the other. Without I/O."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from port.mapping.expressions import UnclearError, name_in, tokens_of

_OPAQUE = frozenset(("as", "def", "reduce", "foreach", "label", "import", "include", "try"))
"""Words that give names to values, or begin what ends nowhere in particular."""
_BEFORE_A_TERM = frozenset(("if", "then", "elif", "else", "and", "or"))
_ENDS_A_TERM = frozenset(("string", "path", "variable", "close", "number", "recurse"))


@dataclass(frozen=True)
class Piece:
    """A piece of an expression: its sort, its text, and where that is."""

    sort: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)

    def is_(self, *texts: str) -> bool:
        """Whether it is one of these, and not a string that says so."""
        return self.sort != "string" and self.text in texts


@dataclass(frozen=True)
class Step:
    """One step of a path: the expression that takes it, and the name that it asks for, if any."""

    code: str
    name: str | None = None

    @property
    def shown(self) -> str:
        """As it stands in a path."""
        return self.code.removeprefix(".") if self.code.startswith(".[") else self.code


@dataclass(frozen=True)
class Condition:
    """`if … then … elif … else … end`: what is given under which condition, and otherwise."""

    branches: list[tuple[str, str]]
    otherwise: str | None


def pieces_of(expression: str) -> list[Piece]:
    """The pieces with their places. Raises UnclearError."""
    found: list[Piece] = []
    at = 0
    for sort, text in tokens_of(expression)[:-1]:
        # Nothing but spaces stands between two of them.
        start = expression.index(text, at)
        found.append(Piece(sort, text, start))
        at = start + len(text)
    return found


def unwrapped(expression: str) -> str:
    """Without parentheses around all of it. Raises UnclearError."""
    text = expression.strip()
    while text.startswith("("):
        depths = list(_depths(pieces_of(text)))
        closes = next((piece for piece, depth in depths if piece.is_(")") and depth == 0), None)
        if closes is None or closes.end != len(text):
            return text
        text = text[1:-1].strip()
    return text


def parts_of(expression: str, operator: str) -> list[str]:
    """What stands between the operators that are in no parentheses; all of it where none is.

    Raises UnclearError.
    """
    outside = [piece for piece, depth in _depths(pieces_of(expression)) if depth == 0]
    if any(piece.is_(*_OPAQUE) for piece in outside):
        return [expression.strip()]
    parts, start = [], 0
    for piece in outside:
        if piece.is_(operator):
            parts.append(expression[start : piece.start].strip())
            start = piece.end
    return [*parts, expression[start:].strip()]


def path_of(expression: str) -> list[Step] | None:
    """The steps of a path such as `.fields.labels[0]`; None for anything else.

    Raises UnclearError.
    """
    pieces = pieces_of(expression)
    if not pieces or pieces[0].sort not in ("path", "dot"):
        return None
    steps, at = _path(pieces, 0, expression)
    return steps if at == len(pieces) else None


def paths_in(expression: str) -> list[list[Step]]:
    """The paths that begin with the expression's input: those before a pipe, in no parentheses.

    Raises UnclearError.
    """
    first = parts_of(expression, "|")[0]
    pieces = pieces_of(first)
    depths = [of for _, of in _depths(pieces)]
    found, at = [], 0
    while at < len(pieces):
        begins = pieces[at].sort in ("path", "dot") and depths[at] == 0
        if begins and not (at and _ends_a_term(pieces[at - 1])):
            steps, at = _path(pieces, at, first)
            found += [steps] if steps else []
            at = max(at, 1)
        elif pieces[at].is_("|"):
            break
        else:
            at += 1
    return found


def condition_of(expression: str) -> Condition | None:
    """The parts of an expression that is nothing but an `if`. Raises UnclearError."""
    pieces = pieces_of(expression)
    if not pieces or not pieces[0].is_("if") or not pieces[-1].is_("end"):
        return None
    marks = [
        piece
        for piece, depth in _depths(pieces)
        if (depth == 1 and piece.is_("then", "elif", "else")) or (depth == 0 and piece.is_("end"))
    ]
    if sum(piece.is_("end") for piece in marks) > 1:
        return None
    texts = [
        expression[one.end : other.start].strip()
        for one, other in zip([pieces[0], *marks], marks, strict=False)
    ]
    branches: list[tuple[str, str]] = []
    otherwise: str | None = None
    for opener, text in zip([pieces[0], *marks], texts, strict=False):
        if opener.is_("then"):
            branches[-1] = (branches[-1][0], text)
        elif opener.is_("else"):
            otherwise = text
        else:
            branches.append((text, ""))
    return Condition(branches, otherwise)


def argument_of(expression: str, words: Collection[str]) -> str | None:
    """What a call of one of these words is given, where that is the whole expression.

    Raises UnclearError.
    """
    pieces = pieces_of(expression)
    if len(pieces) < 3 or not pieces[0].is_(*words) or not pieces[1].is_("("):
        return None
    inner = expression[pieces[0].end :].strip()
    text = unwrapped(inner)
    return None if text == inner else text


def listed_of(expression: str) -> str | None:
    """What a list is made of, `[…]`, where that is the whole expression. Raises UnclearError."""
    pieces = pieces_of(expression)
    if len(pieces) < 3 or not pieces[0].is_("["):
        return None
    closes = next(piece for piece, depth in _depths(pieces) if piece.is_("]") and depth == 0)
    return expression[1:-1].strip() if closes is pieces[-1] else None


def _depths(pieces: list[Piece]) -> Iterator[tuple[Piece, int]]:
    """Each piece with the number of parentheses and `if` that it stands in."""
    depth = 0
    for piece in pieces:
        if piece.sort == "close" or piece.is_("end"):
            depth -= 1
        yield piece, depth
        if piece.sort == "open" or piece.is_("if"):
            depth += 1
    if depth:
        raise UnclearError


def _ends_a_term(piece: Piece) -> bool:
    word = piece.sort == "word" and not piece.is_(*_BEFORE_A_TERM)
    return word or piece.sort in _ENDS_A_TERM or piece.is_("?")


def _path(pieces: list[Piece], at: int, expression: str) -> tuple[list[Step], int]:
    """The path that begins with a piece, and the number of the piece after it."""
    steps: list[Step] = []
    while at < len(pieces):
        piece = pieces[at]
        following = pieces[at + 1] if at + 1 < len(pieces) else None
        if piece.sort == "path":
            steps.append(Step(piece.text, piece.text[1:]))
        elif piece.sort == "dot" and following is not None and following.sort == "string":
            steps.append(Step(f".{following.text}", name_in(following.text)))
            at += 1
        elif piece.is_("["):
            inside, at = _bracket(pieces, at)
            text = expression[piece.start : pieces[at].end]
            quoted = inside[0].text if len(inside) == 1 and inside[0].sort == "string" else None
            steps.append(Step(f".{text}", None if quoted is None else name_in(quoted)))
        elif piece.is_("?") and steps:
            steps[-1] = Step(f"{steps[-1].code}?", steps[-1].name)
        elif piece.sort != "dot":
            break
        at += 1
    return steps, at


def _bracket(pieces: list[Piece], at: int) -> tuple[list[Piece], int]:
    """What stands in a bracket, and the number of the piece that closes it."""
    depth = 0
    for number in range(at, len(pieces)):
        depth += {"open": 1, "close": -1}.get(pieces[number].sort, 0)
        if depth == 0:
            return pieces[at + 1 : number], number
    raise UnclearError
