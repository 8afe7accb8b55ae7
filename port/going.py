"""Entities that Port was told to delete: it says yes at once, and does it some seconds later.

What is written meanwhile under the same name may vanish with it, and what is written with a
relation to it may lose that, whoever writes it (an event, a sweep, a resync): both are written at
once, and again when the delete is done.
"""

from collections.abc import Callable, Collection, Container, Iterable, Mapping

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
        # Of these no search tells when they are gone: deleted again before the first delete was
        # seen to be done, or of another data source.
        self._untold: set[EntityKey] = set()
        # Of these another process's word is all there is: what became of them since isn't known.
        self._by_others: set[EntityKey] = set()
        self._anew: dict[EntityKey, Entity] = {}
        self._pointing: dict[EntityKey, Entity] = {}

    def __bool__(self) -> bool:
        return bool(self._since or self._anew or self._pointing)

    def begin(
        self,
        entities: Iterable[Entity],
        unseen: Collection[EntityKey] = (),
        untold: Container[EntityKey] = (),
    ) -> None:
        """Port is told to delete these.

        Of the `unseen` no search may have shown yet that they are there, and of the `untold` none
        ever does.
        """
        for entity in entities:
            key = key_of(entity)
            if key in self._since or key in untold:
                self._untold.add(key)
            self._since[key] = (self._now(), entity)
            self._by_others.discard(key)
            self._anew.pop(key, None)
            if key in unseen:
                self._unseen.add(key)

    def begin_elsewhere(self, entities: Iterable[Entity]) -> None:
        """Another process tells Port to delete these."""
        of = {key_of(entity): entity for entity in entities}
        self.begin(of.values(), untold=of)
        self._by_others |= of.keys()

    def stay(self, entities: Iterable[Entity]) -> None:
        """Port doesn't delete these after all."""
        for entity in entities:
            self._forget(key_of(entity))

    def _forget(self, key: EntityKey) -> None:
        self._since.pop(key, None)
        self._unseen.discard(key)
        self._untold.discard(key)
        self._by_others.discard(key)

    @property
    def names(self) -> frozenset[EntityKey]:
        """What Port may still have, by name."""
        return frozenset(self._since)

    @property
    def begun(self) -> dict[EntityKey, float]:
        """Since when, by name."""
        return {key: since for key, (since, _) in self._since.items()}

    @property
    def entities(self) -> list[Entity]:
        """What Port may still have."""
        return [entity for _, entity in self._since.values()]

    def see(self, there: Iterable[Entity], asked: Mapping[EntityKey, float] | None = None) -> None:
        """Port shows these of them; all others are gone, of those that it was `asked` for."""
        about = self.begun if asked is None else asked
        still = {key_of(entity) for entity in there}
        self._unseen -= still
        kept: list[Entity] = []
        for key, (since, entity) in list(self._since.items()):
            if about.get(key) != since or self._now() - since < self._longest(
                key, shown=key in still
            ):
                continue
            self._forget(key)
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
        if key in self._untold:
            return DELETE_SECONDS
        return SEARCH_SECONDS if key in self._unseen else 0.0

    def note(self, entities: Iterable[Entity], when_sent: Collection[EntityKey] = ()) -> None:
        """These are written; what was going `when_sent` may have gone after that.

        Those that are named like one that is going are written again when it is gone, and those
        that relate to one are to be read again.
        """
        going = self._since.keys() | when_sent
        if not going and not self._anew:
            return
        targets = {identifier for _, identifier in going}
        for entity in entities:
            key = key_of(entity)
            self._anew.pop(key, None)
            self._pointing.pop(key, None)
            if key in going:
                self._anew[key] = entity
            if points_at(entity, targets):
                self._pointing[key] = entity

    def hold(self, entities: Iterable[Entity]) -> None:
        """Those of these that relate to one that is going are to be read again when it is gone."""
        going = {identifier for _, identifier in self._since}
        for entity in entities:
            if points_at(entity, going):
                self._pointing.setdefault(key_of(entity), entity)

    def release(self) -> list[Entity]:
        """What is to be written again, now that what had its name is gone."""
        free = [key for key in self._anew if key not in self._since]
        return [self._anew.pop(key) for key in free]

    def release_pointing(self) -> list[Entity]:
        """What is to be read again, now that what it relates to is gone."""
        targets = {identifier for _, identifier in self._since}
        free = [key for key, entity in self._pointing.items() if not points_at(entity, targets)]
        return [self._pointing.pop(key) for key in free]

    def keep(self, entities: Iterable[Entity]) -> None:
        """These could not be written."""
        for entity in entities:
            self._anew.setdefault(key_of(entity), entity)

    def goes(self, entity: Entity) -> bool:
        """Whether this process told Port to delete it, and nothing was written there since."""
        key = key_of(entity)
        return key in self._since and key not in self._anew and key not in self._by_others

    def is_written_anew(self, entity: Entity) -> bool:
        """Whether something is to be written again under its name."""
        return key_of(entity) in self._anew
