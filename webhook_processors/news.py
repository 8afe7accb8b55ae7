"""What processes that share a Redis tell each other: resyncs, and events about what is kept."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from uuid import uuid4

from loguru import logger

from redis_link.entries import Entries, Entry
from redis_link.link import RedisLink

KEPT = 50_000
"""Of so many news the latest are there for who was away for a while."""
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


class News:
    """One stream that all write to and read. All methods raise redis_link.troubles.AWAY."""

    def __init__(
        self,
        link: RedisLink,
        hears: Hears,
        sweep: Callable[[], Awaitable[None]],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`sweep` has everything compared, where nobody knows what happened."""
        self._link = link
        self._hears = hears
        self._sweep = sweep
        self._now = now
        self._entries = Entries(link, "news", most=KEPT)
        self._last: str | None = None
        self._heard_at = now()
        # Resyncs that run, with their process; kept for those that come later.
        self._resyncs = link.key("resyncs")
        self.resyncs: set[str] = set()
        """Those of this process of which others heard the beginning, and not yet the end."""
        self._elsewhere: set[str] = set()

    async def tell(self, news: Mapping[str, Any]) -> None:
        """Tell all other processes, in order."""
        await self._entries.add({"pod": self._link.pod, **news})

    async def resync_begins(self, resync: str) -> None:
        """Tell all of a resync of this process; may be told again."""
        self.resyncs.add(resync)
        await (await self._link.redis()).hset(self._resyncs, resync, self._link.pod)
        await self.tell({"resync": resync, "begins": True})

    async def resync_ends(self, resync: str, *, succeeded: bool) -> None:
        """Tell all of its end, whatever it was; may be told again."""
        await self.tell({"resync": resync, "begins": False, "succeeded": succeeded})
        await (await self._link.redis()).hdel(self._resyncs, resync)
        self.resyncs.discard(resync)

    async def end_those_of(self, pod: str) -> None:
        """The process is gone, and its resyncs with it."""
        redis = await self._link.redis()
        for resync, of in (await redis.hgetall(self._resyncs)).items():
            if of == pod:
                await self.tell({"pod": pod, "resync": resync, "begins": False, "succeeded": False})
                await redis.hdel(self._resyncs, resync)

    async def listen(self, wait_ms: int) -> None:
        """Hear what was told since the last time, waiting for it a moment."""
        if self._last is None:
            last = await self._entries.last()
            for resync in await (await self._link.redis()).hkeys(self._resyncs):
                self._begins(resync)
            self._last = last
        if self._now() - self._heard_at > SILENCE_SECONDS:
            await self._look_for_a_gap(self._last)
        await self._hear_all(self._last, wait_ms)
        if self._elsewhere:
            await self._end_unheard(self._last)
        self._heard_at = self._now()

    async def _hear_all(self, last: str, wait_ms: int | None = None) -> None:
        for name, entry in await self._entries.after(last, wait_ms):
            await self._hear(entry)
            self._last = name

    async def _end_unheard(self, last: str) -> None:
        """End what doesn't run any more: its end was told before this process listened."""
        there = await (await self._link.redis()).hkeys(self._resyncs)
        if self._elsewhere.difference(there):
            # A process tells of an end before it takes the resync away.
            await self._hear_all(last)
            for resync in self._elsewhere.difference(there):
                await self._ends(resync, succeeded=False)

    async def _look_for_a_gap(self, last: str) -> None:
        first = await self._entries.first()
        if first is None or _moment(first) <= _moment(last):
            return
        logger.warning("News of other processes were missed: everything is compared")
        self._hears.news_were_missed()
        await self._sweep()

    async def _hear(self, entry: Entry | None) -> None:
        match entry:
            case {"pod": self._link.pod}:
                return
            case {"arrived": str(name)}:
                self._hears.arrived({"webhookEvent": name})
            case {"resync": str(resync), "begins": True}:
                self._begins(resync)
            case {"resync": str(resync), "begins": False, "succeeded": bool(succeeded)}:
                await self._ends(resync, succeeded=succeeded)
            case _:
                logger.debug(f"News of another version of this integration: {entry}")

    def _begins(self, resync: str) -> None:
        if resync not in self._elsewhere and resync not in self.resyncs:
            self._elsewhere.add(resync)
            self._hears.resync_begins_elsewhere(resync)

    async def _ends(self, resync: str, *, succeeded: bool) -> None:
        if resync not in self._elsewhere:
            # What was written since it began nobody has noted.
            await self._sweep()
        self._begins(resync)
        self._elsewhere.discard(resync)
        self._hears.resync_ends_elsewhere(resync, succeeded=succeeded)


def new_resync() -> str:
    """A name for a resync."""
    return uuid4().hex


def _moment(name: str) -> tuple[int, int]:
    """Entries are called by the moment, and a number."""
    moment, _, number = name.partition("-")
    return int(moment), int(number or 0)
