"""A large site: what it holds by its size, and the projects and sprints that are changed on it."""

import gc
import time
from dataclasses import dataclass
from typing import Self

from benchmarks.worlds import DAY_SECONDS, ISSUE_BYTES, latencies
from sandbox.jira.entities import Issue, Project, Sprint
from sandbox.jira.site import JiraSite
from sandbox.world import World

ISSUES = 100_000
ISSUES_OF_A_PROJECT, ISSUES_OF_A_BOARD, ISSUES_OF_A_USER = 20, 50, 10
OWN_ISSUES = 50
"""The issues of the project that is renamed, and of the one that is archived."""
RENAMED, ARCHIVED = "RENAMED", "ARCHIVED"
SPRINTS = 3
AGE_DAYS = 2
TEAMS = 100


@dataclass(frozen=True)
class Size:
    """How much a site has of what its cost grows with."""

    issues: int
    boards: int
    projects: int
    users: int

    @classmethod
    def of(
        cls,
        issues: int = ISSUES,
        boards: int | None = None,
        projects: int | None = None,
        users: int | None = None,
    ) -> Self:
        """A size; what isn't said grows with the issues, as on a site of 100,000."""
        return cls(
            issues,
            max(3, issues // ISSUES_OF_A_BOARD) if boards is None else boards,
            max(3, issues // ISSUES_OF_A_PROJECT) if projects is None else projects,
            max(10, issues // ISSUES_OF_A_USER) if users is None else users,
        )

    def __str__(self) -> str:
        return (
            f"{self.issues:,} issues, {self.boards:,} boards, {self.projects:,} projects, "
            f"{self.users:,} users"
        )


def large_site(size: Size) -> JiraSite:
    """A site of that size with something of every kind; rows are made when they are asked for."""
    site = JiraSite(issue_bytes=ISSUE_BYTES)
    site.keeps_rows = False
    # What is new would be read again by each sweep, and what is older than a week isn't selected.
    filled = site.now() - AGE_DAYS * DAY_SECONDS
    site.clock = lambda: filled
    own = [site.add_project(key, f"Project {key}") for key in (RENAMED, ARCHIVED)]
    site.fill(size.issues - 2 * OWN_ISSUES, projects=size.projects - 2, users=size.users - 1)
    for project in own:
        for number in range(OWN_ISSUES):
            site.build_issue(
                site.next_id(),
                project,
                summary=f"Task {number} of {project.key}",
                type_name="Task",
                status="To Do",
                reporter=site.me,
            )
    # One board besides is kanban, and one shows two projects.
    site.fill_agile(boards=size.boards - 2, sprints=SPRINTS)
    site.fill_planning(worklogs=size.issues // 20)
    site.fill_teams(TEAMS)
    site.clock = time.time
    return site


def large_world(size: Size, *, slow: bool = True, oauth: bool = False) -> World:
    """A site of that size with all kinds mapped; `slow`: stand-ins take as long as the services.

    With `oauth` an OAuth app is served, and refused what Jira's hourly quota doesn't hold.
    """
    world = World(
        large_site(size),
        checked=False,
        every_kind=True,
        oauth=oauth,
        OCEAN__INTEGRATION__CONFIG__SWEEP_INTERVAL="0",
        # Not spread over the hour, so that its end comes and edits have the most beside them.
        OCEAN__INTEGRATION__CONFIG__SWEEP_REQUESTS_PER_MINUTE="0",
        # Jobs are done a second time when the index shows a change: here it does so at once.
        OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG="1",
    )
    world.jira.points.enforced = oauth
    if slow:
        latencies(world)
    world.port.hurry()
    # Port doesn't say what its list by data source holds: the whole of an entity is the worst.
    world.port.api.entity_routes.lean_listing = False
    tidy()
    return world


def tidy() -> None:
    """Let the collector pass over what is there for good, which would stop everything for long."""
    gc.collect()
    gc.freeze()


def ordinary(site: JiraSite) -> list[Issue]:
    """Issues that aren't in the projects that are changed as a whole, nor sub-tasks."""
    return [
        issue
        for issue in site.issues.values()
        if issue.type.level == 0 and issue.project.key not in (RENAMED, ARCHIVED)
    ]


def active_sprint(site: JiraSite) -> Sprint:
    """A sprint that is under way, on one board."""
    return next(s for s in site.sprints.values() if s.state == "active" and len(s.boards) == 1)


def project(site: JiraSite, key: str) -> Project:
    """One of the projects that are changed as a whole."""
    return site.project_of(key)
