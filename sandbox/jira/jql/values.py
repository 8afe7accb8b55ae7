"""What the values of a JQL query stand for on a site: projects, accounts, names, moments."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sandbox.jira.defaults import RESOLUTION
from sandbox.jira.entities import Issue, IssueType, Priority, Project, Status, User
from sandbox.jira.jql.fields import CATEGORY_IDS, JqlField
from sandbox.jira.jql.parser import Clause, Operand
from sandbox.jira.jql.tokens import JqlError

type _Named = IssueType | Status | Priority

_PERIOD = re.compile(r"([+-]?)((?:\d+[wdhm]\s*)+)")
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


class Values:
    """Looks values up; raises JqlError for one that nothing has."""

    def __init__(self, site: Catalog) -> None:
        self.site = site

    def issue(self, clause: Clause, operand: Operand) -> str | None:
        """The id of an issue; None for one that never was, where the site lets that pass."""
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

    def account(self, clause: Clause, operand: Operand) -> str:
        """An account's id."""
        if operand.function:
            if operand.text.lower() != "currentuser":
                raise JqlError(f"Unable to find JQL function '{operand.text}()'.")
            return self.site.me.account_id
        if operand.text not in self.site.users:
            raise missing(clause, operand)
        return operand.text

    def plain(self, clause: Clause, operand: Operand) -> str:
        """What a field of `VALUES`, or one that was added, has in an issue for this value."""
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

    def moment(self, clause: Clause, operand: Operand) -> float:
        """When a date, a period or a function is."""
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
