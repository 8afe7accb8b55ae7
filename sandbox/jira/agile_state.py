"""Boards and sprints, as a Jira site holds them."""

from dataclasses import dataclass
from typing import Literal

from sandbox.jira.entities import Project

type BoardType = Literal["scrum", "kanban", "simple"]
type SprintState = Literal["future", "active", "closed"]
type ConfigurationPayload = Literal["board", "configuration"]

_FUNCTIONS = {"opensprints": "active", "futuresprints": "future", "closedsprints": "closed"}


@dataclass(slots=True, eq=False)
class Board:
    """A board over the projects that its filter names; it is located in the first of them."""

    id: int
    name: str
    type: BoardType
    projects: list[Project]
    # The status that everything under this board is answered with, such as 403.
    fault: int | None = None

    @property
    def shown_projects(self) -> list[Project]:
        """Those of its projects that can be seen."""
        return [project for project in self.projects if project.visible]

    @property
    def visible(self) -> bool:
        """Whether the board can be seen: it goes and comes back with its projects."""
        return any(project.visible for project in self.projects)

    @property
    def location(self) -> Project | None:
        """The project that the board is shown in, where that can be seen."""
        return self.projects[0] if self.projects and self.projects[0].visible else None

    @property
    def has_sprints(self) -> bool:
        """Whether the board supports sprints."""
        return self.type != "kanban"


@dataclass(slots=True, eq=False)
class Sprint:
    """A sprint; `origin` stays the id of the board it was made on, also when that is gone."""

    id: int
    name: str
    origin: int
    boards: list[Board]
    created: float
    state: SprintState = "future"
    goal: str = ""
    start: float | None = None
    end: float | None = None
    completed: float | None = None

    @property
    def visible(self) -> bool:
        """Whether the sprint can be read: it shows on a board that can be seen."""
        return any(board.visible for board in self.boards)

    @property
    def terms(self) -> tuple[str, str, str]:
        """What JQL compares: sprints are named by id, by name and by functions of their state."""
        return str(self.id), f"name:{self.name.lower()}", f"state:{self.state}"


class AgileState:
    """What a site holds of boards and sprints. Nothing here makes an event."""

    def __init__(self) -> None:
        super().__init__()
        self.boards: dict[int, Board] = {}
        self.sprints: dict[int, Sprint] = {}
        # What nobody documents can be had both ways.
        self.sprint_events_lack_board = False
        self.board_configuration_payload: ConfigurationPayload = "board"
        self._last_board = 0
        self._last_sprint = 0

    def board_of(self, board_id: int) -> Board:
        """A board that must be there, seen or not."""
        if (board := self.boards.get(board_id)) is None:
            raise KeyError(f"No board {board_id}")
        return board

    def sprint_of(self, sprint_id: int) -> Sprint:
        """A sprint that must be there, seen or not."""
        if (sprint := self.sprints.get(sprint_id)) is None:
            raise KeyError(f"No sprint {sprint_id}")
        return sprint

    def sprint_term(self, text: str, *, function: bool = False) -> str | None:
        """The term of a sprint for what JQL says; None for what the account can't see."""
        if function:
            state = _FUNCTIONS.get(text.lower())
            return f"state:{state}" if state else None
        found = {
            term for sprint in self.sprints.values() if sprint.visible for term in sprint.terms
        }
        return next((term for term in (text, f"name:{text.lower()}") if term in found), None)

    def add_board(self, projects: list[Project], name: str, kind: BoardType) -> Board:
        """Add a board without an event."""
        if not projects:
            raise ValueError("A board is over one project at least")
        self._last_board += 1
        board = self.boards[self._last_board] = Board(self._last_board, name, kind, projects)
        return board

    def add_sprint(self, boards: list[Board], name: str | None, created: float) -> Sprint:
        """Add a future sprint that these boards show, made on the first; without an event."""
        for board in boards:
            if not board.has_sprints:
                raise ValueError(f"Board {board.id} does not support sprints")
        self._last_sprint += 1
        number = self._last_sprint
        sprint = self.sprints[number] = Sprint(
            number, name or f"Sprint {number}", boards[0].id, boards, created
        )
        return sprint

    def sprints_on(self, board: Board) -> list[Sprint]:
        """The sprints that a board shows, in its order."""
        order: tuple[SprintState, ...] = ("closed", "active", "future")
        shown = [sprint for sprint in self.sprints.values() if board in sprint.boards]
        return sorted(shown, key=lambda sprint: (order.index(sprint.state), sprint.id))
