"""Entities that Port refused: tried again, and said once."""

from collections.abc import Iterable

from port_ocean.core.models import Entity

from port.entities import EntityKey, key_of

MAX_REFUSED = 200
"""How many are tried again, and remembered as said."""


class RefusedEntities:
    """The latest of them."""

    def __init__(self) -> None:
        self._entities: dict[EntityKey, Entity] = {}
        self._said: dict[EntityKey, None] = {}

    def __len__(self) -> int:
        return len(self._entities)

    def remember(self, entities: Iterable[Entity]) -> None:
        """Have them tried again."""
        every = [*self._entities.items(), *((key_of(entity), entity) for entity in entities)]
        self._entities = dict(every[-MAX_REFUSED:])

    def forget(self, entity: Entity) -> None:
        """It was written, or it will be refused anew."""
        self._entities.pop(key_of(entity), None)

    def take(self) -> list[Entity]:
        """All of them; they are forgotten here."""
        taken, self._entities = self._entities, {}
        return list(taken.values())

    def keep(self, taken: Iterable[Entity]) -> None:
        """Taken, and not tried."""
        self._entities = {key_of(entity): entity for entity in taken} | self._entities

    def is_news(self, entities: Iterable[Entity]) -> bool:
        """Whether one of them wasn't said to be refused; from now on they were."""
        keys = [key_of(entity) for entity in entities]
        news = not set(keys) <= self._said.keys()
        self._said = dict.fromkeys([*self._said, *keys][-MAX_REFUSED:])
        return news
