"""A permission that is lost: no event tells of it, and the next resync comes through."""

from tests.e2e.support import started


async def test_a_project_that_may_no_longer_be_seen_leaves_with_the_next_resync():
    async with started() as world:
        key = next(issue.project.key for issue in world.site.issues.values())
        world.site.hide_project(key)
        assert await world.resync() == "completed"
        assert [str(difference) for difference in await world.differences()] == []
        assert world.catalog.get("jiraProject", key) is None
