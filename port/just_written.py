"""What was written so lately that Port's search may not show it."""

import time
from collections.abc import Callable, Collection, Iterable

from port_ocean.core.models import Entity

from port.entities import EntityKey, key_of, points_at

SEARCH_SECONDS = 3.0
"""How long a search of Port's may not show what was written."""


class JustWritten:
    """The entities that were written in the last seconds, as they were sent."""

    def __init__(
        self, now: Callable[[], float] = time.monotonic, seconds: float = SEARCH_SECONDS
    ) -> None:
        self._now = now
        self._seconds = seconds
        self._at: dict[EntityKey, tuple[float, Entity]] = {}

    def note(self, entities: Iterable[Entity]) -> None:
        """These were written now."""
        for entity in entities:
            self._at.pop(key_of(entity), None)
            self._at[key_of(entity)] = (self._now(), entity)
        self._forget()

    def deleted(self, entities: Iterable[Entity]) -> None:
        """These were deleted."""
        for entity in entities:
            self._at.pop(key_of(entity), None)

    def called(self, keys: Collection[EntityKey]) -> list[Entity]:
        """Those with one of these names."""
        self._forget()
        return [self._at[key][1] for key in keys if key in self._at]

    def of(self, blueprint: str) -> set[EntityKey]:
        """The names of those of a blueprint."""
        self._forget()
        return {key for key in self._at if key[0] == blueprint}

    def pointing_at(self, identifiers: Collection[str]) -> list[Entity]:
        """Those that relate to something called one of these."""
        self._forget()
        return [entity for _, entity in self._at.values() if points_at(entity, identifiers)]

    def _forget(self) -> None:
        until = self._now() - self._seconds
        while self._at:
            key, (at, _) = next(iter(self._at.items()))
            if at > until:
                return
            del self._at[key]
