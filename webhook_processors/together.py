"""What a process does otherwise where others share a Redis with it: whom it asks, what it hears."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from loguru import logger
from port_ocean.utils.signal import signal_handler

from background.asking import OfTheLeader
from background.follow_ups import FollowUps
from port.deletions import Stubs
from port.writer import PortWriter
from redis_link.link import RedisLink
from telemetry import metrics
from webhook_processors.group import Group
from webhook_processors.under_way import UnderWay
from webhook_processors.wishes import Around

FIRST, LAST = 95, -500
"""Before and after all else that is done at the end."""


@dataclass(frozen=True)
class Begun:
    """A resync of this process: since when (monotonic seconds), and what others know it as."""

    at: float
    told: str


class Together:
    """One of several processes (see Group), or the only one there is."""

    def __init__(
        self,
        follow_ups: FollowUps,
        under_way: UnderWay,
        writer: PortWriter,
        stubs: Stubs,
        around: Around,
    ) -> None:
        self._follow_ups = follow_ups
        self._under_way = under_way
        self._writer = writer
        self._stubs = stubs
        self._around = around
        self.forget_mapping: Callable[[], None] = lambda: None
        """Has Port asked for it anew."""
        self._group: Group | None = None
        self._resyncs: dict[str, float] = {}
        self._begun = 0
        self._sending: set[asyncio.Task[None]] = set()
        metrics.LEADS.of(lambda: float(self.leads))

    @property
    def leads(self) -> bool:
        """Whether background work is this process's."""
        return self._group is None or self._group.leads

    @property
    def does_background_work(self) -> bool:
        """Whether it may write besides events: who leads, and a job that comes now and then."""
        return self._group is None or self._group.does_background_work

    @property
    def resyncs_here(self) -> bool:
        """Whether a resync of this process runs, and not just one of another."""
        return self._begun > 0

    def join(self, link: RedisLink | None, *, may_lead: bool) -> None:
        """Be one of those that share a Redis from now on, until the framework ends."""
        if link is None:
            return
        group = self._group = Group(link, lambda: self._follow_ups, self._around, self)
        asking = OfTheLeader(
            lambda: self._follow_ups, group.wish, group.tell, self._stubs.take_news
        )
        self._stubs.keep_news()
        self._under_way.asking = asking
        self._follow_ups.knows_all = False
        self._follow_ups.after_writes.ask_leader = asking.look_for_orphans
        group.join(may_lead=may_lead)
        group.start()
        signal_handler.register(group.abdicate, priority=FIRST)
        signal_handler.register(self._leave, priority=LAST)
        logger.info(f"This process is {link.pod}, one of those that share a Redis as {link.group}")

    async def _leave(self) -> None:
        if self._group is not None:
            # What was handled during a resync would have been so once more.
            owes = bool(self._writer.going) or self._follow_ups.resync_running
            await self._group.leave(owes_nothing=not owes)

    async def sweep(self) -> None:
        """Have everything compared: something happened that nothing else makes up for."""
        await self._under_way.asking.sweep()

    def compare_everything(self) -> None:
        """Have everything compared soon, since somebody wants it so."""
        if self._group is None:
            self._follow_ups.compare_everything()
            return
        sending = asyncio.create_task(self._group.wish({"everything": True}))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    async def resync_begins(self) -> Begun:
        """To be told of every resync of this process; `resync_ends` wants what it returns."""
        self._under_way.resync_begins()
        told = await self._group.resync_begins() if self._group else ""
        self._begun += 1
        return Begun(self._follow_ups.resync_began(), told)

    async def resync_ends(self, begun: Begun, *, succeeded: bool) -> None:
        """To be told of the end, whatever it was."""
        self._begun -= 1
        self._follow_ups.resync_ended(begun.at, succeeded=succeeded)
        if self._group is not None:
            await self._group.resync_ends(begun.told, succeeded=succeeded)
            await self._under_way.asking.look_for_orphans()

    async def make_up_for(self, seconds: float) -> None:
        """A resync of a process that shares no Redis ended, which began so many seconds ago."""
        self.news_were_missed()
        begun = self._follow_ups.resync_began()
        self._follow_ups.resync_ended(begun - seconds, succeeded=True, elsewhere=True)
        await self.sweep()

    # What others tell; see Hears.

    def arrived(self, payload: Any) -> None:
        """What is kept of Jira may be another one by now."""
        self._follow_ups.arrived(payload)

    def resync_begins_elsewhere(self, resync: str) -> None:
        """What was handled a moment ago it may not show."""
        self._under_way.resync_begins()
        self._resyncs[resync] = self._follow_ups.resync_began()

    def resync_ends_elsewhere(self, resync: str, *, succeeded: bool) -> None:
        """It may have written anything, and by another mapping."""
        self.news_were_missed()
        begun = self._resyncs.pop(resync, None)
        if begun is not None:
            self._follow_ups.resync_ended(begun, succeeded=succeeded, elsewhere=True)

    def news_were_missed(self) -> None:
        """What Port has isn't known any more, nor what the mapping is."""
        self._writer.compared.known.forget_all()
        self.forget_mapping()
