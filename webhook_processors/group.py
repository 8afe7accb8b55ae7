"""This process among others that share a Redis: who leads, what all are told, what the leader does.

The leader alone does background work, but for what each process owes of its own writes. What others
ask of it waits in Redis until all is done that it entailed, so that the next leader begins with it.
"""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Protocol
from uuid import uuid4

from loguru import logger

from background.after_writes import OWN
from background.asking import Wish
from background.follow_ups import FollowUps
from redis_link.entries import Entries, Entry
from redis_link.lease import RENEWALS, Lease
from redis_link.link import RedisLink
from redis_link.members import Members
from redis_link.troubles import AWAY, Troubles
from telemetry import metrics
from webhook_processors.wishes import Around, Wishes

NEWS_KEPT = 50_000
"""Of so many news the latest are there for who was away for a while."""
WAIT_MS = 500
PAUSE_SECONDS = 1.0
SILENCE_SECONDS = 10.0
"""Who didn't hear for so long looks whether news were forgotten meanwhile."""


class Hears(Protocol):
    """What is to be told of other processes' news."""

    def arrived(self, payload: Any) -> None:
        """An event came that what is kept of Jira may be about."""

    def resync_begins_elsewhere(self, resync: str) -> None:
        """Rows are read that may be written later over newer ones."""

    def resync_ends_elsewhere(self, resync: str, *, succeeded: bool) -> None:
        """That is over."""

    def news_were_missed(self) -> None:
        """Nobody knows what others did meanwhile."""


