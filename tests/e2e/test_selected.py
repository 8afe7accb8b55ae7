"""A query's result that something else than its issues changes."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jira.jql_reads import reads_of
from sandbox.jira.entities import Sprint
from sandbox.jira.site import JiraSite
from sandbox.world import World
from tests.e2e.mappings import blueprint, mapped, mapping, names, resource
from tests.e2e.support import started

INDEX = "OCEAN__INTEGRATION__CONFIG__SEARCH_INDEX_LAG"
SETTINGS: Any = {"OCEAN__INTEGRATION__CONFIG__SWEEP_INTERVAL": "0", INDEX: "1"}
DAY = 24 * 3600


@asynccontextmanager
async def selecting(site: JiraSite, jql: str) -> AsyncIterator[World]:
    """A world of the issues of one query, none of which says what it is selected by."""
    of = resource("issue", "thing", ".key", selector={"jql": jql}, title=".fields.summary")
    async with mapped(site, mapping(of), [blueprint("thing")], **SETTINGS) as world:
        yield world


async def up_to_date(world: World) -> set[str]:
    await world.caught_up()
    assert [str(difference) for difference in await world.differences()] == []
    return {name for _, name in names(world)}


def planned() -> tuple[JiraSite, Sprint, Sprint, list[str]]:
    """Ten issues in an active sprint, as many in a future one, and nothing else in a sprint."""
    site = JiraSite()
    site.fill(10, projects=2, users=3)
    board = site.create_board(["AB"])
    active, future = site.create_sprint(board.id), site.create_sprint(board.id)
    site.start_sprint(active.id)
    keys = []
    for sprint in (active, future):
        for _ in range(10):
            issue = site.create_issue("AB")
            site.set_sprint(issue.id, sprint.id)
            keys.append(issue.key)
    return site, active, future, keys


@pytest.mark.parametrize("lag", [0.0, 0.7])
async def test_issues_come_and_go_with_their_sprint(lag):
    site, active, future, keys = planned()
    async with selecting(site, "sprint in openSprints()") as world:
        assert {name for _, name in names(world)} == set(keys[:10])
        site.index_lag = lag
        site.close_sprint(active.id)
        assert await up_to_date(world) == set(), "all of them: no limit of a sweep keeps them"
        site.index_lag = lag
        site.start_sprint(future.id)
        assert await up_to_date(world) == set(keys[10:])
        site.delete_sprint(future.id)
        assert await up_to_date(world) == set()


async def test_issues_come_and_go_with_their_release():
    site = JiraSite()
    site.fill(10, projects=2, users=3)
    version = site.create_version("AB", "1.0")
    issue = site.create_issue("AB")
    site.edit_issue(issue.id, fix_versions=[version.id])
    async with selecting(site, '"fixVersion" in UNRELEASEDVERSIONS()') as world:
        site.release_version(version.id)
        assert await up_to_date(world) == set()
        site.unrelease_version(version.id)
        assert await up_to_date(world) == {issue.key}
        site.delete_version(version.id)
        assert await up_to_date(world) == set()


async def test_children_go_with_the_parent_that_a_query_names():
    site = JiraSite()
    site.fill(10, projects=2, users=3)
    epic = site.create_issue("AB", type_name="Epic")
    child = site.create_issue("AB", parent=epic.id)
    async with selecting(site, f"parent in ({epic.key})") as world:
        assert {name for _, name in names(world)} == {child.key}
        site.delete_issue(epic.id)
        assert await up_to_date(world) == set()


async def test_what_it_costs_in_requests():
    site, active, _, _ = planned()
    async with selecting(site, "sprint in openSprints()") as world:
        begun = len(world.jira.requests)
        site.close_sprint(active.id)
        await world.caught_up()
        asked = [f"{r.method} {r.path}" for r in world.jira.requests[begun:]]
        assert len(asked) <= 14, asked


async def test_what_no_event_tells_a_sweep_finds_by_ids():
    """As with a group that somebody leaves: here it is issues that are hidden and shown again."""
    site = JiraSite()
    site.fill(10, projects=2, users=3)
    chosen = [issue.key for issue in site.issues.values()][:3]
    async with selecting(site, "") as world:
        for key in chosen:
            site.hide_issue(key)
        await world.sweep()
        assert not set(chosen) & await up_to_date(world)
        for key in chosen:
            site.hide_issue(key, hidden=False)
        await world.sweep()
        assert set(chosen) <= await up_to_date(world)


async def test_what_shows_late_is_said_once_when_it_starts():
    site = JiraSite()
    site.fill(5, projects=2, users=3)
    async with selecting(site, "component is EMPTY OR component is not EMPTY") as world:
        assert await world.resync() == "completed"
        said = [line for line in world.process.log if "shows with the next sweep" in line]
        assert len(said) == 1
        assert "issue (resource 1 of the mapping): no event tells when component" in said[0]


async def test_a_burst_with_the_default_mapping_stays_at_a_dozen_requests():
    async with started(60) as world:
        issues = [issue for issue in world.site.issues.values() if issue.visible]
        begun = len(world.jira.requests)
        for number in range(300):
            world.site.edit_issue(issues[number % len(issues)].id, summary=f"Edit {number}")
        await world.settled()
        asked = [f"{r.method} {r.path}" for r in world.jira.requests[begun:]]
        assert len(asked) <= 12, asked


JQLS = (
    "updated >= -1w",
    "(statusCategory != Done) OR (created >= -1w) OR (updated >= -1w)",
    "due < 7d",
    "NOT (due <= -2d) AND created > -3w",
    "resolved < -2d OR due > now()",
)


def aged(seed: int) -> tuple[JiraSite, Callable[[float], None]]:
    """A site whose issues are of the last weeks, and what moves its clock."""
    rng = random.Random(seed)
    start = datetime(2026, 3, 3, 12, 30, tzinfo=UTC).timestamp()
    site = JiraSite(seed=seed)
    site.fill(400)
    for issue in site.issues.values():
        issue.created = start - rng.uniform(0, 40 * DAY)
        issue.updated = start - rng.uniform(0, 12 * DAY)
        issue.resolved = start - rng.uniform(0, 6 * DAY) if issue.resolved else None
        day = datetime.fromtimestamp(start, UTC) + timedelta(days=rng.randrange(-12, 12))
        issue.due = rng.choice((None, day.date().isoformat()))

    def move(seconds: float) -> None:
        site.clock = lambda: start + seconds

    return site, move


@pytest.mark.parametrize("jql", JQLS)
def test_what_time_lets_in_or_out_a_date_passed_by(jql):
    """By Jira's own understanding of dates, whatever it was before."""
    site, move = aged(3)
    changed = 0
    before: set[str] = set()
    for step in range(3 * 24 * 12):
        move(step * 300)
        now = {issue.id for issue in site.search(jql)}
        if step:
            crossed = " OR ".join(date.crossed(5 + 1) for date in reads_of(jql).dates)
            assert now ^ before <= {issue.id for issue in site.search(crossed)}
            changed += len(now ^ before)
        before = now
    assert changed > 5
