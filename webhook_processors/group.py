"""This process among others that share a Redis: who leads, and what the leader does for all.

The leader alone does background work, but for what each process owes of its own writes. What others
ask of it waits in Redis until all is done that it entailed, so that the next leader begins with it.
"""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from loguru import logger

from background.after_writes import OWN
from background.asking import Wish
from background.follow_ups import FollowUps
from redis_link.lease import RENEWALS, Lease
from redis_link.link import RedisLink
from redis_link.losses import Losses
from redis_link.members import Members
from redis_link.troubles import AWAY
from webhook_processors.news import Hears, News, new_resync
from webhook_processors.wishes import Around, Wishes

WAIT_MS = 500
PAUSE_SECONDS = 1.0
LAST_SECONDS = 2.0
"""For what others still have to hear of when the process ends."""


class Group:
    """Runs beside the events of a process, and beside the resync of one that has no events."""

    def __init__(
        self, link: RedisLink, follow_ups: Callable[[], FollowUps], around: Around, hears: Hears
    ) -> None:
        """`around` runs something where the framework expects an event and its mapping."""
        self.link = link
        self._follow_ups = follow_ups
        self.lease = Lease(link)
        self._members = Members(link)
        self._losses = Losses(link)
        self._wishes = Wishes(link, follow_ups, around)
        self._news = News(link, hears, partial(self._wishes.add, {"sweep": True}))
        self._term = 0
        self._may_lead = False
        self._leaving = False
        self._tasks: list[asyncio.Task[None]] = []
        self._telling: asyncio.Task[None] | None = None

    @property
    def leads(self) -> bool:
        """Whether background work is this process's, at this very moment."""
        return self.lease.held and not self._leaving

    @property
    def does_background_work(self) -> bool:
        """Who can't lead has no workers: what it asks for it does itself, as an incremental run."""
        return self.leads or not self._may_lead

    def join(self, *, may_lead: bool) -> None:
        """Be one of them; a process without workers for background work can't lead."""
        self._may_lead = may_lead
        self._follow_ups().jobs.may_do = lambda name: name in OWN or self.does_background_work

    def start(self) -> None:
        """Lead, hear and do what was wished, until it leaves."""
        loops = (
            self._for_ever(self.keep, self.lease.seconds / RENEWALS),
            self._for_ever(self.listen),
            self._for_ever(self.grant),
        )
        self._tasks = [asyncio.create_task(loop, context=contextvars.Context()) for loop in loops]

    async def abdicate(self) -> None:
        """Have somebody else lead from now on: this process ends soon."""
        self._leaving = True
        self._note_term()
        try:
            await self.lease.leave()
        except AWAY as error:
            logger.debug(f"The lease runs out by itself: {error!r}")

    async def leave(self, *, owes_nothing: bool) -> None:
        """The process ends. What it still owed, others make up for."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._telling is not None:
            await asyncio.wait({self._telling}, timeout=LAST_SECONDS)
        try:
            if owes_nothing and not self._news.resyncs:
                await self._members.leave()
        except AWAY as error:
            logger.debug(f"The others will miss this process: {error!r}")

    async def wish(self, wish: Wish) -> None:
        """Ask the leader for something; it can't be lost afterwards."""
        await self._surely(partial(self._wishes.add, wish))

    async def tell(self, news: Mapping[str, Any]) -> None:
        """Tell all other processes, in order."""
        await self._surely(partial(self._news.tell, news))

    async def resync_begins(self) -> str:
        """Tell all of a resync of this process; its name."""
        resync = new_resync()
        try:
            await asyncio.shield(self._in_order(partial(self._news.resync_begins, resync)))
        except asyncio.CancelledError:
            # Another one supersedes it. Who heard of its beginning waits for its end.
            self._in_order(partial(self._news.resync_ends, resync, succeeded=False))
            raise
        return resync

    async def resync_ends(self, resync: str, *, succeeded: bool) -> None:
        """Tell all of its end, whatever it was."""
        end = partial(self._news.resync_ends, resync, succeeded=succeeded)
        await asyncio.shield(self._in_order(end))

    def _in_order(self, tell: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Have it told after all that was told before, also where who asks for it is cancelled."""
        before = self._telling

        async def telling() -> None:
            if before is not None:
                await asyncio.wait({before})
            await self._surely(tell)

        self._telling = asyncio.create_task(telling(), context=contextvars.Context())
        return self._telling

    async def keep(self) -> None:
        """Give a sign of life, and lead where nobody else does. Raises AWAY."""
        try:
            await self._members.live()
            if self._may_lead and not self._leaving:
                await self.lease.ask()
        finally:
            self._note_term()
        if self.leads:
            await self._look_for_losses()
            await self._look_for_dead()

    def _note_term(self) -> None:
        """See whether leading began or ended since the last look, and whether others led."""
        term = self.lease.term.number if self.leads else 0
        if term == self._term:
            return
        if self._term:
            self._follow_ups().jobs.forget(lambda name: name in OWN)
        self._wishes.begin_anew()
        self._term = term
        if term:
            logger.info("This process leads from now on: it does the background work of all")
            self._follow_ups().leads()
        else:
            logger.info("This process doesn't lead any more: another one does background work")

    async def _look_for_losses(self) -> None:
        if (why := await self._losses.look()) is not None:
            logger.warning(f"{why}. Everything is compared")
            # By another server's clock new wishes may have earlier names than those before.
            self._wishes.begin_anew()
            await self._wishes.add({"everything": True})

    async def _look_for_dead(self) -> None:
        for pod in await self._members.dead():
            logger.warning(
                f"The process {pod} ended without a word: what it may have left undone, a "
                "comparison of everything makes up for"
            )
            await self._news.end_those_of(pod)
            await self._wishes.add({"sweep": True})
            await self._members.bury(pod)

    async def listen(self) -> None:
        """Hear what others tell. Raises AWAY."""
        await self._news.listen(WAIT_MS)

    async def grant(self) -> None:
        """Do what was wished, where this process leads. Raises AWAY."""
        self._note_term()
        term = self._term
        if not term:
            await asyncio.sleep(WAIT_MS / 1000)
            return
        wishes = await self._wishes.wait(WAIT_MS)
        self._note_term()
        if term == self._term:
            try:
                await self._wishes.begin_with(wishes)
            except Exception as error:  # noqa: BLE001  (whatever it is, they wait)
                logger.warning(f"What events entail can't be begun with, again soon: {error}")
                await asyncio.sleep(PAUSE_SECONDS)
        if self.leads and term == self._term:
            await self._wishes.let_go()

    async def _for_ever(self, what: Callable[[], Awaitable[None]], every: float = 0.0) -> None:
        trouble = self.link.troubles.of_one()
        while True:
            try:
                await what()
                trouble.works()
                await asyncio.sleep(every)
            except AWAY as error:
                trouble.failed(error)
                await asyncio.sleep(PAUSE_SECONDS)

    async def _surely(self, what: Callable[[], Awaitable[Any]]) -> None:
        trouble = self.link.troubles.of_one()
        while True:
            try:
                await what()
            except AWAY as error:
                trouble.failed(error)
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                trouble.works()
                return
