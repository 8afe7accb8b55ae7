"""Live events come first: whatever a resync or background work waits for, they don't."""

import asyncio
from typing import Any

import pytest

from sandbox.jira.faults import Fault
from sandbox.jira.gate import JiraRequest
from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.support import first, started, title

BULK = "/v1/blueprints/jiraIssue/entities/bulk"
BOARDS = "/rest/agile/1.0/board/"
SOFTWARE = "/rest/software/1.0/board/"
FAST: dict[str, Any] = {"OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG": "1"}
PLACES_OF_THE_BACKGROUND = 8
"""Of the ten that there are."""


async def edited(world: World, key: str, text: str) -> None:
    """Edit an issue, and wait until Port shows it."""
    world.site.edit_issue(key, summary=text)
    await world.catalog.wait_for(lambda _: title(world, key) == text, 20, what=text)


def a_release(world: World) -> tuple[str, str, str]:
    """A release, an issue that is fixed in it, and one that has nothing to do with it."""
    of = first(world, lambda issue: bool(issue.fix_versions))
    other = first(
        world,
        lambda issue: (
            issue.project is not of.project and issue.parent is None and not issue.fix_versions
        ),
    )
    return of.fix_versions[0].id, of.key, other.key


@pytest.fixture
async def hanging():
    """What background work writes of a renamed release hangs at Port, and nothing else."""
    site = JiraSite(seed=9)
    site.fill_every_kind(40)
    async with started(site=site, **FAST) as world:
        mapping = (world.port.api.integration or {})["config"]
        for resource in mapping["resources"]:
            if resource["kind"] == "issue":
                shown = "(.fields.fixVersions // []) | map(.name)"
                resource["port"]["entity"]["mappings"]["properties"]["labels"] = shown
        world.port.api.set_mapping(mapping)
        assert await world.resync() == "completed"
        await world.settled()
        release, of_release, other = a_release(world)
        sent = world.port.api.count(BULK)
        world.port.api.hang = hangs = asyncio.Event()
        world.port.api.only["hang"] = BULK
        world.site.change_version(release, name="Another name")
        await world.port.api.requested(BULK, sent + 1, timeout=30)
        # What comes from now on is answered.
        world.port.api.hang = None
        yield world, hangs, of_release, other
        hangs.set()
        await world.settled()
        labels = (world.catalog.get("jiraIssue", of_release) or {})["properties"]["labels"]
        assert "Another name" in labels
        assert [str(difference) for difference in await world.differences()] == []


async def test_an_edit_does_not_wait_for_what_background_work_writes(hanging) -> None:
    world, hangs, _, other = hanging
    await edited(world, other, "Edited meanwhile")
    assert not hangs.is_set()


async def test_an_edit_of_what_background_work_is_writing_comes_after_that(hanging) -> None:
    world, hangs, of_release, _ = hanging
    world.site.edit_issue(of_release, summary="Edited last")
    await world.deliveries.settled(20)
    hangs.set()
    await world.settled()
    assert title(world, of_release) == "Edited last"


async def test_an_edit_does_not_wait_for_what_a_resync_asks_jira() -> None:
    """All that is read by boards hangs: more than there are places."""
    site = JiraSite(seed=9)
    site.fill(40, projects=12, users=4)
    site.fill_agile()
    async with started(site=site, every_kind=True, **FAST) as world:
        await world.caught_up()
        faults = [world.jira.faults.add(Fault("hang", path)) for path in (BOARDS, SOFTWARE)]
        enough = asyncio.Event()
        hung = 0

        def count(request: JiraRequest) -> None:
            nonlocal hung
            hung += request.path.startswith((BOARDS, SOFTWARE))
            if hung >= PLACES_OF_THE_BACKGROUND:
                enough.set()

        world.jira.on_request = count
        world.port.api.request_resync()
        await asyncio.wait_for(enough.wait(), 60)
        await edited(world, first(world).key, "Edited in the resync")
        assert world.port.api.resyncs_ended == 1
        world.jira.on_request = None
        for fault in faults:
            world.jira.faults.remove(fault)
        assert await world.port.api.resync_finished(2, 120) == "completed"
        await world.settled()
        assert [str(difference) for difference in await world.differences()] == []
