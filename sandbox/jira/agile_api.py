"""The endpoints of boards, their sprints and their epics."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.agile_rows import board_row, epic_row, sprint_row
from sandbox.jira.agile_state import Board
from sandbox.jira.backlog_api import BacklogApi
from sandbox.jira.entities import Issue, Row
from sandbox.jira.paging import page_of
from sandbox.jira.search_api import refuse

if TYPE_CHECKING:
    from sandbox.jira.api import JiraApi

AGILE = "/rest/agile/1.0"
SOFTWARE = "/rest/software/1.0"
MAX_PAGE = 50
NO_SPRINTS = "The board does not support sprints"
_TYPES = frozenset(("scrum", "kanban", "simple"))
_STATES = frozenset(("future", "active", "closed"))
_DONE = {"true": True, "false": False}

type Endpoint = Callable[[Request], Awaitable[Response]]


class AgileApi:
    """`/rest/agile/1.0`, and the backlog that moved to `/rest/software/1.0`."""

    def __init__(self, api: "JiraApi") -> None:
        self.api = api
        self.site = api.site
        self._backlog = BacklogApi(api)

    def routes(self) -> list[Route]:
        """The endpoints."""
        board = f"{AGILE}/board/{{id}}"
        return [
            Route(f"{AGILE}/board", self._boards),
            Route(board, self._board),
            Route(f"{board}/project", self._under(self._projects)),
            Route(f"{board}/sprint", self._under(self._sprints)),
            Route(f"{board}/epic", self._under(self._epics)),
            Route(f"{board}/backlog", self._under(self._backlog.by_number)),
            Route(f"{SOFTWARE}/board/{{id}}/backlog", self._under(self._backlog.by_token)),
            Route(f"{AGILE}/sprint/{{id}}", self._sprint),
            Route(f"{AGILE}/epic/{{id}}", self._epic),
        ]

    # Boards

    async def _boards(self, request: Request) -> Response:
        query = request.query_params
        types = _listed(request, "type")
        if types - _TYPES:
            return refuse(400, f"Unknown board type: {', '.join(sorted(types - _TYPES))}")
        found = [board for board in self.site.boards.values() if board.visible]
        if not request.scope["jira.authenticated"]:
            found = []
        elif (name := query.get("projectKeyOrId")) is not None:
            project = self.site.find_project(name)
            if project is None or not project.visible:
                status = 404 if self.api.board_project_404 else 400
                return refuse(status, f"No project could be found with key '{name}'.")
            found = [board for board in found if project in board.projects]
        if types:
            found = [board for board in found if board.type in types]
        text = query.get("name", "").lower()
        found = [board for board in found if text in board.name.lower()]
        return self._page(request, found, lambda board: board_row(self.site.rows, board))

    async def _board(self, request: Request) -> Response:
        board = self._visible(request)
        if board is None:
            return _no_board()
        return JSONResponse(board_row(self.site.rows, board))

    def _visible(self, request: Request) -> Board | None:
        board = self.site.boards.get(_number(request))
        seen = board is not None and board.visible and request.scope["jira.authenticated"]
        return board if seen else None

    def _under(self, answer: Callable[[Request, Board], Response]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            board = self._visible(request)
            if board is None:
                return _no_board()
            if board.fault is not None:
                return refuse(board.fault, f"Board {board.id} can't be read.")
            return answer(request, board)

        return endpoint

    def _projects(self, request: Request, board: Board) -> Response:
        projects = sorted(board.shown_projects, key=lambda project: project.name)
        return self._page(request, projects, self.site.rows.project_details)

    # Sprints

    def _sprints(self, request: Request, board: Board) -> Response:
        if not board.has_sprints:
            return refuse(400, NO_SPRINTS)
        states = _listed(request, "state")
        if states - _STATES:
            return refuse(400, f"Unknown state: {', '.join(sorted(states - _STATES))}")
        sprints = [
            sprint for sprint in self.site.sprints_on(board) if not states or sprint.state in states
        ]
        return self._page(request, sprints, lambda sprint: sprint_row(self.site.rows, sprint))

    async def _sprint(self, request: Request) -> Response:
        sprint = self.site.sprints.get(_number(request))
        if sprint is None or not sprint.visible or not request.scope["jira.authenticated"]:
            return refuse(404, "Sprint does not exist")
        return JSONResponse(sprint_row(self.site.rows, sprint))

    # Epics

    def _epics(self, request: Request, board: Board) -> Response:
        asked = request.query_params.get("done")
        if asked is not None and asked not in _DONE:
            return refuse(400, f"done can't be '{asked}'")
        epics = [
            issue
            for issue in self.site.issues.values()
            if _shows(board, issue)
            and (asked is None or (issue.status.category == "done") is _DONE[asked])
        ]
        return self._page(request, epics, lambda epic: epic_row(self.site.rows, epic))

    async def _epic(self, request: Request) -> Response:
        epic = self.site.find_issue(request.path_params["id"])
        if (
            epic is None
            or not any(_shows(board, epic) for board in self.site.boards.values())
            or not request.scope["jira.authenticated"]
        ):
            return refuse(404, "The requested epic does not exist or you can't see it.")
        return JSONResponse(epic_row(self.site.rows, epic))

    def _page[T](self, request: Request, rows: Sequence[T], make: Callable[[T], Row]) -> Response:
        start, size = page_of(request, MAX_PAGE)
        if fault := self.api.faults.take("short_pages", request.method, request.url.path):
            size = min(size, fault.size)
        return JSONResponse(
            {
                "maxResults": size,
                "startAt": start,
                "total": len(rows),
                "isLast": start + size >= len(rows),
                "values": [make(row) for row in rows[start : start + size]],
            }
        )


def _shows(board: Board, issue: Issue) -> bool:
    """Whether a board shows an issue as an epic: those of team-managed projects aren't told."""
    return (
        board.type != "simple"
        and issue.type.level == 1
        and issue.visible
        and issue.project in board.projects
    )


def _listed(request: Request, name: str) -> set[str]:
    parts = request.query_params.get(name, "").split(",")
    return {part.strip() for part in parts if part.strip()}


def _number(request: Request) -> int:
    text = request.path_params["id"]
    return int(text) if text.isdecimal() else 0


def _no_board() -> Response:
    return refuse(
        404,
        "Requested board cannot be viewed because it either does not exist or you do not have "
        "permission to view it.",
    )
