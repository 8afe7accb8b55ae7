"""An OAuth app: by way of the gateway, with a webhook made by hand, within Jira's quota."""

from sandbox.jira.site import JiraSite
from tests.e2e.support import first, make_world, title


async def test_an_oauth_app_keeps_the_catalog_up_to_date():
    site = JiraSite()
    site.fill_every_kind(30)
    async with make_world(site=site, every_kind=True, oauth=True) as world:
        world.jira.points.enforced = True
        assert await world.start() == "completed"
        issue = first(world)
        await world.arrival(
            lambda: site.edit_issue(issue.key, summary="By an app"),
            lambda: title(world, issue.key) == "By an app",
        )
        await world.caught_up()
        assert await world.differences() == []
    assert world.jira.points.refused == 0
    # Whatever the integration asked was asked by the app.
    assert world.jira.points.spent == sum(request.points for request in world.jira.requests)
