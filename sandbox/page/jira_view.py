"""The stand-in Jira as a page shows it."""

from typing import Any

from sandbox.jira.entities import Board, Issue
from sandbox.jira.formats import Row
from sandbox.jira.site import JiraSite

SHOWN = 40
"""How many issues a page gets at once."""


def overview(site: JiraSite) -> Row:
    """Projects, boards with their sprints, and people; what a form can choose from."""
    projects = sorted(site.projects.values(), key=lambda project: project.key)
    return {
        "projects": [
            {
                "key": project.key,
                "name": project.name,
                "status": project.status,
                "issues": len(site.issues_in(project)),
            }
            for project in projects
        ],
        "boards": [_board(site, board) for board in site.boards.values() if board.visible],
        "users": [
            {"id": user.account_id, "name": user.name}
            for user in site.users.values()
            if not user.deleted
        ],
        "statuses": [status.name for status in site.statuses.values()],
        "types": [kind.name for kind in site.types.values() if kind.level >= 0],
        "priorities": [priority.name for priority in site.priorities.values()],
    }


def _board(site: JiraSite, board: Board) -> Row:
    sprints = site.sprints_on(board) if board.has_sprints else []
    return {
        "id": board.id,
        "name": board.name,
        "type": board.type,
        "fails": board.fault is not None,
        "sprints": [
            {"id": sprint.id, "name": sprint.name, "state": sprint.state}
            for sprint in sprints
            if sprint.state != "closed"
        ],
    }


def issues(site: JiraSite, project: str = "", text: str = "") -> Row:
    """The issues of a project (of all without one) that have a text, the latest first."""
    wanted = text.strip().lower()
    found = [
        issue
        for issue in site.issues.values()
        if issue.visible
        and project in ("", issue.project.key)
        and (wanted in issue.summary.lower() or wanted in issue.key.lower())
    ]
    found.sort(key=lambda issue: (issue.updated, int(issue.id)), reverse=True)
    return {"total": len(found), "rows": [issue_row(issue) for issue in found[:SHOWN]]}


def issue_row(issue: Issue) -> dict[str, Any]:
    """What a page shows of an issue."""
    return {
        "id": issue.id,
        "key": issue.key,
        "summary": issue.summary,
        "type": issue.type.name,
        "status": issue.status.name,
        "category": issue.status.category,
        "priority": issue.priority.name,
        "project": issue.project.key,
        "assignee": issue.assignee.account_id if issue.assignee else "",
        "assigneeName": issue.assignee.name if issue.assignee else "",
        "sprint": issue.sprint.name if issue.sprint else "",
        "comments": len(issue.comments),
        "seconds": sum(worklog.seconds for worklog in issue.worklogs),
        "movable": issue.type.level >= 0,
    }
