"""A process that ends in the middle of things loses nothing that its next start doesn't make up."""

import pytest

from sandbox.world import World
from tests.e2e.support import started

pytestmark = pytest.mark.usefixtures("executed")


def change_many(world: World) -> None:
    for issue in list(world.site.issues.values())[:60]:
        world.site.edit_issue(issue.id, summary=f"Edited before the end: {issue.key}")
    gone = [issue for issue in world.site.issues.values() if not issue.children][:10]
    for issue in gone:
        world.site.delete_issue(issue.id)
    world.site.create_issue("AB", summary="Created before the end")


@pytest.mark.parametrize("ending", ["stop", "kill"])
async def test_changes_in_mid_burst_are_made_up_for_by_the_next_start(ending: str) -> None:
    async with started(80) as world:
        world.port.api.latency = 0.05
        first = next(iter(world.site.issues.values()))
        change_many(world)
        await world.catalog.wait_for(
            lambda catalog: (
                (catalog.get("jiraIssue", first.key) or {}).get("title") == first.summary
            ),
            30,
        )
        await getattr(world.process, ending)()
        world.port.api.latency = 0.0
        world.site.create_issue("AB", summary="Created while nobody listened")
        assert await world.start() == "completed"
        await world.settled()
        assert [str(difference) for difference in await world.differences()] == []


async def test_a_delivery_that_was_refused_by_a_closed_socket_comes_again() -> None:
    async with started(20) as world:
        await world.process.stop()
        world.deliveries.retry_delay = 2.0
        issue = world.site.create_issue("AB", summary="Created meanwhile")
        assert await world.start() == "completed"
        await world.settled()
        assert [delivery.attempts > 1 for delivery in world.deliveries.log] == [True]
        assert world.catalog.get("jiraIssue", issue.key) is not None
