"""The words and symbols of a JQL query."""

import re
from dataclasses import dataclass

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


class JqlError(Exception):
    """Jira refuses the query; the message is Jira's."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query, and where it begins."""

    text: str
    kind: str
    at: int

    @property
    def keyword(self) -> str:
        """What it means in lower case; nothing where it is quoted."""
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


def tokens(jql: str) -> list[Token]:
    """Take a query apart; raise JqlError where Jira would refuse it."""
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
            found.append(Token(text, kind, at))
        at = match.end()
    return found
