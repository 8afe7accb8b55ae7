"""More events than fit, while Port hangs: bounded memory, honest answers, nothing missing after."""

import asyncio
import json
from collections import Counter

import httpx
import pytest

from sandbox.jira.deliveries import signature
from sandbox.world import World
from tests.e2e.support import started

pytestmark = pytest.mark.slow

EVENTS = 20_000
BYTES_EACH = 20_000
PARALLEL = 20
MEMORY = 600 * 1024 * 1024


def deliveries(world: World) -> list[bytes]:
    """Each issue is edited without a word, then named by many events."""
    world.deliveries.enabled = False
    issues = list(world.site.issues.values())
    for issue in issues:
        world.site.edit_issue(issue.id, summary=f"Edited in the flood: {issue.key}")
    bodies = []
    for number in range(EVENTS):
        issue = issues[number % len(issues)]
        words = [f"word {n}" for n in range(BYTES_EACH // 12)]
        row = {"id": issue.id, "key": issue.key, "fields": {"padding": words}}
        event = {"webhookEvent": "jira:issue_updated", "issue": row}
        bodies.append(json.dumps(event).encode())
    return bodies


async def send(world: World, bodies: list[bytes]) -> tuple[Counter[int], list[bytes]]:
    """How the deliveries were answered, and those that were refused."""
    secret = next(iter(world.site.webhooks.values())).secret or ""
    answers: Counter[int] = Counter()
    refused: list[bytes] = []
    left = list(bodies)

    async def worker() -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            while left:
                body = left.pop()
                headers = {
                    "content-type": "application/json",
                    "x-hub-signature": signature(secret, body),
                }
                answer = await client.post(world.process.webhook_url, content=body, headers=headers)
                answers[answer.status_code] += 1
                world.deliveries.accepted += answer.is_success
                if not answer.is_success:
                    refused.append(body)
                    assert answer.headers["retry-after"]

    await asyncio.gather(*(worker() for _ in range(PARALLEL)))
    return answers, refused


@pytest.mark.usefixtures("executed")
async def test_a_flood_while_port_hangs_is_bounded_and_loses_nothing() -> None:
    async with started(200) as world:
        bodies = deliveries(world)
        world.port.api.hang = asyncio.Event()
        answers, refused = await send(world, bodies)
        peak = world.process.peak_memory_bytes()
        assert set(answers) == {200, 503}
        assert answers[200] >= 10_000
        assert peak < MEMORY, f"{peak / 1024 / 1024:.0f} MB"
        world.port.api.hang.set()
        world.port.api.clear_faults()
        await world.settled(300)
        while refused:
            answers, refused = await send(world, refused)
            await world.settled(300)
        assert [str(difference) for difference in await world.differences()] == []
