"""What Port has, whoever made it: read, and never written."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import httpx
from port_ocean.clients.port.client import PortClient
from port_ocean.core.models import Entity

from port.dry_run.plan import Schema
from port.relating import Relating
from port.search import Rule, is_called, pages

NOT_THERE = 404


class Catalog:
    """Port's blueprints and entities. Raises httpx.HTTPError where Port fails."""

    def __init__(self, port: PortClient, made_at_start: Sequence[Mapping[str, Any]] = ()) -> None:
        """`made_at_start` are blueprints that a start of the integration makes."""
        self._port = port
        self._made_at_start = {str(raw["identifier"]): raw for raw in made_at_start}

    async def schema(self, blueprint: str) -> Schema | None:
        """A blueprint as it is in Port, or as the start makes it; None where neither has it."""
        try:
            found = await self._port.get_blueprint(blueprint, should_log=False)
        except httpx.HTTPStatusError as error:
            if error.response.status_code != NOT_THERE:
                raise
            raw = self._made_at_start.get(blueprint)
            return None if raw is None else _schema_of(raw)
        return Schema(
            frozenset(found.properties_schema.get("properties", {})),
            {name: relation.target for name, relation in found.relations.items()},
            frozenset(name for name, relation in found.relations.items() if relation.required),
        )

    async def called(self, blueprint: str, names: Collection[str]) -> list[Entity]:
        """The entities of a blueprint by one of these names; none where it isn't there."""
        found: list[Entity] = []
        for rule in is_called(sorted(names)):
            found += await self._all(blueprint, [rule])
        return [entity for entity in found if entity.identifier in names]

    async def found_by(self, blueprint: str, rules: Rule) -> list[str]:
        """What the entities of a blueprint are called for which rules of a mapping hold."""
        return [str(entity.identifier) for entity in await self._all(blueprint, [rules])]

    async def relating_to(
        self, entities: Collection[Entity], schemas: Mapping[str, Schema | None]
    ) -> list[Entity] | None:
        """The entities of ours that relate to one of these; None where Port doesn't tell."""
        blueprints = {str(entity.blueprint) for entity in entities}
        relations = {
            blueprint: [name for name, target in schema.relations.items() if target in blueprints]
            for blueprint, schema in schemas.items()
            if schema is not None
        }
        if not any(relations.values()):
            return []
        names = {str(entity.identifier) for entity in entities}
        return await Relating(self._port).to(names, relations)

    async def _all(self, blueprint: str, rules: Sequence[Rule]) -> list[Entity]:
        try:
            return await pages(self._port, blueprint, rules)
        except httpx.HTTPStatusError as error:
            if error.response.status_code != NOT_THERE:
                raise
            return []


def _schema_of(raw: Mapping[str, Any]) -> Schema:
    return Schema(
        frozenset(raw.get("schema", {}).get("properties", {})),
        {name: str(relation["target"]) for name, relation in raw.get("relations", {}).items()},
        frozenset(name for name, of in raw.get("relations", {}).items() if of.get("required")),
        made_at_start=True,
    )
