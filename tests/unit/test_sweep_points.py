"""Sweeps where points count: they wait between pages, and delete nothing by what is outdated."""

from types import SimpleNamespace
from typing import Any

import pytest

from background import sweep as module
from background.afforded import Means
from jira.http.quota import Quota
from jira.kinds.kind import Pages
from jira.payloads import Row
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.sweep_site import SweepWorld, full


class Clock:
    """Seconds since 1970."""

    def __init__(self) -> None:
        self.now = 1_000_000 * 3600.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def quota(clock: Clock) -> Quota:
    return Quota(50, clock)


ONE, TWO = {"id": "1"}, {"id": "2"}


async def pages(*given: list[Row]) -> Pages:
    for page in given:
        yield page


async def test_without_points_pages_are_taken_as_they_come():
    assert [page async for page in Means(None).afforded(pages([ONE], [TWO]))] == [[ONE], [TWO]]


async def test_a_page_waits_until_there_are_points_for_it(quota, clock):
    quota.cost(0, 31_000)
    taken: list[list[Row] | float] = []
    async for page in Means(quota).afforded(pages([ONE], [TWO])):
        taken.append(page)
        if isinstance(page, float):
            clock.now += page
    wait, *rest = taken
    assert isinstance(wait, float)
    assert wait > 3000
    assert rest == [[ONE], [TWO]]


@pytest.fixture
def world(made_sweep: Any, quota: Quota) -> SweepWorld:
    world: SweepWorld = made_sweep(mapping("issue", "project"))
    world.jira.quota = quota
    world.jira.projects._sizes = {"10": 5}
    for number in range(1, 6):
        world.jira.issue(str(number), f"AB-{number}")
    world.has(full("AB-1"), full("AB-99"))
    return world


async def test_a_sweep_says_when_it_can_go_on_and_makes_up_for_the_same(world, quota, clock):
    quota.cost(0, 31_000)
    waits = []
    async for step in world.sweeper.sweep():
        if step is not None:
            waits.append(step)
            clock.now += step
    assert len(waits) == 1
    assert waits[0] > 3600, "31,000 were used when the hour began"
    assert world.names() == [f"AB-{number}" for number in range(1, 6)]
    assert world.deleted == ["AB-99"]


async def test_a_resync_that_ended_meanwhile_leaves_nothing_to_delete(world, log):
    """What Port has by now is by its reading, and not by what was listed before."""
    async for _ in world.sweeper.sweep():
        world.sweeper.look_back_to(world.time + 1)
    assert world.deleted == []
    assert any("nothing is deleted" in line for line in log)


async def test_another_mapping_that_came_meanwhile_leaves_nothing_to_delete(world, monkeypatch):
    async for _ in world.sweeper.sweep():
        other = SimpleNamespace(port_app_config=mapping("issue", "project", "user"))
        monkeypatch.setattr(module, "event", other)
    assert world.deleted == []


async def test_a_resource_that_needs_whole_rows_is_read_once_and_not_by_names_first(
    world, monkeypatch
):
    """An id costs a point, and its row another one."""
    made = mapping("issue", identifier=".fields.summary")
    monkeypatch.setattr(module, "event", SimpleNamespace(port_app_config=made))
    await world.sweep()
    assert [asked.partition(" ")[0] for asked in world.jira.asked] == ["pages"]
    world.jira.quota = None
    await world.sweep()
    assert any(asked.startswith("names") for asked in world.jira.asked)


async def test_what_the_search_shows_to_differ_is_read_again_as_it_is(world, monkeypatch):
    """It may be older than what an event, or what follows from one, wrote a moment ago."""
    made = mapping("issue", identifier=".fields.summary")
    monkeypatch.setattr(module, "event", SimpleNamespace(port_app_config=made))
    by_id = world.jira.by_id

    async def searched(*_: Any, **__: Any) -> Pages:
        yield [{**row, "fields": {"summary": f"old {row['id']}"}} for row in by_id.values()]

    monkeypatch.setattr(world.jira.reader, "pages", searched)
    for row in by_id.values():
        row["fields"] = {"summary": f"new {row['id']}"}
    await world.sweep()
    assert sorted(set(world.written)) == [f"new {number}" for number in range(1, 6)]
