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
    MappingError,
)
from jira.scopes import scope_of
from port.entities import PortBlueprintError
from port.reasons import reason, to_do_meanwhile
from telemetry import lookups, metrics

SAY_AGAIN_SECONDS = 3600.0
MAX_REMEMBERED = 1000
MAX_SCRAPED = 100
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 300.0


@dataclass
class State:
    """One thing that fails for one cause. Times are monotonic seconds.

    `whole`: all of it was to be read, which a single event's success says nothing about.
    """

    what: str
    cause: str
    since: float
    said_at: float
    times: int = 1
    end_said: bool = False
    whole: bool = False
    reason: str = ""
    to_do: str = ""
    compared_again_at: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS

    def is_to_be_compared(self, now: float) -> bool:
        """Whether it is time to see if all of it can be read again."""
        if now < self.compared_again_at:
            return False
        self.compared_again_at = now + self.pause
        self.pause = min(2 * self.pause, LONGEST_PAUSE_SECONDS)
        return True


@dataclass(frozen=True)
class Waiting:
    """Since when something waits (monotonic seconds), and why it did the last time."""

    since: float
    reason: str
    to_do: str


class Failing:
    """Keeps what fails at present, by what it is and by its cause."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._states: dict[tuple[str, str], State] = {}
        self._outage_began = 0.0
        # What waits for Jira, for Port or for the mapping.
        self._waiting: dict[str, Waiting] = {}
        # Ended lately: one that comes and goes is said once, too.
        self._over: dict[tuple[str, str], State] = {}
        self._behind: set[str] = set()
        metrics.FAILING.by(self._seconds)
        metrics.HELD_BACK.of(lambda: len(self._waiting))
        lookups.TROUBLES.by(self._troubles)

    def states(self) -> list[State]:
        """What fails at present, the oldest first."""
        return sorted(self._states.values(), key=lambda state: state.since)

    @property
    def is_none(self) -> bool:
        """Whether nothing fails, and nothing was missed by what failed."""
        return not (self._states or self._waiting or self._behind)

    @property
    def waits(self) -> bool:
        """Whether anything waits for Jira, for Port or for the mapping."""
        return bool(self._waiting)

    def note(self, what: str, error: Exception, *, whole: bool = False) -> None:
        """It failed; the first time it is said, with what it costs and what to do."""
        now = self._now()
        key = (what, cause_of(error))
        state = self._states.get(key)
        over = self._over.pop(key, None)
        if state is None and over is not None and now - over.said_at < SAY_AGAIN_SECONDS:
            state = self._states[key] = over
        if state is None:
            state = State(what, sentence(error), now, now, whole=whole)
            state.reason, state.to_do = reason(error), advice(error)
            self._states[key] = state
            _forget_oldest(self._states)
            logger.error(
                f"{what} can't be kept up to date: {sentence(error)} "
                f"What Port has of it stays as it is, everything else goes on. {advice(error)}"
            )
            return
        state.times += 1
        state.whole |= whole
        state.cause = sentence(error)
        if now - state.said_at >= SAY_AGAIN_SECONDS:
            state.said_at = now
            logger.warning(
                f"{what} can't be kept up to date, for {_minutes(now - state.since)}: "
                f"{sentence(error)} {advice(error)}"
            )

    def times(self, what: str, error: Exception) -> int:
        """How often it failed for that cause by now; 0 where it doesn't."""
        state = self._states.get((what, cause_of(error)))
        return state.times if state else 0

    def outage(self, what: str, error: Exception) -> None:
        """Jira or Port isn't there, or doesn't know us: nothing is lost, it waits."""
        if not self._waiting:
            logger.warning(f"For now live events wait for another try: {error}")
            self._outage_began = self._now()
        since = self._waiting[what].since if what in self._waiting else self._now()
        self._waiting[what] = Waiting(since, reason(error), to_do_meanwhile(error))

    def outage_over(self, what: str) -> None:
        """It was read and written; said when nothing else waits any more."""
        if self._waiting.keys() == {what}:
            logger.info(f"Live events go on, after {_minutes(self._now() - self._outage_began)}")
        self._waiting.pop(what, None)

    def works(self, what: str, *, whole: bool = False) -> bool:
        """It works; whether something may have been missed while it failed.

        What failed as a whole works again only as a whole: a single success is a reason to compare
        it now, and a smaller one each time that it turned out to fail still.
        """
        if whole:
            self._behind.discard(what)
        missed = False
        for key in [key for key in self._states if key[0] == what]:
            if self._states[key].whole and not whole:
                missed |= self._states[key].is_to_be_compared(self._now())
                continue
            missed = True
            state = self._over[key] = self._states.pop(key)
            if not state.end_said:
                state.end_said = True
                logger.info(f"{what} works again, after {_minutes(self._now() - state.since)}")
        _forget_oldest(self._over)
        return missed

    def fell_behind(self, resource: str) -> None:
        """What was missed of a resource, no comparison of names and of what changed lately finds:
        all of it has to be read.
        """
        self._behind.add(resource)

    def is_behind(self, resource: str) -> bool:
        """Whether all of a resource has to be read."""
        return resource in self._behind

    def all_read(self) -> None:
        """A resync has read everything."""
        self._behind.clear()

    def _troubles(self) -> list[lookups.Trouble]:
        """What waits and what fails, for whoever looks; of too many the oldest."""
        now = self._now()
        waiting = [
            lookups.Trouble(what, of.reason, of.to_do, now - of.since, waits=True)
            for what, of in self._waiting.items()
        ]
        return [*waiting, *(_trouble_of(state, now) for state in self.states())][:MAX_SCRAPED]

    def _seconds(self) -> dict[tuple[str, ...], float]:
        """For how long what fails does, by the sort of its cause; of too many the oldest."""
        seconds: dict[tuple[str, ...], float] = {}
        for (what, cause), state in sorted(self._states.items(), key=lambda item: item[1].since):
            if len(seconds) < MAX_SCRAPED:
                seconds.setdefault((what, cause.partition(":")[0]), self._now() - state.since)
        return seconds


