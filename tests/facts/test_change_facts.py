"""What people do in Jira, followed with a scoped token and a webhook made by hand."""

import pytest
import pytest_asyncio

from client import webhook_events
from sandbox.integration_process import IntegrationProcess, integration_env
from sandbox.world import EMAIL, TOKEN
from tests.e2e.support import first, make_world, relations, title
from tests.facts.support import handled

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "made-by-hand-0123456789"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world():
    async with make_world() as running:
        running.process = IntegrationProcess(
            integration_env(
                # Without sweeps, which would make up for what an event should have brought.
                OCEAN__INTEGRATION__CONFIG__SWEEP_INTERVAL="0",
                port_url=running.port.server.url,
                jira_url=f"{running.jira_server.url}/ex/jira/{running.site.cloud_id}",
                email=EMAIL,
                token=TOKEN,
                OCEAN__INTEGRATION__CONFIG__WEBHOOK_SECRET=SECRET,
            )
        )
        # These are facts about Jira.
        running.port.hurry()
        running.site.add_webhook(
            "By hand", running.process.webhook_url, webhook_events(), secret=SECRET
        )
        assert await running.start() == "completed"
        yield running


async def test_through_the_gateway_no_webhook_is_managed_and_it_is_said_how_to_make_one(world):
    assert world.jira.count("/rest/webhooks") == 0
    assert [hook.name for hook in world.site.webhooks.values()] == ["By hand"]
    warning = await world.process.wait_for_log("WARNING.*can't manage webhooks")
    assert "webhookSecret" in warning
    assert world.process.webhook_url in warning


async def test_through_the_gateway_issues_are_read_and_link_to_the_site(world):
    issue = first(world)
    entity = world.catalog.get("jiraIssue", issue.key)
    assert entity["title"] == issue.summary
    assert entity["properties"]["url"] == f"{world.site.base_url}/browse/{issue.key}"


async def test_a_bulk_change_is_an_event_for_each_issue_and_all_arrive(world):
    issues = [issue for issue in world.site.issues.values() if issue.visible]
    before = len(world.deliveries.log)
    world.deliveries.shuffle, world.deliveries.duplicate = True, 0.5
    for issue in issues:
        world.site.edit_issue(issue.id, summary=f"Bulk {issue.id}")
    world.deliveries.shuffle, world.deliveries.duplicate = False, 0.0
    assert len(world.deliveries.log) - before == len(issues) > 20
    await handled(world)
    assert {title(world, issue.key) == issue.summary for issue in issues} == {True}


async def test_a_link_reads_both_of_its_ends_again(world):
    source, target = (world.site.create_issue("AB", summary="An end") for _ in range(2))
    await handled(world)
    for issue in (source, target):
        issue.summary = f"Linked {issue.id}"
        world.site.forget_rows([issue])
    link = world.site.link_issues(source.id, target.id)
    await handled(world)
    assert [title(world, i.key) for i in (source, target)] == [source.summary, target.summary]
    for issue in (source, target):
        issue.summary = f"Alone {issue.id}"
        world.site.forget_rows([issue])
    world.site.unlink_issues(link.id)
    await handled(world)
    assert [title(world, i.key) for i in (source, target)] == [source.summary, target.summary]


@pytest.mark.parametrize("own_events", [True, False])
async def test_subtasks_go_with_their_parent_with_or_without_events_of_their_own(world, own_events):
    parent = world.site.create_issue("AB", summary="Parent")
    children = [
        world.site.create_issue("AB", type_name="Sub-task", parent=parent.id) for _ in range(3)
    ]
    await handled(world)
    assert None not in [title(world, child.key) for child in children]
    world.site.subtasks_send_events = own_events
    world.site.delete_issue(parent.id)
    world.site.subtasks_send_events = False
    await handled(world)
    assert [title(world, issue.key) for issue in (parent, *children)] == [None] * 4


async def test_an_epic_is_an_issue_like_others(world):
    epic = world.site.create_issue("CD", summary="An epic", type_name="Epic")
    story = world.site.create_issue("CD", type_name="Story", parent=epic.id)
    await handled(world)
    assert title(world, epic.key) == "An epic"
    assert relations(world, story.key)["parentIssue"] == epic.key
    assert world.catalog.get("jiraIssue", epic.key)["properties"]["issueType"] == "Epic"
    assert world.jira.count("/rest/agile") == 0


async def test_names_and_mails_and_people_may_be_missing(world):
    app = world.site.create_user("An app", account_type="app")
    issue = world.site.create_issue("AB", summary="Nobody's")
    issue.reporter = issue.assignee = None
    world.site.edit_issue(issue.id, summary="Still nobody's")
    await handled(world)
    entity = world.catalog.get("jiraUser", app.account_id)
    assert entity["properties"]["accountType"] == "app"
    assert entity["properties"].get("emailAddress") is None
    assert title(world, issue.key) == "Still nobody's"
    assert not relations(world, issue.key).get("reporter")
    assert not relations(world, issue.key).get("assignee")


async def test_an_issue_that_may_not_be_seen_any_more_leaves_and_returns(world):
    issue = world.site.create_issue("AB", summary="Secret soon")
    await handled(world)
    assert title(world, issue.key) == "Secret soon"
    world.site.hide_issue(issue.id)
    world.site.edit_issue(issue.id, summary="Secret")
    await handled(world)
    assert title(world, issue.key) is None
    world.site.hide_issue(issue.id, hidden=False)
    world.site.edit_issue(issue.id, summary="Open")
    await handled(world)
    assert title(world, issue.key) == "Open"


async def test_a_permission_that_is_lost_without_an_event_shows_with_a_resync(world):
    issue = world.site.create_issue("AB", summary="Hidden without an event")
    await handled(world)
    world.site.hide_issue(issue.id)
    assert await world.resync() == "completed"
    assert title(world, issue.key) is None


async def test_another_key_of_a_project_is_that_of_its_issues_and_the_old_ones_end(world):
    """The new keys come with the event; the old ones go with the next resync at the latest."""
    issues = [issue for issue in world.site.issues.values() if issue.project.key == "AS"]
    old = [issue.key for issue in issues]
    assert old
    assert None not in [title(world, key) for key in old]
    world.site.change_project_key("AS", "NEW")
    await world.settled()
    assert world.catalog.get("jiraProject", "NEW")["title"] == "Project AS"
    assert [title(world, issue.key) for issue in issues] == [issue.summary for issue in issues]
    assert {relations(world, issue.key)["project"] for issue in issues} == {"NEW"}
    assert await world.resync() == "completed"
    assert [title(world, key) for key in old] == [None] * len(old)
    assert world.catalog.get("jiraProject", "AS") is None


async def test_a_project_that_is_deleted_for_good_takes_its_issues_along_without_their_events(
    world,
):
    keys = [issue.key for issue in world.site.issues.values() if issue.project.key == "DO"]
    before = len(world.deliveries.log)
    world.site.delete_project("DO")
    assert [delivery.event for delivery in world.deliveries.log[before:]] == ["project_deleted"]
    await world.settled()
    assert keys
    assert [title(world, key) for key in keys] == [None] * len(keys)
    assert world.catalog.get("jiraProject", "DO") is None


async def test_a_user_that_is_deleted_can_no_longer_be_read(world):
    user = world.site.create_user("Short stay")
    await world.settled()
    assert world.catalog.get("jiraUser", user.account_id)["title"] == "Short stay"
    world.site.delete_user(user.account_id)
    await world.settled()
    assert world.catalog.get("jiraUser", user.account_id) is None
