"""Whatever issues show of others and are selected by: it is what a fresh resync builds."""

import asyncio
import random
import time
from typing import Any

import pytest

from sandbox.jira.site import JiraSite
from sandbox.random_changes import change_something
from tests.e2e.mappings import mapped
from tests.e2e.random_relatives import (
    OF_ISSUES_ALONE,
    RELATIVES_CHANGES,
    SHOWN,
    random_case,
    related,
)

PATIENCE = 300.0
CHANGES_EACH = 60
TOGETHER = 3
SETTINGS = {
    "OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "2",
    "OCEAN__INTEGRATION__CONFIG__SWEEP_DELETE_LIMIT": "100",
}


async def run(seed: int) -> list[str]:
    """What is wrong after random changes under a random mapping."""
    rng = random.Random(seed)
    case = random_case(seed, rng)
    site = JiraSite(seed=seed)
    # Older than a sweep looks back.
    site.clock = lambda: time.time() - 24 * 3600
    site.fill(60, projects=4, users=6)
    site.fill_agile()
    site.fill_planning()
    related(site, rng)
    site.clock = time.time
    site.subtasks_send_events = rng.random() < 0.5
    site.subtask_links_send_events = rng.random() < 0.5
    site.strict_gone_ids = rng.random() < 0.5
    site.worklogs_send_issue_events = rng.random() < 0.5
    settings: Any = SETTINGS | {
        "OCEAN__INTEGRATION__CONFIG__ONLY_MAPPED_FIELDS": str(seed % 3 != 1).lower()
    }
    async with mapped(site, case.mapping, case.blueprints, **settings) as world:
        world.port.api.entity_routes.lean_listing = rng.random() < 0.3
        world.deliveries.duplicate = 0.1
        world.deliveries.shuffle = True
        world.deliveries.max_delay = 0.3
        site.index_lag = 1.0 if rng.random() < 0.5 else 0.0
        changes = RELATIVES_CHANGES if seed % 2 else OF_ISSUES_ALONE
        made = []
        for _ in range(CHANGES_EACH):
            made.append(change_something(site, rng, changes))
            if rng.random() < 0.005:
                world.port.api.request_resync()
            if rng.random() < 0.3:
                await world.deliveries.breathe()
        await world.caught_up(PATIENCE)
        if not (site.subtasks_send_events or case.told):
            # Without either nobody tells which sub-tasks went with an issue, but a sweep.
            site.create_project("ZZ")
            await world.caught_up(PATIENCE)
            await world.caught_up(PATIENCE)
        found = [f"seed {seed}: {difference}" for difference in await world.differences()]
        return [*found, f"seed {seed}: {case.what}: {made}"] if found else []


async def run_all(seeds: range) -> None:
    places = asyncio.Semaphore(TOGETHER)

    async def one(seed: int) -> list[str]:
        async with places:
            return await run(seed)

    found = await asyncio.gather(*(one(seed) for seed in seeds))
    problems = [problem for each in found for problem in each]
    assert not problems, "\n".join(problems)


def test_every_way_to_show_others_comes_by() -> None:
    whats = {random_case(seed, random.Random(seed)).what for seed in range(10)}
    assert all(any(name in what for what in whats) for name in SHOWN)
    assert any("openSprints" in what for what in whats)


async def test_random_changes_end_in_the_catalog_of_a_fresh_resync() -> None:
    await run_all(range(10))


@pytest.mark.slow
async def test_more_random_changes_end_in_the_catalog_of_a_fresh_resync() -> None:
    await run_all(range(100, 112))
