"""Several real processes at a real Redis: whoever is killed, the catalog ends as it should."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sandbox.jira.site import JiraSite
from sandbox.pods import Pods
from sandbox.random_changes import CHANGES, change_something
from sandbox.redis_server import PROGRAM, WHY_NOT, RedisServer
from tests.e2e.support import make_world

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=WHY_NOT)
FAST_INDEX: dict[str, Any] = {"OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "2"}


@asynccontextmanager
async def started(events: int = 2, issues: int = 40) -> AsyncIterator[Pods]:
    """A front, some event pods and one that resyncs, after its first resync."""
    site = JiraSite()
    site.fill(issues, projects=4, users=6)
    site.index_lag = 1.0
    async with (
        RedisServer() as redis,
        make_world(site=site, **FAST_INDEX) as world,
        Pods(world, redis, events=events) as pods,
    ):
        world.deliveries.retry_delay = 3.0
        assert await pods.start() == "completed"
        yield pods


def change_much(pods: Pods, count: int, seed: int) -> None:
    """So many random changes of the site."""
    rng = random.Random(seed)
    for _ in range(count):
        change_something(pods.world.site, rng, CHANGES)


async def test_what_a_killed_leader_had_begun_with_another_one_does() -> None:
    """A sprint's new name is shown by issues, of which no event tells."""
    async with started() as pods:
        registered = [process.log for process in (pods.world.process, *pods.events)]
        lines = [line for log in registered for line in log if "Registered the webhook" in line]
        assert len(lines) == 1
        change_much(pods, 40, seed=1)
        leader = await pods.leader()
        await leader.wait_for_log("Background work entails")
        await leader.kill()
        change_much(pods, 20, seed=2)
        await pods.quiet()
        other = await pods.leader()
        assert other is not leader
        assert await pods.world.differences() == []
        await other.stop()
        assert other.returncode == 0
        assert [line for line in other.log if "Stopped after" in line and "all events" in line]
