"""The fields that JQL knows, as functions of an issue."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.jira.defaults import CATEGORIES, RESOLUTION
from sandbox.jira.entities import Issue, User
from sandbox.jira.jql.parser import Operand


def _day(due: str | None) -> float | None:
    return None if due is None else datetime.fromisoformat(due).replace(tzinfo=UTC).timestamp()


ISSUE_FIELDS = frozenset(("id", "key", "issue", "issuekey"))
DATES: dict[str, Callable[[Issue], float | None]] = {
    "created": lambda issue: issue.created,
    "createddate": lambda issue: issue.created,
    "updated": lambda issue: issue.updated,
    "updateddate": lambda issue: issue.updated,
    "resolved": lambda issue: issue.resolved,
    "resolutiondate": lambda issue: issue.resolved,
    "due": lambda issue: _day(issue.due),
    "duedate": lambda issue: _day(issue.due),
}
TEXTS: dict[str, Callable[[Issue], str]] = {
    "summary": lambda issue: issue.summary,
    "description": lambda issue: issue.description or "",
    "text": lambda issue: f"{issue.summary}\n{issue.description or ''}",
}
ACCOUNTS: dict[str, Callable[[Issue], User | None]] = {
    "assignee": lambda issue: issue.assignee,
    "reporter": lambda issue: issue.reporter,
    "creator": lambda issue: issue.creator,
}
CATEGORY_IDS = {
    str(word).lower(): key
    for key, (number, _, name) in CATEGORIES.items()
    for word in (key, number, name)
}
VALUES: dict[str, Callable[[Issue], tuple[str, ...]]] = {
    "project": lambda issue: (issue.project.id,),
    "status": lambda issue: (issue.status.id,),
    "statuscategory": lambda issue: (issue.status.category,),
    "issuetype": lambda issue: (issue.type.id,),
    "type": lambda issue: (issue.type.id,),
    "priority": lambda issue: (issue.priority.id,),
    "parent": lambda issue: (issue.parent.id,) if issue.parent else (),
    "labels": lambda issue: tuple(label.lower() for label in issue.labels),
    "resolution": lambda issue: (RESOLUTION[0],) if issue.resolved else (),
}
ORDER: dict[str, Callable[[Issue], int | float | str]] = {
    "id": lambda issue: int(issue.id),
    "created": lambda issue: issue.created,
    "updated": lambda issue: issue.updated,
    "summary": lambda issue: issue.summary,
    "status": lambda issue: issue.status.name,
    "issuetype": lambda issue: issue.type.name,
    "type": lambda issue: issue.type.name,
    "priority": lambda issue: -int(issue.priority.id),
    "project": lambda issue: issue.project.name,
    "rank": lambda issue: issue.number,
    "assignee": lambda issue: issue.assignee.name if issue.assignee else "",
}


@dataclass(frozen=True, slots=True)
class JqlField:
    """A field that a kind adds: the terms of an issue, and the one that a query's value means.

    A value that means nothing, or nothing that can be seen, has no term.
    """

    terms: Callable[[Issue], tuple[str, ...]]
    term: Callable[[Operand], str | None]
