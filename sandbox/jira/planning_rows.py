"""The rows of versions, components and worklogs, in the API, in issues and in events."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from sandbox.jira.entities import Row, document, stamp

if TYPE_CHECKING:
    from sandbox.jira.planning_state import Component, Version, Worklog
    from sandbox.jira.rows import Rows

INLINED_WORKLOGS = 20
# How Jira counts work unless an administrator says otherwise.
_UNITS = (("w", 5 * 8 * 3600), ("d", 8 * 3600), ("h", 3600), ("m", 60))


def version_row(rows: "Rows", version: "Version", today: str) -> Row:
    """A version as its endpoints show it."""
    row = version_brief(rows, version)
    for day, name in ((version.start_date, "startDate"), (version.release_date, "releaseDate")):
        if day is not None:
            row[name] = day
            row[f"user{name[0].upper()}{name[1:]}"] = _written(day)
    due = version.release_date
    overdue = due is not None and due < today and not version.released
    return row | {"overdue": overdue, "projectId": int(version.project.id)}


def version_event(rows: "Rows", version: "Version", today: str) -> Row:
    """A version as an event carries it: in the older API's form."""
    link = f"{rows.base_url}/rest/api/2/version/{version.id}"
    return version_row(rows, version, today) | {"self": link}


def version_brief(rows: "Rows", version: "Version") -> Row:
    """A version as an issue shows it."""
    row = {
        "self": rows.link(f"version/{version.id}"),
        "id": version.id,
        "description": version.description,
        "name": version.name,
        "archived": version.archived,
        "released": version.released,
    }
    if version.release_date is not None:
        row["releaseDate"] = version.release_date
    return row


def component_row(rows: "Rows", component: "Component") -> Row:
    """A component as its endpoint shows it."""
    row = component_brief(rows, component) | {
        "assigneeType": "PROJECT_DEFAULT",
        "realAssigneeType": "PROJECT_DEFAULT",
        "isAssigneeTypeValid": False,
        "project": component.project.key,
        "projectId": int(component.project.id),
    }
    if component.lead is not None:
        row["lead"] = rows.user(component.lead)
    if component.source == "compass":
        row["ari"] = f"ari:cloud:compass:00000000:component/{component.id}"
        row["metadata"] = {"icon": f"{rows.base_url}/images/component.svg"}
    return row


def listed_component(rows: "Rows", component: "Component", issues: int) -> Row:
    """A component as the list of its project shows it."""
    row = component_row(rows, component)
    for name in ("ari", "metadata"):
        row.pop(name, None)
    return row | {"issueCount": issues}


def component_brief(rows: "Rows", component: "Component") -> Row:
    """A component as an issue shows it."""
    row = {
        "self": rows.link(f"component/{component.id}"),
        "id": component.id,
        "name": component.name,
    }
    if component.description:
        row["description"] = component.description
    return row


def worklog_row(rows: "Rows", worklog: "Worklog") -> Row:
    """A worklog, the same wherever the API shows it."""
    author = rows.user(worklog.author, private=False)
    row = {
        "self": rows.link(f"issue/{worklog.issue.id}/worklog/{worklog.id}"),
        "author": author,
        "updateAuthor": author,
        "created": stamp(worklog.created),
        "updated": stamp(worklog.updated),
        "started": stamp(worklog.started),
        "timeSpent": time_spent(worklog.seconds),
        "timeSpentSeconds": worklog.seconds,
        "id": worklog.id,
        "issueId": worklog.issue.id,
    }
    return row | ({"comment": document(worklog.text)} if worklog.text else {})


def worklog_event(rows: "Rows", worklog: "Worklog") -> Row:
    """A worklog as an event carries it: in the older API's form, where texts are plain."""
    link = f"{rows.base_url}/rest/api/2/issue/{worklog.issue.id}/worklog/{worklog.id}"
    return worklog_row(rows, worklog) | {"self": link, "comment": worklog.text}


def worklog_field(
    rows: "Rows",
    worklogs: Sequence["Worklog"],
    make: "Callable[[Rows, Worklog], Row]" = worklog_row,
) -> Row:
    """An issue's worklogs, as many as it brings along."""
    return {
        "startAt": 0,
        "maxResults": INLINED_WORKLOGS,
        "total": len(worklogs),
        "worklogs": [make(rows, item) for item in worklogs[:INLINED_WORKLOGS]],
    }


def time_spent(seconds: int) -> str:
    """A time in weeks, days, hours and minutes, as Jira writes it."""
    parts = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0m"


def _written(day: str) -> str:
    """A day as people see it."""
    return date.fromisoformat(day).strftime("%d/%b/%y")
