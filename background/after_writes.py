"""What a write makes necessary: looking for orphans, trying again what Port refused, and waiting
for deletes that Port has under way.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

from loguru import logger
from port_ocean.context.event import event

from background.jobs import Jobs
from background.orphans import Orphans
from port.dsp import is_dsp_mode_enabled
from port.just_written import SEARCH_SECONDS

ORPHANS = "orphans"
ORPHANS_SECONDS = 1.0
ORPHANS_SHARE = 10
"""Looking for orphans takes at most a tenth of the time."""
DELETES = "deletes that Port has under way"
SETTLE_SECONDS = 1.0
REFUSED = "what Port refused"
OWN = frozenset({DELETES, REFUSED})
"""Jobs that each process of several has to do itself: they are about what it wrote."""


class AfterWrites:
    """Jobs that ask Port alone."""

    def __init__(
        self,
        jobs: Jobs,
        orphans: Orphans,
        retry_refused: Callable[[], Awaitable[None]],
        settle: Callable[[], Awaitable[bool]],
    ) -> None:
        self._jobs = jobs
        self._orphans = orphans
        self._retry_refused = retry_refused
        self._settle = settle
        self._took = 0.0
        self.ask_leader: Callable[[], Awaitable[list[str]]] | None = None
        """How orphans are asked for where several processes have one that leads."""

    def related(self, names: Iterable[str]) -> None:
        """What another process wrote relates to these, which may be orphans one day."""
        self._orphans.related(names)

    def look_for_orphans(self) -> list[str]:
        """Have stubs deleted that nothing relates to any more, when nothing else is written."""
        delay = max(ORPHANS_SECONDS, ORPHANS_SHARE * self._took)
        self._jobs.postpone(ORPHANS, self._look_for_orphans, delay=delay)
        return [ORPHANS]

    def retry_refused(self) -> list[str]:
        """Have what Port refused of this process written again, where others look for orphans."""
        self._jobs.ask(REFUSED, self._refused, delay=ORPHANS_SECONDS)
        return [REFUSED]

    def settle(self) -> list[str]:
        """Have what waits for deletes written when Port has done them; the name of that."""
        self._jobs.ask(DELETES, self._settled, delay=SETTLE_SECONDS)
        return [DELETES]

    async def _settled(self) -> AsyncIterator[None]:
        if not await self._settle():
            # What Port still showed may have been the last that related to a stub.
            if self.ask_leader is None:
                self._orphans_later()
            else:
                await self.ask_leader()
        yield

    def _orphans_later(self) -> None:
        logger.info(f"Background work entails: {ORPHANS}")
        self._jobs.ask(ORPHANS, self._look_for_orphans, delay=SEARCH_SECONDS)

    async def _refused(self) -> AsyncIterator[None]:
        if not await is_dsp_mode_enabled():
            await self._retry_refused()
        yield

    async def _look_for_orphans(self) -> AsyncIterator[None]:
        begun = time.monotonic()
        if not await is_dsp_mode_enabled():
            await self._retry_refused()
            yield
            await self._orphans.delete(event.port_app_config)
            yield
            if self._orphans.left:
                self._orphans_later()
        self._took = time.monotonic() - begun
