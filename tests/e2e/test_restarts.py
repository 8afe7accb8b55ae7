"""A process that ends in the middle of things loses nothing that its next start doesn't make up."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.jira.faults import Fault
from sandbox.world import World
from tests.e2e.support import first, started


def waiting(seconds: int) -> dict[str, Any]:
    """The setting for so many seconds to write what waits."""
    return {"OCEAN__MAX_WAIT_SECONDS_BEFORE_SHUTDOWN": str(seconds)}


IN_TIME = 25.0
"""The most that an end takes beyond the time for writing: connections, Port's answers, the log."""

pytestmark = pytest.mark.usefixtures("executed")


def change_many(world: World) -> None:
    for issue in list(world.site.issues.values())[:60]:
        world.site.edit_issue(issue.id, summary=f"Edited before the end: {issue.key}")
    gone = [issue for issue in world.site.issues.values() if not issue.children][:10]
    for issue in gone:
        world.site.delete_issue(issue.id)
    world.site.create_issue("AB", summary="Created before the end")


async def ended(world: World, timeout: float) -> float:  # noqa: ASYNC109
    """Ask the process to end; the seconds that it took. It has to end by itself."""
    begun = time.monotonic()
    await world.process.stop(timeout)
    assert world.process.returncode == 0, world.process.log[-20:]
    return time.monotonic() - begun


@pytest.mark.parametrize("ending", ["stop", "kill"])
async def test_changes_in_mid_burst_are_made_up_for_by_the_next_start(ending: str) -> None:
    async with started(80) as world:
        world.port.api.latency = 0.05
        one = next(iter(world.site.issues.values()))
        change_many(world)
        await world.catalog.wait_for(
            lambda catalog: (catalog.get("jiraIssue", one.key) or {}).get("title") == one.summary,
            30,
        )
        await getattr(world.process, ending)()
        world.port.api.latency = 0.0
        world.site.create_issue("AB", summary="Created while nobody listened")
        assert await world.start() == "completed"
        await world.settled()
        assert [str(difference) for difference in await world.differences()] == []


async def test_what_was_taken_is_written_before_the_end_while_port_is_slow() -> None:
    async with started(80, **waiting(60)) as world:
        world.port.api.latency = 0.5
        change_many(world)
        await world.deliveries.settled()
        assert world.deliveries.accepted == 71
        await ended(world, 60 + IN_TIME)
        assert [line for line in world.process.log if "Stopping: " in line]
        (line,) = [line for line in world.process.log if "Stopped after " in line]
        assert "live events (" not in line, "but for what waits for Jira's search"
        world.port.api.latency = 0.0
        assert [str(difference) for difference in await world.differences()] == []


def port_refuses(world: World) -> None:
    world.port.api.down = True


def port_hangs(world: World) -> None:
    world.port.api.hang = asyncio.Event()


def jira_refuses(world: World) -> None:
    world.jira.faults.add(Fault("status", status=503))


def jira_hangs(world: World) -> None:
    world.jira.faults.add(Fault("hang"))


@pytest.mark.parametrize("fault", [port_refuses, port_hangs, jira_refuses, jira_hangs])
async def test_the_end_comes_in_time_whoever_is_away(fault: Callable[[World], None]) -> None:
    async with started(30, **waiting(4)) as world:
        fault(world)
        for issue in list(world.site.issues.values())[:20]:
            world.site.edit_issue(issue.id, summary=f"Edited before the end: {issue.key}")
        await world.deliveries.settled()
        assert await ended(world, 4 + IN_TIME + 10) < 4 + IN_TIME
        (line,) = [line for line in world.process.log if "something left" in line]
        assert "20 live events (jira:issue_updated " in line
        world.port.api.clear_faults()
        world.jira.faults.clear()
        assert await world.start() == "completed"
        await world.settled()
        assert [str(difference) for difference in await world.differences()] == []


async def test_a_resync_under_way_does_not_keep_it_from_ending() -> None:
    async with started(200, **waiting(30)) as world:
        world.port.api.latency = 1.0
        world.port.api.request_resync()
        await world.process.wait_for_log("Performing resync", after=len(world.process.log) - 5)
        issue = first(world)
        world.site.edit_issue(issue.id, summary="Edited while a resync ran")
        await world.deliveries.settled()
        await ended(world, 30 + IN_TIME)
        assert (world.catalog.get("jiraIssue", issue.key) or {})["title"] == issue.summary


async def test_a_delivery_that_was_refused_by_a_closed_socket_comes_again() -> None:
    async with started(20) as world:
        await world.process.stop()
        world.deliveries.retry_delay = 2.0
        issue = world.site.create_issue("AB", summary="Created meanwhile")
        assert await world.start() == "completed"
        await world.settled()
        assert [delivery.attempts > 1 for delivery in world.deliveries.log] == [True]
        assert world.catalog.get("jiraIssue", issue.key) is not None
