"""Background jobs and sweeps are counted: how they ended, and what they found, healed and kept."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from background.jobs import Jobs
from background.sweep_found import counted
from telemetry import metrics
from tests.unit.helpers.counted import growth, shown
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.sweep_site import full


async def test_background_jobs_are_shown_and_counted():
    now = [0.0]
    jobs = Jobs(lambda: now[0])

    async def works() -> AsyncIterator[None]:
        assert shown(metrics.JOBS_WAITING)[("running",)] == 1
        yield

    def fails() -> AsyncIterator[None]:
        return steps_of(ConnectionError("nobody answers"))

    async def around(step: Any) -> bool:
        return bool(await step())

    jobs.ask("a", works)
    jobs.ask("b", fails)
    jobs.ask("c", works, delay=60)
    assert shown(metrics.JOBS_WAITING) == {("due",): 2, ("later",): 1, ("running",): 0}
    with (
        growth("background_jobs_total", outcome="done") as done,
        growth("background_jobs_total", outcome="failed") as failed,
    ):
        for _ in range(4):
            await jobs.step(around)
    assert (done.by, failed.by) == (1, 1)
    assert shown(metrics.JOBS_WAITING) == {("due",): 0, ("later",): 2, ("running",): 0}


async def steps_of(*errors: Exception) -> AsyncIterator[None]:
    yield
    for error in errors:
        raise error
    yield


async def test_a_sweep_is_counted_with_how_long_it_took():
    with (
        growth("sweeps_total", scope="all", outcome="done") as done,
        growth("sweep_seconds_count", scope="all") as timed,
    ):
        assert len([step async for step in counted(steps_of(), "all")]) == 2
    assert (done.by, timed.by) == (1, 1)


async def test_a_sweep_that_fails_is_counted_as_that_and_fails_all_the_same():
    with (
        growth("sweeps_total", scope="some", outcome="failed") as failed,
        pytest.raises(ConnectionError),
    ):
        async for _ in counted(steps_of(ConnectionError("gone")), "some"):
            pass
    assert failed.by == 1


@pytest.fixture
def world(made_sweep):
    return made_sweep(mapping("issue", "project"))


async def test_what_a_sweep_finds_and_heals_is_counted_once(world):
    """An issue that is missing is also one that changed lately: it is read twice."""
    for number in (1, 2):
        world.jira.issue(str(number), f"AB-{number}")["changed"] = True
    world.has(full("AB-2"), full("AB-9"))
    with (
        growth("sweep_found_total", what="missing") as missing,
        growth("sweep_found_total", what="different") as different,
        growth("sweep_found_total", what="too_many") as too_many,
        growth("sweep_healed_total") as healed,
    ):
        await world.sweep()
    assert (missing.by, different.by, too_many.by, healed.by) == (1, 1, 1, 2)
    assert world.deleted == ["AB-9"]
    assert shown(metrics.WITHHELD) == {}


async def test_what_could_not_be_written_is_not_healed(world):
    world.jira.issue("1", "AB-1")
    written = world.sweeper._sync

    async def sync(results: Any, gone: Any) -> None:
        if results:
            raise ValueError("Port takes none of it")
        await written(results, gone)

    world.sweeper._sync = sync
    with (
        growth("sweep_found_total", what="missing") as missing,
        growth("sweep_healed_total") as healed,
    ):
        await world.sweep()
    assert (missing.by, healed.by) == (1, 0)


async def test_what_a_sweep_keeps_for_its_limit_is_shown_until_one_keeps_nothing(world):
    world.with_limit(0)
    world.has(full("CD-1"), full("CD-2"))
    world.jira.issue("1", "AB-1")
    await world.sweep()
    assert shown(metrics.WITHHELD) == {("issue",): 2}
    world.port.has.pop(("issue", "CD-1"))
    world.port.has.pop(("issue", "CD-2"))
    await world.sweep()
    assert shown(metrics.WITHHELD) == {}
