"""What time lets in and out of a query is found by two queries for ids."""

import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from types import SimpleNamespace
from typing import Any, Self, cast

import pytest

from background import query_dates as module
from background.failures import Failures
from background.query_dates import QueryDates
from jira.errors import JiraRequestError, JiraUnavailableError
from jira.kinds.issue import DEFAULT_JQL
from jira.kinds.issue_reader import IssueQuery
from port.deletions import Reason
from port.entities import key_of
from port.failing import Failing
from port.going import Going
from port.mapping.row_mapper import Mapped
from port.writer import PortWriter
from tests.unit.helpers import fake_client
from tests.unit.helpers.catalog_fakes import entity, nothing_known
from tests.unit.helpers.fake_client import FakeClient, FakeReader, mapping
from tests.unit.helpers.sweep_site import full

Row = dict[str, Any]
EPOCH = 1_800_000_000.0


class Reader(FakeReader):
    """Says which issues a date passed by; those outside of the query are left out of it."""

    crossed: tuple[str, ...] = ()
    error: Exception | None = None

    async def names(self, query: IssueQuery) -> AsyncIterator[list[Row]]:
        if self.error is not None:
            raise self.error
        self.site.asked.append(str(query.jql))
        inside = ") AND (" in str(query.jql)
        for name in self.crossed:
            if not (inside and name in self.site.outside):
                yield [{"id": name, "key": f"AB-{name}"}]


class World:
    """Issues that a date passes by, and a Port that may have them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, jql: str | None = DEFAULT_JQL) -> None:
        self.mapping = mapping("issue")
        self.mapping.resources[0] = fake_client.resource("issue", jql=jql)
        self.jira = FakeClient()
        self.jira.reader = self.jira.issues.reader = self.reader = Reader(self.jira)
        self.time = 1000.0
        self.at_port: dict[Any, Any] = {}
        self.compared = nothing_known(Going(time.monotonic))
        self.asked_port = 0
        self.written: list[str] = []
        self.gone: list[tuple[str, Reason]] = []
        self.failing = Failing()
        monkeypatch.setattr(module, "event", SimpleNamespace(port_app_config=self.mapping))
        monkeypatch.setattr(
            module,
            "time",
            SimpleNamespace(monotonic=lambda: self.time, time=lambda: EPOCH + self.time),
        )
        self.dates = QueryDates(
            self.jira.client,
            cast(PortWriter, self),
            self.sync,
            self.map_rows,
            Failures(self.jira.client, self.failing),
            index_seconds=15,
        )

    def has(self, *names: str) -> None:
        self.at_port |= {key_of(e): e for e in (full(name) for name in names)}

    async def ours(self, entities: Sequence[Any]) -> list[Any]:
        self.asked_port += 1
        return [self.at_port[key_of(e)] for e in entities if key_of(e) in self.at_port]

    async def map_rows(self, resource: Any, rows: Sequence[Row]) -> Mapped:
        return Mapped([], [entity(row["key"], "issue") for row in rows], [])

    async def sync(self, results: Sequence[Any], gone: Sequence[Any]) -> None:
        self.written += [row["key"] for of in results for row in of.updated_raw_results]
        self.gone += [(str(c.entity.identifier), c.reason) for c in gone]

    async def look(self, after: float = 300.0) -> None:
        self.time += after
        async for _ in self.dates.steps():
            pass


async def test_while_no_date_passes_by_an_issue_one_query_is_all(monkeypatch):
    world = World(monkeypatch)
    await world.look()
    [asked] = world.jira.asked
    assert asked == (
        '((created >= "-10088m" AND created <= "-10080m") OR '
        '(updated >= "-10088m" AND updated <= "-10080m"))'
    )
    assert world.asked_port == 0


async def test_what_went_out_of_the_query_may_go(monkeypatch):
    world = World(monkeypatch)
    world.reader.crossed, world.jira.outside = ("1", "2"), {"1"}
    world.has("AB-1", "AB-2")
    await world.look()
    assert world.gone == [("AB-1", Reason.TOUCHED)]
    assert world.written == []
    assert len(world.jira.asked) == 2
    assert world.jira.asked[1].startswith(f"({DEFAULT_JQL}) AND ((created")


async def test_what_came_into_the_query_is_read_and_written(monkeypatch):
    world = World(monkeypatch, "due < 7d")
    for number in (1, 2, 3):
        world.jira.issue(str(number), f"AB-{number}")
    world.reader.crossed = ("1", "2", "3")
    world.has("AB-1")
    world.at_port["issue", "AB-2"] = entity("AB-2", "issue")
    await world.look()
    assert (sorted(world.written), world.gone) == (["AB-2", "AB-3"], []), "one was a stub"


async def test_it_looks_back_to_the_last_time_that_it_looked(monkeypatch):
    world = World(monkeypatch, "updated >= -1d")
    await world.look(after=3600)
    await world.look(after=60)
    assert ["-1503m" in asked for asked in world.jira.asked] == [True, False]
    assert "-1444m" in world.jira.asked[1]


async def test_a_query_that_jira_refuses_is_left_to_the_sweep(monkeypatch, log):
    world = World(monkeypatch)
    world.reader.error = JiraRequestError("400")
    await world.look()
    world.reader.error = JiraUnavailableError("503")
    await world.look()
    assert world.failing.states() == [], "it isn't asked again"
    assert any("a sweep finds: 400" in line for line in log)


async def test_a_resource_that_fails_costs_itself_alone(monkeypatch):
    world = World(monkeypatch)
    world.reader.error = JiraUnavailableError("503")
    await world.look()
    assert [state.what for state in world.failing.states()] == ["issue (resource 1 of the mapping)"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", None, "Nowhere/At_all"])
async def test_a_new_day_is_noticed_once(monkeypatch, zone):
    world = World(monkeypatch)
    days = iter((1, 1, 2, 2))

    async def time_zone() -> Any:
        return zone

    def now(zone: tzinfo) -> datetime:
        return datetime(2026, 11, next(days), tzinfo=zone)

    monkeypatch.setattr(world.jira, "time_zone", time_zone)
    monkeypatch.setattr(module, "datetime", SimpleNamespace(now=now))
    assert [await world.dates.is_new_day() for _ in range(4)] == [False, False, True, False]


async def test_what_passed_by_while_no_process_ran_is_found(monkeypatch):
    world = World(monkeypatch, "updated >= -1d")
    world.dates.look_back_to(EPOCH + world.time - 3600)
    await world.look()
    [asked] = world.jira.asked
    # An hour, the time until it is looked for the first time, and as long before the last end.
    assert f"-{1440 + 60 + 5 + 5 + 2 + 1}m" in asked


@pytest.mark.parametrize(("ended", "is_new"), [(23, True), (1, False)])
async def test_a_day_that_began_while_no_process_ran_is_a_new_one(monkeypatch, ended, is_new):
    """By the account's clock, which is an hour ahead."""
    world = World(monkeypatch)
    midnight = datetime(2027, 1, 15, 23, tzinfo=UTC)

    async def time_zone() -> str:
        return "Europe/Berlin"

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp((midnight + timedelta(hours=2)).timestamp(), tz)

    monkeypatch.setattr(world.jira, "time_zone", time_zone)
    monkeypatch.setattr(module, "datetime", Clock)
    before = -1 if ended == 23 else 1
    world.dates.look_back_to((midnight + timedelta(hours=before)).timestamp())
    assert [await world.dates.is_new_day() for _ in range(2)] == [is_new, False]
