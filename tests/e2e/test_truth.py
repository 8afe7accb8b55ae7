"""After any changes, the live catalog is what a fresh resync builds."""

import random

import pytest

from sandbox.jira_site import JiraSite
from sandbox.random_changes import CHANGES, change_something
from tests.e2e.support import started

# What these leave behind (the old key, stubs that nothing points at) goes with the next resync.
LEFT_TO_THE_RESYNC = {"change_project_key", "delete_user"}
ISSUES_ALONE = {name for name in CHANGES if "project" not in name and "user" not in name}
CHANGES_EACH = 80


@pytest.mark.parametrize(("seed", "lag"), [(0, 0.0), (1, 0.0), (2, 3600.0)])
async def test_random_changes_end_in_the_catalog_of_a_fresh_resync(seed, lag):
    rng = random.Random(seed)
    site = JiraSite(seed=seed)
    site.fill(100)
    site.subtasks_send_events = seed % 2 == 0
    site.strict_gone_ids = seed % 2 == 1
    async with started(site=site) as world:
        world.deliveries.duplicate = 0.2
        world.deliveries.shuffle = True
        world.deliveries.max_delay = 0.3
        site.index_lag = lag
        names = tuple(
            name
            for name in CHANGES
            if name not in LEFT_TO_THE_RESYNC and (not lag or name in ISSUES_ALONE)
        )
        made = [change_something(site, rng, names) for _ in range(CHANGES_EACH)]
        await world.settled()
        site.catch_up_index()
        found = [str(difference) for difference in await world.differences()]
        assert not found, "\n".join([*found, str(made)])
