"""What is wrong with Redis, in words, each state said once and its end as well."""

import asyncio
import time
from collections.abc import Callable
from enum import StrEnum
from weakref import WeakSet

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
    """Says what Redis is in when that changes: once, however many of a process use it."""

    def __init__(
        self,
        meanwhile: str,
        while_full: str | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """What happens until it works again, in words; `while_full` where that is another thing."""
        self._meanwhile = meanwhile
        self._while_full = while_full or meanwhile
        self._now = now
        self._since: float | None = None
        # Whoever doesn't use it any more says nothing of its end.
        self._users: WeakSet[Trouble] = WeakSet()

    def of_one(self) -> "Trouble":
        """For one user of Redis, who keeps it."""
        user = Trouble(self)
        self._users.add(user)
        return user

    def failed(self, user: "Trouble", state: State, error: BaseException) -> None:
        """See Trouble."""
        if self._since is None:
            self._since = self._now()
        if not any(other.state is state for other in self._users if other is not user):
            meanwhile = self._while_full if state is State.FULL else self._meanwhile
            logger.warning(f"Redis {state}; until it works {meanwhile}. It said: {error}")

    def works(self, user: "Trouble") -> None:
        """See Trouble."""
        if self._since is None or any(o.state for o in self._users if o is not user):
            return
        seconds = self._now() - self._since
        logger.info(f"Redis works again, after {seconds:.0f} s")
        self._since = None


class Trouble:
    """What is wrong with Redis for one of its users."""

    def __init__(self, of_all: Troubles) -> None:
        self._of_all = of_all
        self.state: State | None = None
        """None if nothing is."""

    def failed(self, error: BaseException) -> State:
        """It couldn't be used."""
        state = state_of(error)
        if state is not self.state:
            self._of_all.failed(self, state, error)
            self.state = state
        return state

    def works(self) -> None:
        """It was used."""
        if self.state is not None:
            self.state = None
            self._of_all.works(self)
