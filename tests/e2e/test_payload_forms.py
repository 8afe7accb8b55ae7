"""Payloads in the forms that people met: whatever they leave out, the catalog follows."""

import copy
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.jira.entities import Issue
from sandbox.jira.payload_forms import ParentForm, PayloadForms
from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.mappings import NO_SWEEP
from tests.e2e.support import make_world, relations, title

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running(default_mapping):
    mapping = copy.deepcopy(default_mapping)
    issues = next(r for r in mapping["resources"] if r["kind"] == "issue")
    # What an issue shows of its attachments and comments, where a test can see it.
    issues["port"]["entity"]["mappings"]["properties"]["labels"] = (
        "(.fields.attachment | map(.filename)) + (.fields.comment.comments | map(.id))"
    )
    site = JiraSite()
    site.fill(20, projects=3, users=6)
    async with make_world(site=site, **NO_SWEEP) as world:
        world.port.api.set_mapping(mapping)
        assert await world.start() == "completed"
        yield world


@pytest_asyncio.fixture(loop_scope="module")
async def world(running) -> AsyncIterator[World]:
    yield running
    running.site.forms = PayloadForms()
    running.site.catch_up_index()


def shown(world: World, issue: Issue) -> list[str]:
    entity = world.catalog.get("jiraIssue", issue.key) or {"properties": {}}
    return list(entity["properties"]["labels"])


def subtasks(world: World, issue: Issue) -> list[str]:
    return list(relations(world, issue.key).get("subtasks") or [])


async def test_a_user_goes_of_whom_no_more_is_told_than_the_account(world):
    user = world.site.create_user("Short stay")
    await world.settled()
    assert world.catalog.get("jiraUser", user.account_id)["title"] == "Short stay"
    world.site.forms.bare_deleted_user = True
    world.site.delete_user(user.account_id)
    await world.settled()
    assert world.catalog.get("jiraUser", user.account_id) is None


async def test_a_user_that_is_told_so_and_is_still_there_stays(world):
    """The payload is a hint: Jira decides."""
    user = world.site.create_user("Long stay")
    await world.settled()
    world.site.forms.bare_deleted_user = True
    world.site.emit("user_deleted", {"user": {"accountId": user.account_id}})
    await world.settled()
    assert world.catalog.get("jiraUser", user.account_id)["title"] == "Long stay"


@pytest.mark.parametrize("form", ["ids", "keys", "plain", "both"])
async def test_both_parents_follow_however_they_are_named(world, form: ParentForm):
    site = world.site
    site.forms.parents = form
    former, new = (site.create_issue("AB", summary="A parent") for _ in range(2))
    child = site.create_issue("AB", type_name="Sub-task", parent=former.id)
    await world.settled()
    assert subtasks(world, former) == [child.key]
    site.edit_issue(child.id, parent=new.id)
    await world.settled()
    assert (subtasks(world, former), subtasks(world, new)) == ([], [child.key])


@pytest.mark.parametrize("type_alone", [True, False])
async def test_a_sub_task_that_becomes_a_task_leaves_its_parent_and_may_come_back(
    world, type_alone
):
    site = world.site
    site.forms.type_alone = type_alone
    parent = site.create_issue("AB", summary="A parent")
    child = site.create_issue("AB", type_name="Sub-task", parent=parent.id)
    await world.settled()
    assert subtasks(world, parent) == [child.key]
    site.convert_issue(child.id, "Task")
    await world.settled()
    assert subtasks(world, parent) == []
    assert not relations(world, child.key).get("parentIssue")
    site.convert_issue(child.id, "Sub-task", parent.id)
    await world.settled()
    assert subtasks(world, parent) == [child.key]


@pytest.mark.parametrize("lag", [0.0, 0.5])
async def test_attachments_without_their_issue_are_noticed(world, lag):
    site = world.site
    issue = site.create_issue("AB", summary="With a file")
    await world.settled()
    site.index_lag = lag
    file = site.attach(issue.id, "a.png")
    await world.caught_up()
    assert shown(world, issue) == ["a.png"]
    site.index_lag = lag
    site.remove_attachment(issue.id, file.id)
    await world.caught_up()
    assert shown(world, issue) == []


async def test_many_attachments_without_their_issues_cost_few_requests(world):
    site = world.site
    issues = [site.create_issue("AB", summary="With a file") for _ in range(20)]
    await world.caught_up()
    before = len(world.jira.requests)
    for issue in issues:
        for number in range(10):
            site.attach(issue.id, f"{number}.png")
    await world.caught_up()
    assert all(len(shown(world, issue)) == 10 for issue in issues)
    assert len(world.jira.requests) - before <= 12


@pytest.mark.parametrize("prefixed", [True, False])
async def test_a_link_alone_tells_whose_a_comment_is(world, prefixed):
    site = world.site
    site.forms.link_alone, site.forms.prefixed_names = True, prefixed
    issue = site.create_issue("AB", summary="Commented on")
    await world.settled()
    comment = site.comment_issue(issue.id)
    await world.settled()
    assert shown(world, issue) == [comment.id]
    issue.summary = "Worked on"
    site.add_worklog(issue.id)
    await world.settled()
    assert title(world, issue.key) == "Worked on"


async def test_a_move_that_tells_no_project_changes_both(world):
    site = world.site
    site.forms.key_alone = True
    issue = site.create_issue("AB", summary="On its way")
    await world.settled()
    former = issue.key
    site.move_issue(issue.id, "CD")
    await world.settled()
    assert (title(world, former), title(world, issue.key)) == (None, "On its way")
    for key in ("AB", "CD"):
        count = sum(1 for one in site.issues.values() if one.project.key == key)
        assert world.catalog.get("jiraProject", key)["properties"]["totalIssues"] == count
