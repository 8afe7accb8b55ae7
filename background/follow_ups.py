"""What has to be looked after besides the events themselves: projects, sweeps, and resyncs.

A resync may write a row that it read before a live change; the events that were handled while one
ran are handled again when it ends.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from functools import partial

from loguru import logger
from port_ocean.context.event import event
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookEventRawResults
from port_ocean.core.models import Entity

from background.issues_showing import Carriers, carriers_of, pages
from background.jobs import Background
from background.sweep import Sweeper
from client import JiraClient
from kinds import Kinds
from port import related_rows as refresh
from port.dsp import is_dsp_mode_enabled
from webhook_processors.queued_event import QueuedEvent

ORPHANS_SECONDS = 1.0
ORPHANS_SHARE = 10
"""Looking for orphans takes at most a tenth of the time."""
REGULAR_SWEEP = "regular sweep"
"""Has a name of its own, since putting it off must not put off one that an event asked for."""
START_SECONDS = 60.0
"""When no resync has begun by then, a restart is made up for by a sweep; so is one that failed."""
MAX_REMEMBERED_BYTES = 64 * 1024 * 1024

Sync = Callable[[Sequence[WebhookEventRawResults], Sequence[Entity]], Awaitable[None]]


class Upkeep:
    """Asks for background work, and knows whether a resync runs."""

    def __init__(
        self,
        client: JiraClient,
        sweeper: Sweeper,
        sync: Sync,
        again: Callable[[Sequence[QueuedEvent]], Awaitable[None]],
        retry_refused: Callable[[], Awaitable[None]],
        *,
        sweep_minutes: int,
        index_seconds: int,
    ) -> None:
        """`again` puts events back into the queue; `retry_refused` writes what Port refused.

        `index_seconds` is how long Jira's search may not show what happened to a project.
        """
        self.background = Background()
        self._client = client
        self._sweeper = sweeper
        self._sync = sync
        self._again = again
        self._retry_refused = retry_refused
        self._sweep_seconds = sweep_minutes * 60.0
        self._index_seconds = float(index_seconds)
        self._resyncs = 0
        self._resync_began = 0.0
        self._remembered: list[QueuedEvent] = []
        self._remembered_bytes = 0
        self._overflowed = False
        self._orphans_took = 0.0
        if sweep_minutes:
            self.background.ask(REGULAR_SWEEP, self._regular_sweep, delay=START_SECONDS)

    @property
    def resync_running(self) -> bool:
        """Whether rows may be written that were read a while ago."""
        return self._resyncs > 0

    def after(self, events: Sequence[WebhookEvent]) -> list[str]:
        """Ask for what these events entail beyond themselves; the names of what was asked for."""
        if self.resync_running:
            self._remember(events)
        asked = []
        for project_id in refresh.projects_of(events):
            name = f"issues of project {project_id}"
            self.background.ask(name, partial(self._issues_of, project_id))
            asked.append(name)
        if asked:
            asked.append("sweep")
            self._now_and_with_index("sweep", self._sweep)
        for carriers in carriers_of(events):
            self.background.ask(carriers.name, partial(self._issues_with, carriers))
            asked.append(carriers.name)
        if kinds := refresh.compared_after(events):
            name = f"sweep of {' and '.join(kinds)}"
            self._now_and_with_index(name, partial(self._sweep, kinds))
            asked.append(name)
        if asked:
            return asked
        delay = max(ORPHANS_SECONDS, ORPHANS_SHARE * self._orphans_took)
        self.background.postpone("orphans", self._orphans, delay=delay)
        return ["orphans"]

    def resync_began(self) -> float:
        """To be told of every resync; returns what `resync_ended` wants to know."""
        self._resyncs += 1
        self._resync_began = time.monotonic()
        return self._resync_began

    def resync_ended(self, begun: float, *, succeeded: bool) -> None:
        """To be told of the end, whatever it was; a resync that succeeded is also a sweep."""
        self._resyncs -= 1
        if succeeded:
            self._sweeper.look_back_to(begun)
            self._put_off_regular_sweep(self._sweep_seconds)
        if self._overflowed and not self.resync_running:
            # Not all events of the meantime are known any more: what changed is read instead.
            self._overflowed = False
            self.background.ask("sweep", self._sweep)
        self.background.wake()

    async def after_resync(self) -> None:
        """Handle again what was handled while it ran."""
        if self.resync_running or not self._remembered:
            return
        events, self._remembered, self._remembered_bytes = self._remembered, [], 0
        logger.info(f"{len(events)} live events came during the resync and are handled again")
        for queued in events:
            queued.again = True
        await self._again(events)

    def _now_and_with_index(self, name: str, make: Callable[[], AsyncIterator[None]]) -> None:
        """Have a job done at once, and again when Jira's search shows what happened."""
        self.background.ask(name, make)
        later = f"{name} when the index has caught up"
        self.background.postpone(later, make, delay=self._index_seconds)

    def _put_off_regular_sweep(self, seconds: float) -> None:
        if self._sweep_seconds:
            self.background.postpone(REGULAR_SWEEP, self._regular_sweep, delay=seconds)

    def _remember(self, events: Sequence[WebhookEvent]) -> None:
        for queued in events:
            if not isinstance(queued, QueuedEvent):
                continue
            if self._remembered_bytes + queued.size > MAX_REMEMBERED_BYTES:
                self._overflowed = True
                return
            self._remembered.append(queued)
            self._remembered_bytes += queued.size

    async def _issues_of(self, project_id: str) -> AsyncIterator[None]:
        mapping = event.port_app_config
        async for page in refresh.project_issues(self._client, project_id, mapping):
            await self._sync(page, [])
            yield

    async def _issues_with(self, carriers: Carriers) -> AsyncIterator[None]:
        async for page in pages(self._client, carriers, event.port_app_config):
            await self._sync(page, [])
            yield

    async def _sweep(self, kinds: Collection[Kinds] = tuple(Kinds)) -> AsyncIterator[None]:
        if not {resource.kind for resource in event.port_app_config.resources} & set(kinds):
            return
        if await is_dsp_mode_enabled():
            logger.info("No sweep: in DSP mode the rows are mapped elsewhere")
            return
        async for _ in self._sweeper.sweep(kinds):
            yield
        if len(kinds) == len(Kinds):
            self._put_off_regular_sweep(self._sweep_seconds)

    async def _regular_sweep(self) -> AsyncIterator[None]:
        if self.resync_running and time.monotonic() < self._resync_began + self._sweep_seconds:
            # It reads all of it itself, and both would share what Jira gives.
            self._put_off_regular_sweep(START_SECONDS)
            return
        async for _ in self._sweep():
            yield
        # Also where there was nothing to compare just now.
        self._put_off_regular_sweep(self._sweep_seconds)

    async def _orphans(self) -> AsyncIterator[None]:
        begun = time.monotonic()
        if not await is_dsp_mode_enabled():
            await self._retry_refused()
            yield
            async for _ in self._sweeper.orphans():
                yield
        self._orphans_took = time.monotonic() - begun
