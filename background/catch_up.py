"""What the process before this one may have left undone, made up for without a resync.

What changed since its mark is read first, since that is little. Then everything is read as a whole
and compared: of what an event entails (issues that show a renamed project) no query knows.
"""

import time
from collections.abc import Callable

from loguru import logger
from port_ocean.context.event import event

from background.changed_lately import changed_since
from background.failures import Failures
from background.jobs import Jobs, Steps
from background.mark import Start
from background.query_dates import QueryDates
from background.relatives import Sync
from background.sweep import Sweeper
from client import JiraClient
from port.mapping.resources import blueprint_of

CATCH_UP = "what the last process may have left"
REGULAR_SWEEP = "regular sweep"
"""Has a name of its own, since putting it off must not put off one that an event asked for."""
START_SECONDS = 60.0
"""When no resync has begun by then, a restart is made up for by a sweep; so is one that failed."""
WITHOUT_SWEEPS_SECONDS = 24 * 3600.0
"""Where regular sweeps are off none is due: a moment that lies ahead says that nothing is left."""


class CatchUp:
    """Makes up for what was left, once; a resync that succeeds does so as well."""

    def __init__(
        self,
        client: JiraClient,
        sync: Sync,
        failures: Failures,
        jobs: Jobs,
        sweeper: Sweeper,
        dates: QueryDates,
        sweep: Callable[[], Steps],
        resync_runs: Callable[[], bool],
    ) -> None:
        """`sweep` compares everything by the sweeper, and counts it."""
        self._client = client
        self._sync = sync
        self._failures = failures
        self._jobs = jobs
        self._sweeper = sweeper
        self._dates = dates
        self._sweep = sweep
        self._resync_runs = resync_runs
        self._left: Start | None = None
        self._was_read = False

    def begins(self, start: Start, *, resync_comes: bool) -> None:
        """To be told once what the last process left, and whether the start has a resync."""
        if self._was_read:
            return
        if start.since is not None:
            self._sweeper.last_read.all_before(time.time() - start.since)
            self._dates.look_back_to(start.since)
        if start.compare_in is None:
            self._left = start
            self._jobs.ask(CATCH_UP, self.steps, delay=START_SECONDS if resync_comes else 0.0)
            self._jobs.put_off(REGULAR_SWEEP, 2 * START_SECONDS)
        else:
            self._jobs.put_off(REGULAR_SWEEP, max(START_SECONDS, start.compare_in))

    def made_up_for(self) -> None:
        """A resync has read everything."""
        self._left = None
        self._was_read = True

    @property
    def compare_in(self) -> float | None:
        """In how many seconds the next process has to compare everything, where this one ends now
        and has written all that came; None where something else may be undone.
        """
        if self._left is not None or self._resync_runs():
            return None
        due = self._jobs.due_in(REGULAR_SWEEP)
        return WITHOUT_SWEEPS_SECONDS if due is None else due

    async def steps(self) -> Steps:
        """Read and write it, page by page; from the beginning again where that fails."""
        left, mapping = self._left, event.port_app_config
        if left is None:
            return
        if self._resync_runs():
            # It may do all of this itself.
            self._jobs.postpone(CATCH_UP, self.steps, delay=START_SECONDS)
            return
        begun = time.monotonic()
        if left.since is not None:
            note = self._failures.note
            async for results in changed_since(self._client, left.since, mapping, note):
                await self._sync(results, [])
                yield None
        await self._sweeper.learn(mapping)
        made = {of for resource in mapping.resources if (of := blueprint_of(resource))}
        self._failures.fall_behind(made, mapping)
        async for wait in self._sweep():
            yield wait
        if event.port_app_config.resources != mapping.resources:
            # What the mapping has now wasn't read.
            self._jobs.postpone(CATCH_UP, self.steps, delay=START_SECONDS)
        elif self._left is left:
            self._left = None
            took = time.monotonic() - begun
            logger.info(f"What the last process may have left is made up for, in {took:.1f} s")
