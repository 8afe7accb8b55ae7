"""Another process under our name that we share no Redis with: its resyncs show in Port.

Each resync notes its beginning in the integration's state there. One that isn't ours is another
process's, which writes without knowing what events wrote, and the other way round.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from loguru import logger
from port_ocean.clients.port.client import PortClient

LOOK_EVERY_SECONDS = 60.0
"""As often as the framework asks for its mapping: five of Port's requests in five minutes."""
FORGOTTEN_SECONDS = 25 * 60 * 60.0
"""Without such a resync for a day and an hour the other process is taken to be gone."""
RUNNING = "running"


@dataclass(frozen=True)
class Resync:
    """One of another process, as Port shows it."""

    start: str
    status: str

    @property
    def has_ended(self) -> bool:
        """Whether it writes nothing any more."""
        return self.status != RUNNING

    def seconds_ago(self, now: datetime) -> float:
        """How long ago it began, by both clocks."""
        try:
            start = datetime.fromisoformat(self.start)
        except ValueError:
            return FORGOTTEN_SECONDS
        return (now - (start if start.tzinfo else start.replace(tzinfo=UTC))).total_seconds()


class ResyncsSeen:
    """Tells our own resyncs from others; without I/O."""

    def __init__(self) -> None:
        self._ours: set[str] = set()
        self._last: Resync | None = None
        self._looked = False

    def began(self, state: Mapping[str, Any]) -> None:
        """This process notes that in Port."""
        if isinstance(start := state.get("lastResyncStart"), str):
            self._ours.add(start)

    def look(self, integration: Mapping[str, Any]) -> Resync | None:
        """A resync of another process, where something about it is news.

        What was there at the first look may be of the process that was here before.
        """
        state = integration.get("resyncState")
        start = state.get("lastResyncStart") if isinstance(state, dict) else None
        if not isinstance(start, str) or not isinstance(state, dict):
            self._looked = True
            return None
        resync = Resync(start, str(state.get("status")))
        is_news = self._looked and resync != self._last
        self._looked, self._last = True, resync
        return resync if is_news and start not in self._ours else None


class OtherProcesses:
    """Looks for them, says it loudly and once, and makes up for what they wrote."""

    def __init__(
        self,
        port: PortClient,
        make_up: Callable[[float], Awaitable[None]],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`make_up` is told of the end of such a resync: how many seconds ago it began."""
        self._port = port
        self._make_up = make_up
        self._now = now
        self._seen = ResyncsSeen()
        self._noticed_at: float | None = None
        update = port.update_integration_state

        async def noted(state: dict[str, Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
            self._seen.began(state)
            return await update(state, *args, **kwargs)

        port.update_integration_state = noted  # type: ignore[method-assign]

    @property
    def are_there(self) -> bool:
        """Whether one was noticed, and not so long ago."""
        at = self._noticed_at
        return at is not None and self._now() - at < FORGOTTEN_SECONDS

    async def run(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await pause(LOOK_EVERY_SECONDS)

    async def look(self) -> None:
        """See what Port shows now; where it doesn't answer, the next look tells the same."""
        try:
            integration = await self._port.get_current_integration(
                should_raise=True, should_log=False
            )
        except httpx.HTTPError as error:
            logger.debug(f"Port doesn't say whether another process resyncs: {error}")
            return
        resync = self._seen.look(integration)
        if resync is None:
            return
        if not self.are_there:
            logger.error(
                f"Another process resyncs under the same identifier (began at {resync.start}). Two "
                "processes that don't share a Redis write over each other's changes: stop one of "
                "them, give it another identifier, or let both share a Redis "
                "(docs/several-pods.md). Until then everything is compared after each of its "
                "resyncs."
            )
        self._noticed_at = self._now()
        if resync.has_ended:
            await self._make_up(max(0.0, resync.seconds_ago(datetime.now(UTC))))
