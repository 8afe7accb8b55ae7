"""What is as it was isn't written: not by a sweep, whatever the mapping, and not by a resync."""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.mappings import NO_SWEEP, blueprint, mapped, mapping, resource, site_of
from tests.e2e.random_mappings import peopled, random_case
from tests.e2e.support import started

EVERYTHING = {"jql": ""}
NAME = '"i-" + .id'
LABELS = ("red", "green", "blue")


def labelled(issues: int = 30) -> JiraSite:
    """A site whose issues share a few labels."""
    site = site_of(issues)
    for number, issue in enumerate(site.issues.values()):
        issue.labels = [LABELS[number % 3], LABELS[(number + 1) % 3]]
    return site


def own() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Queries, items, names of its own, two resources of one entity, and entities without more."""
    return (
        mapping(
            resource("project", "home", ".id", title=".name", query='.key != "ZZ"'),
            resource(
                "issue",
                "thing",
                NAME,
                title=".fields.summary",
                query='.fields.status.name != "Nope"',
                selector=EVERYTHING,
                properties={"text": ".fields.status.name"},
                relations={"home": ".fields.project.id"},
            ),
            resource(
                "issue",
                "thing",
                NAME,
                title=".fields.summary",
                selector=EVERYTHING,
                properties={"more": ".key"},
                relations={"labels": ".fields.labels"},
            ),
            resource("issue", "label", ".item", items=".fields.labels", selector=EVERYTHING),
            resource("issue", "bare", ".key", query=".id != null", selector=EVERYTHING),
        ),
        [
            blueprint("home"),
            blueprint("label"),
            blueprint("thing", home="home", labels="label*"),
            blueprint("bare"),
        ],
    )


@contextmanager
def taken(world: World) -> Iterator[list[str]]:
    """The names of what Port takes meanwhile, each time; what it refuses may be tried again."""
    names: list[str] = []

    def note(what: str, blueprint: str, identifier: str) -> None:
        names.append(f"{what} {blueprint}/{identifier}")

    end = world.catalog.on_change(note)
    try:
        yield names
    finally:
        end()


def searches(world: World) -> int:
    """How often Port was asked for entities."""
    paths = [request.path for request in world.port.api.requests]
    return len([path for path in paths if path.endswith(("/search", "/datasource-entities"))])


async def swept(world: World) -> list[str]:
    """Have everything compared, twice; what Port took and deleted, but for a project's own.

    Jira says that the project changed, and it is as it was: what belongs to it is read again, too.
    """
    await world.settled()
    # What a search doesn't show yet is missing, as far as a sweep knows.
    world.port.hurry()
    project = next(project for project in world.site.projects.values() if project.visible)
    with taken(world) as names:
        world.site.rename_project(project.key, name=project.name)
        await world.caught_up()
        await world.sweep()
        await world.caught_up()
    assert any("Background work done: sweep" in line for line in world.process.log)
    return [name for name in names if project.name != title(world, name)]


def title(world: World, name: str) -> str | None:
    """The title that the catalog shows for something that was taken."""
    blueprint, _, identifier = name.partition(" ")[2].partition("/")
    return (world.catalog.get(blueprint, identifier) or {}).get("title")


@asynccontextmanager
async def of_own(**settings: Any) -> AsyncIterator[World]:
    of, blueprints = own()
    async with mapped(labelled(), of, blueprints, **(NO_SWEEP | settings)) as world:
        await world.settled()
        yield world


async def test_a_quiet_regular_sweep_writes_nothing() -> None:
    async with of_own(OCEAN__INTEGRATION__CONFIG__SWEEP_INTERVAL="1") as world:
        with taken(world) as names:
            await world.process.wait_for_log(
                "Background work done: regular sweep", 120, after=len(world.process.log)
            )
            await world.settled()
        assert names == []


@pytest.mark.parametrize("lean", [True, False])
async def test_a_quiet_sweep_writes_nothing_under_a_mapping_of_ones_own(lean: bool) -> None:
    async with of_own() as world:
        world.port.api.entity_routes.lean_listing = lean
        assert await swept(world) == []


@pytest.mark.parametrize("seed", range(6))
async def test_a_quiet_sweep_writes_nothing_under_a_random_mapping(seed: int) -> None:
    rng = random.Random(seed)
    case = random_case(rng)
    site = site_of(30)
    peopled(site, rng)
    async with mapped(site, case.mapping, case.blueprints, **case.settings) as world:
        assert await swept(world) == []


async def test_a_quiet_sweep_of_every_kind_writes_nothing() -> None:
    site = JiraSite()
    site.fill_every_kind(30)
    async with started(site=site, every_kind=True, **NO_SWEEP) as world:
        assert await swept(world) == []


async def test_a_sweep_writes_what_changed_without_an_event_and_no_more() -> None:
    async with of_own() as world:
        world.deliveries.enabled = False
        issue = next(iter(world.site.issues.values()))
        world.site.edit_issue(issue.id, summary="Nobody told")
        world.deliveries.enabled = True
        # Two resources show the summary, and it is written once.
        assert await swept(world) == [f"upsert thing/i-{issue.id}"]
        assert (world.catalog.get("thing", f"i-{issue.id}") or {})["title"] == "Nobody told"


async def test_what_somebody_deleted_in_port_comes_back_with_a_sweep() -> None:
    async with of_own() as world:
        before = world.catalog.snapshot()
        for of in ("thing", "label", "bare"):
            world.catalog.delete(of, [world.catalog.entities(of)[0]["identifier"]])
        await swept(world)
        assert world.catalog.snapshot().keys() == before.keys()


async def test_an_unchanged_resync_writes_nothing_and_asks_little() -> None:
    async with of_own() as world:
        world.port.api.requests.clear()
        # A search shows all of that by now.
        world.port.hurry()
        with taken(world) as names:
            assert await world.resync() == "completed"
        assert names == []
        # For each of four blueprints what is ours and what Port made for us, and the framework's.
        assert searches(world) <= 2 * 4 + 1


async def test_a_first_resync_asks_once_for_each_blueprint() -> None:
    async with of_own() as world:
        pages = [r for r in world.port.api.requests if r.path.endswith("/entities/search")]
        assert len([r for r in pages if "/blueprints/" in r.path]) == 4


async def test_what_somebody_changed_in_port_is_put_right_by_the_next_resync() -> None:
    async with of_own() as world:
        before = world.catalog.snapshot()
        [first, second, third, fourth, *_] = world.catalog.entities("thing")
        by_hand = "a-person"

        def change(row: dict[str, Any], **what: Any) -> None:
            name = {"identifier": row["identifier"]}
            world.catalog.upsert("thing", name | what, user_agent=by_hand)

        change(first, title="By hand")
        change(second, properties={"text": "By hand"})
        change(third, relations={"home": None, "labels": ["red"]})
        world.catalog.delete("thing", [fourth["identifier"]])
        world.catalog.delete("label", ["green"])
        assert world.catalog.snapshot() != before
        # A search shows all of that by now.
        world.port.hurry()
        assert await world.resync() == "completed"
        await world.settled()
        assert world.catalog.snapshot() == before


async def test_what_was_changed_by_hand_and_then_in_jira_is_as_jira_has_it() -> None:
    """The one that wrote last here isn't the one that wrote last there."""
    async with of_own() as world:
        issue = next(iter(world.site.issues.values()))
        name = f"i-{issue.id}"
        summary = issue.summary
        world.catalog.upsert("thing", {"identifier": name, "title": "By hand"}, user_agent="x")
        world.site.edit_issue(issue.id, summary="Another")
        await world.settled()
        world.site.edit_issue(issue.id, summary=summary)
        await world.settled()
        assert (world.catalog.get("thing", name) or {})["title"] == summary
