"""Follow-ups whose clock and sweeper a test holds in its hand."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest

from background import after_writes, reads_after
from background import follow_ups as module
from background.failures import Failures
from background.follow_ups import FollowUps
from background.jobs import Jobs
from background.query_dates import QueryDates
from background.sweep import Sweeper
from kinds import Kinds
from port.failing import Failing
from port.mapping.resources import label
from tests.unit.helpers import fake_client
from tests.unit.helpers.fake_client import FakeClient

MINUTES = 60
INDEX_SECONDS = 15


class World:
    """Follow-ups with a clock of the test's, and a sweeper that only says so."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.done: list[str] = []
        self.looked_back_to: list[float] = []
        self.begun_anew: list[int] = []
        """How much was done when a sweep was told to begin anew."""
        self.first_look_back: list[float] = []
        self.behind: list[bool] = []
        self.dates_from: list[float] = []
        self.dsp = False
        self.told: list[bool] = []
        self.dates_looked_at = 0
        self.new_day = False
        self.orphans_take = 0.0
        self.refused_retried = 0
        self.deletes_under_way = False
        self.settled: list[str] = []
        self.mapping = fake_client.mapping("issue", "project")
        self.jira = FakeClient()
        self.failing = Failing()
        self.failures = Failures(self.jira.client, self.failing)
        self.follow_ups: FollowUps

    def start(self, minutes: int = MINUTES) -> "World":
        sweeper = SimpleNamespace(
            sweep=self.sweep,
            orphans=SimpleNamespace(delete=self.orphans, left=False),
            look_back_to=self.looked_back_to.append,
            begin_anew=lambda: self.begun_anew.append(len(self.done)),
            goes_on=False,
            last_read=SimpleNamespace(all_before=self.first_look_back.append),
            learn=self.learn,
            news=[],
        )
        self.follow_ups = FollowUps(
            self.jira.client,
            cast(Sweeper, sweeper),
            cast(
                QueryDates,
                SimpleNamespace(
                    steps=self.dates,
                    is_new_day=self.is_new_day,
                    look_back_to=self.dates_from.append,
                ),
            ),
            self.sync,
            self.retry_refused,
            self.settle,
            self.failures,
            sweep_minutes=minutes,
            index_seconds=INDEX_SECONDS,
        )
        return self

    async def learn(self, mapping: Any) -> None:
        assert mapping is self.mapping
        self.done.append("Port is asked")

    async def dates(self) -> AsyncIterator[None]:
        self.dates_looked_at += 1
        yield

    async def is_new_day(self) -> bool:
        return self.new_day

    async def sweep(
        self, kinds: Collection[Kinds] = tuple(Kinds), *, told: bool = False
    ) -> AsyncIterator[None]:
        self.told.append(told)
        resources = [label(of, index) for index, of in enumerate(self.mapping.resources)]
        self.behind.append(all(map(self.failing.is_behind, resources)))
        self.done.append("sweep" if len(kinds) == len(Kinds) else f"sweep of {' and '.join(kinds)}")
        yield

    async def orphans(self, mapping: Any) -> None:
        self.done.append("orphans")
        self.time += self.orphans_take

    async def settle(self) -> bool:
        self.done.append("settle")
        return self.deletes_under_way

    async def retry_refused(self) -> None:
        self.refused_retried += 1

    @property
    def of_projects(self) -> SimpleNamespace:
        """Stands for the module: a project with two pages, and a late one."""

        async def looked_at(client: Any, project_id: str) -> SimpleNamespace:
            assert client == self.jira.client
            return SimpleNamespace(id=project_id, issues={}, is_another=False)

        async def pages(
            client: Any, project: Any, mapping: Any, failures: Any
        ) -> AsyncIterator[list[Any]]:
            assert (client, mapping, failures) == (self.jira.client, self.mapping, self.failures)
            for number in (1, 2):
                yield [f"page {number} of {project.id}"]

        async def found_late(client: Any, project: Any, *_: Any) -> AsyncIterator[list[Any]]:
            yield [f"late page of {project.id}"]

        return SimpleNamespace(
            looked_at=looked_at,
            pages=pages,
            found_late=found_late,
            settle=lambda client, project: self.settled.append(project.id),
            changed_issues=lambda client, project: [],
        )

    async def sync(
        self, results: Sequence[Any], gone: Sequence[Any], *, compared: bool = False
    ) -> None:
        assert list(gone) == []
        self.done += results

    async def run(self, *, after: float = 0.0) -> list[str]:
        """What is due by then, and no later than that."""
        self.time += after
        self.done.clear()

        async def around(step: Callable[[], Awaitable[bool]]) -> bool:
            return await step()

        for _ in range(100):
            if self.follow_ups.jobs.seconds_until_due() != 0.0:
                return list(self.done)
            await self.follow_ups.jobs.step(around)
        raise AssertionError("it never ends")


def issue(number: int = 1) -> dict[str, Any]:
    """An event of an issue."""
    return {"webhookEvent": "jira:issue_updated", "issue": {"id": number}}


def project(project_id: int = 10, name: str = "project_updated") -> dict[str, Any]:
    """An event of a project."""
    return {"webhookEvent": name, "project": {"id": project_id, "key": "AB"}}


def unstarted_world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Its clock, mapping and reads are put in the place of the real ones."""
    world = World()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: world.time))
    monkeypatch.setattr(reads_after, "time", SimpleNamespace(monotonic=lambda: world.time))
    monkeypatch.setattr(module, "Jobs", partial(Jobs, lambda: world.time))
    monkeypatch.setattr(module, "event", SimpleNamespace(port_app_config=world.mapping))
    monkeypatch.setattr(reads_after, "event", SimpleNamespace(port_app_config=world.mapping))
    monkeypatch.setattr(reads_after, "of_projects", world.of_projects)

    async def is_dsp_mode_enabled() -> bool:
        return world.dsp

    for of in (module, after_writes):
        monkeypatch.setattr(of, "is_dsp_mode_enabled", is_dsp_mode_enabled)
    monkeypatch.setattr(after_writes, "time", SimpleNamespace(monotonic=lambda: world.time))
    monkeypatch.setattr(after_writes, "event", SimpleNamespace(port_app_config=world.mapping))
    return world


def after_a_resync(unstarted: World) -> World:
    """Its sweep by interval is a long way off."""
    unstarted.start()
    unstarted.follow_ups.resync_ended(unstarted.follow_ups.resync_began(), succeeded=True)
    unstarted.looked_back_to.clear()
    unstarted.jira.knows_catalog = False
    return unstarted
