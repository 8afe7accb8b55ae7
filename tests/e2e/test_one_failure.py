"""One failure costs only itself: the others arrive at once, it is said once, and made up for."""

import re
import time
from functools import partial
from typing import Any

import pytest

from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.failures import ROWS, Failure, epics_of_others, issue, title
from tests.e2e.support import make_world

AT_ONCE = 2.0
"""Seconds in which a healthy edit has to arrive."""
EDITS = 4
FAST_INDEX = {"OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "1"}
FAILS = "can't be kept up to date"


def site_of_every_kind() -> JiraSite:
    site = JiraSite(seed=5)
    site.fill_every_kind(40)
    return site


async def healthy_edits(world: World, text: str) -> float:
    """Edit issues that don't depend on what fails; the longest that one took to arrive."""
    seconds = []
    for number in range(EDITS):
        of, words = issue(world), f"{text} {number}"
        arrived = title(world, "jiraIssue", of.key, words)
        edit = partial(world.site.edit_issue, of.id, summary=words)
        seconds.append(await world.arrival(edit, arrived))
    return max(seconds)


async def swept(world: World, name: str) -> None:
    """Have a sweep done. It also heals and deletes."""
    begins = len(world.process.log)
    world.deliveries.enabled = False
    unseen = world.site.create_component("EF", name=f"Component {name}")
    world.deliveries.enabled = True
    world.process.have_everything_compared()
    await world.process.wait_for_log(r"Background work done: sweep$", 240, after=begins)
    assert world.catalog.get("jiraComponent", unseen.id), "the sweep healed nothing"


def said(world: World, what: str) -> list[str]:
    return [line for line in world.process.log if re.search(rf"{what} {FAILS}", line)]


def others_said(world: World, row: Failure) -> list[str]:
    return [
        line
        for line in world.process.log
        if FAILS in line and not any(re.search(f"{what} {FAILS}", line) for what in row.said)
    ]


EACH = [
    pytest.param(name, marks=[pytest.mark.slow] if row.sweeps == 1 else [])
    for name, row in ROWS.items()
]


@pytest.mark.parametrize("name", EACH)
async def test_it_costs_only_itself(name: str) -> None:
    row = ROWS[name]
    settings: dict[str, Any] = {**FAST_INDEX, **row.settings}
    async with make_world(site=site_of_every_kind(), every_kind=True, **settings) as world:
        if row.from_start:
            mend = row.begin(world)
            assert await world.start() == "failed"
            epics = {str(entity["identifier"]) for entity in world.catalog.entities("jiraEpic")}
            assert epics_of_others(world) <= epics
        else:
            assert await world.start() == "completed"
            mend = row.begin(world)
        resyncs = world.port.api.resyncs_ended
        slowest = await healthy_edits(world, "Beside it")
        missed = row.miss(world)
        slowest = max(slowest, await healthy_edits(world, "Still beside it"))
        for number in range(row.sweeps):
            await swept(world, f"Sweep {number}")
            slowest = max(slowest, await healthy_edits(world, f"After sweep {number}"))
        assert missed() is row.healed
        times = {what: len(said(world, what)) for what in row.said}
        mended = time.monotonic()
        mend()
        row.wakes(world)
        await world.catalog.wait_for(lambda _: missed(), 60, what="what was missed")
        caught_up = time.monotonic() - mended
        # Whatever may have been missed besides.
        await swept(world, "Last sweep")
        await world.caught_up()
        print(f"{name}: {slowest:.2f} s, said {times}, caught up in {caught_up:.1f} s")  # noqa: T201
        assert [str(difference) for difference in await world.differences()] == []
        assert slowest < AT_ONCE
        assert set(times.values()) == {1}, times
        assert world.port.api.resyncs_ended == resyncs
