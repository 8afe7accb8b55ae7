"""Nothing is deleted because of an error, and nothing is lost in an outage."""

from sandbox.jira.faults import Fault
from tests.e2e.support import first, started, title


async def test_a_resync_with_an_expired_token_fails_and_deletes_nothing():
    async with started() as world:
        before = world.catalog.snapshot()
        world.jira.token_valid = False
        assert await world.resync() == "failed"
        assert world.catalog.snapshot() == before
        world.jira.token_valid = True
        assert await world.resync() == "completed"


async def test_a_token_that_expires_during_the_read_deletes_nothing():
    async with started() as world:
        before = world.catalog.snapshot()

        def expire(request) -> None:
            if request.path.endswith("/search/jql"):
                world.jira.token_valid = False

        world.jira.on_request = expire
        assert await world.resync() == "failed"
        assert world.catalog.snapshot() == before


async def test_a_live_event_under_an_expired_token_deletes_nothing_and_is_done_later():
    async with started() as world:
        issue = first(world)
        gone = first(world, lambda i: i is not issue and not i.children)
        world.jira.token_valid = False
        world.site.delete_issue(gone.id)
        world.site.edit_issue(issue.id, summary="Edited meanwhile")
        await world.process.wait_for_log("live events wait for another try")
        assert title(world, gone.key) is not None
        world.jira.token_valid = True
        await world.settled()
        assert title(world, gone.key) is None
        assert title(world, issue.key) == "Edited meanwhile"


async def test_what_is_new_under_an_expired_token_is_not_lost():
    """Port has nothing of it, and Jira says that there is nothing of it."""
    async with started() as world:
        world.jira.token_valid = False
        made = world.site.create_issue("AB", summary="Made meanwhile")
        await world.process.wait_for_log("live events wait for another try")
        world.jira.token_valid = True
        await world.settled()
        assert title(world, made.key) == "Made meanwhile"
        assert await world.differences() == []


async def test_events_wait_while_port_is_down():
    async with started() as world:
        issue = first(world)
        world.port.api.fail_status = 500
        world.site.edit_issue(issue.id, summary="Edited while Port was down")
        await world.process.wait_for_log("live events wait for another try")
        world.port.api.clear_faults()
        await world.settled()
        assert title(world, issue.key) == "Edited while Port was down"


async def test_events_wait_while_jira_answers_with_a_sign_on_page():
    async with started() as world:
        issue = first(world)
        world.jira.faults.add(Fault("html"))
        world.site.edit_issue(issue.id, summary="Edited behind a sign-on page")
        await world.process.wait_for_log("live events wait for another try")
        world.jira.faults.clear()
        await world.settled()
        assert title(world, issue.key) == "Edited behind a sign-on page"