def _trouble_of(state: State, now: float) -> lookups.Trouble:
    return lookups.Trouble(
        state.what, state.reason, state.to_do, now - state.since, times=state.times
    )


def cause_of(error: Exception) -> str:
    """What makes two errors the same cause: their sort and their words, without names in them.

    Nor with what was asked: without a permission, every endpoint that a resource needs says no. An
    error that only tells what is missing by another one has that one's cause.
    """
    error = getattr(error, "cause", error)
    words = re.sub(r"\b[A-Z]+ /\S*|[\w.-]*[0-9][\w.-]*|'[^']*'|\"[^\"]*\"", "…", str(error))
    return f"{type(error).__name__}: {words[:200]}"


def sentence(error: Exception) -> str:
    """An error's own words, ended; with its sort where it isn't one of ours.

    A 401 that is one endpoint's own isn't the token's, whatever it would say to that.
    """
    words = str(error) if isinstance(error, (JiraError, PortBlueprintError)) else repr(error)
    if isinstance(error, JiraAuthenticationError):
        words = error.said
    return words if words.endswith((".", "!", "?")) else f"{words}."


def advice(error: Exception) -> str:
    """What to do about it."""
    if isinstance(error, JiraAuthenticationError):
        scope = scope_of(error.endpoint or "") or "another scope or permission"
        return (
            f"Jira knows the token, but it needs {scope} for this endpoint: give it that, or take "
            "the kind out of the mapping."
        )
    if isinstance(error, JiraPermissionError):
        return (
            "Give the account the permission (docs/permissions.md), or take the "
            "kind out of the mapping."
        )
    if isinstance(error, JiraRequestError):
        return "Put the resource's selector right in the mapping: Jira refuses what it asks for."
    if isinstance(error, MappingError):
        return "Put it right in the mapping."
    if isinstance(error, PortBlueprintError):
        return "Put the blueprint right in Port, or have the mapping name another one."
    if isinstance(error, JiraError):
        return "It is tried again by itself: with its next event, and by the sweep."
    return "It is tried again with its next event, and by the sweep."


def _forget_oldest(states: dict[tuple[str, str], State]) -> None:
    while len(states) > MAX_REMEMBERED:
        del states[next(iter(states))]


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
