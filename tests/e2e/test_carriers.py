"""Issues show releases, sprints and components: when one of these changes, they are read again."""

import copy

import pytest
import pytest_asyncio

from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.support import make_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What an issue shows, in a property that holds a list of texts.
RELEASES = "(.fields.fixVersions // []) | map(.name)"
SPRINTS = '(.fields.customfield_10020 // []) | map(.name + " " + .state)'
SHOWN = f"({RELEASES}) + ({SPRINTS})"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world():
    site = JiraSite(seed=9)
    site.fill_every_kind(40)
    fast = {"OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "1"}
    async with make_world(40, site=site, **fast) as running:
        assert await running.start() == "completed"
        mapping = copy.deepcopy((running.port.api.integration or {})["config"])
        for resource in mapping["resources"]:
            if resource["kind"] == "issue":
                resource["port"]["entity"]["mappings"]["properties"]["labels"] = SHOWN
        running.port.api.set_mapping(mapping)
        assert await running.resync() == "completed"
        yield running


def shown(world: World, key: str) -> list[str]:
    """The names that the catalog shows for an issue."""
    entity = world.catalog.get("jiraIssue", key) or {}
    return list(entity["properties"]["labels"])


def fixed_in(world: World) -> tuple[str, str]:
    """A release that an issue is fixed in, and the issue's key."""
    issue = next(i for i in world.site.issues.values() if i.fix_versions)
    return issue.fix_versions[0].id, issue.key


async def test_a_release_gets_another_name(world: World) -> None:
    version, key = fixed_in(world)
    world.site.change_version(version, name="2.0 in the end")
    await world.settled()
    assert "2.0 in the end" in shown(world, key)


@pytest.mark.parametrize("merged_to_is_id", [False, True])
async def test_a_release_is_merged_into_another(world: World, merged_to_is_id: bool) -> None:
    version, key = fixed_in(world)
    project = world.site.issue_of(key).project.key
    other = world.site.create_version(project, f"What is left {merged_to_is_id}")
    world.site.merged_to_is_id = merged_to_is_id
    world.site.delete_version(version, merge_into=other.id)
    await world.settled()
    assert other.name in shown(world, key)


async def test_a_release_is_deleted(world: World) -> None:
    version, key = fixed_in(world)
    name = world.site.version_of(version).name
    world.site.delete_version(version)
    await world.settled()
    assert name not in shown(world, key)


async def test_a_sprint_gets_another_name_starts_and_is_deleted(world: World) -> None:
    issue = next(
        i for i in world.site.issues.values() if i.sprint is not None and i.sprint.state == "future"
    )
    sprint = issue.sprint
    assert sprint is not None
    world.site.rename_sprint(sprint.id, "The last sprint")
    await world.settled()
    assert "The last sprint future" in shown(world, issue.key)
    world.site.start_sprint(sprint.id)
    await world.settled()
    assert "The last sprint active" in shown(world, issue.key)
    world.site.delete_sprint(sprint.id)
    await world.settled()
    assert not [name for name in shown(world, issue.key) if "The last sprint" in name]


async def test_a_sprint_closes(world: World) -> None:
    """Issues that aren't done go back to the backlog without events of their own."""
    sprint = next(s for s in world.site.sprints.values() if s.state == "active")
    inside = [issue for issue in world.site.issues.values() if issue.sprint is sprint]
    undone = [issue.key for issue in inside if issue.status.category != "done"]
    assert undone
    world.site.close_sprint(sprint.id)
    await world.settled()
    for key in undone:
        assert not [name for name in shown(world, key) if sprint.name in name]


async def test_a_component_gets_another_name_or_is_deleted(world: World) -> None:
    """No event tells of it: the next sweep finds it."""
    issue = next(i for i in world.site.issues.values() if i.components)
    component = issue.components[0].id
    world.site.change_component(component, name="Engine room")
    await world.sweep()
    entity = world.catalog.get("jiraIssue", issue.key) or {}
    assert [part["name"] for part in entity["properties"]["components"]] == ["Engine room"]
    world.site.delete_component(component)
    await world.sweep()
    entity = world.catalog.get("jiraIssue", issue.key) or {}
    assert entity["properties"]["components"] == []


async def test_in_the_end_the_catalog_is_that_of_a_fresh_resync(world: World) -> None:
    await world.caught_up()
    assert [str(difference) for difference in await world.differences()] == []
