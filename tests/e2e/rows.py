"""What every kind has to do in a world, a row each: the table of test_kinds.py."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from kinds import Kinds
from sandbox.jira.site import JiraSite
from tests.e2e.row_actions import (
    Change,
    change_backlog,
    change_board,
    change_component,
    change_epic,
    change_issue,
    change_project,
    change_release,
    change_sprint,
    change_team,
    change_user,
    change_worklog,
    fault_of_backlog,
    fault_of_board,
    fault_of_components,
    fault_of_epics,
    fault_of_releases,
    fault_of_sprints,
    fault_of_team,
    fault_of_worklogs,
    in_backlog,
    is_epic,
    remove_backlog,
    remove_board,
    remove_component,
    remove_epic,
    remove_issue,
    remove_project,
    remove_release,
    remove_sprint,
    remove_team,
    remove_user,
    remove_worklog,
    sprint_ids,
)

ISSUES = "(statusCategory != Done) OR (created >= -1w) OR (updated >= -1w)"


@dataclass(frozen=True)
class Row:
    """A kind: the entities that a resync has to build, a change, a deletion, a faulty parent.

    `change` and `remove` do it in Jira; `remove` returns the identifier that has to vanish.
    `fault` makes Jira refuse one parent (`True`) or answer again (`False`); it returns the parent's
    name and the identifiers that are read under it alone; None where no row has a parent. `told` is
    off for a kind that no event tells of: the sweep has to bring its changes.
    """

    kind: Kinds
    blueprint: str
    expected: Callable[[JiraSite], Iterable[str]]
    change: Callable[[JiraSite], Change]
    remove: Callable[[JiraSite], str]
    fault: Callable[[JiraSite, bool], tuple[str, set[str]]] | None = None
    told: bool = True


def visible(things: Iterable[Any]) -> list[Any]:
    """Those whose project is seen."""
    return [thing for thing in things if thing.project.visible]


ROWS = (
    Row(
        Kinds.PROJECT,
        "jiraProject",
        lambda site: [p.key for p in site.projects.values() if p.visible],
        change_project,
        remove_project,
    ),
    Row(
        Kinds.ISSUE,
        "jiraIssue",
        lambda site: [found.key for found in site.search(ISSUES)],
        change_issue,
        remove_issue,
    ),
    Row(
        Kinds.USER,
        "jiraUser",
        lambda site: [user.account_id for user in site.users.values()],
        change_user,
        remove_user,
    ),
    Row(
        Kinds.TEAM,
        "jiraTeam",
        lambda site: list(site.teams),
        change_team,
        remove_team,
        fault_of_team,
        told=False,
    ),
    Row(
        Kinds.RELEASE,
        "jiraRelease",
        lambda site: [version.id for version in visible(site.versions.values())],
        change_release,
        remove_release,
        fault_of_releases,
    ),
    Row(
        Kinds.COMPONENT,
        "jiraComponent",
        lambda site: [c.id for c in visible(site.components.values()) if c.source == "jira"],
        change_component,
        remove_component,
        fault_of_components,
        told=False,
    ),
    Row(
        Kinds.BOARD,
        "jiraBoard",
        lambda site: [str(board.id) for board in site.boards.values() if board.visible],
        change_board,
        remove_board,
        fault_of_board,
    ),
    Row(Kinds.SPRINT, "jiraSprint", sprint_ids, change_sprint, remove_sprint, fault_of_sprints),
    Row(
        Kinds.EPIC,
        "jiraEpic",
        lambda site: [found.id for found in site.issues.values() if is_epic(found)],
        change_epic,
        remove_epic,
        fault_of_epics,
    ),
    Row(
        Kinds.BACKLOG,
        "jiraBacklog",
        lambda site: [found.key for found in site.issues.values() if in_backlog(found)],
        change_backlog,
        remove_backlog,
        fault_of_backlog,
    ),
    Row(
        Kinds.WORKLOG,
        "jiraWorklog",
        lambda site: [w.id for w in site.worklogs.values() if w.issue.visible],
        change_worklog,
        remove_worklog,
        fault_of_worklogs,
    ),
)
