"""Whatever the mapping and whatever happens in Jira: nothing that a fresh resync builds is lost."""

import asyncio
import random

import pytest

from sandbox.compare import differences
from sandbox.jira.site import JiraSite
from sandbox.random_changes import change_something
from tests.e2e.mappings import deletions, mapped, names, sweep
from tests.e2e.random_mappings import RANDOM_CHANGES, peopled, random_case
from tests.e2e.support import character_of_port

CHANGES_EACH = 25
TOGETHER = 3


async def run(seed: int) -> list[str]:
    """What is wrong after random changes under a random mapping."""
    rng = random.Random(seed)
    case = random_case(rng)
    site = JiraSite(seed=seed)
    site.fill(24, projects=4, users=6)
    peopled(site, rng)
    site.subtasks_send_events = rng.random() < 0.5
    site.strict_gone_ids = rng.random() < 0.5
    async with mapped(site, case.mapping, case.blueprints, **case.settings) as world:
        character_of_port(world, rng)
        world.deliveries.duplicate = 0.1
        world.deliveries.shuffle = True
        world.deliveries.max_delay = 0.3
        site.index_lag = 1.0 if rng.random() < 0.5 else 0.0
        made = []
        for _ in range(CHANGES_EACH):
            made.append(change_something(site, rng, RANDOM_CHANGES))
            if rng.random() < 0.02:
                world.port.api.request_resync()
            if rng.random() < 0.3:
                await world.deliveries.breathe()
        await world.caught_up()
        after_events = names(world)
        await sweep(world)
        fresh = await world.fresh_catalog()
        problems = [f"lost: {key}" for key in fresh.keys() - names(world)]
        problems += [f"lost until the sweep: {key}" for key in fresh.keys() - after_events]
        limited = case.mapping["entityDeletionThreshold"] == 0 or any(
            "The sweep would delete" in line for line in world.process.log
        )
        if not limited:
            different = differences(world.catalog.snapshot(), fresh)
            stayed = world.refused_afresh
            problems += [
                f"differs: {d}"
                for d in different
                if d.fresh or (d.blueprint, d.identifier) not in stayed
            ]
        told = [str(case.mapping), str(made), *deletions(world)]
        return [f"seed {seed}: {line}" for line in [*problems, *told]] if problems else []


async def run_all(seeds: range) -> None:
    places = asyncio.Semaphore(TOGETHER)

    async def one(seed: int) -> list[str]:
        async with places:
            return await run(seed)

    found = await asyncio.gather(*(one(seed) for seed in seeds))
    problems = [problem for each in found for problem in each]
    assert not problems, "\n".join(problems)


async def test_nothing_is_lost_whatever_the_mapping() -> None:
    await run_all(range(3))


@pytest.mark.slow
async def test_nothing_is_lost_whatever_the_mapping_of_many() -> None:
    await run_all(range(100, 112))
