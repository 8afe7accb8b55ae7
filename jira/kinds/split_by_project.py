"""One query for issues as several that can be read side by side.

The pages of a search come one after the other: a page can only be asked for with the token of the
one before. Projects share the issues out.
"""

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from jira.jql import both, fits, quote

MAX_SHARES = 8
PAGES_OF_A_SHARE = 4
LEAST_IDS_PER_PAGE = 100
MAX_IDS_PER_PAGE = 500
"""Jira gives up to 5000; with smaller pages the first rows are read while it finds the rest."""

SECONDS_OF_A_DAY = 86_400
AGES_DAYS = (3 * 365, 2 * 365, 15 * 30, 9 * 30, 5 * 30, 75, 25)
"""Ages of issues that divide a site which grows, as most do, into about equal shares. What a query
selects is mostly young."""


@dataclass(frozen=True)
class Share:
    """A query, and how many ids of issues a page of it should have."""

    jql: str | None
    page_size: int


def shares(jql: str | None, sizes: Mapping[str, int], now: float) -> list[Share]:
    """Queries that find each issue of `jql` once, of about the same size.

    `sizes` tells how many issues each known project has, by its id. What is in none of these is in
    the last share: a project that was just created, or that isn't listed. Where there are more
    projects than a query may name, issues are divided by their age, `now` being seconds since 1970.
    """
    count = min(MAX_SHARES, len(sizes))
    if count < 2:
        return [Share(jql, page_size(sum(sizes.values())))]
    groups: list[tuple[int, int, list[str]]] = [(0, number, []) for number in range(count)]
    for project_id in sorted(sizes, key=lambda name: (-sizes[name], name)):
        size, number, projects = heapq.heappop(groups)
        # A project costs a little of its own, however few issues it has.
        heapq.heappush(groups, (size + sizes[project_id] + 1, number, [*projects, project_id]))
    ordered = [projects for _, _, projects in sorted(groups, key=lambda group: group[1])]
    others = [name for projects in ordered[:-1] for name in projects]
    if not fits(others):
        return by_age(jql, sum(sizes.values()), now)
    size = page_size(max(groups)[0])
    return [
        *(Share(both(f"project in ({_listed(names)})", jql), size) for names in ordered[:-1]),
        Share(both(f"project not in ({_listed(others)})", jql), size),
    ]


def by_age(jql: str | None, issues: int, now: float) -> list[Share]:
    """Queries by when an issue was created, which never changes.

    Moments are absolute, and the same for both sides: a relative one is another by the time that
    the next page is asked for. The first and the last have no end.
    """
    moments = [round((now - days * SECONDS_OF_A_DAY) * 1000) for days in AGES_DAYS]
    clauses = [
        f"created < {moments[0]}",
        *(f"created >= {since} AND created < {until}" for since, until in pairwise(moments)),
        f"created >= {moments[-1]}",
    ]
    size = page_size(issues // len(clauses))
    return [Share(both(clause, jql), size) for clause in clauses]


def page_size(issues: int) -> int:
    """How many ids a page has where the site has so many issues in a share: whole hundreds.

    Rows are read by hundreds, and the first ones while the next page of ids is on its way. 0 stands
    for a number that isn't known.
    """
    if not issues:
        return MAX_IDS_PER_PAGE
    hundreds = math.ceil(issues / PAGES_OF_A_SHARE / 100)
    return max(LEAST_IDS_PER_PAGE, min(100 * hundreds, MAX_IDS_PER_PAGE))


def _listed(projects: list[str]) -> str:
    return ", ".join(quote(name) for name in projects)
