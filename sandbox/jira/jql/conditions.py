"""What the clauses of a parsed JQL query mean on a site: which issues match."""

from collections.abc import Callable
from operator import ge, gt, le, lt

from sandbox.jira.entities import Issue
from sandbox.jira.jql.fields import ACCOUNTS, DATES, ISSUE_FIELDS, TEXTS, VALUES
from sandbox.jira.jql.parser import All, Clause, Node, Operand, Some
from sandbox.jira.jql.tokens import JqlError
from sandbox.jira.jql.values import Catalog, Values

type Test = Callable[[Issue], bool]

_COMPARE: dict[str, Callable[[float, float], bool]] = {">": gt, ">=": ge, "<": lt, "<=": le}


class Compiler:
    """Makes tests of clauses, with their values looked up."""

    def __init__(self, site: Catalog) -> None:
        self.site = site
        self.values = Values(site)

    def direct(self, node: Node) -> list[str] | None:
        """The only ids that can match, where the query names them at its top."""
        if isinstance(node, All):
            return next(
                (ids for part in node.parts if (ids := self.direct(part)) is not None), None
            )
        if isinstance(node, Clause) and node.field in ISSUE_FIELDS and node.operator in ("=", "in"):
            values = (self.values.issue(node, operand) for operand in node.operands)
            return [value for value in dict.fromkeys(values) if value is not None]
        return None

    def homes(self, node: Node) -> frozenset[str] | None:
        """The only projects whose issues can match, where the query says so at its top."""
        if isinstance(node, All):
            found = (self.homes(part) for part in node.parts)
            return next((homes for homes in found if homes is not None), None)
        if isinstance(node, Clause) and node.field == "project" and node.operator in ("=", "in"):
            named = (operand for operand in node.operands if not operand.empty)
            return frozenset(self.values.plain(node, operand) for operand in named)
        return None

    def test(self, node: Node) -> Test:
        """Whether an issue matches."""
        if isinstance(node, Clause):
            return self._clause(node)
        if isinstance(node, All):
            every = [self.test(part) for part in node.parts]
            return lambda issue: all(test(issue) for test in every)
        if isinstance(node, Some):
            some = [self.test(part) for part in node.parts]
            return lambda issue: any(test(issue) for test in some)
        inner = self.test(node.part)
        return lambda issue: not inner(issue)

    def _clause(self, clause: Clause) -> Test:
        name = clause.field
        if name in DATES:
            return self._date(clause)
        if name in TEXTS:
            return self._text(clause)
        if name in ISSUE_FIELDS and clause.operator in _COMPARE:
            return self._relative_key(clause)
        if name in ISSUE_FIELDS:
            return self._equality(clause, lambda issue: (issue.id,), self.values.issue)
        if name in ACCOUNTS:
            account = ACCOUNTS[name]

            def accounts(issue: Issue) -> tuple[str, ...]:
                user = account(issue)
                return (user.account_id,) if user else ()

            return self._equality(clause, accounts, self.values.account)
        if name in VALUES:
            resolve = self.values.issue if name == "parent" else self.values.plain
            return self._equality(clause, VALUES[name], resolve)
        if name in self.site.jql_fields:
            return self._equality(clause, self.site.jql_fields[name].terms, self.values.plain)
        raise JqlError(
            f"Field '{clause.name}' does not exist or you do not have permission to view it."
        )

    def _equality(
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

    def _text(self, clause: Clause) -> Test:
        if clause.operator not in ("~", "!~"):
            raise unsupported(clause)
        words = clause.operands[0].text.strip('"').lower().split()
        read, wanted = TEXTS[clause.field], clause.operator == "~"
        return lambda issue: all(word in read(issue).lower() for word in words) is wanted

    def _relative_key(self, clause: Clause) -> Test:
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

    def _date(self, clause: Clause) -> Test:
        read, operator = DATES[clause.field], clause.operator
        if operator in ("is", "is not"):
            return lambda issue: (read(issue) is None) is (operator == "is")
        bounds = [self.values.moment(clause, operand) for operand in clause.operands]
        if operator in _COMPARE:
            compare, bound = _COMPARE[operator], bounds[0]
            return lambda issue: (at := read(issue)) is not None and compare(at, bound)
        if operator not in ("=", "!=", "in", "not in"):
            raise unsupported(clause)
        wanted = operator in ("=", "in")
        return lambda issue: (at := read(issue)) is not None and (at in bounds) is wanted


def unsupported(clause: Clause) -> JqlError:
    """The error for an operator that a field doesn't have."""
    return JqlError(
        f"The operator '{clause.operator}' is not supported by the '{clause.name}' field."
    )
