"""What an issue shows of others is as Jira shows it, after an event of the other one alone."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sandbox.jira.entities import Issue
from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.mappings import blueprint, mapped, mapping, resource, site_of
from tests.e2e.support import relations as relations_of
from tests.e2e.support import started

INDEX = "OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG"
SETTINGS: Any = {"OCEAN__INTEGRATION__CONFIG__SWEEP_INTERVAL": "0", INDEX: "1"}
TEXTS = {
    "parent": ".fields.parent.fields.summary",
    "subtasks": '.fields.subtasks | map(.fields.status.name) | join(", ")',
    "links": """.fields.issuelinks | map((.outwardIssue // .inwardIssue).fields.priority.name)
        | join(", ")""",
    "sums": ".fields.aggregatetimespent | tostring",
    "whole": ".fields | {parent, subtasks, issuelinks} | tojson",
}


@asynccontextmanager
async def showing(
    site: JiraSite, text: str, lag: int = 1, **relations: str
) -> AsyncIterator[World]:
    """A world whose issues have one text, and none but these relations by which Port would tell."""
    every = {"jql": ""}
    of = resource(
        "issue", "thing", ".key", selector=every, properties={"text": text}, relations=relations
    )
    things = blueprint("thing", **dict.fromkeys(relations, "thing"))
    settings = SETTINGS | {INDEX: str(lag)}
    async with mapped(site, mapping(of), [things], **settings) as world:
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


def change(world: World, shown: str, members: tuple[Issue, Issue, Issue, Issue]) -> None:
    """One issue changes something that others show; these keep their `updated`."""
    epic, task, subtask, other = members
    site = world.site
    before = {issue.key: issue.updated for issue in site.issues.values()}
    if shown == "parent":
        changed = site.edit_issue(epic.id, summary="Renamed")
    elif shown == "subtasks":
        changed = site.transition_issue(subtask.id, "Done")
    elif shown == "links":
        changed = site.edit_issue(other.id, priority="Low")
    elif shown == "sums":
        changed = site.add_worklog(subtask.id, seconds=600).issue
    else:
        changed = site.edit_issue(task.id, summary="Renamed")
    moved = [name for name, at in before.items() if site.issue_of(name).updated != at]
    assert moved == [changed.key]


@pytest.mark.parametrize("shown", TEXTS)
async def test_what_issues_show_of_others_follows_the_others(shown):
    site = site_of()
    members = family(site)
    async with showing(site, TEXTS[shown]) as world:
        change(world, shown, members)
        await up_to_date(world)


async def test_a_worklog_that_is_changed_or_deleted_changes_the_sum():
    site = site_of()
    _, _, subtask, _ = family(site)
    worklog = site.build_worklog(subtask, seconds=600)
    async with showing(site, TEXTS["sums"]) as world:
        site.change_worklog(worklog.id, seconds=1200)
        await up_to_date(world)
        site.delete_worklog(worklog.id)
        await up_to_date(world)


@pytest.mark.parametrize("gone", ["epic", "task"])
@pytest.mark.parametrize("shown", ["parent", "links", "whole"])
async def test_what_issues_show_of_others_goes_with_them(shown, gone):
    """Sub-tasks go along without a word, and their links with them."""
    site = site_of()
    epic, task, subtask, _ = family(site)
    site.link_issues(site.create_issue("AS").id, subtask.id)
    # Without it nobody tells that the sub-task is gone, but the next sweep.
    relations: Any = (
        {} if shown == "parent" and gone == "epic" else {"parent": ".fields.parent.key"}
    )
    async with showing(site, TEXTS[shown], **relations) as world:
        site.delete_issue((epic if gone == "epic" else task).id)
        await up_to_date(world)


async def test_children_that_the_index_shows_late_are_found():
    site = site_of()
    _, task, *_ = family(site)
    another = site.create_issue("AB", summary="Another epic", type_name="Epic")
    async with showing(site, TEXTS["parent"], lag=6) as world:
        site.index_lag = 5
        site.edit_issue(task.id, parent=another.id)
        await world.settled()
        site.edit_issue(another.id, summary="Another epic, renamed")
        await up_to_date(world)


async def test_a_move_shows_in_children_and_in_what_sub_tasks_are_linked_with():
    site = site_of()
    epic, task, subtask, _ = family(site)
    site.link_issues(site.create_issue("AS").id, subtask.id)
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


COSTS = {"parent": 4, "subtasks": 3, "links": 3, "sums": 3, "whole": 5}


@pytest.mark.parametrize("shown", TEXTS)
async def test_what_it_costs_in_requests(shown):
    site = site_of()
    members = family(site)
    async with showing(site, TEXTS[shown]) as world:
        begun = len(world.jira.requests)
        change(world, shown, members)
        await world.caught_up()
        asked = [f"{r.method} {r.path}" for r in world.jira.requests[begun:]]
        assert len(asked) <= COSTS[shown], asked
        # Nobody shows a label of others.
        begun = len(world.jira.requests)
        site.edit_issue(members[0].id, labels=["red"])
        await world.caught_up()
        assert len(world.jira.requests) == begun + 1


def old_site() -> tuple[JiraSite, tuple[Issue, Issue, Issue, Issue], Issue]:
    """With a family and a spare task, and nothing that changed as lately as a sweep looks back."""
    site = JiraSite()
    site.clock = lambda: time.time() - 24 * 3600
    site.fill(12, projects=3, users=6)
    site.create_project("ZZ")
    members = family(site)
    spare = site.create_issue("AB", summary="A spare task")
    site.clock = time.time
    return site, members, spare


async def found_by_a_sweep(world: World) -> None:
    """Have everything compared."""
    world.deliveries.enabled = True
    await world.sweep()
    await up_to_date(world)


@pytest.mark.parametrize("shown", ["subtasks", "links", "parent", "keys"])
async def test_what_a_sweep_finds_touches_what_its_event_would_have(shown):
    site, (epic, task, subtask, other), spare = old_site()
    keys = '.fields.subtasks | map(.key) | join(" ")'
    relations: Any = {"parent": ".fields.parent.key"} if shown != "parent" else {}
    async with showing(site, TEXTS.get(shown, keys), **relations) as world:
        world.deliveries.enabled = False
        if shown == "links":
            site.edit_issue(other.id, priority="Low")
        elif shown == "parent":
            site.edit_issue(epic.id, summary="Renamed")
        else:
            site.create_issue("AB", type_name="Sub-task", parent=task.id)
            site.edit_issue(subtask.id, parent=spare.id)
        await found_by_a_sweep(world)


@pytest.mark.parametrize("shown", ["subtasks", "links"])
async def test_what_a_sweep_deletes_touches_what_its_event_would_have(shown):
    site, (_, _, subtask, other), _ = old_site()
    async with showing(site, TEXTS[shown]) as world:
        world.deliveries.enabled = False
        site.delete_issue((subtask if shown == "subtasks" else other).id)
        await found_by_a_sweep(world)


async def test_with_the_default_mapping_a_sub_task_that_a_sweep_finds_is_its_parents():
    site, _, spare = old_site()
    async with started(site=site) as world:
        world.deliveries.enabled = False
        subtask = site.create_issue("AB", type_name="Sub-task", parent=spare.id)
        await found_by_a_sweep(world)
        assert relations_of(world, spare.key)["subtasks"] == [subtask.key]
