"""Mappings of people's own, the blueprints that they need, and worlds that begin with them."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.support import make_world

NO_SWEEP: dict[str, Any] = {
    "OCEAN__INTEGRATION__CONFIG__SWEEP_INTERVAL": "0",
    "OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "1",
}
"""Nothing is compared but what an event asks for."""
TEXTS = ("text", "more", "email")

Names = set[tuple[str, str]]


def blueprint(identifier: str, **relations: str) -> dict[str, Any]:
    """A blueprint with a few texts; a relation whose target ends with `*` has many."""
    return {
        "identifier": identifier,
        "title": identifier,
        "schema": {"properties": {name: {"type": "string"} for name in TEXTS}},
        "relations": {
            name: {"target": target.removesuffix("*"), "many": target.endswith("*")}
            for name, target in relations.items()
        },
    }


def resource(
    kind: str,
    of: str,
    identifier: str | dict[str, Any],
    *,
    query: str = "true",
    items: str | None = None,
    selector: dict[str, Any] | None = None,
    **mappings: Any,
) -> dict[str, Any]:
    """A resource of the mapping: a kind's rows as entities of one blueprint."""
    port: dict[str, Any] = {
        "entity": {
            "mappings": {"identifier": identifier, "blueprint": f'"{of}"', **mappings},
        }
    }
    if items is not None:
        port["itemsToParse"] = items
    return {"kind": kind, "selector": {"query": query, **(selector or {})}, "port": port}


def mapping(*resources: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """The whole mapping; stubs and dependents as Port's defaults have them."""
    usual = {"createMissingRelatedEntities": True, "deleteDependentEntities": True}
    return {**usual, **settings, "resources": list(resources)}


def site_of(issues: int = 12, *, projects: int = 3, users: int = 6) -> JiraSite:
    """A small site whose issues are in every selector of ours."""
    site = JiraSite()
    site.fill(issues, projects=projects, users=users)
    return site


@asynccontextmanager
async def mapped(
    site: JiraSite,
    of: dict[str, Any],
    blueprints: Iterable[dict[str, Any]],
    *,
    before: Callable[[World], None] = lambda world: None,
    **settings: Any,
) -> AsyncIterator[World]:
    """A world that has done its first resync with this mapping; `before` prepares its catalog."""
    async with make_world(site=site, blueprints=list(blueprints), **settings) as world:
        before(world)
        world.port.api.set_mapping(of)
        assert await world.start() == "completed"
        yield world


def names(world: World, blueprint: str | None = None) -> Names:
    """What the catalog has."""
    return {(e["blueprint"], e["identifier"]) for e in world.catalog.entities(blueprint)}


async def sweep(world: World) -> None:
    """Have everything compared, and again when the index has caught up."""
    await world.sweep()
    await world.caught_up()


def deletions(world: World) -> list[str]:
    """What the log says was deleted, and why."""
    return [line for line in world.process.log if "Deleting" in line and "from Port (" in line]


async def is_as_a_fresh_resync(world: World) -> None:
    """The catalog, when all that is on its way has arrived."""
    await world.caught_up()
    assert await world.differences() == []
