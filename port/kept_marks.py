"""The moments that one process leaves for the next, in Port, where an empty disk doesn't matter.

They are two cursors of the integration, as Port keeps them for incremental syncs, under a kind of
our own. A Port that takes no such cursor is asked for none again; the framework's own calls would
log an error each time.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import httpx
from loguru import logger
from port_ocean.clients.port.client import PortClient

KIND = "live-events"
WRITTEN, COMPARE_AT = 0, 1
"""Which cursor is which moment."""
SECONDS = 5.0
"""How long a start or an end waits for Port's answer."""
_NOT_FOUND = httpx.codes.NOT_FOUND
_FOR_NOW = (httpx.codes.UNAUTHORIZED, httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS)


class KeptMarks:
    """Reads and writes moments, in seconds since 1970, by which cursor they are."""

    def __init__(self, port: Callable[[], PortClient]) -> None:
        self._port = port
        self.refused = False

    async def read(self) -> dict[int, float]:
        """What is kept; nothing where Port doesn't tell in time."""
        found: dict[int, float] = {}
        try:
            async with asyncio.timeout(SECONDS):
                for index in (WRITTEN, COMPARE_AT):
                    if (moment := await self._get(index)) is not None:
                        found[index] = moment
        except (httpx.HTTPError, ValueError, TimeoutError) as error:
            self._failed("Port doesn't tell what the last process left", error)
            return {}
        return found

    async def keep(self, moments: Mapping[int, float]) -> bool:
        """Keep these; whether Port did, in time."""
        if self.refused:
            return False
        try:
            async with asyncio.timeout(SECONDS):
                for index, moment in moments.items():
                    await self._put(index, moment)
        except (httpx.HTTPError, TimeoutError) as error:
            self._failed("Port doesn't keep up to when all events are written", error)
            return False
        return True

    async def _get(self, index: int) -> float | None:
        response = await self._send("GET", index)
        if response.status_code == _NOT_FOUND:
            return None
        response.raise_for_status()
        cursor = response.json().get("cursor")
        told = cursor.get("primary") if isinstance(cursor, dict) else None
        if not isinstance(told, str):
            return None
        moment = datetime.fromisoformat(told)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

    async def _put(self, index: int, moment: float) -> None:
        response = await self._send("PUT", index, moment)
        if response.status_code == _NOT_FOUND:
            # Only what was made can be replaced.
            response = await self._send("POST", index, moment)
        response.raise_for_status()

    async def _send(self, method: str, index: int, moment: float | None = None) -> httpx.Response:
        told = None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat()
        port = self._port()
        return await port.client.request(
            method,
            f"{port.auth.api_url}/integration/{port.integration_identifier}/cursor",
            headers=await port.auth.headers(),
            params={"kind": KIND, "index": index},
            json=None if told is None else {"primary": told},
        )

    def _failed(self, what: str, error: Exception) -> None:
        if isinstance(error, httpx.HTTPStatusError):
            status = error.response.status_code
            self.refused = 400 <= status < 500 and status not in _FOR_NOW
        if self.refused:
            logger.info(
                f"{what} ({error.__class__.__name__}): a start without a resync compares everything"
            )
        else:
            logger.warning(f"{what}, it is tried again: {error!r}")
