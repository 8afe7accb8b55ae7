"""Port's entities: what they are called, what is the same one, and how Port says no."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import httpx
from port_ocean.clients.port.types import RequestOptions
from port_ocean.core.models import Entity

EntityKey = tuple[str, str]
"""Blueprint and identifier."""


class PortRefusedError(Exception):
    """Port refused single entities; the others of the same write are in the catalog.

    `blueprints` are those that it refused as a whole, with what it said.
    """

    def __init__(
        self, entities: list[Entity], reason: str, blueprints: Mapping[str, str] | None = None
    ) -> None:
        shown = ", ".join(f"{e.blueprint}/{e.identifier}" for e in entities[:5])
        super().__init__(f"Port refused {len(entities)} entities ({shown}): {reason.rstrip('.')}")
        self.entities = entities
        self.blueprints = dict(blueprints or {})


class PortBlueprintError(Exception):
    """Port refuses whatever is of a blueprint."""


def as_written(entities: Iterable[Entity], options: RequestOptions) -> list[Entity]:
    """Each entity once, as Port would have it after all of them were written in this order."""
    return merged(entities, merge=options["merge"])


def merged(entities: Iterable[Entity], *, merge: bool = True) -> list[Entity]:
    """Each entity once, in order: several of one name as Port would have them one by one.

    Nobody documents what Port does with a name that is twice in a bulk.
    """
    kept: dict[EntityKey, Entity] = {}
    for entity in entities:
        key = key_of(entity)
        before = kept.get(key)
        if before is None or before == entity:
            kept[key] = before or entity
        elif merge:
            given = {name: getattr(entity, name) for name in entity.__fields_set__}
            given["properties"] = before.properties | entity.properties
            given["relations"] = before.relations | entity.relations
            kept[key] = before.copy(update=given)
        else:
            kept[key] = entity
    return list(kept.values())


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


def by_blueprint(entities: Iterable[Entity]) -> dict[str, list[Entity]]:
    """The entities of each blueprint, in order."""
    groups: dict[str, list[Entity]] = defaultdict(list)
    for entity in entities:
        groups[str(entity.blueprint)].append(entity)
    return groups


def targets(value: object) -> list[str]:
    """The identifiers in a relation's value."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def points_at(entity: Entity, identifiers: Collection[str]) -> bool:
    """Whether an entity relates to something called one of these."""
    return any(
        target in identifiers for value in entity.relations.values() for target in targets(value)
    )


def is_stub(entity: Entity) -> bool:
    """Whether Port made the entity for a relation: it has nothing but its identifier."""
    return (
        entity.title in (None, "", entity.identifier) and is_bare(entity) and not targets_of(entity)
    )


def is_bare(entity: Entity) -> bool:
    """Whether an entity has no property at all: a stub, perhaps."""
    return not any(value is not None for value in entity.properties.values())


def targets_of(entity: Entity) -> set[str]:
    """The identifiers that an entity relates to."""
    return {target for value in entity.relations.values() for target in targets(value)}
