"""A parser of JQL that refuses what Jira refuses, in Jira's words."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

_WORDS = """
    a an abort access add after alias all alter and any are as asc at audit avg be before begin
    between boolean break but by byte catch cf change char character check checkpoint collate
    collation column commit connect continue count create current date decimal declare decrement
    default defaults define delete delimiter desc difference distinct divide do double drop else
    empty encoding end equals escape exclusive exec execute exists explain false fetch field file
    first float for from function go goto grant greater group having identified if immediate in
    increment index initial inner inout input insert int integer intersect intersection into is
    isempty isnull it join last left less like limit lock long max min minus mode modify modulo
    more multiply next no noaudit not notin nowait null number object of on option or order outer
    output power previous prior privileges public raise raw remainder rename resource return
    returns revoke right row rowid rownum rows select session set share size sqrt start strict
    string subtract such sum synonym table that the their then there these they this to trans
    transaction trigger true uid union unique update user validate values view was when whenever
    where while will with"""
RESERVED = frozenset(_WORDS.split())
UNBOUNDED = (
    "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
)
MAX_ORDER_FIELDS = 7

_TOKEN = re.compile(
    r"""\s+
    | (?P<quote>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<symbol><=|>=|!=|!~|&&|\|\||[=~<>(),&|!])
    | (?P<word>[^\s()=!<>~,'"&|]+)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"'": "'", '"': '"', "\\": "\\", "t": "\t", "n": "\n", "r": "\r", " ": " "}
_RESERVED_CHARACTERS = frozenset("{}*/%+^$#@?;")
_SYMBOLS = {"&&": "and", "&": "and", "||": "or", "|": "or", "!": "not"}
_COMPARISONS = frozenset(("=", "!=", "~", "!~", "<", "<=", ">", ">="))


class JqlError(Exception):
    """Jira refuses the query; the message is Jira's."""


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


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    kind: str
    at: int

    @property
    def keyword(self) -> str:
        if self.kind == "quote":
            return ""
        return _SYMBOLS.get(self.text, self.text.lower())


def _unescape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code not in _ESCAPES:
            raise JqlError(
                f"Error in the JQL Query: '\\{code}' is an illegal JQL escape sequence. The valid "
                "escape sequences are \\', \\\", \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX."
            )
        return _ESCAPES[code]

    return _ESCAPE.sub(one, text)


def _tokens(jql: str) -> list[_Token]:
    found, at = [], 0
    while at < len(jql):
        match = _TOKEN.match(jql, at)
        if match is None:
            raise JqlError(
                f"Error in the JQL Query: The quoted string '{jql[at + 1 :]}' has not been "
                "completed."
            )
        if kind := match.lastgroup:
            text = match[0]
            if kind == "word":
                if bad := next((char for char in text if char in _RESERVED_CHARACTERS), ""):
                    raise JqlError(
                        f"Error in the JQL Query: The character '{bad}' is a reserved JQL "
                        "character. You must enclose it in a string or use the escape "
                        f"'\\u{ord(bad):04x}' instead."
                    )
                text = _unescape(text)
            elif kind == "quote":
                text = _unescape(text[1:-1])
            found.append(_Token(text, kind, at))
        at = match.end()
    return found


class _Parser:
    def __init__(self, jql: str) -> None:
        self.jql = jql
        self.tokens = _tokens(jql)
        self.position = 0

    def peek(self, ahead: int = 0) -> str:
        """The keyword, symbol or word ahead; empty for a quoted text and at the end."""
        where = self.position + ahead
        return self.tokens[where].keyword if where < len(self.tokens) else ""

    def take(self, expected: str) -> _Token:
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

    def place(self, token: _Token) -> str:
        before = self.jql[: token.at]
        column = token.at - (before.rfind("\n") + 1) + 1
        return f"(line {before.count(chr(10)) + 1}, character {column})"

    def unexpected(self, expected: str) -> NoReturn:
        token = self.take(expected)
        raise JqlError(
            f"Error in the JQL Query: Expecting {expected} but got '{token.text}'. "
            + self.place(token)
        )

    def text(self, token: _Token, expected: str) -> str:
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
