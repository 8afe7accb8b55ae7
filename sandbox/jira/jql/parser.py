"""A parser of JQL that refuses what Jira refuses, in Jira's words."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from sandbox.jira.jql.tokens import RESERVED, JqlError, Token, tokens

UNBOUNDED = (
    "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
)
MAX_ORDER_FIELDS = 7
_COMPARISONS = frozenset(("=", "!=", "~", "!~", "<", "<=", ">", ">="))


@dataclass(frozen=True, slots=True)
class Operand:
    """A value of a clause: a text, a function call, or nothing (`empty`)."""

    text: str
    quoted: bool = False
    function: bool = False
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """A field compared with values; `name` is the field as it was typed."""

    name: str
    operator: str
    operands: tuple[Operand, ...]

    @property
    def field(self) -> str:
        """The field's name, in lower case."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The part doesn't hold."""

    part: "Node"


type Node = Clause | All | Some | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: what it restricts, and (field, descending) of its order."""

    where: Node
    order: tuple[tuple[str, bool], ...]


class _Parser:
    def __init__(self, jql: str) -> None:
        self.jql = jql
        self.tokens = tokens(jql)
        self.position = 0

    def peek(self, ahead: int = 0) -> str:
        """The keyword, symbol or word ahead; empty for a quoted text and at the end."""
        where = self.position + ahead
        return self.tokens[where].keyword if where < len(self.tokens) else ""

    def take(self, expected: str) -> Token:
        if self.position >= len(self.tokens):
            raise JqlError(
                f"Error in the JQL Query: Expecting {expected} before the end of the query."
            )
        self.position += 1
        return self.tokens[self.position - 1]

    def accept(self, *words: str) -> bool:
        if all(self.peek(ahead) == word for ahead, word in enumerate(words)):
            self.position += len(words)
            return True
        return False

    def place(self, token: Token) -> str:
        before = self.jql[: token.at]
        column = token.at - (before.rfind("\n") + 1) + 1
        return f"(line {before.count(chr(10)) + 1}, character {column})"

    def unexpected(self, expected: str) -> NoReturn:
        token = self.take(expected)
        raise JqlError(
            f"Error in the JQL Query: Expecting {expected} but got '{token.text}'. "
            + self.place(token)
        )

    def text(self, token: Token, expected: str) -> str:
        if token.kind == "symbol":
            self.position -= 1
            self.unexpected(expected)
        if token.kind == "word" and token.text.lower() in RESERVED:
            raise JqlError(
                f"Error in the JQL Query: '{token.text}' is a reserved JQL word. You must surround "
                f"it in quotation marks to use it as a field or value. {self.place(token)}"
            )
        return token.text

    def query(self) -> Query:
        if not self.tokens or self.peek() == "order":
            raise JqlError(UNBOUNDED)
        where = self.some()
        order = self.order() if self.peek() == "order" else ()
        if self.position < len(self.tokens):
            self.unexpected("','" if order else "either 'OR' or 'AND'")
        return Query(where, order)

    def order(self) -> tuple[tuple[str, bool], ...]:
        self.take("ORDER")
        if not self.accept("by"):
            self.unexpected("'by'")
        found: list[tuple[str, bool]] = []
        while True:
            name = self.text(self.take("a field name"), "a field name").lower()
            descending = self.accept("desc")
            if not descending:
                self.accept("asc")
            found.append((name, descending))
            if not self.accept(","):
                break
        if len(found) > MAX_ORDER_FIELDS:
            raise JqlError(f"The maximum number of sort fields is {MAX_ORDER_FIELDS}.")
        return tuple(found)

    def some(self) -> Node:
        parts = [self.every()]
        while self.accept("or"):
            parts.append(self.every())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def every(self) -> Node:
        parts = [self.single()]
        while self.accept("and"):
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def single(self) -> Node:
        if self.accept("not"):
            return Not(self.single())
        if self.accept("("):
            inner = self.some()
            if not self.accept(")"):
                self.unexpected("either ')', 'OR' or 'AND'")
            return inner
        return self.clause()

    def clause(self) -> Clause:
        name = self.text(self.take("a field name"), "a field name")
        if self.accept("not", "in"):
            return Clause(name, "not in", self.values())
        if self.accept("in"):
            return Clause(name, "in", self.values())
        if self.accept("is"):
            operator = "is not" if self.accept("not") else "is"
            if self.peek() not in ("empty", "null"):
                self.unexpected("'EMPTY' or 'NULL'")
            return Clause(name, operator, (self.operand(),))
        operator = self.peek()
        if operator not in _COMPARISONS:
            self.unexpected(
                "operator but got one of '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'IS'"
                if self.position >= len(self.tokens)
                else "an operator"
            )
        self.position += 1
        return Clause(name, operator, (self.operand(),))

    def values(self) -> tuple[Operand, ...]:
        if not self.accept("("):
            operand = self.operand()
            if not operand.function:
                self.position -= 1
                self.unexpected("'('")
            return (operand,)
        found = [self.operand()]
        while self.accept(","):
            found.append(self.operand())
        if not self.accept(")"):
            self.unexpected("either ',' or ')'")
        return tuple(found)

    def operand(self) -> Operand:
        expected = "either a value, list or function"
        token = self.take(expected)
        if token.keyword in ("empty", "null"):
            return Operand(token.text, empty=True)
        text = self.text(token, expected)
        if token.kind == "word" and self.accept("("):
            if not self.accept(")"):
                raise JqlError(f"Function '{text}' expected '0' arguments but received '1'.")
            return Operand(text, function=True)
        return Operand(text, quoted=token.kind == "quote")


@lru_cache(maxsize=512)
def parse(jql: str) -> Query:
    """Parse a query; raise JqlError where Jira would refuse it."""
    return _Parser(jql).query()
