"""One query for issues as several that can be read side by side.

The pages of a search come one after the other: a page can only be asked for with the token of the
one before. Projects share the issues out.
"""

import heapq
from collections.abc import Mapping

from jira.jql import both, quote

MAX_SHARES = 8


def shares(jql: str | None, sizes: Mapping[str, int]) -> list[str | None]:
    """Queries that find each issue of `jql` once, of about the same size.

    `sizes` tells how many issues each known project has, by its id. What is in none of these is in
    the last share: a project that was just created, or that isn't listed.
    """
    count = min(MAX_SHARES, len(sizes))
    if count < 2:
        return [jql]
    groups: list[tuple[int, int, list[str]]] = [(0, number, []) for number in range(count)]
    for project_id in sorted(sizes, key=lambda name: (-sizes[name], name)):
        size, number, projects = heapq.heappop(groups)
        # A project costs a little of its own, however few issues it has.
        heapq.heappush(groups, (size + sizes[project_id] + 1, number, [*projects, project_id]))
    ordered = [projects for _, _, projects in sorted(groups, key=lambda group: group[1])]
    others = [name for projects in ordered[:-1] for name in projects]
    return [
        *(both(f"project in ({_listed(projects)})", jql) for projects in ordered[:-1]),
        both(f"project not in ({_listed(others)})", jql),
    ]


def _listed(projects: list[str]) -> str:
    return ", ".join(quote(name) for name in projects)
