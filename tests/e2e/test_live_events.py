"""Each kind of change arrives in the catalog, by a signed webhook and a read of the API."""

import pytest
import pytest_asyncio

from tests.e2e.support import first, relations, started, title

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world():
    async with started() as running:
        yield running


async def test_a_created_issue_appears_and_counts_in_its_project(world):
    total = world.catalog.get("jiraProject", "AB")["properties"]["totalIssues"]
    issue = world.site.create_issue("AB", summary="New")
    await world.settled()
    assert title(world, issue.key) == "New"
    assert world.catalog.get("jiraProject", "AB")["properties"]["totalIssues"] == total + 1


async def test_an_edited_issue_shows_the_edit(world):
    issue = first(world)
    world.site.edit_issue(issue.id, summary="Other words: ✓")
    await world.settled()
    assert title(world, issue.key) == "Other words: ✓"


async def test_a_new_subtask_is_listed_by_its_parent(world):
    parent = first(world, lambda i: i.type.level == 0)
    child = world.site.create_issue(parent.project.key, type_name="Sub-task", parent=parent.id)
    await world.settled()
    assert child.key in relations(world, parent.key)["subtasks"]
    assert relations(world, child.key)["parentIssue"] == parent.key


async def test_a_moved_issue_leaves_under_its_old_key_and_its_subtasks_move_along(world):
    parent = world.site.create_issue("AB", summary="With a child")
    world.site.create_issue("AB", type_name="Sub-task", parent=parent.id)
    await world.settled()
    old = [parent.key, *(child.key for child in parent.children)]
    world.site.move_issue(parent.id, "CD")
    await world.settled()
    assert [title(world, key) for key in old] == [None] * len(old)
    assert title(world, parent.key) == parent.summary
    assert all(relations(world, c.key)["parentIssue"] == parent.key for c in parent.children)


async def test_an_issue_that_moves_back_has_its_former_key_again(world):
    issue = world.site.create_issue("AB", summary="There and back")
    home = issue.key
    world.site.move_issue(issue.id, "CD")
    away = issue.key
    world.site.move_issue(issue.id, "AB")
    await world.settled()
    assert issue.key == home
    assert title(world, home) == "There and back"
    assert title(world, away) is None


async def test_a_deleted_issue_leaves_with_its_subtasks(world):
    parent = world.site.create_issue("AB", summary="Parent")
    child = world.site.create_issue("AB", type_name="Sub-task", parent=parent.id)
    await world.settled()
    assert title(world, child.key) is not None
    world.site.delete_issue(parent.id)
    await world.settled()
    assert title(world, parent.key) is None
    assert title(world, child.key) is None


async def test_a_late_update_does_not_bring_a_deleted_issue_back(world):
    payloads = []
    stop = world.site.subscribe(lambda event, payload: payloads.append((event, payload)))
    issue = world.site.create_issue("AB", summary="Short life")
    world.site.delete_issue(issue.id)
    stop()
    await world.settled()
    for event, payload in payloads:
        world.site.emit(event, payload)
    await world.settled()
    assert title(world, issue.key) is None


async def test_a_comment_refreshes_the_issue(world):
    issue = first(world)
    before = world.catalog.get("jiraIssue", issue.key)["properties"]["updated"]
    world.site.comment_issue(issue.id)
    await world.settled()
    assert world.catalog.get("jiraIssue", issue.key)["properties"]["updated"] > before


async def test_a_renamed_project_shows_its_name(world):
    world.site.rename_project("CD", name="Another name")
    await world.settled()
    assert world.catalog.get("jiraProject", "CD")["title"] == "Another name"


@pytest.mark.parametrize("away", ["archive_project", "trash_project"])
async def test_a_project_leaves_with_its_issues_and_comes_back_with_them(world, away):
    keys = [i.key for i in world.site.issues.values() if i.project.key == "AS" and i.visible]
    getattr(world.site, away)("AS")
    await world.settled()
    assert world.catalog.get("jiraProject", "AS") is None
    assert [title(world, key) for key in keys] == [None] * len(keys)
    world.site.restore_project("AS")
    await world.settled()
    assert world.catalog.get("jiraProject", "AS")["title"] == "Project AS"
    assert None not in [title(world, key) for key in keys]
    assert {relations(world, key)["project"] for key in keys} == {"AS"}


async def test_a_user_is_read_again_with_what_events_never_carry(world):
    user = next(user for user in world.site.users.values() if user is not world.site.me)
    world.site.change_user(user.account_id, name="Another name")
    await world.settled()
    entity = world.catalog.get("jiraUser", user.account_id)
    assert entity["title"] == "Another name"
    assert entity["properties"]["emailAddress"] == user.email


async def test_a_deleted_user_leaves_nothing_but_what_issues_still_name(world):
    user = world.site.create_user("Passing by")
    await world.settled()
    issue = world.site.create_issue("AB", assignee=user.account_id)
    await world.settled()
    world.site.delete_user(user.account_id)
    await world.settled()
    assert not world.catalog.get("jiraUser", user.account_id)["properties"]
    assert relations(world, issue.key)["assignee"] == user.account_id


async def test_after_all_of_this_the_catalog_is_what_a_fresh_resync_builds(world):
    assert [str(difference) for difference in await world.differences()] == []
