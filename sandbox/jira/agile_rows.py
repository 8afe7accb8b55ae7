"""The rows of boards, sprints and epics, in the API and in events."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.jira.entities import Issue, Row

if TYPE_CHECKING:
    from sandbox.jira.agile_state import Board, Sprint
    from sandbox.jira.rows import Rows

_COLORS = 14


def board_row(rows: "Rows", board: "Board") -> Row:
    """A board as its endpoints show it."""
    row = board_event(rows, board) | {"isPrivate": False}
    if (project := board.location) is not None:
        title = f"{project.name} ({project.key})"
        row["location"] = {
            "projectId": int(project.id),
            "displayName": title,
            "projectName": project.name,
            "projectKey": project.key,
            "projectTypeKey": "software",
            "avatarURI": rows.avatars("project")["24x24"],
            "name": title,
        }
    return row


def board_event(rows: "Rows", board: "Board") -> Row:
    """A board as an event carries it."""
    return {
        "id": board.id,
        "self": _link(rows, f"board/{board.id}"),
        "name": board.name,
        "type": board.type,
    }


def board_configuration(rows: "Rows", board: "Board") -> Row:
    """A board's configuration as an event may carry it."""
    row = board_event(rows, board) | {
        "self": _link(rows, f"board/{board.id}/configuration"),
        "filter": {
            "id": str(10000 + board.id),
            "self": f"{rows.base_url}/rest/api/2/filter/{10000 + board.id}",
        },
        "columnConfig": {"columns": [], "constraintType": "none"},
        "ranking": {"rankCustomFieldId": 10019},
    }
    if (project := board.location) is not None:
        row["location"] = {
            "type": "project",
            "key": project.key,
            "id": project.id,
            "self": f"{rows.base_url}/rest/api/2/project/{project.id}",
            "name": project.name,
        }
    return row


def sprint_row(rows: "Rows", sprint: "Sprint", *, with_board: bool = True) -> Row:
    """A sprint, in its endpoints and in events."""
    row: Row = {
        "id": sprint.id,
        "self": _link(rows, f"sprint/{sprint.id}"),
        "state": sprint.state,
        "name": sprint.name,
        **_dates(sprint),
        "createdDate": _zulu(sprint.created),
        "goal": sprint.goal,
    }
    return row | ({"originBoardId": sprint.origin} if with_board else {})


def sprint_field(sprint: "Sprint | None") -> list[Row] | None:
    """A sprint as its issues show it."""
    if sprint is None:
        return None
    row: Row = {
        "id": sprint.id,
        "name": sprint.name,
        "state": sprint.state,
        "boardId": sprint.origin,
        "goal": sprint.goal,
    }
    return [row | _dates(sprint)]


def epic_row(rows: "Rows", epic: Issue) -> Row:
    """An epic as boards show it."""
    return {
        "id": int(epic.id),
        "key": epic.key,
        "self": _link(rows, f"epic/{epic.id}"),
        "name": epic.summary,
        "summary": epic.summary,
        "color": {"key": f"color_{int(epic.id) % _COLORS + 1}"},
        "done": epic.status.category == "done",
    }


def _link(rows: "Rows", path: str) -> str:
    return f"{rows.base_url}/rest/agile/1.0/{path}"


def _dates(sprint: "Sprint") -> Row:
    # A date that isn't set is no key at all.
    dates = {
        "startDate": sprint.start,
        "endDate": sprint.end,
        "completeDate": sprint.completed,
    }
    return {name: _zulu(at) for name, at in dates.items() if at is not None}


def _zulu(at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
