"""Sprints: what a site holds of them, their rows, what people do to them, their endpoints."""

from collections import defaultdict
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.boards import AGILE, Boards, UnderBoard, agile_link
from sandbox.jira.endpoints import PAGES, knows, listed, refuse
from sandbox.jira.entities import Board, Issue, Sprint, SprintState
from sandbox.jira.formats import Row, changed, zulu
from sandbox.jira.jql.fields import JqlField
from sandbox.jira.jql.parser import Operand
from sandbox.jira.rows import Rows
from sandbox.jira.state import KEEP, IssueField

SPRINT_FIELD = "customfield_10020"
TWO_WEEKS = 14 * 86400
NO_SPRINTS = "The board does not support sprints"
_STATES = frozenset(("future", "active", "closed"))
_FUNCTIONS = {"opensprints": "active", "futuresprints": "future", "closedsprints": "closed"}


class Sprints(Boards):
    """Sprints, named by id; issues by id or key. Each change sends the events that Jira sends."""

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        self.sprints: dict[int, Sprint] = {}
        self._on_board: defaultdict[int, dict[int, Sprint]] = defaultdict(dict)
        # What nobody documents can be had both ways.
        self.sprint_events_lack_board = False
        self._last_sprint = 0
        self.issue_fields[SPRINT_FIELD] = IssueField(lambda issue: sprint_field(sprints_of(issue)))
        self.jql_fields["sprint"] = JqlField(
            lambda issue: tuple(term for one in sprints_of(issue) for term in one.terms), self._term
        )

    def sprint_of(self, sprint_id: int) -> Sprint:
        """A sprint that must be there, seen or not."""
        if (sprint := self.sprints.get(sprint_id)) is None:
            raise KeyError(f"No sprint {sprint_id}")
        return sprint

    def add_sprint(self, boards: list[Board], name: str | None, created: float) -> Sprint:
        """Add a future sprint that these boards show, made on the first; without an event."""
        for board in boards:
            if not board.has_sprints:
                raise ValueError(f"Board {board.id} does not support sprints")
        self._last_sprint += 1
        number = self._last_sprint
        sprint = self.sprints[number] = Sprint(
            number, name or f"Sprint {number}", boards[0].id, [], created
        )
        for board in boards:
            self.show_sprint(sprint, board)
        return sprint

    def show_sprint(self, sprint: Sprint, board: Board) -> None:
        """Let a board show a sprint, too, without an event."""
        sprint.boards.append(board)
        self._on_board[board.id][sprint.id] = sprint

    def sprints_on(self, board: Board) -> list[Sprint]:
        """The sprints that a board shows, in its order."""
        order: tuple[SprintState, ...] = ("closed", "active", "future")
        shown = self._on_board[board.id].values()
        return sorted(shown, key=lambda sprint: (order.index(sprint.state), sprint.id))

    def _term(self, operand: Operand) -> str | None:
        text = operand.text
        if operand.function:
            state = _FUNCTIONS.get(text.lower())
            return f"state:{state}" if state else None
        sprint = self.sprints.get(int(text)) if text.isdecimal() else None
        if sprint is not None and sprint.visible:
            return text
        name = text.lower()
        named = (one for one in self.sprints.values() if one.name.lower() == name)
        return f"name:{name}" if any(one.visible for one in named) else None

    def delete_board(self, board_id: int) -> None:
        """Delete a board; its sprints stay on other boards that show them, without events."""
        board = self.board_of(board_id)
        for sprint in self._on_board.pop(board_id, {}).values():
            sprint.boards.remove(board)
        super().delete_board(board_id)

    def create_sprint(
        self, board_id: int, *, name: str | None = None, also_on: Iterable[int] = ()
    ) -> Sprint:
        """Plan a sprint on a board; it may show on others, too."""
        boards = {board: self.board_of(board) for board in (board_id, *also_on)}
        sprint = self.add_sprint(list(boards.values()), name, self.now())
        self._sprint_event("sprint_created", sprint)
        return sprint

    def rename_sprint(self, sprint_id: int, name: str) -> Sprint:
        """Give a sprint another name."""
        return self.change_sprint(sprint_id, name=name)

    def change_sprint(
        self,
        sprint_id: int,
        *,
        name: str = KEEP,
        goal: str = KEEP,
        start: float | None = KEEP,
        end: float | None = KEEP,
    ) -> Sprint:
        """Change what is said about a sprint; times are seconds since the epoch."""
        sprint = self.sprint_of(sprint_id)
        inside = self._before_change(sprint)
        sprint.name = sprint.name if name is KEEP else name
        sprint.goal = sprint.goal if goal is KEEP else goal
        sprint.start = sprint.start if start is KEEP else start
        sprint.end = sprint.end if end is KEEP else end
        self.forget_rows(inside)
        self._sprint_event("sprint_updated", sprint)
        return sprint

    def start_sprint(self, sprint_id: int, *, seconds: float = TWO_WEEKS) -> Sprint:
        """Start a future sprint, for two weeks."""
        sprint = self._sprint_in("future", sprint_id)
        inside = self._before_change(sprint)
        sprint.state, sprint.start = "active", self.now()
        sprint.end = sprint.start + seconds
        self.forget_rows(inside)
        self._sprint_event("sprint_started", sprint)
        return sprint

    def close_sprint(self, sprint_id: int) -> Sprint:
        """Close an active sprint; issues that aren't done go back to the backlog, silently."""
        sprint = self._sprint_in("active", sprint_id)
        inside = self._before_change(sprint)
        sprint.state, sprint.completed = "closed", self.now()
        for issue in self.issues_of_sprint(sprint):
            if issue.status.category != "done":
                issue.sprint = None
        self.forget_rows(inside)
        self._sprint_event("sprint_closed", sprint)
        return sprint

    def delete_sprint(self, sprint_id: int) -> None:
        """Delete a sprint; its issues lose it, silently."""
        sprint = self.sprint_of(sprint_id)
        inside = self._before_change(sprint)
        del self.sprints[sprint_id]
        for board in sprint.boards:
            del self._on_board[board.id][sprint_id]
        for issue in inside:
            issue.sprint = None if issue.sprint is sprint else issue.sprint
            issue.former_sprints = [one for one in issue.former_sprints if one is not sprint]
        self.forget_rows(inside)
        self._sprint_event("sprint_deleted", sprint)

    def set_sprint(self, issue: str, sprint_id: int | None) -> Issue:
        """Put an issue in a sprint that isn't closed, or take it out of the one it is in."""
        found = self.issue_of(issue)
        sprint = None if sprint_id is None else self.sprint_of(sprint_id)
        if found.type.level != 0:
            raise ValueError(f"{found.key} can't be planned by itself")
        if sprint is not None and sprint.state == "closed":
            raise ValueError(f"Sprint {sprint_id} is closed")
        self.remember([found])
        item = changed("Sprint", _named(found.sprint), _named(sprint), SPRINT_FIELD)
        found.sprint = sprint
        self._touch(found)
        self.forget_rows([found])
        self._issue_event(
            "jira:issue_updated", found, "issue_updated", [item | {"fieldtype": "custom"}]
        )
        return found

    def issues_of_sprint(self, sprint: Sprint) -> list[Issue]:
        """The issues in a sprint, seen or not."""
        return [issue for issue in self.issues.values() if issue.sprint is sprint]

    def _before_change(self, sprint: Sprint) -> list[Issue]:
        inside = [issue for issue in self.issues.values() if sprint in sprints_of(issue)]
        self.remember(inside)
        return inside

    def _sprint_in(self, state: str, sprint_id: int) -> Sprint:
        sprint = self.sprint_of(sprint_id)
        if sprint.state != state:
            raise ValueError(f"Sprint {sprint_id} is {sprint.state}, not {state}")
        return sprint

    def _sprint_event(self, event: str, sprint: Sprint) -> None:
        row: Row = sprint_row(self.rows, sprint, with_board=not self.sprint_events_lack_board)
        self.emit(event, {"sprint": row})


