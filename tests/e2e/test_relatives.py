"""What an issue shows of others is as Jira shows it, after an event of the other one alone."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sandbox.jira.entities import Issue
from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.mappings import blueprint, mapped, mapping, resource, site_of

SETTINGS: Any = {
    "OCEAN__INTEGRATION__CONFIG__SWEEP_INTERVAL": "0",
    "OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "1",
}
TEXTS = {
    "parent": ".fields.parent.fields.summary",
    "subtasks": '.fields.subtasks | map(.fields.status.name) | join(", ")',
    "links": """.fields.issuelinks | map((.outwardIssue // .inwardIssue).fields.priority.name)
        | join(", ")""",
    "sums": ".fields.aggregatetimespent | tostring",
    "whole": ".fields | {parent, subtasks, issuelinks} | tojson",
}


@asynccontextmanager
async def showing(site: JiraSite, text: str, **relations: str) -> AsyncIterator[World]:
    """A world whose issues have one text, and none but these relations by which Port would tell."""
    every = {"jql": ""}
    of = resource(
        "issue", "thing", ".key", selector=every, properties={"text": text}, relations=relations
    )
    things = blueprint("thing", **dict.fromkeys(relations, "thing"))
    async with mapped(site, mapping(of), [things], **SETTINGS) as world:
        yield world


def family(site: JiraSite) -> tuple[Issue, Issue, Issue, Issue]:
    """An epic, a task under it, a sub-task of that, and an issue that the task is linked with."""
    epic = site.create_issue("AB", summary="The epic", type_name="Epic")
    task = site.create_issue("AB", summary="The task", parent=epic.id)
    subtask = site.create_issue("AB", summary="Sub", type_name="Sub-task", parent=task.id)
    other = site.create_issue("AS", summary="Linked")
    site.link_issues(task.id, other.id)
    return epic, task, subtask, other


async def up_to_date(world: World) -> None:
    await world.caught_up()
    assert [str(difference) for difference in await world.differences()] == []


def changes(world: World, members: tuple[Issue, Issue, Issue, Issue]) -> None:
    """Each changes something that others show; `updated` of these stays."""
    epic, task, subtask, other = members
    site = world.site
    before = {issue.key: issue.updated for issue in (epic, other)}
    site.edit_issue(task.id, summary="The task, renamed")
    site.edit_issue(task.id, priority="High")
    assert {issue.key: issue.updated for issue in (epic, other)} == before
    site.edit_issue(epic.id, summary="The epic, renamed")
    site.transition_issue(subtask.id, "Done")
    site.edit_issue(other.id, priority="Low")
    worklog = site.add_worklog(subtask.id, seconds=600)
    site.change_worklog(worklog.id, seconds=1200)


@pytest.mark.parametrize("shown", TEXTS)
async def test_what_issues_show_of_others_follows_the_others(shown):
    site = site_of()
    members = family(site)
    async with showing(site, TEXTS[shown]) as world:
        changes(world, members)
        await up_to_date(world)


@pytest.mark.parametrize("gone", ["epic", "task"])
@pytest.mark.parametrize("shown", ["parent", "links", "whole"])
async def test_what_issues_show_of_others_goes_with_them(shown, gone):
    """Sub-tasks go along without a word, and their links with them."""
    site = site_of()
    epic, task, subtask, other = family(site)
    site.link_issues(other.id, subtask.id)
    # Without it nobody tells that the sub-task is gone, but the next sweep.
    relations = {} if shown == "parent" and gone == "epic" else {"parent": ".fields.parent.key"}
    async with showing(site, TEXTS[shown], **relations) as world:
        site.delete_issue((epic if gone == "epic" else task).id)
        await up_to_date(world)


async def test_children_that_the_index_shows_late_are_found():
    site = site_of()
    epic, task, *_ = family(site)
    async with showing(site, TEXTS["parent"]) as world:
        site.index_lag = 0.7
        another = site.create_issue("AB", summary="Another epic", type_name="Epic")
        site.edit_issue(task.id, parent=another.id)
        site.edit_issue(another.id, summary="Another epic, renamed")
        site.edit_issue(epic.id, summary="The epic, renamed")
        await up_to_date(world)


async def test_a_move_shows_in_children_and_in_what_sub_tasks_are_linked_with():
    site = site_of()
    epic, task, subtask, other = family(site)
    site.link_issues(other.id, subtask.id)
    keys = (
        "([.fields.parent.key] + (.fields.issuelinks | map((.outwardIssue // .inwardIssue).key)))"
    )
    text, relation = f'{keys} | map(. // "none") | join(" ")', ".fields.parent.key"
    async with showing(site, text, parent=relation) as world:
        site.move_issue(epic.id, "AS")
        site.move_issue(task.id, "AS")
        await up_to_date(world)


async def test_a_project_shows_when_one_of_its_issues_changed_last():
    site = site_of()
    issue = next(iter(site.issues.values()))
    of = resource(
        "project", "home", ".key", selector={"expand": "insight"},
        properties={"text": ".insight.lastIssueUpdateTime"},
    )  # fmt: skip
    async with mapped(site, mapping(of), [blueprint("home")], **SETTINGS) as world:
        now = site.now()
        site.clock = lambda: now + 5000
        site.edit_issue(issue.id, summary="Later")
        await up_to_date(world)
        site.clock = lambda: now + 6000
        site.comment_issue(issue.id)
        await up_to_date(world)
        site.clock = lambda: now + 7000
        site.add_worklog(issue.id)
        await up_to_date(world)


async def cost(world: World, change: Callable[[], Any]) -> int:
    before = len(world.jira.requests)
    change()
    await world.caught_up()
    return len(world.jira.requests) - before


COSTS = {"parent": 7, "subtasks": 4, "links": 4, "sums": 4, "whole": 9}


@pytest.mark.parametrize("shown", TEXTS)
async def test_what_it_costs_in_requests(shown):
    site = site_of()
    epic, task, subtask, other = family(site)
    async with showing(site, TEXTS[shown]) as world:
        change = {
            "parent": lambda: site.edit_issue(epic.id, summary="Renamed"),
            "subtasks": lambda: site.transition_issue(subtask.id, "Done"),
            "links": lambda: site.edit_issue(other.id, priority="Low"),
            "sums": lambda: site.add_worklog(subtask.id, seconds=600),
            "whole": lambda: site.edit_issue(task.id, summary="Renamed"),
        }[shown]
        assert await cost(world, change) <= COSTS[shown]
        # Nobody shows a label, nor who an issue is assigned to.
        assert await cost(world, lambda: site.edit_issue(epic.id, labels=["red"])) == 1
