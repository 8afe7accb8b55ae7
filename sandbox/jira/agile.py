"""What people do to boards and sprints, each with the events that Jira sends for it."""

from collections.abc import Iterable
from typing import Any

from sandbox.jira.agile_rows import board_configuration, board_event, sprint_row
from sandbox.jira.agile_state import Board, BoardType, Sprint
from sandbox.jira.changes import IssueChanges
from sandbox.jira.entities import Issue, Project, Row, changed

SPRINT_FIELD = "customfield_10020"
TWO_WEEKS = 14 * 86400
_KEEP: Any = object()


class AgileChanges(IssueChanges):
    """Changes of boards and sprints, named by id; projects by key, issues by id or key."""

    # Boards

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
        """Delete a board; its sprints stay on other boards that show them, without events."""
        board = self.board_of(board_id)
        del self.boards[board_id]
        for sprint in self.sprints.values():
            if board in sprint.boards:
                sprint.boards.remove(board)
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

    # Sprints

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
        name: str = _KEEP,
        goal: str = _KEEP,
        start: float | None = _KEEP,
        end: float | None = _KEEP,
    ) -> Sprint:
        """Change what is said about a sprint; times are seconds since the epoch."""
        sprint = self.sprint_of(sprint_id)
        inside = self._before_change(sprint)
        sprint.name = sprint.name if name is _KEEP else name
        sprint.goal = sprint.goal if goal is _KEEP else goal
        sprint.start = sprint.start if start is _KEEP else start
        sprint.end = sprint.end if end is _KEEP else end
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
        for issue in inside:
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
        for issue in inside:
            issue.sprint = None
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
        inside = self.issues_of_sprint(sprint)
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
