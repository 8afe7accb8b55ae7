"""The demo's changes of releases, boards, sprints, worklogs, components and teams."""

from collections.abc import Callable, Iterator
from typing import Any

from sandbox.demo_changes import Change
from sandbox.jira.entities import Sprint
from sandbox.jira.site import JiraSite
from sandbox.port.catalog import PortCatalog


def planning_changes(
    site: JiraSite, catalog: PortCatalog, compare: Callable[[], None]
) -> Iterator[Change]:
    """One change after the other; each is made before the next is asked for.

    `compare` has the catalog compared with Jira.
    """

    def shown(blueprint: str, identifier: str | int, part: str) -> dict[str, Any]:
        entity = catalog.get(blueprint, str(identifier)) or {}
        return dict(entity.get(part) or {})

    release = next(v for v in site.versions.values() if v.project.visible and not v.released)
    yield Change(
        f"the release {release.name} is released",
        lambda: site.release_version(release.id),
        lambda: shown("jiraRelease", release.id, "properties").get("released") is True,
    )
    board = next(board for board in site.boards.values() if board.visible)
    yield Change(
        f"the board {board.name} shows another project's issues, too",
        lambda: site.configure_board(board.id, ["AB", "CD"]),
        lambda: shown("jiraBoard", board.id, "relations").get("projects") == ["AB", "CD"],
    )
    sprint = next(s for s in site.sprints.values() if s.visible and s.state == "future")
    yield Change(
        f"the sprint {sprint.name} starts",
        lambda: site.start_sprint(sprint.id),
        lambda: shown("jiraSprint", sprint.id, "properties").get("state") == "active",
    )
    yield from _of_issues(site, catalog, sprint)
    component = next(c for c in site.components.values() if c.source == "jira")
    team = next(iter(site.teams.values()))
    member = next(iter(site.users.values())).account_id

    def of_what_no_event_tells() -> None:
        site.change_component(component.id, name="Renamed while you watch")
        site.set_team_members(team.team_id, [member])
        compare()

    def arrived() -> bool:
        entity = catalog.get("jiraComponent", component.id) or {}
        members = shown("jiraTeam", team.team_id, "relations").get("members")
        return entity.get("title") == "Renamed while you watch" and members == [member]

    yield Change(
        "a component and a team change; no event tells, a sweep finds it",
        of_what_no_event_tells,
        arrived,
    )


def _of_issues(site: JiraSite, catalog: PortCatalog, sprint: Sprint) -> Iterator[Change]:
    waiting = {str(entity["identifier"]) for entity in catalog.entities("jiraBacklog")}
    issue = next(i for i in site.issues.values() if i.key in waiting and i.visible)
    yield Change(
        f"{issue.key} goes from the backlog into that sprint",
        lambda: site.set_sprint(issue.id, sprint.id),
        lambda: catalog.get("jiraBacklog", issue.key) is None,
    )
    before = catalog.count("jiraWorklog")
    yield Change(
        f"somebody logs an hour of work on {issue.key}",
        lambda: site.add_worklog(issue.id, seconds=3600),
        lambda: catalog.count("jiraWorklog") == before + 1,
    )
    epic = next(i for i in site.issues.values() if i.type.level == 1 and i.visible)
    yield Change(
        f"the epic {epic.key} gets another summary",
        lambda: site.edit_issue(epic.id, summary="An epic renamed while you watch"),
        lambda: (
            (catalog.get("jiraEpic", epic.id) or {}).get("title")
            == "An epic renamed while you watch"
        ),
    )
