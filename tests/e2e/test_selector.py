"""The selector's JQL decides about live events as it does about a resync."""

import copy

import pytest
import pytest_asyncio

from sandbox.jira.site import JiraSite
from tests.e2e.support import make_world, title

pytestmark = pytest.mark.asyncio(loop_scope="module")

JQL = "project = 'AS' AND statusCategory != Done\nOrder  By created DESC"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(default_mapping):
    mapping = copy.deepcopy(default_mapping)
    issues = next(r for r in mapping["resources"] if r["kind"] == "issue")
    issues["selector"]["jql"] = JQL
    site = JiraSite()
    site.fill(40, projects=4, users=6)
    async with make_world(site=site) as running:
        running.port.api.set_mapping(mapping)
        assert await running.start() == "completed"
        yield running


async def test_a_resync_brings_what_the_query_selects(world):
    assert all(
        entity["identifier"].startswith("AS-") for entity in world.catalog.entities("jiraIssue")
    ) or all(  # stubs of related issues have no properties
        not entity["properties"]
        for entity in world.catalog.entities("jiraIssue")
        if not entity["identifier"].startswith("AS-")
    )


async def test_an_issue_outside_the_query_does_not_appear(world):
    issue = world.site.create_issue("AB", summary="Elsewhere")
    await world.settled()
    assert title(world, issue.key) is None


async def test_an_issue_leaves_and_enters_the_query(world):
    issue = world.site.create_issue("AS", summary="In and out")
    await world.settled()
    assert title(world, issue.key) == "In and out"
    world.site.transition_issue(issue.id, "Done")
    await world.settled()
    assert title(world, issue.key) is None
    world.site.transition_issue(issue.id, "In Progress")
    await world.settled()
    assert title(world, issue.key) == "In and out"


async def test_an_issue_that_is_gone_does_not_spoil_the_read_of_others(world):
    world.site.strict_gone_ids = True
    kept = world.site.create_issue("AS", summary="Kept")
    gone = world.site.create_issue("AS", summary="Gone")
    world.site.delete_issue(gone.id)
    await world.settled()
    world.site.strict_gone_ids = False
    assert title(world, kept.key) == "Kept"
    assert title(world, gone.key) is None


async def test_the_search_index_may_lag_behind(world):
    world.site.index_lag = 3600.0
    issue = world.site.create_issue("AS", summary="Not indexed yet")
    await world.settled()
    world.site.catch_up_index()
    assert title(world, issue.key) == "Not indexed yet"
