"""A JQL query made ready for a site: which issues to look at, the test, the order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.jira.entities import Issue
from sandbox.jira.jql.conditions import Compiler, Test
from sandbox.jira.jql.fields import ISSUE_FIELDS, ORDER
from sandbox.jira.jql.parser import Query, parse
from sandbox.jira.jql.tokens import JqlError
from sandbox.jira.jql.values import Catalog

type Position = tuple[Any, ...]

_UNORDERED = (("updated", True),)
_NEWEST_FIRST = ("id", True)


@dataclass(frozen=True, slots=True)
class Plan:
    """A query made ready: which ids to look at (None: all), the test, the order.

    `homes` are the only projects whose issues can match, so that others needn't be looked at.
    """

    ids: list[str] | None
    matches: Test
    order: tuple[tuple[str, bool], ...]
    homes: frozenset[str] | None = None

    def sort(self, issues: list[Issue]) -> list[Issue]:
        """Put issues in the query's order.

        Jira promises none where the query has none: here what changed last comes first then, so
        that whoever reads pages without an order loses what is edited meanwhile.
        """
        order = self.order or _UNORDERED
        # No two have the same id.
        if order[0][0] != "id":
            issues.sort(key=ORDER["id"], reverse=True)
        for name, descending in reversed(order):
            issues.sort(key=_sort_key(name), reverse=descending)
        return issues

    def after(self, issue: Issue, last: Position) -> bool:
        """Whether an issue, as it is now, comes after a position that was read."""
        here = self.position(issue)
        terms = (*(self.order or _UNORDERED), _NEWEST_FIRST)
        for mine, theirs, (_, descending) in zip(here, last, terms, strict=True):
            if mine != theirs:
                return bool((mine < theirs) if descending else (mine > theirs))
        return False

    def position(self, issue: Issue) -> Position:
        """Where an issue is in the order."""
        terms = (*(self.order or _UNORDERED), _NEWEST_FIRST)
        return tuple(_sort_key(name)(issue) for name, _ in terms)


def _sort_key(name: str) -> Callable[[Issue], Any]:
    if name in ISSUE_FIELDS - {"id"}:
        return lambda issue: (issue.project.key, issue.number)
    return ORDER[name]


def plan(jql: str, site: Catalog) -> Plan:
    """Parse a query and look its values up; raise JqlError where Jira would refuse it."""
    query: Query = parse(jql)
    for name, _ in query.order:
        if name not in ORDER and name not in ISSUE_FIELDS:
            raise JqlError(f"Not able to sort using field '{name}'.")
    compiler = Compiler(site)
    matches = compiler.test(query.where)
    homes = compiler.homes(query.where)
    return Plan(compiler.direct(query.where), matches, query.order, homes)
