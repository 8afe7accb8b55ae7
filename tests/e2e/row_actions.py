"""What the table of test_kinds.py has done in Jira, kind by kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.jira.entities import Issue
from sandbox.jira.site import JiraSite

Entity = Mapping[str, Any]
WORKLOGS_THAT_COME_ALONG = 20


@dataclass(frozen=True)
class Change:
    """An identifier that has to be in the catalog, and what its entity has to show."""

    identifier: str
    shows: Callable[[Entity], bool]


def issue(site: JiraSite, test: Callable[[Issue], bool] = lambda _: True) -> Issue:
    """The first visible issue for which the test holds."""
    return next(i for i in site.issues.values() if i.visible and test(i))


def is_epic(found: Issue) -> bool:
    """Whether an issue is an epic, and not done."""
    return found.type.level == 1 and found.status.category != "done"


def in_backlog(found: Issue) -> bool:
    """Whether boards show an issue in their backlog."""
    return (
        found.type.level == 0
        and found.status.category != "done"
        and (found.sprint is None or found.sprint.state == "closed")
    )


def titled(text: str) -> Callable[[Entity], bool]:
    """Whether an entity has this title."""
    return lambda entity: entity["title"] == text


def change_project(site: JiraSite) -> Change:
    site.rename_project("CD", name="Another name")
    return Change("CD", titled("Another name"))


def remove_project(site: JiraSite) -> str:
    site.archive_project("EF")
    return "EF"


def change_issue(site: JiraSite) -> Change:
    found = issue(site)
    site.edit_issue(found.id, summary="Another summary")
    return Change(found.key, titled("Another summary"))


def remove_issue(site: JiraSite) -> str:
    found = issue(site, lambda i: i.type.level == 0)
    site.delete_issue(found.id)
    return found.key


def change_user(site: JiraSite) -> Change:
    user = list(site.users.values())[1]
    site.change_user(user.account_id, name="Another name")
    return Change(user.account_id, titled("Another name"))


def remove_user(site: JiraSite) -> str:
    user = site.create_user("Nobody's name in any issue")
    site.delete_user(user.account_id)
    return user.account_id


def change_team(site: JiraSite) -> Change:
    team = next(iter(site.teams.values()))
    members = [user.account_id for user in list(site.users.values())[:2]]
    site.set_team_members(team.team_id, members)
    return Change(team.team_id, lambda e: sorted(e["relations"]["members"]) == sorted(members))


def remove_team(site: JiraSite) -> str:
    team = list(site.teams.values())[-1]
    site.delete_team(team.team_id)
    return team.team_id


def fault_of_team(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    team = list(site.teams.values())[1]
    team.fault = 403 if refused else None
    return team.display_name, {team.team_id}


def change_release(site: JiraSite) -> Change:
    version = next(iter(site.versions.values()))
    site.release_version(version.id)
    return Change(version.id, lambda entity: entity["properties"]["released"] is True)


def remove_release(site: JiraSite) -> str:
    first, second = [v for v in site.versions.values() if v.project.key == "AB"][:2]
    site.delete_version(first.id, merge_into=second.id)
    return first.id


def fault_of_releases(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    project = site.project_of("CD")
    project.fault = 403 if refused else None
    return "project CD", {v.id for v in site.versions.values() if v.project is project}


def change_component(site: JiraSite) -> Change:
    component = next(iter(site.components.values()))
    site.change_component(component.id, name="Another name")
    return Change(component.id, titled("Another name"))


def remove_component(site: JiraSite) -> str:
    component = [c for c in site.components.values() if c.source == "jira"][-1]
    site.delete_component(component.id)
    return component.id


def fault_of_components(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    project = site.project_of("CD")
    project.fault = 403 if refused else None
    own = [c for c in site.components.values() if c.project is project and c.source == "jira"]
    return "project CD", {component.id for component in own}


def change_board(site: JiraSite) -> Change:
    board = next(iter(site.boards.values()))
    site.configure_board(board.id, ["AB", "CD"])
    return Change(str(board.id), lambda e: sorted(e["relations"]["projects"]) == ["AB", "CD"])


def remove_board(site: JiraSite) -> str:
    board = site.create_board(["AB"], name="A board for a while")
    site.delete_board(board.id)
    return str(board.id)


def fault_of_board(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    board = next(b for b in site.boards.values() if b.projects[0].key == "CD")
    board.fault = 403 if refused else None
    return f"board {board.id}", {str(board.id)}


def sprint_ids(site: JiraSite) -> set[str]:
    """The sprints that the example's mapping selects."""
    return {str(s.id) for s in site.sprints.values() if s.visible and s.state != "closed"}


def change_sprint(site: JiraSite) -> Change:
    sprint = next(s for s in site.sprints.values() if s.state == "future" and s.visible)
    site.start_sprint(sprint.id)
    return Change(str(sprint.id), lambda entity: entity["properties"]["state"] == "active")


def remove_sprint(site: JiraSite) -> str:
    sprint = next(s for s in site.sprints.values() if s.state == "active" and s.visible)
    site.close_sprint(sprint.id)
    return str(sprint.id)


def fault_of_sprints(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    name, _ = fault_of_board(site, refused)
    board = site.board_of(int(name.removeprefix("board ")))
    own = [s for s in site.sprints.values() if s.boards == [board] and s.state != "closed"]
    return name, {str(sprint.id) for sprint in own}


def change_epic(site: JiraSite) -> Change:
    found = issue(site, is_epic)
    site.edit_issue(found.id, summary="Another epic")
    return Change(found.id, titled("Another epic"))


def remove_epic(site: JiraSite) -> str:
    found = issue(site, is_epic)
    site.transition_issue(found.id, "Done")
    return found.id


def change_backlog(site: JiraSite) -> Change:
    found = issue(site, in_backlog)
    site.edit_issue(found.id, summary="Another wish")
    return Change(found.key, titled("Another wish"))


def remove_backlog(site: JiraSite) -> str:
    found = issue(site, in_backlog)
    sprint = next(s for s in site.sprints.values() if s.state == "active" and s.visible)
    site.set_sprint(found.id, sprint.id)
    return found.key


def fault_of_backlog(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    name, _ = fault_of_board(site, refused)
    own = [i for i in site.issues.values() if i.project.key == "CD" and in_backlog(i)]
    return name, {found.key for found in own}


def fault_of_epics(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    """An epic of a board that is refused is found by the search, without the board."""
    name, _ = fault_of_board(site, refused)
    return name, set()


def busy_issue(site: JiraSite) -> Issue:
    """An issue with more worklogs than come along with it: these are read under the issue."""
    return issue(site, lambda i: len(i.worklogs) > WORKLOGS_THAT_COME_ALONG)


def fault_of_worklogs(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    found = busy_issue(site)
    found.worklogs_fault = 403 if refused else None
    return f"issue {found.key}", {worklog.id for worklog in found.worklogs}


def change_worklog(site: JiraSite) -> Change:
    worklog = site.add_worklog(issue(site).id, seconds=60)
    site.change_worklog(worklog.id, seconds=7200)
    return Change(worklog.id, lambda entity: entity["properties"]["timeSpentSeconds"] == 7200)


def remove_worklog(site: JiraSite) -> str:
    worklog = next(w for w in site.worklogs.values() if w.issue.visible)
    site.delete_worklog(worklog.id)
    return worklog.id
