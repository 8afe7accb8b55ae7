"""Whatever the mapping and whatever happened in Jira: what a dry run says is what a resync does."""

import random
from pathlib import Path

import pytest

from sandbox.jira.site import JiraSite
from sandbox.random_changes import change_something
from tests.e2e.dry_run import as_happened, foretold, happened, mapping_file, rows
from tests.e2e.mappings import mapped
from tests.e2e.random_mappings import RANDOM_CHANGES, peopled, random_case
from tests.e2e.support import character_of_port

CHANGES_EACH = 25


async def run(seed: int, folder: Path) -> None:
    rng = random.Random(seed)
    case, other = random_case(rng), random_case(rng)
    site = JiraSite(seed=seed)
    site.fill(40, projects=4, users=6)
    peopled(site, rng)
    async with mapped(site, case.mapping, case.blueprints, **case.settings) as world:
        await world.process.stop()
        character_of_port(world, rng)
        # What is on its way in Port is nothing that a dry run could know.
        world.port.hurry()
        world.deliveries.enabled = False
        for _ in range(CHANGES_EACH):
            change_something(site, rng, RANDOM_CHANGES)
        changed = rng.random() < 0.6
        if changed:
            for blueprint in other.blueprints:
                if blueprint["identifier"] not in world.catalog.blueprints:
                    world.catalog.create_blueprint(blueprint)
        arguments = ["--mapping", mapping_file(folder, other.mapping)] if changed else []
        ran = await foretold(world, *arguments)
        if changed:
            world.port.api.set_mapping(other.mapping)
        before = rows(world)
        ended = await world.start()
        found = happened(world, before)
        told = f"seed {seed}: {ran.out}\n{ran.errors}"
        assert ran.code == (0 if ended == "completed" else 1), told
        assert as_happened(ran) == found, told


@pytest.mark.parametrize("seed", range(3))
async def test_a_dry_run_is_right_about_the_next_resync(seed: int, tmp_path: Path) -> None:
    await run(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
async def test_a_dry_run_is_right_about_many_resyncs(seed: int, tmp_path: Path) -> None:
    await run(seed, tmp_path)
