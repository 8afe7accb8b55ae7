"""Entities that Port was told to delete: it says yes at once, and does it some seconds later.

What is written meanwhile under the same name may vanish with it, and what is written with a
relation to it may lose that.
"""

from collections.abc import Callable, Collection, Iterable

from loguru import logger
from port_ocean.core.models import Entity

from port.deletions import named
from port.entities import EntityKey, key_of, points_at
from port.just_written import SEARCH_SECONDS

LONGEST_SECONDS = 30.0
"""An entity that Port still shows by then, it will keep."""


class Going:
    """What is going, what waits to be written under the same name, and what relates to it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._since: dict[EntityKey, tuple[float, Entity]] = {}
        # What a search may not have shown before: that it doesn't says nothing for a while.
        self._unseen: set[EntityKey] = set()
        self._held: dict[EntityKey, Entity] = {}

    def __bool__(self) -> bool:
        return bool(self._since or self._held)

    def begin(self, entities: Iterable[Entity], unseen: Collection[EntityKey] = ()) -> None:
        """Port was told to delete these; of the `unseen` no search may have shown that they are
        there.
        """
        for entity in entities:
            self._since[key_of(entity)] = (self._now(), entity)
            self._held.pop(key_of(entity), None)
            if key_of(entity) in unseen:
                self._unseen.add(key_of(entity))

    @property
    def entities(self) -> list[Entity]:
        """What Port may still have."""
        return [entity for _, entity in self._since.values()]

    def see(self, there: Iterable[Entity]) -> None:
        """Port shows these of them; all others are gone."""
        still = {key_of(entity) for entity in there}
        self._unseen -= still
        kept: list[Entity] = []
        for key, (since, entity) in list(self._since.items()):
            wait = LONGEST_SECONDS if key in still else SEARCH_SECONDS if key in self._unseen else 0
            if self._now() - since < wait:
                continue
            del self._since[key]
            self._unseen.discard(key)
            if key in still:
                kept.append(entity)
        if kept:
            logger.warning(
                f"Port said that it deletes {named(kept)}, and still has it after "
                f"{LONGEST_SECONDS:.0f} s: the next sweep looks at it again"
            )

    def hold(self, entities: Iterable[Entity]) -> list[Entity]:
        """Keep what is named like one that is going until that is gone; returns the others."""
        others: list[Entity] = []
        for entity in entities:
            if key_of(entity) in self._since:
                self._held[key_of(entity)] = entity
            else:
                others.append(entity)
        return others

    def release(self) -> list[Entity]:
        """What waited, and can be written now."""
        free = [key for key in self._held if key not in self._since]
        return [self._held.pop(key) for key in free]

    def keep(self, entities: Iterable[Entity]) -> None:
        """These could not be written."""
        for entity in entities:
            self._held.setdefault(key_of(entity), entity)

    def held(self, key: EntityKey) -> Entity | None:
        """What is to be written under a name, once that is free."""
        return self._held.get(key)

    def concerns(self, entity: Entity) -> bool:
        """Whether an entity relates to one that is going."""
        return points_at(entity, {identifier for _, identifier in self._since})
