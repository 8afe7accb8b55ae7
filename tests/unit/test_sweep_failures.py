"""A resource that fails in a sweep costs only itself."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from background.last_read import MARGIN_MINUTES
from jira.errors import (
    JiraAuthenticationError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from kinds import Kinds
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.sweep_site import SweepWorld, full

ISSUES = "issue (resource 1 of the mapping)"
USERS = "user (resource 3 of the mapping)"
ERRORS = [
    JiraPermissionError("403"),
    JiraAuthenticationError("401: scope does not match"),
    JiraUnavailableError("503"),
    JiraRequestError("400"),
]


@pytest.fixture
def world(made_sweep: Any) -> SweepWorld:
    """Each kind has something to heal and something to delete."""
    made: SweepWorld = made_sweep(mapping("issue", "project", "user"))
    made.jira.issue("1", "AB-1")
    made.jira.project("10", "AB")
    made.jira.accounts["U1"] = {"accountId": "U1", "name": "One"}
    made.has(full("AB-9"), full("XX", "project"), full("U9", "user"))
    return made


def raising(error: Exception) -> Callable[..., AsyncIterator[list[Any]]]:
    """A list that can't be read."""

    async def pages(*_: Any) -> AsyncIterator[list[Any]]:
        for failure in (error,):
            raise failure
        yield []

    return pages


def breaks(world: SweepWorld, kind: Kinds, error: Exception, *, rows: int = 0) -> None:
    """Reading all of a kind gives so many rows, and then an error."""
    of: Any = world.jira.kinds[kind]
    read = of.pages

    async def pages(selector: Any) -> AsyncIterator[list[Any]]:
        left = rows
        async for page in read(selector):
            if left <= 0:
                break
            yield page[:left]
            left -= len(page)
        raise error

    of.pages = pages


def failing(world: SweepWorld) -> list[str]:
    return [state.what for state in world.failing.states()]


@pytest.mark.parametrize("error", [*ERRORS, KeyError("a bug of ours")])
async def test_the_others_are_compared_healed_and_deleted_from(world, error):
    breaks(world, Kinds.USER, error)
    await world.sweep()
    assert world.names() == ["AB-1"]
    assert world.names("project") == ["AB"]
    assert world.names("user") == ["U9"], "nobody knows that it is too much"
    assert failing(world) == [USERS]


async def test_what_came_before_the_failure_is_compared_and_healed(world):
    breaks(world, Kinds.USER, JiraUnavailableError("503"), rows=1)
    await world.sweep()
    assert world.names("user") == ["U1", "U9"]


async def test_it_is_said_once_and_ends_when_it_can_be_read_again(world, log):
    of: Any = world.jira.kinds[Kinds.USER]
    read = of.pages
    breaks(world, Kinds.USER, JiraPermissionError("403"))
    for _ in range(3):
        await world.sweep()
    assert len([line for line in log if "can't be kept up to date" in line]) == 1
    of.pages = read
    await world.sweep()
    assert failing(world) == []
    assert world.names("user") == ["U1"]
    assert [line for line in log if f"{USERS} works again" in line]


async def test_a_blueprint_that_others_make_too_is_incomplete(made_sweep):
    world = made_sweep(mapping("project", "user", blueprint='"thing"', identifier=".key"))
    world.has(full("gone", "thing"))
    breaks(world, Kinds.USER, JiraPermissionError("403"))
    await world.sweep()
    assert world.deleted == []


async def test_one_that_computes_its_blueprint_might_have_made_anything(made_sweep):
    of = mapping("issue", "project")
    of.resources[1].port.entity.mappings.blueprint = ".fields.type"
    world = made_sweep(of)
    world.has(full("AB-9"))
    breaks(world, Kinds.PROJECT, JiraPermissionError("403"))
    await world.sweep()
    assert world.deleted == []


@pytest.mark.parametrize("error", ERRORS)
async def test_where_jira_does_not_know_us_the_sweep_fails_and_no_resource_is_blamed(world, error):
    breaks(world, Kinds.USER, error)

    def revoke() -> None:
        world.jira.bad_credentials = True

    with pytest.raises(JiraAuthenticationError):
        await world.sweep(at={1: revoke})
    assert world.deleted == []
    assert failing(world) == []


