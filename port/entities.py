"""Writes the entities of live events to Port, and knows per entity what Port said.

The framework's own writing for live events drops what Port refuses; this one uses the
calls of the Port client that raise.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import httpx
from loguru import logger
from port_ocean.clients.port.client import PortClient
from port_ocean.clients.port.types import RequestOptions, UserAgentType
from port_ocean.core.models import Entity

EntityKey = tuple[str, str]
"""Blueprint and identifier."""

AGENT = UserAgentType.exporter


class PortRefusedError(Exception):
    """Port refused single entities; the others of the same write are in the catalog.

    `blueprints` are those that it refused as a whole, with what it said.
    """

    def __init__(
        self, entities: list[Entity], reason: str, blueprints: Mapping[str, str] | None = None
    ) -> None:
        shown = ", ".join(f"{e.blueprint}/{e.identifier}" for e in entities[:5])
        super().__init__(f"Port refused {len(entities)} entities ({shown}): {reason}")
        self.entities = entities
        self.blueprints = dict(blueprints or {})


class PortBlueprintError(Exception):
    """Port refuses whatever is of a blueprint."""


class PortWriter:
    """Writes in bulk, by blueprint."""

    def __init__(self, port: PortClient) -> None:
        self._port = port

    async def upsert(self, entities: list[Entity], options: RequestOptions) -> None:
        """Raises httpx.HTTPError when Port can't be reached or fails.

        Raises PortRefusedError for single entities, after everything else was written.
        """
        failed: list[Entity] = []
        blocked: list[Entity] = []
        reasons: dict[str, str] = {}
        for blueprint, group in _by_blueprint(as_written(entities, options)).items():
            try:
                results = await self._port.upsert_entities_in_batches(
                    group, options, AGENT, should_raise=True
                )
            except httpx.HTTPStatusError as error:
                if is_transient(error):
                    raise
                # The blueprint, most likely: it costs what is of it, and nothing else.
                blocked += group
                reasons[blueprint] = said_by(error)
                continue
            written = {str(entity.identifier) for done, entity in results if done}
            failed += [
                entity
                for entity in group
                if not entity.is_using_search_identifier and str(entity.identifier) not in written
            ]
        reason = "; ".join(reasons.values())
        if failed:
            try:
                await self._upsert_again(failed, options)
            except PortRefusedError as error:
                blocked += error.entities
                reason = str(error)
        if blocked:
            raise PortRefusedError(blocked, reason, reasons)

    async def delete(self, entities: list[Entity], options: RequestOptions) -> list[Entity]:
        """Returns those that Port did not delete. Raises httpx.HTTPError."""
        left: list[Entity] = []
        for blueprint, group in _by_blueprint(entities).items():
            identifiers = [str(entity.identifier) for entity in group]
            try:
                deleted = set(
                    await self._port.bulk_delete_entities(
                        blueprint, identifiers, options, AGENT, should_raise=True
                    )
                )
            except httpx.HTTPStatusError as error:
                if is_transient(error):
                    raise
                logger.warning(f"Port deletes nothing of {blueprint}: {said_by(error)}")
                deleted = set()
            left += [entity for entity in group if str(entity.identifier) not in deleted]
        return left

    async def _upsert_again(self, entities: list[Entity], options: RequestOptions) -> None:
        """One by one: what a refused entity relates to may have been written after it."""
        refused: list[Entity] = []
        reason = ""
        for entity in entities:
            try:
                done = await self._port.upsert_entity(entity, options, AGENT, should_raise=True)
            except httpx.HTTPStatusError as error:
                if is_transient(error):
                    raise
                refused.append(entity)
                reason = error.response.text[:300]
                continue
            if done is False:
                refused.append(entity)
                reason = "something it relates to is not in Port"
        if refused:
            raise PortRefusedError(refused, reason)

    async def ours(self, entities: list[Entity]) -> list[Entity]:
        """Those that are in Port and were made by this integration."""
        entities = unique(entities)
        found = await asyncio.gather(
            *(
                self._port.search_entities(
                    AGENT,
                    {
                        "combinator": "and",
                        "rules": [
                            _is_of(blueprint),
                            {
                                "property": "$identifier",
                                "operator": "in",
                                "value": [str(entity.identifier) for entity in group],
                            },
                        ],
                    },
                )
                for blueprint, group in _by_blueprint(entities).items()
            )
        )
        wanted = {key_of(entity) for entity in entities}
        # Port's answer is narrowed again: a delete is no place for trust.
        return [e for entities in found for e in entities if key_of(e) in wanted]

    async def everything(self, wanted: Mapping[str, Sequence[str]]) -> list[Entity]:
        """All entities in Port that this integration made, stubs included, with their relations.

        `wanted` names, for each blueprint, the properties and relations to come with it where the
        list by data source holds nothing but identifiers.
        """
        listed = await self._port.search_entities(AGENT)
        if not listed or has_details(listed):
            return listed
        found = await asyncio.gather(
            *(
                self._port.search_entities(
                    AGENT,
                    {"combinator": "and", "rules": [_is_of(blueprint)]},
                    ["blueprint", "identifier", "title", *names],
                )
                for blueprint, names in wanted.items()
            )
        )
        detailed = {key_of(entity): entity for entities in found for entity in entities}
        return [detailed.get(key_of(entity), entity) for entity in listed]

    async def pointing_at(
        self, entities: list[Entity], wanted: Mapping[str, Sequence[str]]
    ) -> list[Entity]:
        """The entities of ours in Port, other than these, that relate to one of them."""
        keys = {key_of(entity) for entity in entities}
        identifiers = {identifier for _, identifier in keys}
        return [
            entity
            for entity in await self.everything(wanted)
            if key_of(entity) not in keys
            and any(identifiers.intersection(targets(value)) for value in entity.relations.values())
        ]


def as_written(entities: Iterable[Entity], options: RequestOptions) -> list[Entity]:
    """Each entity once, as Port would have it after all of them were written in this order.

    What one request makes of an entity that comes twice nobody says, and requests go out together.
    """
    return merged(entities) if options["merge"] else unique(entities)


def merged(entities: Iterable[Entity]) -> list[Entity]:
    """Each entity once, in order: of what several say about a field the last one counts."""
    found: dict[EntityKey, Entity] = {}
    for entity in entities:
        known = found.get(key_of(entity))
        found[key_of(entity)] = entity if known is None else _onto(known, entity)
    return [*found.values()]


def unique(entities: Iterable[Entity]) -> list[Entity]:
    """The last of each entity, in order."""
    return [*{key_of(entity): entity for entity in entities}.values()]


def _onto(known: Entity, entity: Entity) -> Entity:
    said = {name: getattr(entity, name) for name in entity.__fields_set__}
    for name in ("properties", "relations"):
        if name in said:
            said[name] = {**getattr(known, name), **said[name]}
    return known.copy(update=said)


def key_of(entity: Entity) -> EntityKey:
    """What makes an entity one of its kind in Port."""
    return str(entity.blueprint), str(entity.identifier)


def is_transient(error: httpx.HTTPError) -> bool:
    """Whether Port may do the same thing later."""
    if not isinstance(error, httpx.HTTPStatusError):
        return True
    return error.response.status_code in (401, 408, 425, 429) or error.response.status_code >= 500


def said_by(error: httpx.HTTPStatusError) -> str:
    """Port's refusal in a few words."""
    return f"{error.response.status_code} {error.response.text[:300]}"


def has_details(entities: Iterable[Entity]) -> bool:
    """Whether Port gave more of the entities than their names."""
    return any(entity.properties or entity.relations for entity in entities)


def _is_of(blueprint: str) -> dict[str, str]:
    return {"property": "$blueprint", "operator": "=", "value": blueprint}


def _by_blueprint(entities: Iterable[Entity]) -> dict[str, list[Entity]]:
    groups: dict[str, list[Entity]] = defaultdict(list)
    for entity in entities:
        groups[str(entity.blueprint)].append(entity)
    return groups


def targets(value: object) -> list[str]:
    """The identifiers in a relation's value."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
