"""What a parsed JQL query means on a site: which issues match, and in which order."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import ge, gt, le, lt
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sandbox.jira.defaults import RESOLUTION
from sandbox.jira.entities import Issue, IssueType, Priority, Project, Status, User
from sandbox.jira.jql.fields import (
    ACCOUNTS,
    CATEGORY_IDS,
    DATES,
    ISSUE_FIELDS,
    ORDER,
    TEXTS,
    VALUES,
    JqlField,
)
from sandbox.jira.jql.parser import All, Clause, Node, Operand, Query, Some, parse
from sandbox.jira.jql.tokens import JqlError

type _Named = IssueType | Status | Priority
type Test = Callable[[Issue], bool]
type Position = tuple[Any, ...]

_COMPARE: dict[str, Callable[[float, float], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le}
_PERIOD = re.compile(r"([+-]?)((?:\d+[wdhm]\s*)+)")
_UNORDERED = (("updated", True),)
_NEWEST_FIRST = ("id", True)
_SECONDS = {"w": 604800, "d": 86400, "h": 3600, "m": 60}
_FORMATS = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")


class Catalog(Protocol):
    """What a query's values are looked up in."""

    strict_gone_ids: bool
    me: User
    users: dict[str, User]
    types: dict[str, IssueType]
    statuses: dict[str, Status]
    priorities: dict[str, Priority]
    jql_fields: dict[str, JqlField]

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the account's dates."""

    def now(self) -> float:
        """The time."""

    def find_project(self, id_or_key: str, /) -> Project | None:
        """A project."""

    def project_named(self, name: str, /) -> Project | None:
        """A project by its name."""

    def issue_id(self, id_or_key: str, /) -> str | None:
        """The id for an id or key that exists or once did."""

    def find_issue(self, id_or_key: str, /) -> Issue | None:
        """An issue that can be seen."""


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
    compiler = _Compiler(site)
    matches = compiler.test(query.where)
    homes = compiler.homes(query.where)
    return Plan(compiler.direct(query.where), matches, query.order, homes)