async def test_where_nothing_can_be_read_jira_is_down_whatever_it_says_of_us(world):
    world.jira.reader.names = raising(JiraUnavailableError("503"))
    for kind in (Kinds.PROJECT, Kinds.USER):
        breaks(world, kind, JiraUnavailableError("503"))
    with pytest.raises(JiraUnavailableError):
        await world.sweep()
    assert world.deleted == []


@pytest.mark.parametrize(
    ("error", "fails"),
    [(httpx.ConnectError("Port is down"), True), (503, True), (422, False)],
)
async def test_a_write_that_port_may_take_later_fails_the_sweep(made_sweep, error, fails):
    world = made_sweep(mapping("project", "issue"))
    world.jira.issue("1", "AB-1")
    world.jira.project("10", "AB")
    if isinstance(error, int):
        request = httpx.Request("POST", "https://port.example.com")
        answer = httpx.Response(error, request=request)
        error = httpx.HTTPStatusError(str(error), request=request, response=answer)
    sync = world.sync

    async def refuses_projects(results: Any, gone: Any) -> None:
        if any(result.resource.kind == "project" for result in results):
            raise error
        await sync(results, gone)

    world.sync = refuses_projects
    world.with_limit(100)
    if fails:
        with pytest.raises(httpx.HTTPError):
            await world.sweep()
        return
    await world.sweep()
    assert world.names() == ["AB-1"]
    assert failing(world) == ["project (resource 1 of the mapping)"]


async def test_what_changed_since_it_last_could_be_read_is_read_when_it_can_be_again(made_sweep):
    """Sweeps in between were none of it: what happened then is older than the last sweep."""
    world = made_sweep(mapping("issue", "project"))
    await world.sweep()
    read = world.jira.reader.pages

    world.jira.reader.pages = raising(JiraUnavailableError("503"))
    for _ in range(3):
        world.time += 3600
        await world.sweep()
    world.jira.reader.pages = read
    world.time += 60
    await world.sweep()
    assert world.jira.asked[-1].endswith(f"updated >= -{3 * 60 + 1 + MARGIN_MINUTES}m")
    await world.sweep()
    assert world.jira.asked[-1].endswith(f"updated >= -{MARGIN_MINUTES}m")


async def test_one_that_fell_behind_is_read_whole_once(world):
    """What a follow-up missed, no `updated` tells of."""

    async def pages(_: Any) -> AsyncIterator[list[Any]]:
        yield list(world.jira.by_id.values())

    await world.sweep()
    of: Any = world.jira.issues
    of.pages = pages
    world.has(full("AB-1"))
    world.jira.asked.clear()
    world.written.clear()
    world.failing.fell_behind(ISSUES)
    await world.sweep()
    assert world.written == ["AB-1"]
    assert world.jira.asked == []
    await world.sweep()
    assert [asked for asked in world.jira.asked if asked.startswith("names")]


async def test_one_that_fell_behind_stays_so_until_all_of_it_was_read(world):
    world.failing.fell_behind(ISSUES)
    breaks(world, Kinds.ISSUE, JiraUnavailableError("503"), rows=1)
    await world.sweep()
    assert world.failing.is_behind(ISSUES)


async def test_a_resync_reads_whole_what_fell_behind(world):
    world.failing.fell_behind(ISSUES)
    world.sweeper.look_back_to(world.time)
    assert not world.failing.is_behind(ISSUES)


async def test_an_explanation_that_jira_does_not_give_costs_no_other_blueprint(made_sweep):
    """Who could say why all issues are gone is the list of projects."""
    world = made_sweep(mapping("issue", "user"))
    world.with_limit(50)
    for name in ("U0", "U1", "U2"):
        world.jira.accounts[name] = {"accountId": name, "displayName": "now", "active": True}
    world.has(full("AB-1"), *(full(f"U{n}", "user") for n in range(4)))

    world.jira.projects.listed = raising(JiraPermissionError("403"))
    await world.sweep()
    assert world.deleted == ["U3"]
