"""The rows of releases, components, boards and what is on these."""

from kinds import Kinds
from sandbox.jira.entities import Issue
from sandbox.jira.site import JiraSite
from tests.e2e.row import Change, Row, issue, titled, visible

# release


def change_release(site: JiraSite) -> Change:
    version = next(iter(site.versions.values()))
    site.release_version(version.id)
    return Change(version.id, lambda entity: entity["properties"]["released"] is True)


def merge_release(site: JiraSite, version_id: str) -> None:
    other = next(v for v in versions_of_ab(site) if v != version_id)
    site.delete_version(version_id, merge_into=other)


def versions_of_ab(site: JiraSite) -> list[str]:
    return [v.id for v in site.versions.values() if v.project.key == "AB"]


def fault_of_releases(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    project = site.project_of("CD")
    project.fault = 403 if refused else None
    return "project CD", {v.id for v in site.versions.values() if v.project is project}


RELEASE = Row(
    Kinds.RELEASE,
    "jiraRelease",
    lambda site: [version.id for version in visible(site.versions.values())],
    change_release,
    lambda site: versions_of_ab(site)[0],
    merge_release,
    fault_of_releases,
)

# component


def change_component(site: JiraSite) -> Change:
    component = next(iter(site.components.values()))
    site.change_component(component.id, name="Another name")
    return Change(component.id, titled("Another name"))


def components(site: JiraSite) -> list[str]:
    """The components that the example's mapping selects."""
    return [c.id for c in visible(site.components.values()) if c.source == "jira"]


def fault_of_components(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    project = site.project_of("CD")
    project.fault = 403 if refused else None
    own = [c for c in site.components.values() if c.project is project and c.source == "jira"]
    return "project CD", {component.id for component in own}


COMPONENT = Row(
    Kinds.COMPONENT,
    "jiraComponent",
    components,
    change_component,
    lambda site: components(site)[-1],
    lambda site, component_id: site.delete_component(component_id),
    fault_of_components,
    told=False,
)

# board


def change_board(site: JiraSite) -> Change:
    board = next(iter(site.boards.values()))
    site.configure_board(board.id, ["AB", "CD"])
    return Change(str(board.id), lambda e: sorted(e["relations"]["projects"]) == ["AB", "CD"])


def fault_of_board(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    board = next(b for b in site.boards.values() if b.projects[0].key == "CD")
    board.fault = 403 if refused else None
    return f"board {board.id}", {str(board.id)}


BOARD = Row(
    Kinds.BOARD,
    "jiraBoard",
    lambda site: [str(board.id) for board in site.boards.values() if board.visible],
    change_board,
    lambda site: str(site.create_board(["AB"], name="A board for a while").id),
    lambda site, board_id: site.delete_board(int(board_id)),
    fault_of_board,
)

# sprint


def sprint_ids(site: JiraSite, *states: str) -> list[str]:
    return [str(s.id) for s in site.sprints.values() if s.visible and s.state in states]


def change_sprint(site: JiraSite) -> Change:
    sprint_id = sprint_ids(site, "future")[0]
    site.start_sprint(int(sprint_id))
    return Change(sprint_id, lambda entity: entity["properties"]["state"] == "active")


def fault_of_sprints(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    name, _ = fault_of_board(site, refused)
    board = site.board_of(int(name.removeprefix("board ")))
    own = [s for s in site.sprints.values() if s.boards == [board] and s.state != "closed"]
    return name, {str(sprint.id) for sprint in own}


SPRINT = Row(
    Kinds.SPRINT,
    "jiraSprint",
    lambda site: sprint_ids(site, "active", "future"),
    change_sprint,
    lambda site: sprint_ids(site, "active")[0],
    lambda site, sprint_id: site.close_sprint(int(sprint_id)),
    fault_of_sprints,
)

# epic


def is_epic(found: Issue) -> bool:
    """Whether an issue is an epic, and not done."""
    return found.type.level == 1 and found.status.category != "done"


def change_epic(site: JiraSite) -> Change:
    found = issue(site, is_epic)
    site.edit_issue(found.id, summary="Another epic")
    return Change(found.id, titled("Another epic"))


def fault_of_epics(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    """An epic of a board that is refused is found by the search, without the board."""
    name, _ = fault_of_board(site, refused)
    return name, set()


EPIC = Row(
    Kinds.EPIC,
    "jiraEpic",
    lambda site: [found.id for found in site.issues.values() if is_epic(found)],
    change_epic,
    lambda site: issue(site, is_epic).id,
    lambda site, issue_id: site.transition_issue(issue_id, "Done"),
    fault_of_epics,
)

# backlog


def in_backlog(found: Issue) -> bool:
    """Whether boards show an issue in their backlog."""
    return (
        found.type.level == 0
        and found.status.category != "done"
        and (found.sprint is None or found.sprint.state == "closed")
    )


def change_backlog(site: JiraSite) -> Change:
    found = issue(site, in_backlog)
    site.edit_issue(found.id, summary="Another wish")
    return Change(found.key, titled("Another wish"))


def put_in_sprint(site: JiraSite, key: str) -> None:
    found = issue(site, lambda i: i.key == key)
    site.set_sprint(found.id, int(sprint_ids(site, "active")[0]))


def fault_of_backlog(site: JiraSite, refused: bool) -> tuple[str, set[str]]:
    name, _ = fault_of_board(site, refused)
    own = [i for i in site.issues.values() if i.project.key == "CD" and in_backlog(i)]
    return name, {found.key for found in own}


BACKLOG = Row(
    Kinds.BACKLOG,
    "jiraBacklog",
    lambda site: [found.key for found in site.issues.values() if in_backlog(found)],
    change_backlog,
    lambda site: issue(site, in_backlog).key,
    put_in_sprint,
    fault_of_backlog,
)

ROWS = (RELEASE, COMPONENT, BOARD, SPRINT, EPIC, BACKLOG)
