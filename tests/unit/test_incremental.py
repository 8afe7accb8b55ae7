"""An incremental run: the whole before the first resource is told to be read, or nothing is."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from background import incremental as module
from background.follow_ups import FollowUps
from background.incremental import RUN, IncompleteRunError, Incremental
from background.jobs import Jobs
from background.relatives import RELATIVES
from jira.errors import JiraUnavailableError
from port.mapping.resources import label
from tests.unit.helpers.fake_client import FakeClient, mapping
from tests.unit.helpers.fakes import around

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
COMPLETED = {
    "status": "completed",
    "lastResyncStart": (NOW - timedelta(hours=2)).isoformat(),
    "lastResyncEnd": (NOW - timedelta(hours=1)).isoformat(),
}
LAG = 15
MAPPING = mapping("issue", "project", "worklog", "epic")
ISSUES, _, WORKLOGS, EPICS = (label(of, index) for index, of in enumerate(MAPPING.resources))


class World:
    """What the follow-ups are asked for, and what Port keeps."""

    def __init__(self) -> None:
        self.jira = FakeClient()
        self.jobs = Jobs()
        self.sweeper = SimpleNamespace(failed={})
        self.ago: list[Mapping[str, float]] = []
        self.error: Exception | None = None
        self.cursors: dict[tuple[str, int], datetime] = {}
        self.relatives_fail = False
        self.run = Incremental(
            self.jira,
            cast(FollowUps, self),
            around,
            self.cursor,
            lambda: NOW,
            index_seconds=LAG,
        )

    async def cursor(self, kind: str, index: int) -> datetime | None:
        return self.cursors.get((kind, index))

    async def sweep_lately(self, ago: Mapping[str, float]) -> AsyncIterator[None]:
        self.ago.append(ago)
        if self.relatives_fail:
            self.jobs.ask(RELATIVES, self._fail)
        yield
        if self.error is not None:
            raise self.error

    async def _fail(self) -> AsyncIterator[None]:
        yield
        raise JiraUnavailableError("503")

    async def pages(self, *indexes: int) -> list[list[Any]]:
        """As the framework asks, one resource after the other."""
        resources = MAPPING.resources
        return [
            [rows async for rows in self.run.pages(resources[index], index)] for index in indexes
        ]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(module, "event", SimpleNamespace(port_app_config=MAPPING))
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 1.0)
    dsp(monkeypatch, enabled=False)
    return World()


def dsp(monkeypatch: pytest.MonkeyPatch, *, enabled: bool) -> None:
    async def is_dsp_mode_enabled() -> bool:
        return enabled

    monkeypatch.setattr(module, "is_dsp_mode_enabled", is_dsp_mode_enabled)


async def test_one_sweep_reads_all_resources_that_jira_tells_a_time_of(world: World) -> None:
    assert world.run.begin(COMPLETED, 900) == 2 * 3600 + 1
    world.cursors["issue", 0] = NOW - timedelta(minutes=10)
    assert await world.pages(0, 2, 3) == [[], [], []]
    [ago] = world.ago
    assert ago == {ISSUES: 600 + LAG, WORKLOGS: 7201 + LAG, EPICS: 7201 + LAG}


async def test_what_a_full_resync_wrote_since_the_last_run_is_read_from_its_begin_on(
    world: World,
) -> None:
    world.run.begin({**COMPLETED, "lastResyncEnd": NOW.isoformat()}, 900)
    world.cursors["issue", 0] = NOW - timedelta(minutes=10)
    await world.pages(0)
    assert world.ago[0][ISSUES] == 7200 + LAG


async def test_a_clock_that_is_behind_the_one_before_looks_back_a_little(world: World) -> None:
    world.run.begin(COMPLETED, 900)
    world.cursors["issue", 0] = NOW + timedelta(minutes=10)
    await world.pages(0)
    assert world.ago[0][ISSUES] == LAG


@pytest.mark.parametrize("status", ["failed", "running", "aborted", None])
async def test_where_no_full_resync_is_known_that_is_said(
    world: World, log: list[str], status: str | None
) -> None:
    world.run.begin({"status": status}, 900)
    assert [line for line in log if "no full resync that succeeded" in line]


async def test_a_resource_that_failed_is_not_told_to_be_read_and_others_are(world: World) -> None:
    world.run.begin(COMPLETED, 900)
    world.sweeper.failed = {WORKLOGS: JiraUnavailableError("503")}
    await world.pages(0, 3)
    with pytest.raises(JiraUnavailableError):
        await world.pages(2)
    assert len(world.ago) == 1


async def test_where_the_sweep_fails_none_is_and_it_is_not_tried_for_each(world: World) -> None:
    world.run.begin(COMPLETED, 900)
    world.error = JiraUnavailableError("503")
    for index in (0, 2, 3):
        with pytest.raises(IncompleteRunError):
            await world.pages(index)
    assert len(world.ago) == 1


async def test_where_what_shows_the_changes_is_not_written_the_next_run_reads_them_again(
    world: World,
) -> None:
    world.run.begin(COMPLETED, 900)
    world.relatives_fail = True
    with pytest.raises(IncompleteRunError):
        await world.pages(0)


async def test_the_next_run_sweeps_again_and_what_is_left_of_the_last_one_is_forgotten(
    world: World,
) -> None:
    world.run.begin(COMPLETED, 900)
    world.error = JiraUnavailableError("503")
    with pytest.raises(IncompleteRunError):
        await world.pages(0)
    assert RUN in world.jobs.owed()
    world.error = None
    world.run.begin(COMPLETED, 900)
    assert RUN not in world.jobs.owed()
    await world.pages(0)
    assert len(world.ago) == 2


async def test_in_dsp_mode_changed_rows_are_handed_over_and_nothing_is_compared(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsp(monkeypatch, enabled=True)
    world.jira.issue("1", "AB-1")
    world.run.begin(COMPLETED, 900)
    world.cursors["issue", 0] = NOW - timedelta(minutes=10)
    [pages] = await world.pages(0)
    assert [row["key"] for rows in pages for row in rows] == ["AB-1"]
    assert world.jira.asked == ["names updated >= -15m"]
    assert world.ago == []


async def test_in_dsp_mode_a_stranger_is_told_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsp(monkeypatch, enabled=True)
    world.run.begin(COMPLETED, 900)
    world.jira.bad_credentials = True
    with pytest.raises(Exception, match="401"):
        await world.pages(0)
