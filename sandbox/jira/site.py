"""A Jira Cloud site in memory, and how one is filled."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from sandbox.jira.app_webhooks import AppWebhookEndpoints, AppWebhooks
from sandbox.jira.backlogs import BacklogEndpoints
from sandbox.jira.boards import BoardEndpoints
from sandbox.jira.components import ComponentEndpoints
from sandbox.jira.endpoints import Endpoints
from sandbox.jira.entities import Board, Issue, Sprint, SprintState
from sandbox.jira.epics import EpicEndpoints
from sandbox.jira.instance import InstanceEndpoints
from sandbox.jira.names import Names
from sandbox.jira.plain_kinds import PlainKindEndpoints, PlainKinds
from sandbox.jira.projects import ProjectEndpoints, Projects
from sandbox.jira.search import SearchEndpoints
from sandbox.jira.sprints import TWO_WEEKS, SprintEndpoints, Sprints
from sandbox.jira.teams import TeamEndpoints, Teams
from sandbox.jira.users import UserEndpoints, Users
from sandbox.jira.versions import VersionEndpoints
from sandbox.jira.webhooks import WebhookEndpoints
from sandbox.jira.worklogs import WorklogEndpoints

ENDPOINTS: tuple[type[Endpoints[Any]], ...] = (
    InstanceEndpoints,
    UserEndpoints,
    SearchEndpoints,
    ProjectEndpoints,
    WebhookEndpoints,
    AppWebhookEndpoints,
    VersionEndpoints,
    ComponentEndpoints,
    WorklogEndpoints,
    BoardEndpoints,
    SprintEndpoints,
    EpicEndpoints,
    BacklogEndpoints,
    TeamEndpoints,
    PlainKindEndpoints,
)


class JiraSite(Projects, Sprints, Users, Teams, Names, PlainKinds, AppWebhooks):
    """The site: all that it holds, and what people do to it."""

    def __init__(self, *, seed: int = 0, issue_bytes: int = 0) -> None:
        super().__init__(seed=seed, issue_bytes=issue_bytes)

    def deny(self, permission: str) -> None:
        """Take a permission from the account, wherever it had it; without an event."""
        self.denied_permissions.add(permission)
        if permission == "BROWSE_PROJECTS":
            for key in [project.key for project in self.projects.values()]:
                self.hide_project(key)

    # Filling it: the same for the same seed, without events

    def fill(self, issues: int, projects: int = 5, users: int = 20) -> None:
        """Make a site of this size, the same for the same seed, without events."""
        people = [self.add_user(f"User {number}") for number in range(1, users + 1)]
        # Two of the keys are reserved words of JQL, as they are on real sites.
        keys = ["AB", "AS", "CD", "DO", "EF"] + [f"P{number}" for number in range(6, projects + 1)]
        homes = [
            self.find_project(key) or self.add_project(key, f"Project {key}")
            for key in keys[:projects]
        ]
        epics: dict[str, list[Issue]] = {home.id: [] for home in homes}
        standard: dict[str, list[Issue]] = {home.id: [] for home in homes}
        names = [status.name for status in self.statuses.values()]
        levels = [priority.name for priority in self.priorities.values()]
        for number in range(1, issues + 1):
            home = homes[number % len(homes)]
            parent: Issue | None = None
            chance = self.random.random()
            if chance < 0.1 and standard[home.id]:
                kind, parent = "Sub-task", self.random.choice(standard[home.id])
            elif chance < 0.15 or not epics[home.id]:
                kind = "Epic"
            else:
                kind = self.random.choice(("Story", "Task", "Bug"))
                if self.random.random() < 0.3:
                    parent = self.random.choice(epics[home.id])
            issue = self.build_issue(
                self.next_id(),
                home,
                summary=f"{kind} {number}" + (": naïve café ✓" if number % 7 == 0 else ""),
                type_name=kind,
                status=self.random.choice(names),
                priority=self.random.choice(levels),
                assignee=self.random.choice(people) if self.random.random() < 0.7 else None,
                reporter=self.random.choice(people),
                parent=parent,
                labels=[f"label-{number % 4}"] if number % 3 == 0 else [],
                description=f"What {kind.lower()} {number} is about." if number % 5 else None,
            )
            if kind == "Epic":
                epics[home.id].append(issue)
            elif kind != "Sub-task":
                standard[home.id].append(issue)

    def fill_every_kind(self, issues: int) -> None:
        """Make a site that has something of all kinds, without events."""
        self.fill(issues)
        self.fill_agile()
        self.fill_planning()
        self.fill_teams()
        self.fill_plain()

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
        plans = [self._fill_sprints(board, sprints) for board in scrum]
        every = [sprint for plan in plans for sprint in plan]
        if active := next((sprint for sprint in every if sprint.state == "active"), None):
            self.show_sprint(active, both)
        self._put_into(every)

    def _fill_sprints(self, board: Board, count: int) -> list[Sprint]:
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

    def fill_planning(self, versions: int = 2, components: int = 2, worklogs: int = 20) -> None:
        """Make so many versions and components for each project, and worklogs in all.

        Every third issue is in a version and a component of its project. The last version of each
        project has dates. A project's components have a lead and a description in turn. One more
        component of the first project is kept in Compass, and the first issue has more worklogs
        than it shows.
        """
        today = date.fromisoformat(self.today)
        people = list(self.users.values())
        for index, project in enumerate(list(self.projects.values())):
            made = [self.add_version(project.key) for _ in range(versions)]
            for version in made[-1:]:
                version.description = f"What {version.name} brings."
                version.start_date = (today - timedelta(days=14)).isoformat()
                # The version of every other project is overdue.
                version.release_date = (today + timedelta(days=index % 2 * 28 - 7)).isoformat()
            parts = [self.create_component(project.key) for _ in range(components)]
            for part in parts[::2]:
                part.lead = people[index % len(people)]
            for part in parts[1::2]:
                part.description = f"What {part.name} does."
            for number, issue in enumerate(self.issues_in(project)):
                if number % 3 == 0 and made and parts:
                    issue.fix_versions = [made[number % len(made)]]
                    issue.affected_versions = [made[0]] if number % 2 else []
                    issue.components = [parts[number % len(parts)]]
        first = next(iter(self.projects.values()))
        self.create_component(first.key, source="compass")
        issues = list(self.issues.values())
        for number in range(worklogs):
            self.build_worklog(
                issues[number % len(issues)],
                seconds=60 * (number + 1),
                text=f"Work {number}" if number % 3 else "",
                started=self.now() - number * 86400,
                author=people[number % len(people)],
            )
        for number in range(25 if worklogs else 0):
            self.build_worklog(issues[0], seconds=60 * (number + 1))
        self.forget_rows(issues)
