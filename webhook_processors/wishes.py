"""What events and writes wished of the leader: begun with in order, and kept until all is done."""

from collections.abc import Awaitable, Callable

from loguru import logger
from port_ocean.context.event import event

from background.asking import Wish, granted
from background.follow_ups import FollowUps
from background.jobs import caused_by
from redis_link.entries import FROM_THE_FIRST, Entries, Entry
from redis_link.link import RedisLink

Around = Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]


class Wishes:
    """A queue in Redis; the leader alone takes out of it, and whoever leads next begins anew.

    Its methods raise redis_link.troubles.AWAY.
    """

    def __init__(
        self, link: RedisLink, follow_ups: Callable[[], FollowUps], around: Around
    ) -> None:
        """`around` runs something where the framework expects an event and its mapping."""
        self._follow_ups = follow_ups
        self._around = around
        self._entries = Entries(link, "wishes")
        self._granted_to = FROM_THE_FIRST
        # What is being done, by what its jobs are owed to.
        self._open: dict[str, list[str]] = {}
        # What was waited for before the last beginning isn't begun with any more.
        self._era = self._waited_in = 0

    async def add(self, wish: Wish) -> None:
        """It can't be lost once this returns."""
        await self._entries.add(wish)

    def begin_anew(self) -> None:
        """Another process may have begun with all that is there."""
        self._era += 1
        self._open.clear()
        self._granted_to = FROM_THE_FIRST

    async def wait(self, wait_ms: int) -> list[tuple[str, Entry | None]]:
        """Those that weren't begun with."""
        self._waited_in = self._era
        return await self._entries.after(self._granted_to, wait_ms)

    async def begin_with(self, wishes: list[tuple[str, Entry | None]]) -> None:
        """Ask for all that these entail."""

        async def ask() -> None:
            if self._waited_in != self._era:
                return
            names: list[str] = []
            cause = wishes[-1][0]
            with caused_by(frozenset({cause})):
                for _, wish in wishes:
                    names += self._granted(wish or {})
            self._open[cause] = [name for name, _ in wishes]
            self._granted_to = cause
            if names:
                logger.info(f"Background work entails: {', '.join(dict.fromkeys(names))}")

        if wishes:
            await self._around(ask)

    def _granted(self, wish: Wish) -> list[str]:
        try:
            return granted(wish, self._follow_ups(), event.port_app_config)
        except Exception as error:  # noqa: BLE001  (what it is, a comparison finds)
            logger.error(f"What was wished isn't known: {error!r}")
            self._follow_ups().ask_for_sweep()
            return ["sweep"]

    async def let_go(self) -> None:
        """Forget those of which all is done."""
        owed = self._follow_ups().jobs.owed_to
        for cause in [cause for cause in self._open if cause not in owed]:
            await self._entries.remove(self._open.pop(cause))
