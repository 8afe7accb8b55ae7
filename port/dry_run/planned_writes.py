"""Stands where a resync has what it writes and deletes with, and writes down what it is given."""

import json
from collections.abc import Collection, Iterable

import httpx
from port_ocean.clients.port.types import RequestOptions, UserAgentType
from port_ocean.core.models import Entity

from port.bulk import Refused, Written
from port.dry_run.catalog import Catalog
from port.dry_run.plan import Schema, ToWrite, related
from port.entities import EntityKey, as_written, by_blueprint, key_of, merged
from port.name_alone import named_entities

NOT_ONE = 404
"""How Port answers where a search for an identifier finds none, or several."""


class PlannedWrites:
    """Takes a resync's entities and reads what Port has under their names. Nothing is written."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._sent: dict[EntityKey, Entity] = {}
        self._before: dict[EntityKey, Entity] = {}
        self._schemas: dict[str, Schema | None] = {}
        self.deleted: list[Entity] = []
        self.not_found: list[Refused] = []
        """What Port would not find by the rules of its identifier."""
        self.unread: dict[str, str] = {}
        """Blueprints of which Port doesn't tell what is there, and why: all is taken to be."""

    async def write(
        self, entities: Iterable[Entity], options: RequestOptions, agent: UserAgentType
    ) -> Written:
        """As PortWriter's, with everything taken but what no search finds.

        Raises httpx.HTTPError where Port can't be read.
        """
        written = Written()
        for blueprint, group in by_blueprint(as_written(entities, options)).items():
            await self._schema(blueprint)
            named: list[Entity] = []
            for entity in group:
                named += await self._named(blueprint, entity, written)
            names = {str(entity.identifier) for entity in named}
            unread = {name for name in names if (blueprint, name) not in self._sent}
            for entity in await self._catalog.called(blueprint, unread):
                self._before[key_of(entity)] = entity
            for entity in named:
                self._take(entity, merge=options["merge"])
            written.taken += named
        return written

    async def delete(self, entities: list[Entity]) -> list[Entity]:
        """Write down what the resync found to be too much; returns it, as if it went."""
        self.deleted += entities
        return entities

    async def related_to_deleted(self) -> list[Entity] | None:
        """What Port has that relates to what is deleted; None where it doesn't tell."""
        if not self.deleted:
            return []
        return await self._catalog.relating_to(self.deleted, self._schemas)

    @property
    def sent(self) -> frozenset[EntityKey]:
        """What the resync sends to Port."""
        return frozenset(self._sent)

    async def foreseen(
        self, generated: Iterable[Entity], *, merge: bool, makes_stubs: bool
    ) -> ToWrite:
        """All that was taken, with what Port has of what it relates to.

        `generated` are the entities of all rows: what wasn't sent, Port has as it is.
        """
        named = {
            key_of(e): e for e in named_entities(generated) if not e.is_using_search_identifier
        }
        unchanged = {key: entity for key, entity in named.items() if key not in self._sent}
        for blueprint, _ in unchanged:
            await self._schema(blueprint)
        known: Collection[EntityKey] = {*self._before, *self._sent, *unchanged}
        unknown: dict[str, set[str]] = {}
        for _, (blueprint, name) in related(self._sent.values(), self._schemas):
            if (blueprint, name) not in known:
                unknown.setdefault(blueprint, set()).add(name)
        there: set[EntityKey] = set()
        for blueprint, names in unknown.items():
            try:
                found = {str(e.identifier) for e in await self._catalog.called(blueprint, names)}
            except httpx.HTTPError as error:
                self.unread[blueprint] = str(error)
                found = names
            there |= {(blueprint, name) for name in found}
        return ToWrite(
            sent=self._sent,
            before=self._before,
            unchanged=unchanged,
            there=there,
            schemas=self._schemas,
            merge=merge,
            makes_stubs=makes_stubs,
        )

    async def _schema(self, blueprint: str) -> None:
        if blueprint not in self._schemas:
            self._schemas[blueprint] = await self._catalog.schema(blueprint)

    def _take(self, entity: Entity, *, merge: bool) -> None:
        key = key_of(entity)
        earlier = self._sent.get(key)
        self._sent[key] = merged([earlier, entity] if earlier else [entity], merge=merge)[0]

    async def _named(self, blueprint: str, entity: Entity, written: Written) -> list[Entity]:
        """The entity under the name by which Port finds it; none where that isn't one alone."""
        if not entity.is_using_search_identifier:
            return [entity]
        names = await self._catalog.found_by(blueprint, entity.identifier)
        if len(names) == 1:
            written.names[key_of(entity)] = names[0]
            return [entity.copy(update={"identifier": names[0]})]
        rules = json.dumps(entity.identifier)
        refused = Refused(entity, NOT_ONE, f"a search by {rules} finds {len(names)} of {blueprint}")
        written.refused.append(refused)
        self.not_found.append(refused)
        return []
