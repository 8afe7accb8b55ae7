"""Boards: what a site holds of them, their rows, what people do to them, their endpoints."""

from collections.abc import Callable, Iterable
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.jira.endpoints import (
    PAGES,
    Endpoint,
    Endpoints,
    PlainList,
    knows,
    listed,
    refuse,
)
from sandbox.jira.entities import Board, BoardType, Project
from sandbox.jira.formats import Row
from sandbox.jira.index import IssueIndex
from sandbox.jira.rows import Rows

type ConfigurationPayload = Literal["board", "configuration"]

AGILE = "/rest/agile/1.0"
_TYPES = frozenset(("scrum", "kanban", "simple"))


class Boards(IssueIndex):
    """Boards, named by id; projects by key. Each change sends the events that Jira sends."""

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        self.boards: dict[int, Board] = {}
        # What nobody documents can be had both ways. People saw 400 for a project that a list of
        # boards can't find; the OpenAPI has no 404.
        self.board_configuration_payload: ConfigurationPayload = "board"
        self.board_project_404 = False
        self._last_board = 0

    def board_of(self, board_id: int) -> Board:
        """A board that must be there, seen or not."""
        if (board := self.boards.get(board_id)) is None:
            raise KeyError(f"No board {board_id}")
        return board

    def add_board(self, projects: list[Project], name: str, kind: BoardType) -> Board:
        """Add a board without an event."""
        if not projects:
            raise ValueError("A board is over one project at least")
        self._last_board += 1
        board = self.boards[self._last_board] = Board(self._last_board, name, kind, projects)
        return board

    def create_board(
        self, project_keys: Iterable[str], *, name: str | None = None, type: BoardType = "scrum"
    ) -> Board:
        """Create a board over projects, located in the first of them."""
        projects = self._projects(project_keys)
        board = self.add_board(projects, name or f"{projects[0].key} board", type)
        self._board_event("board_created", board)
        return board

    def rename_board(self, board_id: int, name: str) -> Board:
        """Give a board another name."""
        board = self.board_of(board_id)
        board.name = name
        self._board_event("board_updated", board)
        return board

    def configure_board(self, board_id: int, project_keys: Iterable[str]) -> Board:
        """Let a board's filter name other projects."""
        board = self.board_of(board_id)
        board.projects = self._projects(project_keys)
        if self.board_configuration_payload == "configuration":
            configuration = board_configuration(self.rows, board)
            self.emit("board_configuration_changed", {"configuration": configuration})
        else:
            self._board_event("board_configuration_changed", board)
        return board

    def delete_board(self, board_id: int) -> None:
        """Delete a board."""
        board = self.board_of(board_id)
        del self.boards[board_id]
        self._board_event("board_deleted", board)

    def _projects(self, keys: Iterable[str]) -> list[Project]:
        if isinstance(keys, str):
            raise TypeError("Give the projects' keys as a list")
        projects = list({id(found): found for found in map(self.project_of, keys)}.values())
        if not projects:
            raise ValueError("A board is over one project at least")
        return projects

    def _board_event(self, event: str, board: Board) -> None:
        self.emit(event, {"board": board_event(self.rows, board)})


def board_row(rows: Rows, board: Board) -> Row:
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


def board_event(rows: Rows, board: Board) -> Row:
    """A board as an event carries it."""
    return {
        "id": board.id,
        "self": agile_link(rows, f"board/{board.id}"),
        "name": board.name,
        "type": board.type,
    }


def board_configuration(rows: Rows, board: Board) -> Row:
    """A board's configuration as an event may carry it."""
    row = board_event(rows, board) | {
        "self": agile_link(rows, f"board/{board.id}/configuration"),
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


def agile_link(rows: Rows, path: str) -> str:
    """The URL of a path of the agile API."""
    return f"{rows.base_url}/rest/agile/1.0/{path}"


class UnderBoard[S: Boards](Endpoints[S]):
    """Endpoints below a board that can be seen."""

    def under(self, answer: Callable[[Request, Board], Response]) -> Endpoint:
        """The endpoint that answers for the board which its path names."""

        async def endpoint(request: Request) -> Response:
            board = visible(self.site, request.path_params["id"]) if knows(request) else None
            if board is None:
                return refuse(404, NO_BOARD)
            if board.fault is not None:
                return refuse(board.fault, f"Board {board.id} can't be read.")
            return answer(request, board)

        return endpoint


class BoardEndpoints(UnderBoard[Boards]):
    """`/rest/agile/1.0/board`, and a board's projects."""

    def routes(self) -> list[Route]:
        """The endpoints."""
        boards = PlainList(
            f"{AGILE}/board",
            f"{AGILE}/board/{{id}}",
            found=self._found,
            find=lambda text: visible(self.site, text),
            make=lambda _, board: board_row(self.site.rows, board),
            gone=NO_BOARD,
        )
        projects = Route(f"{AGILE}/board/{{id}}/project", self.under(self._projects))
        return [*boards.routes(self.faults), projects]

    def _found(self, request: Request) -> list[Board] | Response:
        query = request.query_params
        types = listed(request, "type")
        if types - _TYPES:
            return refuse(400, f"Unknown board type: {', '.join(sorted(types - _TYPES))}")
        found = [board for board in self.site.boards.values() if board.visible]
        if (name := query.get("projectKeyOrId")) is not None:
            project = self.site.find_project(name)
            if project is None or not project.visible:
                status = 404 if self.site.board_project_404 else 400
                return refuse(status, f"No project could be found with key '{name}'.")
            found = [board for board in found if project in board.projects]
        if types:
            found = [board for board in found if board.type in types]
        text = query.get("name", "").lower()
        return [board for board in found if text in board.name.lower()]

    def _projects(self, request: Request, board: Board) -> Response:
        projects = sorted(board.shown_projects, key=lambda project: project.name)
        return PAGES.answer(request, self.faults, projects, self.site.rows.project_details)


def visible(site: Boards, text: str) -> Board | None:
    """The board with this id, where it can be seen."""
    board = site.boards.get(int(text)) if text.isdecimal() else None
    return board if board is not None and board.visible else None


NO_BOARD = (
    "Requested board cannot be viewed because it either does not exist or you do not have "
    "permission to view it."
)
