"""Two processes under one identifier that share no Redis: said loudly, and made up for."""

import httpx
import pytest

from tests.e2e.support import started

PATIENCE = 90.0
"""Port is asked once a minute."""


@pytest.mark.slow
async def test_another_process_is_said_and_what_it_wrote_is_compared() -> None:
    async with started(20) as world:
        async with world.another(OCEAN__INTEGRATION__CONFIG__MANAGE_WEBHOOKS="false"):
            await world.process.wait_for_log("Another process resyncs", PATIENCE)
            await world.process.wait_for_log("Background work done: sweep", PATIENCE)
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"{world.process.url}/health/ready")
        assert answer.json()["reasons"] == ["another_process"]
        assert await world.differences() == []
