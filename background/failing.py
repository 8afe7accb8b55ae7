"""What fails, since when and what to do: one state for each resource and cause.

Said when it begins and when it ends, and once an hour between.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from loguru import logger

from jira.errors import (
    JiraAuthenticationError,
    JiraError,
    JiraPermissionError,
    JiraRequestError,
)

SAY_AGAIN_SECONDS = 3600.0
MAX_REMEMBERED = 1000


@dataclass
class State:
    """One thing that fails for one cause. Times are monotonic seconds."""

    what: str
    cause: str
    since: float
    said_at: float
    times: int = 1
    end_said: bool = False


class Failing:
    """Keeps what fails at present, by what it is and by its cause."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._states: dict[tuple[str, str], State] = {}
        self._outage_began = 0.0
        # What waits for Jira, for Port or for the mapping.
        self._waiting: set[str] = set()
        # Ended lately: one that comes and goes is said once, too.
        self._over: dict[tuple[str, str], State] = {}

    def states(self) -> list[State]:
        """What fails at present, the oldest first."""
        return sorted(self._states.values(), key=lambda state: state.since)

    def note(self, what: str, error: Exception) -> None:
        """It failed; the first time it is said, with what it costs and what to do."""
        now = self._now()
        key = (what, cause_of(error))
        state = self._states.get(key)
        over = self._over.pop(key, None)
        if state is None and over is not None and now - over.said_at < SAY_AGAIN_SECONDS:
            state = self._states[key] = over
        if state is None:
            self._states[key] = State(what, str(error), now, now)
            _forget_oldest(self._states)
            logger.error(
                f"{what} can't be kept up to date: {error} What Port has of it stays as it is, "
                f"everything else goes on. {advice(error)}"
            )
            return
        state.times += 1
        state.cause = str(error)
        if now - state.said_at >= SAY_AGAIN_SECONDS:
            state.said_at = now
            logger.warning(
                f"{what} can't be kept up to date, for {_minutes(now - state.since)}: {error} "
                f"{advice(error)}"
            )

    def outage(self, what: str, error: Exception) -> None:
        """Jira or Port isn't there, or doesn't know us: nothing is lost, it waits."""
        if not self._waiting:
            logger.warning(f"For now live events wait for another try: {error}")
            self._outage_began = self._now()
        self._waiting.add(what)

    def outage_over(self, what: str) -> None:
        """It was read and written; said when nothing else waits any more."""
        if self._waiting == {what}:
            logger.info(f"Live events go on, after {_minutes(self._now() - self._outage_began)}")
        self._waiting.discard(what)

    def works(self, what: str) -> bool:
        """It works; whether it failed before, and something may have been missed meanwhile."""
        over = [key for key in self._states if key[0] == what]
        for key in over:
            state = self._over[key] = self._states.pop(key)
            if not state.end_said:
                state.end_said = True
                logger.info(f"{what} works again, after {_minutes(self._now() - state.since)}")
        _forget_oldest(self._over)
        return bool(over)


def cause_of(error: Exception) -> str:
    """What makes two errors the same cause: their sort and their words, without names in them."""
    words = re.sub(r"[\w.-]*[0-9][\w.-]*|'[^']*'|\"[^\"]*\"", "…", str(error))
    return f"{type(error).__name__}: {words[:200]}"


def advice(error: Exception) -> str:
    """What to do about it."""
    if isinstance(error, JiraAuthenticationError):
        return (
            "The token is valid but lacks a scope or permission for this endpoint: give it that, "
            "or take the kind out of the mapping."
        )
    if isinstance(error, JiraPermissionError):
        return (
            "Give the account the permission (README, 'Permissions of the account'), or take the "
            "kind out of the mapping."
        )
    if isinstance(error, JiraRequestError):
        return "Put the resource's selector right in the mapping: Jira refuses what it asks for."
    if isinstance(error, JiraError):
        return "It is tried again by itself: with its next event, and by the sweep."
    return "It is tried again with its next event, and by the sweep."


def _forget_oldest(states: dict[tuple[str, str], State]) -> None:
    while len(states) > MAX_REMEMBERED:
        del states[next(iter(states))]


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
