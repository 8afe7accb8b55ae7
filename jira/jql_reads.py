"""What a query reads besides its issues: sprints, releases, parents, dates that move by themselves.

Read off its text, as far as that needs no knowledge of the site. Whatever isn't known is named.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_TOKEN = re.compile(
    r"""(?P<quote>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<symbol><=|>=|!=|!~|&&|\|\||[=~<>(),&|!])
    | (?P<word>[^\s()=!<>~,'"&|]+)""",
    re.VERBOSE | re.DOTALL,
)
_COMPARISONS = frozenset(
    (
        *("=", "!=", "~", "!~", "<", "<=", ">", ">="),
        *("in", "not", "is", "was", "changed"),
    )
)
_ORDERS = frozenset(("<", "<=", ">", ">="))
_ENDS_A_CLAUSE = frozenset(("and", "or", "&", "&&", "|", "||", "order"))
_KEYWORDS = frozenset(("in", "not", "and", "or", "is", "was", "changed", "by", *_ENDS_A_CLAUSE))
_HISTORY = frozenset(("was", "changed"))
_PERIOD = re.compile(r"\s*([+-]?)\s*((?:[0-9]{1,6}[yMwdhm]\s*)+)")
_MINUTES = {"m": (1, 1), "h": (60, 60), "d": (1440, 1440), "w": (10080, 10080)}
_MINUTES |= {"M": (28 * 1440, 31 * 1440), "y": (365 * 1440, 366 * 1440)}
_TO_THE_MINUTE = frozenset(
    (
        *("created", "createddate", "updated", "updateddate", "resolved", "resolutiondate"),
        *("lastviewed", "statuscategorychangeddate"),
    )
)
_ARE_DATES = _TO_THE_MINUTE | {"due", "duedate"}
_CALENDAR = re.compile(r"(?:start|end)of(?:day|week|month|year)", re.IGNORECASE)
_TELL_THEMSELVES = frozenset(
    (
        *("currentuser", "standardissuetypes", "subtaskissuetypes", "linkedissues", "empty"),
        *("cascadeoption", "issuehistory"),
    )
)
"""Functions that only an issue's own events, or nothing at all, gives another result."""


class Read(StrEnum):
    """What others change, and events tell."""

    SPRINT = "sprint"
    RELEASE = "release"
    PARENT = "parent"


_FIELDS = {
    "sprint": Read.SPRINT,
    **dict.fromkeys(("fixversion", "affectedversion"), Read.RELEASE),
    **dict.fromkeys(("parent", "epic link", "parent link", "parentepic"), Read.PARENT),
}
_FUNCTIONS = {
    **dict.fromkeys(("opensprints", "closedsprints", "futuresprints"), Read.SPRINT),
    **dict.fromkeys(("releasedversions", "unreleasedversions"), Read.RELEASE),
    **dict.fromkeys(("latestreleasedversion", "earliestunreleasedversion"), Read.RELEASE),
}


@dataclass(frozen=True)
class Date:
    """A field that is compared with a moment which moves with the time.

    `near` and `far` are minutes from now; they are the same unless the period has months or years.
    """

    field: str
    near: int
    far: int
    is_day: bool

    def crossed(self, minutes: int) -> str:
        """The clause for what the moment passed by in the last minutes.

        A date without a time is a day of somebody's time zone.
        """
        around = 1440 if self.is_day else 0
        first = min(self.near, self.far) - minutes - around
        last = max(self.near, self.far) + around
        return f'({self.field} >= "{first}m" AND {self.field} <= "{last}m")'


@dataclass(frozen=True)
class JqlReads:
    """What a query reads: of others, by dates; `calendar`: days, weeks, months; `untold`: what no
    event tells of, in the query's words.
    """

    of: frozenset[Read] = frozenset()
    dates: frozenset[Date] = frozenset()
    calendar: bool = False
    untold: tuple[str, ...] = ()


Tokens = Sequence[tuple[str, str]]


@lru_cache(maxsize=64)
def reads_of(jql: str) -> JqlReads:
    """What a query reads."""
    tokens = [(str(match.lastgroup), match[0]) for match in _TOKEN.finditer(jql)]
    of: set[Read] = set()
    dates: set[Date] = set()
    calendar = False
    untold: dict[str, None] = {}
    for field, clause in _clauses(tokens):
        name = _plain(field).lower()
        history = any(kind == "word" and text.lower() in _HISTORY for kind, text in clause)
        of |= {_FIELDS[name]} if name in _FIELDS else set()
        # A field by its number may be the sprint, or an epic's link.
        of |= {Read.SPRINT, Read.PARENT} if name.startswith("cf[") else set()
        if name == "component":
            untold["component"] = None
        for index, (kind, text) in enumerate(clause):
            word = text.lower()
            called = kind == "word" and word not in _KEYWORDS and _is(clause, index + 1, "(")
            period = None if called else _PERIOD.fullmatch(_plain(text))
            before = clause[index - 1][1] if index else ""
            if period is not None and history:
                untold[f"{name} {_plain(text)}"] = None
            elif period is not None and (
                before in _ORDERS or (before in ("=", "!=") and name in _ARE_DATES)
            ):
                dates.add(_date(field, name, period))
            elif called and word in _FUNCTIONS:
                of.add(_FUNCTIONS[word])
            elif called and _CALENDAR.fullmatch(word) and not history:
                calendar = True
            elif called and word == "now" and _is(clause, index + 2, ")") and not history:
                dates.add(Date(field, 0, 0, name not in _TO_THE_MINUTE))
            elif called and (history or word not in _TELL_THEMSELVES):
                untold[f"{text}()"] = None
    return JqlReads(frozenset(of), frozenset(dates), calendar, tuple(untold))


def _clauses(tokens: Tokens) -> Iterator[tuple[str, Tokens]]:
    """Each field as it is written, with what follows up to the next clause."""
    begins = [
        index
        for index, (kind, text) in enumerate(tokens)
        if kind != "symbol"
        and index + 1 < len(tokens)
        and tokens[index + 1][0] != "quote"
        and tokens[index + 1][1].lower() in _COMPARISONS
        and not (kind == "word" and text.lower() in _KEYWORDS)
    ]
    for begin, following in itertools.pairwise([*begins, len(tokens)]):
        yield tokens[begin][1], tokens[begin + 1 : following]


def _is(clause: Tokens, index: int, text: str) -> bool:
    """Whether a symbol is there."""
    return index < len(clause) and clause[index] == ("symbol", text)


def _date(field: str, name: str, period: re.Match[str]) -> Date:
    parts = re.findall(r"([0-9]+)([yMwdhm])", period[2])
    near = sum(int(number) * _MINUTES[unit][0] for number, unit in parts)
    far = sum(int(number) * _MINUTES[unit][1] for number, unit in parts)
    sign = -1 if period[1] == "-" else 1
    return Date(field, sign * near, sign * far, name not in _TO_THE_MINUTE)


def _plain(text: str) -> str:
    return text[1:-1] if text[:1] in ("'", '"') and len(text) > 1 else text
