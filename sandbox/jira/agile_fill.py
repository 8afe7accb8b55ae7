"""Makes boards and sprints for a site that was filled."""

from collections import defaultdict

from sandbox.jira.agile import TWO_WEEKS, AgileChanges
from sandbox.jira.agile_state import Board, Sprint, SprintState
from sandbox.jira.entities import Issue


class AgileFill(AgileChanges):
    """Boards and sprints, the same for the same seed, without events."""

    def fill_agile(self, boards: int | None = None, sprints: int = 3) -> None:
        """Make so many scrum boards (None: one for each project) with so many sprints each.

        The projects take turns. The first sprints of a board are active and future, all others
        closed. One more board is kanban, and one shows two projects and the first active sprint.
        """
        homes = list(self.projects.values())
        scrum: list[Board] = []
        for number in range(len(homes) if boards is None else boards):
            home = homes[number % len(homes)]
            name = f"{home.key} board" + (f" {number + 1}" if number >= len(homes) else "")
            scrum.append(self.add_board([home], name, "scrum"))
        self.add_board(homes[:1], f"{homes[0].key} kanban", "kanban")
        both = self.add_board(homes[:2], " and ".join(home.key for home in homes[:2]), "scrum")
        plans = [self._plan(board, sprints) for board in scrum]
        every = [sprint for plan in plans for sprint in plan]
        if active := next((sprint for sprint in every if sprint.state == "active"), None):
            active.boards.append(both)
        self._put_into(every)

    def _plan(self, board: Board, count: int) -> list[Sprint]:
        """A board's sprints, the oldest first."""
        last: list[SprintState] = ["active", "future"]
        closed: list[SprintState] = ["closed"]
        states = closed * (count - 2) + last[:count]
        made = []
        for number, state in enumerate(states, start=1):
            begun = self.now() + (number - len(states)) * TWO_WEEKS
            sprint = self.add_sprint([board], f"{board.name}: sprint {number}", begun)
            sprint.state = state
            sprint.goal = f"Reach goal {number}" if number % 2 else ""
            if state != "future":
                sprint.start, sprint.end = begun, begun + TWO_WEEKS
            if state == "closed":
                sprint.completed = sprint.end
            made.append(sprint)
        return made

    def _put_into(self, sprints: list[Sprint]) -> None:
        """Put two thirds of the issues of each project into sprints of its boards."""
        of_project: dict[str, list[Sprint]] = defaultdict(list)
        for sprint in sprints:
            of_project[sprint.boards[0].projects[0].id].append(sprint)
        chosen: list[Issue] = []
        for issue in self.issues.values():
            there = of_project[issue.project.id]
            if issue.status.category != "done":
                # Only what is done stays in a closed sprint.
                there = [sprint for sprint in there if sprint.state != "closed"]
            if issue.type.level == 0 and there and self.random.random() < 2 / 3:
                issue.sprint = self.random.choice(there)
                chosen.append(issue)
        self.forget_rows(chosen)