def _named(sprint: Sprint | None) -> tuple[str, str]:
    return (str(sprint.id), sprint.name) if sprint else ("", "")


def sprint_row(rows: Rows, sprint: Sprint, *, with_board: bool = True) -> Row:
    """A sprint, in its endpoints and in events."""
    row: Row = {
        "id": sprint.id,
        "self": agile_link(rows, f"sprint/{sprint.id}"),
        "state": sprint.state,
        "name": sprint.name,
        **_dates(sprint),
        "createdDate": zulu(sprint.created),
        "goal": sprint.goal,
    }
    return row | ({"originBoardId": sprint.origin} if with_board else {})


def sprints_of(issue: Issue) -> list[Sprint]:
    """The sprints that an issue shows, the present one last."""
    return [*issue.former_sprints, *([issue.sprint] if issue.sprint else [])]


def sprint_field(sprints: Iterable[Sprint]) -> list[Row] | None:
    """Sprints as their issues show them."""
    rows: list[Row] = [
        {
            "id": sprint.id,
            "name": sprint.name,
            "state": sprint.state,
            "boardId": sprint.origin,
            "goal": sprint.goal,
            **_dates(sprint),
        }
        for sprint in sprints
    ]
    return rows or None


def _dates(sprint: Sprint) -> Row:
    # A date that isn't set is no key at all.
    dates = {
        "startDate": sprint.start,
        "endDate": sprint.end,
        "completeDate": sprint.completed,
    }
    return {name: zulu(at) for name, at in dates.items() if at is not None}


class SprintEndpoints(UnderBoard[Sprints]):
    """The sprints of a board, and one by id."""

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(f"{AGILE}/board/{{id}}/sprint", self.under(self._sprints)),
            Route(f"{AGILE}/sprint/{{id}}", self._sprint),
        ]

    def _sprints(self, request: Request, board: Board) -> Response:
        if not board.has_sprints:
            return refuse(400, NO_SPRINTS)
        states = listed(request, "state")
        if states - _STATES:
            return refuse(400, f"Unknown state: {', '.join(sorted(states - _STATES))}")
        sprints = [
            sprint for sprint in self.site.sprints_on(board) if not states or sprint.state in states
        ]
        return PAGES.answer(
            request, self.faults, sprints, lambda sprint: sprint_row(self.site.rows, sprint)
        )

    async def _sprint(self, request: Request) -> Response:
        text = request.path_params["id"]
        sprint = self.site.sprints.get(int(text)) if text.isdecimal() else None
        if sprint is None or not sprint.visible or not knows(request):
            return refuse(404, "Sprint does not exist")
        return JSONResponse(sprint_row(self.site.rows, sprint))
