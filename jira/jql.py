"""JQL as text: nothing here talks to Jira.

https://support.atlassian.com/jira-software-cloud/docs/use-advanced-search-with-jira-query-language-jql/
"""

import re
from collections.abc import Iterable, Sequence

ALL_ISSUES = "created >= -5200w"
"""Every issue: the API refuses a query without a restriction, and every issue has this date."""

LONGEST = 8_000
"""Bytes of a query of ours. Jira took longer ones slowly and then not at all, and those that travel
in an address end where proxies and servers cut it off: at 8 KB, by what most of them come with."""
LONGEST_CLAUSE = LONGEST - 1_000
"""Bytes of the names in it: the selector's own query stands beside them."""

# Pages of a search follow one another in its order, and Jira promises none of its own. By what an
# edit changes (`updated`, a rank), an issue that is edited between two pages can slide over the
# border, from a page to come onto one that was read, and would be missing. When an issue was
# created never changes; the key is for those of the same moment, and changes by a move alone.
STABLE_ORDER = "ORDER BY created ASC, key ASC"

_ORDER_BY = re.compile(r"order\s+by\b", re.IGNORECASE)


def quote(value: str) -> str:
    """A value as a JQL string: reserved words, quotes and line breaks can't leave it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\r", "\\r").replace("\n", "\\n") + '"'


def split(jql: str) -> tuple[str, str]:
    """The condition of a query and its ORDER BY, which can't stand inside of parentheses."""
    quoted_by = ""
    index = 0
    while index < len(jql):
        char = jql[index]
        if char == "\\":
            index += 2
            continue
        if quoted_by:
            quoted_by = "" if char == quoted_by else quoted_by
        elif char in "\"'":
            quoted_by = char
        elif (
            char in "oO"
            and not (index and (jql[index - 1].isalnum() or jql[index - 1] in "_.-"))
            and _ORDER_BY.match(jql, index)
        ):
            order = jql[index:].strip()
            return jql[:index].strip(), "" if _ORDER_BY.fullmatch(order) else order
        index += 1
    return jql.strip(), ""


def without_order_by(jql: str) -> str:
    """The condition of a query alone."""
    return split(jql)[0]


def bounded(jql: str | None) -> str:
    """A whole query that Jira accepts: empty, or a bare ORDER BY, means all issues."""
    condition, order = split(jql or "")
    return f"{condition or ALL_ISSUES} {order}".strip()


def ordered(jql: str) -> str:
    """A whole query as it can be read page by page: in its own order, or one that stays."""
    condition, order = split(jql)
    return f"{condition} {order or STABLE_ORDER}"


def restrict(jql: str | None, field: str, values: Iterable[str]) -> str:
    """The selector's query, and only where `field` is one of the values."""
    return both(f"{field} in ({', '.join(quote(value) for value in values)})", jql)


def fits(values: Iterable[str]) -> bool:
    """Whether one query may name all of these."""
    return sum(_length(value) for value in values) <= LONGEST_CLAUSE


def _length(value: str) -> int:
    return len(quote(value).encode()) + len(", ")


def in_parts(values: Sequence[str]) -> list[list[str]]:
    """Values as one query may name them, and again."""
    parts: list[list[str]] = []
    length = LONGEST
    for value in values:
        length += _length(value)
        if length > LONGEST_CLAUSE:
            parts.append([])
            length = _length(value)
        parts[-1].append(value)
    return parts


def both(clause: str, jql: str | None) -> str:
    """The selector's query, and only where the clause holds, too."""
    condition, order = split(jql or "")
    restricted = f"({condition}) AND {clause}" if condition else clause
    return f"{restricted} {order}".strip()
