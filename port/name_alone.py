"""An entity as little of which is held as the end of a resync asks for.

There is one for each entity of a site, until the last resource has been read: packed, it takes a
fifth of the memory of the framework's own model.
"""

import json
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, ClassVar, cast

import orjson
from port_ocean.core.models import Entity

from jira.http.bodies import parsed


class NameAlone:
    """Its name and what it relates to; it answers all else that the framework may ask as a bare
    entity does.
    """

    __slots__ = ("_packed",)

    icon: ClassVar[None] = None
    title: ClassVar[None] = None
    team: ClassVar[None] = None
    properties: ClassVar[MappingProxyType[str, Any]] = MappingProxyType({})
    is_using_search_identifier: ClassVar[bool] = False
    is_using_search_relation: ClassVar[bool] = False

    def __init__(self, blueprint: object, identifier: object, relations: dict[str, Any]) -> None:
        self._packed = _packed([blueprint, identifier, relations])

    @property
    def blueprint(self) -> Any:
        """Its blueprint."""
        return parsed(self._packed)[0]

    @property
    def identifier(self) -> Any:
        """What it is called."""
        return parsed(self._packed)[1]

    @property
    def relations(self) -> dict[str, Any]:
        """What it relates to, by the relation's name."""
        relations: dict[str, Any] = parsed(self._packed)[2]
        return relations


def name_alone(blueprint: object, identifier: object) -> Entity:
    """An entity of which nothing but the name is known."""
    return cast(Entity, NameAlone(blueprint, identifier, {}))


def reduced(entity: Entity) -> Entity:
    """The framework's own reduction of what was written. What Port looks for relates to nothing."""
    relations = {
        name: None if isinstance(value, dict) else value for name, value in entity.relations.items()
    }
    return cast(Entity, NameAlone(entity.blueprint, entity.identifier, relations))


def named_entities(entities: Iterable[Entity]) -> list[Entity]:
    """The same, in the framework's own model all of them."""
    return [
        Entity(
            identifier=one.identifier,
            icon=None,
            blueprint=one.blueprint,
            title=None,
            relations=one.relations,
        )
        if isinstance(cast(object, one), NameAlone)
        else one
        for one in entities
    ]


def _packed(content: Any) -> bytes:
    try:
        # A copy of the right size: its own is of kilobytes.
        return bytes(memoryview(orjson.dumps(content)))
    except TypeError:
        # Half of an emoji, which it doesn't take.
        return json.dumps(content).encode()