class Group:
    """Runs beside the events of a process, and of one that only resyncs."""

    def __init__(
        self, link: RedisLink, follow_ups: Callable[[], FollowUps], around: Around, hears: Hears
    ) -> None:
        self.link = link
        self._follow_ups = follow_ups
        self._hears = hears
        self._lease = Lease(link)
        self._members = Members(link)
        self._news = Entries(link, "news", most=NEWS_KEPT)
        self._wishes = Wishes(link, follow_ups, around)
        self._resyncs = link.key("resyncs")
        self._known_resyncs: set[str] = set()
        self._term = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._leaving = False
        metrics.LEADS.of(lambda: float(self.leads))

    @property
    def leads(self) -> bool:
        """Whether background work is this process's, at this very moment."""
        return self._lease.held and not self._leaving

    def start(self, *, may_lead: bool) -> None:
        """Begin; a process without workers for background work can't lead."""
        self._follow_ups().jobs.may_do = lambda name: name in OWN or self.leads
        loops = [self._keep(may_lead=may_lead), self._listen()]
        if may_lead:
            loops.append(self._grant())
        self._tasks = [asyncio.create_task(loop, context=contextvars.Context()) for loop in loops]

    async def abdicate(self) -> None:
        """Have somebody else lead from now on: this process ends soon."""
        self._leaving = True
        self._note_term()
        try:
            await self._lease.leave()
        except AWAY as error:
            logger.debug(f"The lease runs out by itself: {error!r}")
        self._note_term()

    async def leave(self, *, owes_nothing: bool) -> None:
        """The process ends. What it still owed, others make up for."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            if owes_nothing:
                await self._members.leave()
        except AWAY as error:
            logger.debug(f"The others will miss this process: {error!r}")

    async def wish(self, wish: Wish) -> None:
        """Ask the leader for something; it can't be lost afterwards."""
        await self._surely(partial(self._wishes.add, wish), "what events entail waits")

    async def tell(self, news: Mapping[str, Any]) -> None:
        """Tell all other processes, in order."""
        entry = {**news, "pod": self.link.pod}
        await self._surely(partial(self._news.add, entry), "what others have to know waits")

    async def resync_begins(self) -> str:
        """Tell all of a resync of this process; its name."""
        resync = uuid4().hex
        self._known_resyncs.add(resync)

        async def note() -> None:
            redis = await self.link.redis()
            await redis.hset(self._resyncs, resync, self.link.pod)

        await self._surely(note, "the resync waits")
        await self.tell({"resync": resync, "begins": True})
        return resync

    async def resync_ends(self, resync: str, *, succeeded: bool) -> None:
        """Tell all of its end, whatever it was."""
        await self.tell({"resync": resync, "begins": False, "succeeded": succeeded})
        self._known_resyncs.discard(resync)

        async def note() -> None:
            await (await self.link.redis()).hdel(self._resyncs, resync)

        await self._surely(note, "the resync's end waits")

    async def _surely(self, what: Callable[[], Awaitable[Any]], waits: str) -> None:
        troubles = Troubles(waits)
        while True:
            try:
                await what()
            except AWAY as error:
                troubles.failed(error)
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                troubles.works()
                return

    async def _keep(self, *, may_lead: bool) -> None:
        """Give signs of life, and lead where nobody else does, for ever."""
        troubles = Troubles("nobody does background work")
        while True:
            try:
                await self._members.live()
                if may_lead and not self._leaving:
                    await self._lease.ask()
                self._note_term()
                if self.leads:
                    await self._look_for_dead()
                troubles.works()
            except AWAY as error:
                troubles.failed(error)
                self._note_term()
            await asyncio.sleep(self._lease.seconds / RENEWALS)

    def _note_term(self) -> None:
        """See whether leading began or ended since the last look, and whether others led."""
        term = self._lease.term.number if self.leads else 0
        if term == self._term:
            return
        jobs = self._follow_ups().jobs
        if self._term:
            jobs.forget(lambda name: name in OWN)
        self._wishes.begin_anew()
        self._term = term
        if term:
            logger.info("This process leads from now on: it does the background work of all")
            self._follow_ups().leads()
        else:
            logger.info("This process doesn't lead any more: another one does background work")

    async def _look_for_dead(self) -> None:
        for pod in await self._members.dead():
            logger.warning(
                f"The process {pod} ended without a word: what it may have left undone, a "
                "comparison of everything makes up for"
            )
            redis = await self.link.redis()
            for resync, of in (await redis.hgetall(self._resyncs)).items():
                if of == pod:
                    entry = {"resync": resync, "begins": False, "succeeded": False, "pod": pod}
                    await self._news.add(entry)
                    await redis.hdel(self._resyncs, resync)
            await self._wishes.add({"sweep": True})
            await self._members.bury(pod)

    async def _grant(self) -> None:
        """Do what was wished, while this process leads."""
        troubles = Troubles("what events entail waits")
        while True:
            self._note_term()
            if not self._term:
                await asyncio.sleep(WAIT_MS / 1000)
                continue
            try:
                term = self._term
                wishes = await self._wishes.wait(WAIT_MS)
                self._note_term()
                if term == self._term:
                    await self._wishes.begin_with(wishes)
                if self.leads and term == self._term:
                    await self._wishes.let_go()
                troubles.works()
            except AWAY as error:
                troubles.failed(error)
                await asyncio.sleep(PAUSE_SECONDS)
            except Exception as error:  # noqa: BLE001  (whatever it is, they wait)
                logger.warning(f"What events entail can't be begun with, again soon: {error}")
                await asyncio.sleep(PAUSE_SECONDS)

    async def _listen(self) -> None:
        """Hear the news of the others, for ever."""
        troubles = Troubles("this process hears nothing of the others")
        last: str | None = None
        heard_at = time.monotonic()
        while True:
            try:
                if last is None:
                    last = await self._news.last()
                    redis = await self.link.redis()
                    for resync in await redis.hkeys(self._resyncs):
                        self._begins(resync)
                if time.monotonic() - heard_at > SILENCE_SECONDS:
                    await self._look_for_a_gap(last)
                for name, entry in await self._news.after(last, WAIT_MS):
                    await self._hear(entry)
                    last = name
                heard_at = time.monotonic()
                troubles.works()
            except AWAY as error:
                troubles.failed(error)
                await asyncio.sleep(PAUSE_SECONDS)

    async def _look_for_a_gap(self, last: str) -> None:
        first = await self._news.first()
        if first is None or _moment(first) <= _moment(last):
            return
        logger.warning("News of other processes were missed: everything is compared")
        self._hears.news_were_missed()
        await self._wishes.add({"sweep": True})

    async def _hear(self, entry: Entry | None) -> None:
        match entry:
            case {"pod": self.link.pod}:
                return
            case {"arrived": str(name)}:
                self._hears.arrived({"webhookEvent": name})
            case {"resync": str(resync), "begins": True}:
                self._begins(resync)
            case {"resync": str(resync), "begins": False, "succeeded": bool(succeeded)}:
                if resync not in self._known_resyncs:
                    # What was written since it began nobody has noted.
                    await self._wishes.add({"sweep": True})
                self._begins(resync)
                self._known_resyncs.discard(resync)
                self._hears.resync_ends_elsewhere(resync, succeeded=succeeded)
            case _:
                logger.debug(f"News of another version of this integration: {entry}")

    def _begins(self, resync: str) -> None:
        if resync not in self._known_resyncs:
            self._known_resyncs.add(resync)
            self._hears.resync_begins_elsewhere(resync)


def _moment(name: str) -> tuple[int, int]:
    """Entries are called by the moment, and a number."""
    moment, _, number = name.partition("-")
    return int(moment), int(number or 0)
