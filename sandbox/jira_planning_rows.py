"""The rows of versions, components and worklogs, in the API, in issues and in events."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sandbox.jira_entities import Row, document, stamp

if TYPE_CHECKING:
    from sandbox.jira_planning_state import Component, Version, Worklog
    from sandbox.jira_rows import Rows

INLINED_WORKLOGS = 20


def version_row(rows: "Rows", version: "Version") -> Row:
    """A version as its endpoints and its events show it."""
    row = version_brief(rows, version) | {"projectId": int(version.project.id), "overdue": False}
    if version.start_date:
        row["startDate"] = version.start_date
    return row


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
    if version.release_date:
        row["releaseDate"] = version.release_date
    return row


def component_row(rows: "Rows", component: "Component") -> Row:
    """A component as its endpoints show it."""
    row = component_brief(rows, component) | {
        "componentBean": {"id": component.id, "name": component.name},
        "issueCount": 0,
        "assigneeType": "PROJECT_DEFAULT",
        "isAssigneeTypeValid": True,
        "project": component.project.key,
        "projectId": int(component.project.id),
    }
    if component.lead is not None:
        row["lead"] = rows.user(component.lead, private=False)
    return row


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
    """A worklog, the same wherever it is shown."""
    author = rows.user(worklog.author, private=False)
    return {
        "self": rows.link(f"issue/{worklog.issue.id}/worklog/{worklog.id}"),
        "author": author,
        "updateAuthor": author,
        "comment": document(worklog.text),
        "created": stamp(worklog.created),
        "updated": stamp(worklog.updated),
        "started": stamp(worklog.started),
        "timeSpent": f"{max(1, worklog.seconds // 60)}m",
        "timeSpentSeconds": worklog.seconds,
        "id": worklog.id,
        "issueId": worklog.issue.id,
    }


def worklog_field(rows: "Rows", worklogs: Sequence["Worklog"]) -> Row:
    """An issue's worklogs, as many as it brings along."""
    return {
        "startAt": 0,
        "maxResults": INLINED_WORKLOGS,
        "total": len(worklogs),
        "worklogs": [worklog_row(rows, item) for item in worklogs[:INLINED_WORKLOGS]],
    }
