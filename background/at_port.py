"""What Port has of the blueprints that are compared together, listed when it is first needed."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable

from port_ocean.core.models import Entity

from port.entities import EntityKey
from port.listed import Listed

ListOf = Callable[[str], AsyncIterator[list[Listed]]]
"""Lists a blueprint's entities, some at a time."""


class AtPort:
    """Listed entities by name, and which of them something in Jira stands for."""

    def __init__(self, list_of: ListOf, *, detailed: bool = False) -> None:
        """`detailed`: whether Port is known to tell more of an entity than its name."""
        self._list_of = list_of
        self._of: dict[str, dict[str, Listed]] = {}
        self.detailed = detailed
        self.expected = 0
        """How many something in Jira stands for."""

    async def load(self, blueprints: Iterable[str]) -> None:
        """List those that weren't yet. Raises what the list does."""
        for blueprint in {*blueprints} - self._of.keys():
            found: dict[str, Listed] = {}
            async for entities in self._list_of(blueprint):
                found |= {entity.identifier: entity for entity in entities}
            self._of[blueprint] = found
            self.detailed = self.detailed or any(one.has_details for one in found.values())

    async def load_all_of(self, entities: Iterable[Entity]) -> None:
        """List the blueprints of these."""
        await self.load({str(entity.blueprint) for entity in entities})

    def get(self, key: EntityKey) -> Listed | None:
        """What is listed under a name."""
        return self._of.get(key[0], {}).get(key[1])

    def expect(self, key: EntityKey) -> Listed | None:
        """The same: something in Jira stands for it."""
        if (found := self.get(key)) is not None and not found.is_expected:
            found.is_expected = True
            self.expected += 1
        return found

    def of(self, blueprints: Collection[str]) -> list[Listed]:
        """All that is listed of these."""
        return [one for of in blueprints for one in self._of.get(of, {}).values()]

    def see(self, asked: Iterable[Listed], now: Iterable[Listed]) -> None:
        """Port was asked again for some, and these of them are there, as they are now."""
        again = {one.key: one for one in now}
        for one in asked:
            if (found := again.get(one.key)) is None:
                self._of[one.blueprint].pop(one.identifier, None)
            else:
                self._of[one.blueprint][one.identifier] = found
