"""A day of a large site with OAuth, on a clock that runs by itself: no quota is used up, and what
changes is live within a minute.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults

from background import follow_ups as follow_ups_module
from background import query_dates, reads_after, relatives, sweep
from background.failures import Failures
from background.follow_ups import FollowUps
from background.jobs import Jobs
from background.query_dates import QueryDates
from background.sweep import Sweeper
from client import JiraClient
from jira.errors import JiraUnavailableError
from jira.http.api import JiraApi, find_cloud_id
from jira.http.auth import BearerAuthentication
from jira.http.limiter import Limiter
from jira.http.patience import one_attempt
from jira.http.point_budget import DEFAULT_QUOTA
from jira.http.purpose import Purpose, asked_for
from jira.http.quota import Quota
from jira.http.transport import LimitedTransport
from jira.kinds.issue import IssueKind
from kinds import Kinds
from port.deletions import Candidate, Stubs
from port.entities import key_of
from port.failing import Failing
from port.mapping.row_mapper import Mapped
from port.writer import PortWriter
from tests.unit.helpers.catalog_fakes import FakeWriter, Row, entity
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.metered_jira import PEOPLE, PROJECTS, MeteredJira
from tests.unit.helpers.simulated import loop_time, simulated

HOUR, DAY = 3600.0, 86_400.0
BEGIN = 500_000 * HOUR
ISSUES, CHANGES = 30_000, 5_000
BURST = 500
RESYNC_AT = 10.4 * HOUR
SECONDS_TO_BE_LIVE = 60.0
BATCH = 200
MAPPING = mapping("issue", "project", "user")


@dataclass
class Day:
    """The integration between a metered Jira and a catalog, without the framework."""

    token_file: Path
    share: int | None
    """None: points aren't counted."""
    size: float = 1.0
    """How large the site, its quota and what happens are."""
    port: FakeWriter = field(default_factory=FakeWriter)
    lateness: list[float] = field(default_factory=list)
    sweeps: list[float] = field(default_factory=list)

    def start(self) -> "Day":
        """Needs a running loop."""
        self.issues, self.changes = int(ISSUES * self.size), int(CHANGES * self.size)
        quota = int(DEFAULT_QUOTA * self.size)
        self.jira = MeteredJira(self.issues, quota, lambda: BEGIN + loop_time())
        self.quota = None if self.share is None else Quota(self.share, self.jira.now)
        limiter = Limiter(10, now=loop_time)
        transport = LimitedTransport(httpx.MockTransport(self.jira.handle), limiter, self.quota)
        http = httpx.AsyncClient(transport=transport)
        gateway = "https://api.atlassian.com/ex/jira/site"
        who = BearerAuthentication(gateway, self.token_file, partial(find_cloud_id, http))
        self.client = JiraClient(JiraApi(http, who, gateway, self.quota))
        self.failing = Failing()
        failures = Failures(self.client, self.failing)
        writer = cast(PortWriter, self.port)
        sync = partial(self.sync, compared=True)
        by_what = (self.client, writer, sync, self.map_rows, failures)
        stubs = Stubs(now=loop_time)
        sweeper = Sweeper(*by_what, stubs=stubs, limit_percent=100, index_seconds=15)
        self.follow_ups = FollowUps(
            self.client,
            sweeper,
            QueryDates(*by_what, index_seconds=15),
            self.sync,
            nothing,
            nobody,
            failures,
            sweep_minutes=60,
            index_seconds=15,
        )
        whole = sweeper.sweep
        sweeper.sweep = partial(self.noted, whole)  # type: ignore[method-assign]
        return self

    async def noted(
        self, whole: Callable[..., AsyncIterator[float | None]], *kinds: Any, **told: Any
    ) -> AsyncIterator[float | None]:
        begun = loop_time()
        async for step in whole(*kinds, **told):
            yield step
        self.sweeps.append(loop_time() - begun)

    async def map_rows(self, resource: ResourceConfig, rows: Sequence[Row]) -> Mapped:
        made = []
        for row in rows:
            version = (row.get("fields") or {}).get("version")
            name = str(row.get("key") or row.get("accountId"))
            properties = {} if version is None else {"version": version}
            made.append(entity(name, resource.kind, properties=properties))
        return Mapped(made, [], [])

    async def sync(
        self,
        results: Sequence[WebhookEventRawResults],
        gone: Sequence[Candidate],
        *,
        compared: bool = False,
    ) -> None:
        for result in results:
            made = (await self.map_rows(result.resource, result.updated_raw_results)).passed
            self.port.has |= {key_of(e): e for e in made}
        for candidate in gone:
            self.port.has.pop(key_of(candidate.entity), None)

    async def resync(self) -> None:
        begun = self.follow_ups.resync_began()
        with asked_for(Purpose.RESYNC):
            await self.follow_ups.costs.foretell(self.client, MAPPING)
            for resource in MAPPING.resources:
                async for rows in self.client.read_all(Kinds(resource.kind), resource.selector):
                    made = (await self.map_rows(resource, rows)).passed
                    self.port.has |= {key_of(e): e for e in made}
        self.follow_ups.resync_ended(begun, succeeded=True)

    async def live(self, moments: Sequence[tuple[float, int]]) -> None:
        """Each change is made at its moment, and its event handled with all others that wait."""
        arrived: asyncio.Queue[tuple[float, int]] = asyncio.Queue()

        async def happen() -> None:
            for moment, number in moments:
                await asyncio.sleep(moment - loop_time())
                self.jira.change(number)
                arrived.put_nowait((moment, number))

        happening = asyncio.create_task(happen())
        for _ in await self.batches(arrived, len(moments)):
            pass
        await happening

    async def batches(self, arrived: asyncio.Queue[tuple[float, int]], count: int) -> list[int]:
        sizes: list[int] = []
        issues, selector = MAPPING.resources[0], MAPPING.resources[0].selector
        while sum(sizes) < count:
            batch = [await arrived.get()]
            while len(batch) < BATCH and not arrived.empty():
                batch.append(arrived.get_nowait())
            events = [
                {"webhookEvent": "jira:issue_updated", "issue": {"id": n, "key": f"P-{n}"}}
                for _, n in batch
            ]
            subjects = [s for event in events for s in IssueKind.subjects(event)]
            with one_attempt():
                found = await self.client.issues.resolve(subjects, cast(Any, selector))
            for entity_now in (await self.map_rows(issues, found.updated)).passed:
                self.port.has[key_of(entity_now)] = entity_now
            self.follow_ups.after(events)
            self.lateness += [loop_time() - moment for moment, _ in batch]
            sizes.append(len(batch))
        return sizes

    async def background(self) -> None:
        async def may_begin() -> bool:
            return not self.follow_ups.resync_running or self.follow_ups.resync_waits

        async def around(step: Callable[[], Awaitable[bool]]) -> bool:
            return await step()

        await self.follow_ups.jobs.work(may_begin, around)

    def differences(self) -> list[int]:
        return [
            n
            for n, version in self.jira.version.items()
            if self.port.has[("issue", f"P-{n}")].properties.get("version") != version
        ]


