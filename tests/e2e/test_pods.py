"""A resync pod and two event pods at one Redis: whatever ends, stands still or restarts."""

import asyncio
import random
from typing import Any

import pytest

from sandbox.jira.site import JiraSite
from sandbox.pods import Pods, pause, wake
from sandbox.random_changes import CHANGES, change_something
from sandbox.random_payload_changes import PAYLOAD_CHANGES
from sandbox.redis_server import PROGRAM, WHY_NOT, RedisServer
from tests.e2e.support import character_of_port, make_world

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=WHY_NOT)
SETTINGS: dict[str, Any] = {
    "OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "2",
    # A site of a few projects: on a busy machine one sweep finds more than half of them gone.
    "OCEAN__INTEGRATION__CONFIG__SWEEP_DELETE_LIMIT": "100",
}
LONG_ENOUGH = 35.0
"""Longer than a turn lasts, and than what nobody keeps fresh is left alone."""
A_MINUTE = 60.0
PATIENCE = 300.0


async def run(
    seed: int,
    changes: int,
    *,
    issues: int = 100,
    stopped_seconds: float = LONG_ENOUGH,
    ingest: bool = False,
) -> None:
    """Random changes; meanwhile one pod is killed, one stands still, and Redis restarts.

    So does our front, where deliveries don't come by Port's own `ingest`.
    """
    rng = random.Random(seed)
    site = JiraSite(seed=seed)
    site.fill(issues)
    site.subtasks_send_events = rng.random() < 0.5
    site.strict_gone_ids = rng.random() < 0.5
    async with (
        RedisServer() as redis,
        make_world(site=site, **SETTINGS) as world,
        Pods(world, redis, events=2, ingest=ingest) as pods,
    ):
        assert await pods.start() == "completed"
        character_of_port(world, rng)
        world.deliveries.duplicate = 0.2
        world.deliveries.shuffle = True
        world.deliveries.max_delay = 0.5
        # Jira itself waits for minutes: longer than a front or a Redis takes to start.
        world.deliveries.retry_delay = 3.0
        made: list[str] = []
        killed, stopped = pods.events

        async def change(number: int) -> None:
            for _ in range(number):
                made.append(str(change_something(site, rng, {**CHANGES, **PAYLOAD_CHANGES})))
                if rng.random() < 0.01:
                    world.port.api.request_resync()
                if rng.random() < 0.3:
                    await world.deliveries.breathe()

        await change(changes // 4)
        pause(stopped)
        resumed = asyncio.get_running_loop().time() + stopped_seconds
        await change(changes // 4)
        await killed.kill()
        await change(changes // 8)
        if not ingest:
            await pods.front.kill()
            await change(changes // 16)
            await pods.front.start()
        await change(changes // 16)
        await redis.kill()
        await change(changes // 8)
        await redis.start()
        await killed.start()
        await asyncio.sleep(max(0.0, resumed - asyncio.get_running_loop().time()))
        wake(stopped)
        await change(changes // 8)
        await pods.quiet(PATIENCE)
        found = [str(difference) for difference in await world.differences()]
        assert not found, "\n".join([*found, f"seed {seed}: {made}"])


async def test_random_changes_end_right_whatever_becomes_of_pods_front_and_redis() -> None:
    await run(1, 100)


@pytest.mark.slow
async def test_many_behind_an_ingest_such_as_ports_own_end_right_as_well() -> None:
    await run(0, 2000, issues=300, stopped_seconds=A_MINUTE, ingest=True)
