"""A sweep that would delete much says so instead, unless Jira itself explains it."""

import pytest

from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.sweep_site import full


@pytest.fixture
def world(made_sweep):
    return made_sweep(mapping("issue", "project"))


def errors(log: list[str]) -> list[str]:
    return [line for line in log if line.startswith("ERROR")]


@pytest.mark.parametrize("limit", [0, 50, 99])
async def test_over_the_limit_nothing_is_deleted_and_some_are_named(world, log, limit):
    world.with_limit(limit)
    world.jira.project("10", "AB")
    world.has(*(full(f"AB-{n}") for n in range(20)), full("AB", "project"))
    await world.sweep()
    assert world.deleted == []
    [error] = errors(log)
    for part in ("20 entities of issue", "AB-0", "sweepDeleteLimit", f"{limit} %"):
        assert part in error


@pytest.mark.parametrize(
    ("limit", "threshold", "deleted"),
    [(100, 1.0, True), (100, 0.9, False), (50, 1.0, False), (100, 0.0, False), (0, 1.0, False)],
)
async def test_the_smaller_of_both_limits_counts(world, limit, threshold, deleted):
    world.mapping.entity_deletion_threshold = threshold
    world.with_limit(limit)
    world.has(full("AB-9"))
    await world.sweep()
    assert bool(world.deleted) is deleted


async def test_over_the_limit_what_is_missing_is_still_written(world):
    world.with_limit(0)
    world.jira.issue("1", "AB-1")
    world.has(full("CD-1"))
    await world.sweep()
    assert world.names() == ["AB-1", "CD-1"]


async def test_a_project_that_jira_says_was_put_away_explains_that_its_issues_are_gone(world, log):
    """Renamed, in the archive or in the trash: no limit is needed against that."""
    world.with_limit(10)
    world.jira.put_away = {"AB"}
    world.has(*(full(f"AB-{n}") for n in range(5)), full("AB", "project"))
    await world.sweep()
    assert world.names() + world.names("project") == []
    assert errors(log) == []


async def test_a_project_that_is_live_explains_nothing(world, log):
    world.with_limit(10)
    world.jira.project("10", "AB")
    world.jira.put_away = {"AB"}
    world.has(*(full(f"AB-{n}") for n in range(5)), full("AB", "project"))
    await world.sweep()
    assert world.deleted == []
    assert len(errors(log)) == 1


async def test_a_project_that_just_cannot_be_seen_explains_nothing(world, log):
    world.with_limit(10)
    world.has(*(full(f"AB-{n}") for n in range(5)))
    await world.sweep()
    assert world.deleted == []
    assert len(errors(log)) == 1


async def test_within_the_limit_nobody_is_asked_for_an_explanation(world):
    world.with_limit(50)
    world.jira.issue("1", "AB-1")
    world.jira.put_away = None
    world.has(full("AB-1"), full("AB-2"))
    await world.sweep()
    assert world.deleted == ["AB-2"]