async def nothing() -> None:
    pass


async def nobody() -> bool:
    return False


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    (tmp_path / "token").write_text("an-oauth-token")
    return tmp_path / "token"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything takes the time from the loop, and finds the mapping."""
    modules: tuple[Any, ...] = (follow_ups_module, query_dates, reads_after, relatives, sweep)
    for module in modules:
        monkeypatch.setattr(module, "event", SimpleNamespace(port_app_config=MAPPING))
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=loop_time))
    monkeypatch.setattr(follow_ups_module, "Jobs", partial(Jobs, loop_time))

    async def no() -> bool:
        return False

    monkeypatch.setattr(follow_ups_module, "is_dsp_mode_enabled", no)


def changes_of_a_day(day: Day, rng: random.Random) -> list[tuple[float, int]]:
    """Most of them in working hours, and many at once: a bulk change, one while a resync reads, and
    one in the last minute of an hour.
    """
    burst = int(BURST * day.size)
    moments = [rng.gauss(13, 3) * HOUR % DAY for _ in range(day.changes - 3 * burst)]
    for begun in (9 * HOUR, RESYNC_AT + 60, 15 * HOUR - 50):
        moments += [begun + rng.uniform(0, 20) for _ in range(burst)]
    return sorted((moment, rng.randint(1, day.issues)) for moment in moments)


async def live_through(day: Day) -> None:
    day.start()
    moments = changes_of_a_day(day, random.Random(day.share))
    await day.resync()
    background = asyncio.create_task(day.background())
    live = asyncio.create_task(day.live(moments))
    await asyncio.sleep(RESYNC_AT - loop_time())
    await day.resync()
    await live
    await asyncio.sleep(DAY - loop_time())
    background.cancel()
    await asyncio.gather(background, return_exceptions=True)


TENTH = 0.1


@pytest.mark.parametrize(
    ("size", "share", "sweeps"),
    [
        (TENTH, 50, 7),
        pytest.param(TENTH, 100, 14, marks=pytest.mark.slow),
        pytest.param(1.0, 50, 7, marks=pytest.mark.slow),
    ],
)
def test_a_day_passes_without_one_refusal_and_every_change_is_live_within_a_minute(
    token_file, size, share, sweeps, log
):
    day = Day(token_file, share, size)
    simulated(live_through(day))
    assert day.jira.refused == 0
    assert max(day.jira.used.values()) <= DEFAULT_QUOTA * size * share / 100
    assert len(day.lateness) == day.changes
    assert max(day.lateness) < SECONDS_TO_BE_LIVE
    assert day.differences() == []
    assert len(day.port.has) == day.issues + PROJECTS + PEOPLE
    assert len(day.sweeps) >= sweeps, "as often as the quota wants them"
    said = [line for line in log if line.startswith("INFO|Points: with ")]
    assert len(said) == 1
    assert (
        f"with {day.issues:,} issues, a resync costs at most {1.01 * day.issues:,.0f} of" in said[0]
    )


def test_without_counting_the_same_site_is_refused(token_file):
    """What is promised of the day isn't true by itself."""

    async def run() -> int:
        day = Day(token_file, None, TENTH).start()
        await day.resync()
        with pytest.raises(JiraUnavailableError, match="429"):
            await day.resync()
        return day.jira.refused

    assert simulated(run()) > 0