class _Compiler:
    def __init__(self, site: Catalog) -> None:
        self.site = site

    def direct(self, node: Node) -> list[str] | None:
        """The only ids that can match, where the query names them at its top."""
        if isinstance(node, All):
            return next(
                (ids for part in node.parts if (ids := self.direct(part)) is not None), None
            )
        if isinstance(node, Clause) and node.field in ISSUE_FIELDS and node.operator in ("=", "in"):
            values = (self.issue_value(node, operand) for operand in node.operands)
            return [value for value in dict.fromkeys(values) if value is not None]
        return None

    def homes(self, node: Node) -> frozenset[str] | None:
        """The only projects whose issues can match, where the query says so at its top."""
        if isinstance(node, All):
            found = (self.homes(part) for part in node.parts)
            return next((homes for homes in found if homes is not None), None)
        if isinstance(node, Clause) and node.field == "project" and node.operator in ("=", "in"):
            named = (operand for operand in node.operands if not operand.empty)
            return frozenset(self.value(node, operand) for operand in named)
        return None

    def test(self, node: Node) -> Test:
        if isinstance(node, Clause):
            return self.clause(node)
        if isinstance(node, All):
            every = [self.test(part) for part in node.parts]
            return lambda issue: all(test(issue) for test in every)
        if isinstance(node, Some):
            some = [self.test(part) for part in node.parts]
            return lambda issue: any(test(issue) for test in some)
        inner = self.test(node.part)
        return lambda issue: not inner(issue)

    def clause(self, clause: Clause) -> Test:
        name = clause.field
        if name in DATES:
            return self.date(clause)
        if name in TEXTS:
            return self.text(clause)
        if name in ISSUE_FIELDS and clause.operator in _COMPARE:
            return self.relative_key(clause)
        if name in ISSUE_FIELDS:
            return self.equality(clause, lambda issue: (issue.id,), self.issue_value)
        if name in ACCOUNTS:
            account = ACCOUNTS[name]

            def accounts(issue: Issue) -> tuple[str, ...]:
                user = account(issue)
                return (user.account_id,) if user else ()

            return self.equality(clause, accounts, self.account_value)
        if name in VALUES:
            resolve = self.issue_value if name == "parent" else self.value
            return self.equality(clause, VALUES[name], resolve)
        if name in self.site.jql_fields:
            return self.equality(clause, self.site.jql_fields[name].terms, self.value)
        raise JqlError(
            f"Field '{clause.name}' does not exist or you do not have permission to view it."
        )

    def equality(
        self,
        clause: Clause,
        values: Callable[[Issue], tuple[str, ...]],
        resolve: Callable[[Clause, Operand], str | None],
    ) -> Test:
        operator = clause.operator
        if operator not in ("=", "!=", "in", "not in", "is", "is not"):
            raise unsupported(clause)
        empty = any(
            operand.empty or (clause.field, operand.text.lower()) == ("resolution", "unresolved")
            for operand in clause.operands
        )
        wanted = frozenset(resolve(clause, item) for item in clause.operands if not item.empty)
        if operator in ("=", "in", "is"):
            return lambda issue: not wanted.isdisjoint(found) if (found := values(issue)) else empty
        # An issue without a value is in no answer to != or NOT IN.
        return lambda issue: bool(found := values(issue)) and wanted.isdisjoint(found)

    def issue_value(self, clause: Clause, operand: Operand) -> str | None:
        text = operand.text
        found = self.site.issue_id(text)
        if found is not None and self.site.find_issue(found) is not None:
            return found
        if text.isdecimal():
            problem = f"A value with ID '{text}' does not exist for the field '{clause.name}'."
        elif re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*-\d+", text):
            problem = f"An issue with key '{text}' does not exist for field '{clause.name}'."
        else:
            raise JqlError(f"The issue key '{text}' for field '{clause.name}' is invalid.")
        if self.site.strict_gone_ids:
            raise JqlError(problem)
        return found

    def account_value(self, clause: Clause, operand: Operand) -> str:
        if operand.function:
            if operand.text.lower() != "currentuser":
                raise JqlError(f"Unable to find JQL function '{operand.text}()'.")
            return self.site.me.account_id
        if operand.text not in self.site.users:
            raise missing(clause, operand)
        return operand.text

    def value(self, clause: Clause, operand: Operand) -> str:
        text, name = operand.text, clause.field
        added = self.site.jql_fields.get(name)
        if added is not None and (term := added.term(operand)) is not None:
            return term
        if operand.function:
            raise JqlError(f"Unable to find JQL function '{text}()'.")
        if name == "labels":
            return text.lower()
        found: str | None = None
        if name == "project":
            project = self.site.find_project(text) or self.site.project_named(text)
            found = project.id if project is not None and project.visible else None
        elif name == "statuscategory":
            found = CATEGORY_IDS.get(text.lower())
        elif name == "resolution":
            if text.lower() == "unresolved":
                return ""
            found = (
                RESOLUTION[0] if text.lower() in (RESOLUTION[0], RESOLUTION[1].lower()) else None
            )
        elif name in ("status", "issuetype", "type", "priority"):
            tables: dict[str, Mapping[str, _Named]] = {
                "status": self.site.statuses,
                "priority": self.site.priorities,
            }
            table = tables.get(name, self.site.types)
            by_id = next((item for item in table.values() if item.id == text), None)
            item = table.get(text.lower()) or by_id
            found = item.id if item is not None else None
        if found is None:
            raise missing(clause, operand)
        return found

    def text(self, clause: Clause) -> Test:
        if clause.operator not in ("~", "!~"):
            raise unsupported(clause)
        words = clause.operands[0].text.strip('"').lower().split()
        read, wanted = TEXTS[clause.field], clause.operator == "~"
        return lambda issue: all(word in read(issue).lower() for word in words) is wanted

    def relative_key(self, clause: Clause) -> Test:
        text, compare = clause.operands[0].text, _COMPARE[clause.operator]
        if text.isdecimal():
            bound = int(text)
            return lambda issue: compare(int(issue.id), bound)
        key, _, number = text.rpartition("-")
        project = self.site.find_project(key)
        if project is None or not number.isdecimal():
            raise JqlError(f"The issue key '{text}' for field '{clause.name}' is invalid.")
        home, last = project.id, int(number)
        return lambda issue: issue.project.id == home and compare(issue.number, last)

    def date(self, clause: Clause) -> Test:
        read, operator = DATES[clause.field], clause.operator
        if operator in ("is", "is not"):
            return lambda issue: (read(issue) is None) is (operator == "is")
        bounds = [self.moment(clause, operand) for operand in clause.operands]
        if operator in _COMPARE:
            compare, bound = _COMPARE[operator], bounds[0]
            return lambda issue: (at := read(issue)) is not None and compare(at, bound)
        if operator not in ("=", "!=", "in", "not in"):
            raise unsupported(clause)
        wanted = operator in ("=", "in")
        return lambda issue: (at := read(issue)) is not None and (at in bounds) is wanted

    def moment(self, clause: Clause, operand: Operand) -> float:
        text = operand.text.strip()
        if operand.function and text.lower() == "now":
            return self.site.now()
        if match := _PERIOD.fullmatch(text):
            parts = re.findall(r"(\d+)([wdhm])", match[2])
            seconds = sum(int(number) * _SECONDS[unit] for number, unit in parts)
            return self.site.now() + (-seconds if match[1] == "-" else seconds)
        if text.isdecimal():
            return int(text) / 1000
        for form in _FORMATS:
            try:
                return datetime.strptime(text, form).replace(tzinfo=self.site.zone).timestamp()
            except ValueError:
                continue
        raise JqlError(
            f"Date value '{text}' for field '{clause.name}' is invalid. Valid formats include: "
            "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period "
            "format e.g. '-5d', '4w 2d'."
        )


def missing(clause: Clause, operand: Operand) -> JqlError:
    """The error for a value that nothing has."""
    if operand.text.isdecimal():
        return JqlError(
            f"A value with ID '{operand.text}' does not exist for the field '{clause.name}'."
        )
    return JqlError(f"The value '{operand.text}' does not exist for the field '{clause.name}'.")


def unsupported(clause: Clause) -> JqlError:
    """The error for an operator that a field doesn't have."""
    return JqlError(
        f"The operator '{clause.operator}' is not supported by the '{clause.name}' field."
    )
