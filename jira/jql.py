"""JQL as text: nothing here talks to Jira.

https://support.atlassian.com/jira-software-cloud/docs/use-advanced-search-with-jira-query-language-jql/
"""

import re
from collections.abc import Iterable

ALL_ISSUES = "created >= -5200w"
"""Every issue: the API refuses a query without a restriction, and every issue has this date."""

_ORDER_BY = re.compile(r"order\s+by\b", re.IGNORECASE)


def quote(value: str) -> str:
    """A value as a JQL string: reserved words, quotes and line breaks can't leave it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\r", "\\r").replace("\n", "\\n") + '"'


def without_order_by(jql: str) -> str:
    """The condition of a query: ORDER BY can't stand inside the parentheses we put around it."""
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
            return jql[:index].strip()
        index += 1
    return jql.strip()


def bounded(jql: str | None) -> str:
    """A whole query that Jira accepts: empty, or a bare ORDER BY, means all issues."""
    return without_order_by(jql or "") or ALL_ISSUES


def restrict(jql: str | None, field: str, values: Iterable[str]) -> str:
    """The selector's query, and only where `field` is one of the values."""
    return both(f"{field} in ({', '.join(quote(value) for value in values)})", jql)


def both(clause: str, jql: str | None) -> str:
    """The selector's query, and only where the clause holds, too."""
    condition = without_order_by(jql or "")
    return f"({condition}) AND {clause}" if condition else clause
