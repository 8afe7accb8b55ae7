"""Entities that Port was told to delete: it says yes at once, and does it some seconds later.

What is written meanwhile under the same name may vanish with it, and what is written with a
relation to it may lose that.
"""

from collections.abc import Callable, Iterable

from loguru import logger
from port_ocean.core.models import Entity

from port.deletions import SEARCH_SECONDS, named
from port.entities import EntityKey, key_of, targets

LONGEST_SECONDS = 30.0
"""An entity that Port still shows by then, it will keep."""


class Going:
    """What is going, what waits to be written under the same name, and what relates to it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._since: dict[EntityKey, tuple[float, Entity]] = {}
        self._held: dict[EntityKey, Entity] = {}
        # What was written so lately that a search may not show it, with its relations.
        self._lately: dict[EntityKey, tuple[float, Entity]] = {}

    def __bool__(self) -> bool:
        return bool(self._since or self._held)

    def begin(self, entities: Iterable[Entity]) -> None:
        """Port was told to delete these."""
        for entity in entities:
            self._since[key_of(entity)] = (self._now(), entity)
            self._held.pop(key_of(entity), None)

    @property
    def entities(self) -> list[Entity]:
        """What Port may still have."""
        return [entity for _, entity in self._since.values()]

    def see(self, there: Iterable[Entity]) -> None:
        """Port shows these of them; all others are gone."""
        still = {key_of(entity) for entity in there}
        kept: list[Entity] = []
        for key, (since, entity) in list(self._since.items()):
            if key in still and self._now() - since < LONGEST_SECONDS:
                continue
            del self._since[key]
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
        return _points_at(entity, {identifier for _, identifier in self._since})

    def wrote(self, entities: Iterable[Entity]) -> None:
        """These were written now."""
        for entity in entities:
            self._lately.pop(key_of(entity), None)
            self._lately[key_of(entity)] = (self._now(), entity)
        self._forget()

    def wrote_lately(self, entity: Entity) -> bool:
        """Whether it was written so lately that a search may not show it."""
        self._forget()
        return key_of(entity) in self._lately

    def lately_pointing_at(self, entities: Iterable[Entity]) -> list[Entity]:
        """What relates to one of them, and may not be found."""
        self._forget()
        identifiers = {str(entity.identifier) for entity in entities}
        return [e for _, e in self._lately.values() if _points_at(e, identifiers)]

    def _forget(self) -> None:
        until = self._now() - SEARCH_SECONDS
        while self._lately:
            key, (at, _) = next(iter(self._lately.items()))
            if at > until:
                return
            del self._lately[key]


def _points_at(entity: Entity, identifiers: set[str]) -> bool:
    return any(identifiers.intersection(targets(value)) for value in entity.relations.values())
