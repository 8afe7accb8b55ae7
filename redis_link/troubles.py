"""What is wrong with Redis, in words, each state said once and its end as well."""

import asyncio
import time
from collections.abc import Callable
from enum import StrEnum

from loguru import logger
from redis import exceptions

AWAY = (exceptions.RedisError, OSError, asyncio.TimeoutError)
"""All that can go wrong with Redis: it is asked again later."""


class State(StrEnum):
    """What Redis is in, and what somebody can do about it."""

    AWAY = "can't be reached"
    SLOW = "doesn't answer in time"
    FULL = "is full and takes no writes: give it more memory (maxmemory), or its events less time"
    REFUSED = "doesn't accept the user or the password of OCEAN__LIVE_EVENTS__REDIS__…"
    FORBIDDEN = "forbids this user a command or a key"
    NOT_YET = "is there and serves nobody: it loads, fails over, or is a replica"
    LOST = "has lost the stream or its group (flushed, evicted or expired)"
    OTHER = "answers with an error"


def state_of(error: BaseException) -> State:
    """Decided by the first word of what Redis says, where it says anything."""
    said = str(error).upper()
    if isinstance(error, (exceptions.TimeoutError, asyncio.TimeoutError)):
        return State.SLOW
    if isinstance(error, exceptions.AuthenticationError) or said.startswith(
        ("NOAUTH", "WRONGPASS", "INVALID USERNAME-PASSWORD")
    ):
        return State.REFUSED
    if isinstance(error, exceptions.OutOfMemoryError) or "OOM COMMAND" in said:
        return State.FULL
    if said.startswith("NOGROUP") or "NOGROUP" in said:
        return State.LOST
    if isinstance(error, exceptions.NoPermissionError) or said.startswith("NOPERM"):
        return State.FORBIDDEN
    loading = (exceptions.BusyLoadingError, exceptions.ReadOnlyError)
    if isinstance(error, loading) or said.startswith(
        ("LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "MISCONF")
    ):
        return State.NOT_YET
    if isinstance(error, (exceptions.ConnectionError, OSError)):
        return State.AWAY
    return State.OTHER


class Troubles:
    """Says for one user of Redis what it is in, when that changes."""

    def __init__(self, what: str, now: Callable[[], float] = time.monotonic) -> None:
        """`what` waits for Redis, in words that begin a sentence's second half."""
        self._what = what
        self._now = now
        self._since: float | None = None
        self._state: State | None = None

    @property
    def state(self) -> State | None:
        """What is wrong now; None if nothing is."""
        return self._state

    def failed(self, error: BaseException) -> State:
        """It couldn't be used."""
        state = state_of(error)
        if self._since is None:
            self._since = self._now()
        if state is not self._state:
            self._state = state
            logger.warning(f"Redis {state}; until it works {self._what}. It said: {error}")
        return state

    def works(self) -> None:
        """It was used."""
        if self._since is not None:
            seconds = self._now() - self._since
            logger.info(f"Redis works again, after {seconds:.0f} s: {self._what} no more")
        self._since = self._state = None
