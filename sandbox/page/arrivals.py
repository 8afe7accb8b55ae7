"""Which change in Jira a change of the catalog comes from, and how long it took."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_KEPT = 500
_RECENT_SECONDS = 60.0
"""After so long nothing is put down to what an entity merely relates to."""

type Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class JiraChange:
    """An event of Jira's: its number, when it was, and what it names."""

    number: int
    at: float
    names: frozenset[str]


class Arrivals:
    """Remembers Jira's events, and which of them each entity was written after."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._changes: deque[JiraChange] = deque(maxlen=_KEPT)
        self._written_after: dict[Key, int] = {}
        self._last = 0

    @property
    def last(self) -> int:
        """The number of the latest change."""
        return self._last

    def changed(self, names: frozenset[str]) -> JiraChange:
        """Note an event."""
        self._last += 1
        change = JiraChange(self._last, self._clock(), names)
        self._changes.append(change)
        return change

    def arrived(
        self, key: Key, own: frozenset[str], related: frozenset[str]
    ) -> tuple[int, float] | None:
        """The change that an entity was written for, and the seconds since; None for none."""
        found = self._cause(key, own, related)
        self._written_after[key] = self._last
        return None if found is None else (found.number, self._clock() - found.at)

    def _cause(self, key: Key, own: frozenset[str], related: frozenset[str]) -> JiraChange | None:
        naming = [change for change in self._changes if change.names & own]
        if naming:
            # Where several came before it was written, the first has waited longest.
            after = self._written_after.get(key, 0)
            return next((change for change in naming if change.number > after), naming[-1])
        recent = [c for c in self._changes if self._clock() - c.at <= _RECENT_SECONDS]
        near = [change for change in recent if change.names & related]
        return next(reversed(near or recent), None)
