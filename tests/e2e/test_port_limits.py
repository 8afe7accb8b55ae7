"""Port's limits and the life of its tokens, with the real process: nothing is refused or lost."""

from collections import Counter
from itertools import pairwise

from sandbox.port.faults import TOKEN_PATH
from sandbox.port.limits import BULK_UPSERTS, SEARCHES, UPSERTS, Limit
from sandbox.world import World
from tests.e2e.support import make_world, started

BULKS = "/v1/blueprints/jiraIssue/entities/bulk"


def statuses(world: World) -> Counter[int]:
    return Counter(request.status for request in world.port.api.requests)


def complaints(world: World) -> list[str]:
    return [line for line in world.process.log if "| ERROR" in line or "retrying in" in line]


async def test_a_token_that_ends_in_the_middle_of_a_resync_costs_one_request_for_another() -> None:
    async with make_world(1_000, OCEAN__INTEGRATION__CONFIG__MANAGE_WEBHOOKS="false") as world:
        api = world.port.api
        api.latency = 0.1
        await world.process.start()
        await api.requested(BULKS, 10)
        asked = api.count(TOKEN_PATH)
        api.expire_tokens()
        assert await api.resync_finished() == "completed"
        assert api.count(TOKEN_PATH) == asked + 1
        assert statuses(world)[401] > 1, "several were under way"
        assert complaints(world) == []
        assert len(world.catalog.entities("jiraIssue")) == 1_000


async def test_a_token_that_ends_by_itself_is_renewed_before_and_nobody_is_refused() -> None:
    async with make_world(1_000, OCEAN__INTEGRATION__CONFIG__MANAGE_WEBHOOKS="false") as world:
        api = world.port.api
        api.latency = 0.15
        await world.process.start()
        await api.requested(BULKS, 1)
        # The one that is in use ends: from now on they are short.
        api.tokens.life_seconds = 5.0
        api.expire_tokens()
        n = len(api.requests)
        assert await api.resync_finished() == "completed"
        await api.requested(TOKEN_PATH, 3, 40)
        since = [request for request in api.requests[n:] if request.path == TOKEN_PATH]
        assert all(late.at - early.at > 4 for early, late in pairwise(since)), "one at a time"
        ended = since[0].at + 2
        assert [r for r in api.requests[n:] if r.status == 401 and r.at > ended] == []
        assert complaints(world) == []


async def test_a_resync_that_would_pass_the_limits_ends_without_one_refusal() -> None:
    async with started(40) as world:
        api = world.port.api
        api.limits.period = 10.0
        api.limits.limits |= {
            BULK_UPSERTS: Limit(60, 6),
            SEARCHES: Limit(60, 6),
            UPSERTS: Limit(60, 6),
        }
        before = len(api.requests)
        for issue in list(world.site.issues.values()):
            world.site.edit_issue(issue.id, summary=f"Changed: {issue.key}")
        world.site.fill(1_200, projects=4)
        assert await world.resync() == "completed"
        bulks = [r for r in api.requests[before:] if r.path == BULKS]
        assert len(bulks) >= 60
        assert api.limits.refused == {}
        # As long as the share allows, which is 3.6 a second after a burst.
        seconds = bulks[-1].at - bulks[0].at
        assert seconds < 1.1 * len(bulks) / 3.6 + 2
        assert any(
            "Port's limit for bulk upserts (60 in 10 s)" in line for line in world.process.log
        )
        assert complaints(world) == []
        assert await world.differences() == []
