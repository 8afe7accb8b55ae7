"""Epics as boards show them, which lags with the search index."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.boards import AGILE, Boards, UnderBoard, agile_link
from sandbox.jira.endpoints import PAGES, knows, refuse
from sandbox.jira.entities import Board, Issue
from sandbox.jira.formats import Row
from sandbox.jira.jql.plan import Plan
from sandbox.jira.rows import Rows

_COLORS = 14
_DONE = {"true": True, "false": False}


def epic_row(rows: Rows, epic: Issue) -> Row:
    """An epic as boards show it."""
    return {
        "id": int(epic.id),
        "key": epic.key,
        "self": agile_link(rows, f"epic/{epic.id}"),
        "name": epic.summary if epic.epic_name is None else epic.epic_name,
        "summary": epic.summary,
        "color": {"key": f"color_{int(epic.id) % _COLORS + 1}"},
        "done": epic.status.category == "done",
    }


class EpicEndpoints(UnderBoard[Boards]):
    """The epics of a board, and one by id or key."""

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(f"{AGILE}/board/{{id}}/epic", self.under(self._epics)),
            Route(f"{AGILE}/epic/{{id}}", self._epic),
        ]

    def _epics(self, request: Request, board: Board) -> Response:
        asked = request.query_params.get("done")
        if asked is not None and asked not in _DONE:
            return refuse(400, f"done can't be '{asked}'")

        def shows(issue: Issue) -> bool:
            done = issue.status.category == "done"
            return _shows(board, issue) and (asked is None or done is _DONE[asked])

        homes = frozenset(project.id for project in board.projects)
        epics = self.site.run(Plan(None, shows, (("id", False),), homes))
        return PAGES.answer(
            request, self.faults, epics, lambda epic: epic_row(self.site.rows, epic)
        )

    async def _epic(self, request: Request) -> Response:
        epic = self.site.find_issue(request.path_params["id"])
        if (
            epic is None
            or not any(_shows(board, epic) for board in self.site.boards.values())
            or not knows(request)
        ):
            return refuse(404, "The requested epic does not exist or you can't see it.")
        return JSONResponse(epic_row(self.site.rows, epic))


def _shows(board: Board, issue: Issue) -> bool:
    """Whether a board shows an issue as an epic: those of team-managed projects aren't told."""
    return (
        board.type != "simple"
        and issue.type.level == 1
        and issue.visible
        and issue.project.id in {project.id for project in board.projects}
    )
