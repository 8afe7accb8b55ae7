"""A start that has no resync of its own makes up for what the last process left, by itself.

The disk is another one each time; what is known is in Port.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.mappings import blueprint, mapped, mapping, resource, site_of
from tests.e2e.support import first, make_world

MINUTE = 60.0
NO_RESYNC: dict[str, dict[str, Any]] = {
    "POLLING without resyncOnStart": {"OCEAN__EVENT_LISTENER__RESYNC_ON_START": "false"},
    "WEBHOOKS_ONLY": {"OCEAN__EVENT_LISTENER__TYPE": "WEBHOOKS_ONLY"},
}
POLLING = NO_RESYNC["POLLING without resyncOnStart"]
CURSORS = "/v1/integration/sandbox/cursor"
MADE_UP_FOR = "What the last process may have left is made up for"


async def hurt(world: World, change: Callable[[World], None], settings: dict[str, Any]) -> None:
    """Kill the process when it has taken events of a change, and written nothing of it."""
    world.port.api.latency = 30.0
    change(world)
    await world.deliveries.settled()
    assert world.deliveries.accepted
    await world.process.kill()
    world.port.api.latency = 0.0
    world.replace_process(**settings)


async def is_right_within_a_minute(world: World) -> None:
    """Start, and nobody asks for a resync."""
    ended, begun = world.port.api.resyncs_ended, time.monotonic()
    await world.launch()
    await world.process.wait_for_log(MADE_UP_FOR, MINUTE)
    await world.settled()
    assert time.monotonic() - begun < MINUTE
    assert world.port.api.resyncs_ended == ended
    assert [str(difference) for difference in await world.differences()] == []


@asynccontextmanager
async def every_kind(**settings: Any) -> AsyncIterator[World]:
    site = JiraSite()
    site.fill_every_kind(60)
    async with make_world(site=site, every_kind=True, **settings) as world:
        assert await world.start() == "completed"
        await world.settled()
        world.deliveries.accepted = 0
        yield world


def change_every_kind(world: World) -> None:
    site = world.site
    for issue in list(site.issues.values())[:20]:
        site.edit_issue(issue.id, summary=f"Edited before the end: {issue.key}")
    for issue in [issue for issue in site.issues.values() if not issue.children][:5]:
        site.delete_issue(issue.id)
    site.create_issue(next(iter(site.projects.values())).key, summary="Created before the end")
    site.rename_project(next(iter(site.projects.values())).key, name="Renamed before the end")
    boards = list(site.boards.values())
    site.rename_board(boards[0].id, "Renamed before the end")
    site.delete_board(boards[-1].id)
    active = next(sprint for sprint in site.sprints.values() if sprint.state == "active")
    site.rename_sprint(active.id, "Renamed before the end")
    site.close_sprint(active.id)
    versions = list(site.versions.values())
    site.release_version(versions[0].id)
    site.delete_version(versions[-1].id)
    users = list(site.users.values())
    site.change_user(users[0].account_id, name="Renamed before the end")


@pytest.mark.parametrize("listener", NO_RESYNC)
async def test_a_kill_in_mid_burst_is_made_up_for_of_every_kind(listener: str) -> None:
    async with every_kind() as world:
        await hurt(world, change_every_kind, NO_RESYNC[listener])
        await is_right_within_a_minute(world)


def showing_projects(site: JiraSite) -> Any:
    """A world whose issues show their project's name, which no query by time tells."""
    return mapped(
        site,
        mapping(
            resource("project", "project", ".key", title=".name"),
            resource(
                "issue",
                "issue",
                ".key",
                title=".fields.summary",
                properties={"text": ".fields.project.name", "more": ".fields.assignee.displayName"},
            ),
        ),
        [blueprint("project"), blueprint("issue")],
    )


def rename(world: World) -> None:
    world.site.rename_project(next(iter(world.site.projects.values())).key, name="Renamed")


@pytest.mark.parametrize("lean", [False, True])
async def test_what_an_event_entails_is_made_up_for_where_no_query_knows_of_it(lean: bool) -> None:
    """The project is written, the issues that show it aren't: it is killed in between."""
    async with showing_projects(site_of(40)) as world:
        world.port.api.entity_routes.lean_listing = lean
        key = next(iter(world.site.projects.values())).key
        world.port.api.latency = 0.7
        rename(world)
        await world.catalog.wait_for(
            lambda catalog: (catalog.get("project", key) or {}).get("title") == "Renamed", 30
        )
        await world.process.kill()
        assert await world.differences(), "it was killed in time"
        world.port.api.latency = 0.0
        world.replace_process(**POLLING)
        await is_right_within_a_minute(world)


async def test_an_end_in_order_leaves_nothing_and_its_restart_costs_next_to_nothing() -> None:
    async with showing_projects(site_of(40)) as world:
        rename(world)
        await world.caught_up()
        await world.process.stop()
        world.replace_process(**POLLING)
        at_port, at_jira = len(world.port.api.requests), len(world.jira.requests)
        await world.launch()
        issue = first(world)
        await world.arrival(
            lambda: world.site.edit_issue(issue.id, summary="Edited after the restart"),
            lambda: (world.catalog.get("issue", issue.key) or {})["title"] == issue.summary,
        )
        await world.caught_up()
        told = [r.method for r in world.port.api.requests[at_port:] if r.path == CURSORS]
        assert told == ["GET", "GET", "PUT"]
        asked = [(r.path, str(r.query)) for r in world.jira.requests[at_jira:]]
        assert not [path for path, _ in asked if path.endswith("/project/search")]
        assert not [query for _, query in asked if "updated" in query]
        assert not [line for line in world.process.log if MADE_UP_FOR in line]
        # From here on it is no end in order any more.
        await hurt(world, rename, POLLING)
        await is_right_within_a_minute(world)


@pytest.mark.parametrize("status", [404, 422])
async def test_a_port_that_keeps_no_moments_has_everything_compared(status: int) -> None:
    async with showing_projects(site_of(40)) as world:
        world.port.api.fail_status = status
        world.port.api.only["fail_status"] = CURSORS
        await hurt(world, rename, POLLING)
        world.port.api.fail_status = status
        world.port.api.only["fail_status"] = CURSORS
        await is_right_within_a_minute(world)


async def test_what_is_as_it_was_is_not_written_after_a_kill() -> None:
    async with showing_projects(site_of(40)) as world:
        # What a search doesn't show yet is missing, as far as the next process knows.
        world.port.hurry()
        await world.process.kill()
        world.replace_process(**POLLING)
        begun = len(world.port.api.requests)
        await world.launch()
        await world.process.wait_for_log(MADE_UP_FOR, MINUTE)
        asked = world.port.api.requests[begun:]
        assert not [r for r in asked if "bulk" in r.path or r.method == "DELETE"]
