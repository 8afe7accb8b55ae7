"""Random failures beside random changes: what doesn't depend on what fails is as after a resync."""

import asyncio
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from kinds import Kinds
from sandbox.compare import Difference, differences
from sandbox.jira.faults import Fault
from sandbox.jira.site import JiraSite
from sandbox.random_agile_changes import AGILE_CHANGES
from sandbox.random_changes import CHANGES, change_something
from sandbox.random_planning_changes import PLANNING_CHANGES
from sandbox.world import World
from tests.e2e.failures import AGILE, broken_board, faults, query_wrong
from tests.e2e.support import make_world

CHANGES_EACH = 25
TOGETHER = 2
# Projects stay what they are: a failing board is found again by its own.
OF_PROJECTS = ("project", "move", "board")
EVERY_CHANGE = {
    name: change
    for name, change in {**CHANGES, **AGILE_CHANGES, **PLANNING_CHANGES}.items()
    if not any(word in name for word in OF_PROJECTS)
}
SETTINGS: dict[str, Any] = {
    "OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "1",
    "OCEAN__INTEGRATION__CONFIG__SWEEP_DELETE_LIMIT": "100",
    "OCEAN__PORT__PORT_APP_CONFIG_CACHE_TTL": "0",
}

OF_BOARDS = (Kinds.BOARD, Kinds.SPRINT, Kinds.EPIC, Kinds.BACKLOG)
Begin = Callable[[World], Callable[[], object]]


def endpoints(status: int, *paths: str) -> Begin:
    """A group of endpoints that Jira refuses."""
    return lambda world: faults(world, *(Fault("status", path, status=status) for path in paths))


def one_board(world: World) -> Callable[[], object]:
    """One board that Jira refuses."""
    board = broken_board(world)
    board.fault = 403

    def mend() -> None:
        board.fault = None

    return mend


def one_blueprint(blueprint: str) -> Begin:
    """A blueprint that Port no longer has."""

    def begin(world: World) -> Callable[[], object]:
        missing = world.port.api.missing_blueprints
        world.port.api.missing_blueprints = {*missing, blueprint}

        def mend() -> None:
            world.port.api.missing_blueprints = world.port.api.missing_blueprints - {blueprint}

        return mend

    return begin


FAILURES: dict[str, tuple[Begin, tuple[Kinds, ...]]] = {
    "403 for boards": (endpoints(403, *AGILE), OF_BOARDS),
    "401 for boards": (endpoints(401, *AGILE), OF_BOARDS),
    "403 for users": (endpoints(403, "/rest/api/3/user"), (Kinds.USER,)),
    "one board": (one_board, OF_BOARDS),
    "the blueprint of users": (one_blueprint("jiraUser"), (Kinds.USER,)),
    "the blueprint of issues": (one_blueprint("jiraIssue"), (Kinds.ISSUE,)),
    "the blueprint of releases": (one_blueprint("jiraRelease"), (Kinds.RELEASE,)),
    "the query of users": (query_wrong, (Kinds.USER,)),
}
"""How each begins, and the kinds that depend on it."""


def independent(
    found: Iterable[Difference], depend: set[str], stubs: set[tuple[str, str]]
) -> list[Difference]:
    """What isn't of a blueprint that depends on what fails, nor a stub that only such ones need."""
    return [
        difference
        for difference in found
        if difference.blueprint not in depend
        and (difference.blueprint, difference.identifier) not in stubs
    ]


def stubs_of(world: World) -> set[tuple[str, str]]:
    """Entities that have nothing but their name."""
    return {
        key
        for key, entity in world.catalog.snapshot().items()
        if not any(value is not None for value in entity["properties"].values())
    }


async def sweep(world: World) -> None:
    """Have everything compared, and again when the index has caught up."""
    await world.sweep()
    await world.caught_up()


async def run(seed: int) -> list[str]:
    """Some things fail, things change, and all of it is mended."""
    rng = random.Random(seed)
    site = JiraSite(seed=seed)
    site.fill_every_kind(40)
    async with make_world(site=site, every_kind=True, **SETTINGS) as world:
        assert await world.start() == "completed"
        names = rng.sample(sorted(FAILURES), rng.choice((1, 2)))
        mend = [FAILURES[name][0](world) for name in names]
        depend = {f"jira{kind.capitalize()}" for name in names for kind in FAILURES[name][1]}
        made = [change_something(site, rng, EVERY_CHANGE) for _ in range(CHANGES_EACH)]
        await sweep(world)
        live = world.catalog.snapshot()
        stubs = stubs_of(world)
        for end in mend:
            end()
        await sweep(world)
        fresh = await world.fresh_catalog()
        beside = independent(differences(live, fresh), depend, stubs)
        left = differences(world.catalog.snapshot(), fresh)
        problems = [f"beside what fails: {difference}" for difference in beside]
        problems += [f"after mending: {difference}" for difference in left]
        if problems:
            problems.append(str(made))
        return [f"seed {seed}, {' and '.join(names)}: {problem}" for problem in problems]


async def run_all(seeds: range) -> None:
    places = asyncio.Semaphore(TOGETHER)

    async def one(seed: int) -> list[str]:
        async with places:
            return await run(seed)

    found = await asyncio.gather(*(one(seed) for seed in seeds))
    problems = [problem for each in found for problem in each]
    assert not problems, "\n".join(problems)


async def test_what_does_not_depend_on_a_failure_is_as_after_a_resync() -> None:
    await run_all(range(3))


@pytest.mark.slow
async def test_more_random_failures_cost_only_themselves() -> None:
    await run_all(range(100, 112))
