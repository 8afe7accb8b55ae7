"""A resync that another one supersedes writes nothing any more once the next one has begun."""

import asyncio
import copy
from typing import Any

from sandbox.world import World
from tests.e2e.support import make_world

BULK = "/v1/blueprints/jiraIssue/entities/bulk"
HANGING = 12
"""Requests of the first resync that wait at Port when the next one is asked for."""
MOST_IN_A_REQUEST = 20
ISSUES = 1200


def titles_said(mapping: dict[str, Any], which: str) -> dict[str, Any]:
    """The mapping, with titles that tell which resync wrote an issue."""
    said = copy.deepcopy(mapping)
    for resource in said["resources"]:
        if resource["kind"] == "issue":
            resource["port"]["entity"]["mappings"]["title"] = f'"{which}"'
    return said


def note_writes(world: World) -> list[str]:
    """The titles of issues, in the order in which Port writes them."""
    written: list[str] = []
    upsert = world.catalog.upsert

    def noting(blueprint: str, entity: dict[str, Any], **options: Any) -> Any:
        if blueprint == "jiraIssue":
            written.append(str(entity.get("title")))
        return upsert(blueprint, entity, **options)

    world.catalog.upsert = noting  # type: ignore[method-assign]
    return written


async def test_no_write_of_a_superseded_resync_comes_after_the_next_ones_first(default_mapping):
    mapping = default_mapping
    async with make_world(ISSUES) as world:
        port = world.port.api
        port.set_mapping(titles_said(mapping, "first"))
        written = note_writes(world)
        port.hang = asyncio.Event()
        port.only["hang"] = BULK
        await world.process.start()
        await port.requested(BULK, HANGING, timeout=60)
        port.set_mapping(titles_said(mapping, "second"))
        begins = len(world.process.log)
        port.request_resync()
        await world.process.wait_for_log("Resync was triggered", timeout=60, after=begins)
        sent_before = port.count(BULK)
        # From now on Port is slow, and takes what hung there: those had been sent.
        port.latency = 0.3
        port.only["latency"] = BULK
        port.hang.set()
        await world.process.wait_for_log("Resync finished successfully", timeout=120)
        assert written.count("second") >= ISSUES
        assert written.count("first") <= sent_before * MOST_IN_A_REQUEST
        assert "first" not in written[written.index("second") :]
