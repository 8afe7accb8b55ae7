"""Entities that Port was told to delete: it says yes at once, and does it some seconds later.

What is written meanwhile under the same name may vanish with it, and what is written with a
relation to it may lose that: both are written at once, and again when the delete is done.
"""

from collections.abc import Callable, Collection, Iterable

from loguru import logger
from port_ocean.core.models import Entity

from port.deletions import named
from port.entities import EntityKey, key_of, points_at
from port.just_written import SEARCH_SECONDS

DELETE_SECONDS = 5.0
"""How long a delete may take: of what was written anew meanwhile no search tells."""
LONGEST_SECONDS = 30.0
"""An entity that Port still shows by then, it will keep."""


class Going:
    """What is going, what was written under the same name meanwhile, and what relates to it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._since: dict[EntityKey, tuple[float, Entity]] = {}
        # What a search may not have shown before: that it doesn't says nothing for a while.
        self._unseen: set[EntityKey] = set()
        self._anew: dict[EntityKey, Entity] = {}

    def __bool__(self) -> bool:
        return bool(self._since or self._anew)

    def begin(self, entities: Iterable[Entity], unseen: Collection[EntityKey] = ()) -> None:
        """Port was told to delete these; of the `unseen` no search may have shown that they are
        there.
        """
        for entity in entities:
            self._since[key_of(entity)] = (self._now(), entity)
            self._anew.pop(key_of(entity), None)
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
            if self._now() - since < self._longest(key, shown=key in still):
                continue
            del self._since[key]
            self._unseen.discard(key)
            if key in still and key not in self._anew:
                kept.append(entity)
        if kept:
            logger.warning(
                f"Port said that it deletes {named(kept)}, and still has it after "
                f"{LONGEST_SECONDS:.0f} s: the next sweep looks at it again"
            )

    def _longest(self, key: EntityKey, *, shown: bool) -> float:
        if shown:
            return DELETE_SECONDS if key in self._anew else LONGEST_SECONDS
        return SEARCH_SECONDS if key in self._unseen else 0.0

    def note(self, entities: Iterable[Entity]) -> None:
        """These are written; those that are named like one that is going, again when it is gone."""
        self._anew |= {key_of(e): e for e in entities if key_of(e) in self._since}

    def release(self) -> list[Entity]:
        """What is to be written again, now that what had its name is gone."""
        free = [key for key in self._anew if key not in self._since]
        return [self._anew.pop(key) for key in free]

    def keep(self, entities: Iterable[Entity]) -> None:
        """These could not be written."""
        for entity in entities:
            self._anew.setdefault(key_of(entity), entity)

    def is_written_anew(self, entity: Entity) -> bool:
        """Whether something is to be written again under its name."""
        return key_of(entity) in self._anew

    def concerns(self, entity: Entity) -> bool:
        """Whether an entity relates to one that is going."""
        return points_at(entity, {identifier for _, identifier in self._since})
