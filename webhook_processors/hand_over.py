"""From one process to the next: up to when events are written, kept in Port while they come.

A process that is killed leaves the last of these moments, and one that ends in order another one
that says so. Nothing is kept while nothing comes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from background.mark import Kept, Mark, Start, start_after
from port.kept_marks import COMPARE_AT, WRITTEN, KeptMarks

KEEP_SECONDS = 60.0
"""How often it is looked whether another moment has to be kept."""


class HandOver:
    """Reads what was left, keeps what is, and says at the end whether that is all."""

    def __init__(
        self,
        marks: KeptMarks,
        oldest: Callable[[], float | None],
        arrivals: Callable[[], int],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`oldest` tells when the oldest event came that isn't written (monotonic seconds), and
        `arrivals` how many came.
        """
        self._marks = marks
        self._oldest = oldest
        self._arrivals = arrivals
        self._pause = pause
        self._mark = Mark(Kept())
        self.ready = asyncio.Event()
        """Until then the door waits: the last process may have said that all is written."""

    async def begin(self) -> Start:
        """What the last process left; what comes from now on isn't forgotten."""
        try:
            found = await self._marks.read()
            kept = Kept(found.get(WRITTEN), found.get(COMPARE_AT))
            self._mark = Mark(kept)
            await self._take_back()
            return start_after(kept, time.time())
        finally:
            self.ready.set()

    async def run(self) -> None:
        """Keep it, for ever."""
        while True:
            await self._pause(KEEP_SECONDS)
            await self._take_back()
            came = self._arrivals()
            oldest = self._oldest()
            now = time.time()
            if oldest is not None:
                oldest += now - time.monotonic()
            if (kept := self._mark.now(now, oldest, came)) is not None:
                await self._keep(kept, oldest, came)

    async def end(self, compare_in: float) -> None:
        """All is written, and the next process has to compare everything in so many seconds."""
        kept = self._mark.at_the_end(time.time(), compare_in)
        await self._keep(kept, None, self._arrivals())

    async def _take_back(self) -> None:
        if (kept := self._mark.taken_back) is not None:
            await self._keep(kept, None, 0)

    async def _keep(self, kept: Kept, oldest: float | None, came: int) -> None:
        moments = {WRITTEN: kept.written, COMPARE_AT: kept.compare_at}
        if await self._marks.keep({at: of for at, of in moments.items() if of is not None}):
            self._mark.is_kept(kept, oldest, came)
