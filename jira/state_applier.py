"""Writes a resync's entities to Port: the framework's applier, without losing what was refused."""

from collections.abc import Iterable
from typing import Any

from loguru import logger
from port_ocean.clients.port.types import UserAgentType
from port_ocean.context.event import event
from port_ocean.core.handlers.entities_state_applier.port.applier import HttpEntitiesStateApplier
from port_ocean.core.models import Entity

NAMED = 5
"""How many entities a log line names."""


class JiraEntitiesStateApplier(HttpEntitiesStateApplier):
    """Remembers what Port refused as it was, to be written again when all else is there.

    The framework remembers it without title and properties, and would write it like that.
    """

    async def upsert(self, entities: list[Entity], user_agent_type: UserAgentType) -> list[Entity]:
        """Write entities in bulk; returns those that Port took, the others are remembered."""
        written = await super().upsert(entities, user_agent_type)
        refused = event.entity_topological_sorter.entities
        if refused:
            whole = {_key(entity): entity for entity in entities}
            refused[:] = [whole.get(_key(entity), entity) for entity in refused]
        return written

    async def write_refused(self, user_agent_type: UserAgentType) -> list[Entity]:
        """Write again what Port refused, as long as that brings more of it there.

        Returns what is left. An entity is refused for what it relates to (without stubs), which
        may have come after it or be refused itself, or because Port failed for a moment.
        """
        refused = event.entity_topological_sorter.entities
        before = len(refused) + 1
        while refused and len(refused) < before:
            waiting = list(refused)
            before = len(waiting)
            refused.clear()
            logger.info(f"{before} entities that Port refused are written again")
            await self.upsert(waiting, user_agent_type)
        left = list(refused)
        refused.clear()
        if left:
            logger.warning(
                f"Port refused {len(left)} entities of this resync, which stay there as they are "
                f"and are tried again with the next changes: {names(left)}"
            )
        return left


def names(entities: Iterable[Entity]) -> str:
    """The first few, for the log."""
    every = [f"{entity.blueprint}/{entity.identifier}" for entity in entities]
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return f"{', '.join(every[:NAMED])}{more}"


def _key(entity: Entity) -> tuple[str, Any]:
    return entity.blueprint, str(entity.identifier)
