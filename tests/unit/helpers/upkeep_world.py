"""An upkeep whose clock, sweeper and events a test holds in its hand."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from types import SimpleNamespace
from typing import Any, cast

from background.follow_ups import Upkeep
from background.sweep import Sweeper
from kinds import Kinds
from tests.unit.helpers import fake_client
from tests.unit.helpers.fake_client import FakeClient
from webhook_processors.queued_event import QueuedEvent

MINUTES = 60
INDEX_SECONDS = 15


class World:
    """The upkeep with a clock of the test's, and a sweeper that only says so."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.done: list[str] = []
        self.put_back: list[QueuedEvent] = []
        self.looked_back_to: list[float] = []
        self.dsp = False
        self.orphans_take = 0.0
        self.refused_retried = 0
        self.mapping = fake_client.mapping("issue", "project")
        self.jira = FakeClient()
        self.upkeep: Upkeep

    def start(self, minutes: int = MINUTES) -> "World":
        sweeper = SimpleNamespace(
            sweep=self.sweep, orphans=self.orphans, look_back_to=self.looked_back_to.append
        )
        self.upkeep = Upkeep(
            self.jira.client,
            cast(Sweeper, sweeper),
            self.sync,
            self.again,
            self.retry_refused,
            sweep_minutes=minutes,
            index_seconds=INDEX_SECONDS,
        )
        return self

    async def sweep(self, kinds: Collection[Kinds] = tuple(Kinds)) -> AsyncIterator[None]:
        self.done.append("sweep" if len(kinds) == len(Kinds) else f"sweep of {' and '.join(kinds)}")
        yield

    async def orphans(self) -> AsyncIterator[None]:
        self.done.append("orphans")
        self.time += self.orphans_take
        yield

    async def retry_refused(self) -> None:
        self.refused_retried += 1

    async def project_issues(
        self, client: Any, project_id: str, mapping: Any
    ) -> AsyncIterator[list[Any]]:
        assert (client, mapping) == (self.jira.client, self.mapping)
        for number in (1, 2):
            yield [f"page {number} of {project_id}"]

    async def sync(self, results: Sequence[Any], gone: Sequence[Any]) -> None:
        assert list(gone) == []
        self.done += results

    async def again(self, events: Sequence[QueuedEvent]) -> None:
        self.put_back += events

    async def run(self, *, after: float = 0.0) -> list[str]:
        """What is due by then, and no later than that."""
        self.time += after
        self.done.clear()

        async def around(step: Callable[[], Awaitable[bool]]) -> bool:
            return await step()

        for _ in range(100):
            if self.upkeep.background.seconds_until_due() != 0.0:
                return list(self.done)
            await self.upkeep.background.step(around)
        raise AssertionError("it never ends")
