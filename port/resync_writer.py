"""Writes a resync's entities to Port: the framework's applier, while the next ones are mapped."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, Protocol

from loguru import logger
from port_ocean.clients.port.types import RequestOptions, UserAgentType
from port_ocean.context.event import event
from port_ocean.context.ocean import ocean
from port_ocean.context.resource import resource
from port_ocean.core.handlers.entities_state_applier.port.applier import HttpEntitiesStateApplier
from port_ocean.core.handlers.port_app_config.models import PortAppConfig
from port_ocean.core.models import Entity
from port_ocean.core.ocean_types import EntityDiff
from port_ocean.helpers.metric.metric import MetricPhase, MetricType

from port.bulk import Written
from port.deletions import Stubs
from port.entities import as_written, by_blueprint, key_of
from port.name_alone import named_entities
from port.progress import OfResource
from port.resync import RESYNC, Resync
from port.versions import Reading, Versions

Deletes = Callable[[list[Entity]], Awaitable[list[Entity]]]
"""Deletes, and returns what went."""


class Compares(Protocol):
    """What a resync compares with: Compared."""

    async def look(self, blueprint: str, mapping: PortAppConfig) -> None:
        """Learn what Port has of a blueprint."""

    def is_there(self, entity: Entity) -> bool:
        """Whether Port has it as it would be written."""


class Writes(Protocol):
    """What a resync writes with: PortWriter, or what stands in its place in a dry run."""

    async def write(
        self, entities: Iterable[Entity], options: RequestOptions, agent: UserAgentType
    ) -> Written:
        """Write all that Port takes, and say what became of each."""


NAMED = 5
"""How many entities a log line names."""
WRITTEN_TOGETHER = 100
"""The framework makes five requests at once of these; all of a batch would be dozens."""

UNSURE = "blueprints of which a search found no name"
"""What a resync's event keeps these under."""


class JiraEntitiesStateApplier(HttpEntitiesStateApplier):
    """Writes a resync's batches in the background, and what Port refused once more at the end.

    The framework writes a batch before it maps the next one. What Port refused it remembers
    without title and properties, and would write it like that, and a whole bulk for one of it.
    """

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self.compared: Compares | None = None
        self.writer: Writes | None = None
        self.deletes: Deletes | None = None
        self.stubs = Stubs()
        self.versions: Versions | None = None
        """Who writes what, where other processes write as well."""
        self._reasons: dict[str, None] = {}
        self._deleted: list[int] = []
        self.kept_related = False
        """Whether the framework kept something that is too much, since others relate to it."""

    async def upsert(self, entities: list[Entity], user_agent_type: UserAgentType) -> list[Entity]:
        """Write entities in bulk; returns those that Port took, the others are remembered.

        In a resync they are only taken on, and all returned: whoever needs them there waits for
        its `writes`. Those that Port finds by rules are written at once, and named as it found
        them.
        """
        resync = RESYNC.get(None)
        if resync is None or self.compared is None:
            return await self._upsert(entities, user_agent_type)
        if any(entity.is_using_search_identifier for entity in entities):
            taken = await self._resolved(entities, user_agent_type)
            resync.progress.written(taken)
            return taken
        tally = resync.progress.of(resource.index)
        write = self._write(resync, entities, self.compared, user_agent_type, tally)
        await resync.writes.take_on(write)
        return entities

    async def write_refused(self, user_agent_type: UserAgentType) -> list[Entity]:
        """Write again what Port refused, as long as that brings more of it there.

        Returns what is left. An entity is refused for what it relates to (without stubs), which
        may have come after it or be refused itself, or because Port failed for a moment.
        """
        if (resync := RESYNC.get(None)) is not None:
            await resync.writes.written()
        refused = event.entity_topological_sorter.entities
        before = len(refused) + 1
        while refused and len(refused) < before:
            waiting = list(refused)
            before = len(waiting)
            refused.clear()
            logger.info(f"{before} entities that Port refused are written again")
            taken = await self._upsert(waiting, user_agent_type)
            if resync is not None:
                resync.progress.written(taken)
        left = list(refused)
        refused.clear()
        if left:
            logger.warning(
                f"Port refused {len(left)} entities of this resync, which stay there as they are "
                f"and are tried again with the next changes: {names(left)}. It said: "
                f"{'; '.join(self._reasons)}"
            )
        self._reasons.clear()
        return left

    async def delete(self, entities: list[Entity], user_agent_type: UserAgentType) -> None:
        """What the framework found to be too much; what pointed at it is made whole again."""
        if self.deletes is None:
            raise RuntimeError("nobody has given the applier what it deletes with")
        self._deleted.append(len(entities))
        gone = await self.deletes(named_entities(entities))
        if (resync := RESYNC.get(None)) is not None:
            resync.progress.deleted(gone)

    async def delete_diff(
        self,
        entities: EntityDiff,
        user_agent_type: UserAgentType,
        entity_deletion_threshold: float | None = None,
    ) -> None:
        """As the framework, but of a blueprint where a search found no name nothing is deleted."""
        unsure = event.attributes.get(UNSURE, set())
        before = [entity for entity in entities["before"] if entity.blueprint not in unsure]
        after = entities["after"]
        too_much = {key_of(entity) for entity in before}
        too_much.difference_update(map(key_of, after))
        if not too_much:
            # The framework would hold every name twice more, to find that.
            before, after = [], []
        self._deleted.clear()
        await super().delete_diff(
            {"before": before, "after": after}, user_agent_type, entity_deletion_threshold
        )
        # Not where the deletion threshold kept all of it.
        self.kept_related = bool(self._deleted) and len(too_much) > self._deleted[0]

    async def _resolved(
        self, entities: list[Entity], user_agent_type: UserAgentType
    ) -> list[Entity]:
        """Write entities that Port finds by rules, and name them as it found them.

        In place: the framework goes on with its own, and deletes what none of them is called.
        """
        written = await self._bulk(entities, user_agent_type)
        if written.error is not None:
            logger.error(f"Port failed while it wrote what it finds by rules: {written.error}")
        for entity in entities:
            entity.identifier = written.names.get(key_of(entity), entity.identifier)
        for blueprint, group in by_blueprint(entities).items():
            if left := len([entity for entity in group if entity.is_using_search_identifier]):
                event.attributes.setdefault(UNSURE, set()).add(blueprint)
                logger.warning(
                    f"Port took {left} of {len(group)} entities of {blueprint} not, since its "
                    "search found none or several for them, or it failed: this resync deletes "
                    "nothing of it"
                )
        return [entity for entity in entities if not entity.is_using_search_identifier]

    async def _bulk(self, entities: list[Entity], user_agent_type: UserAgentType) -> Written:
        if self.writer is None:
            raise RuntimeError("nobody has given the applier what it writes with")
        options = event.port_app_config.get_port_request_options()
        return await self.writer.write(entities, options, user_agent_type)

    async def _write(
        self,
        resync: Resync,
        entities: list[Entity],
        compared: Compares,
        user_agent_type: UserAgentType,
        tally: OfResource,
    ) -> None:
        async def write(part: list[Entity]) -> None:
            async with resync.writes.places:
                tally.written += len(await self._upsert(part, user_agent_type))

        entities = as_written(entities, event.port_app_config.get_port_request_options())
        # Also of what isn't written, since Port has it as it is.
        self.stubs.note(entities)
        mapping = event.port_app_config
        for blueprint in by_blueprint(entities):
            await resync.looked(blueprint, partial(compared.look, blueprint, mapping))
        changed = [entity for entity in entities if not compared.is_there(entity)]
        tally.unchanged += len(entities) - len(changed)
        ocean.metrics.inc_metric(
            name=MetricType.OBJECT_COUNT_NAME,
            labels=[
                ocean.metrics.current_resource_kind(),
                MetricPhase.LOAD,
                MetricPhase.LoadResult.SKIPPED,
            ],
            value=len(entities) - len(changed),
        )
        writes = (write(part) for part in _parts(changed, WRITTEN_TOGETHER))
        # All have ended when this has: one that fails must not leave the others behind.
        for result in await asyncio.gather(*writes, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _in_turn(self, entities: list[Entity], user_agent_type: UserAgentType) -> Written:
        """Write what no other process wrote since the resync began; that one is read again."""
        resync = RESYNC.get(None)
        if self.versions is None or self.versions.shared is None or resync is None:
            return await self._bulk(entities, user_agent_type)
        reading = Reading(resync.began, resync=True)
        async with self.versions.in_turn(entities, reading) as turn:
            written = await self._bulk(await turn.newest(entities), user_agent_type)
            await turn.wrote([*written.taken, *written.failed])
        return written

    async def _upsert(self, entities: list[Entity], user_agent_type: UserAgentType) -> list[Entity]:
        written = await self._in_turn(entities, user_agent_type)
        refused = [refused.entity for refused in written.refused]
        for entity in (*refused, *written.blocked, *written.failed):
            event.entity_topological_sorter.register_entity(entity)
        reasons = [*(r.reason for r in written.refused), *written.blueprints.values()]
        self._reasons = dict.fromkeys([*self._reasons, *reasons][:NAMED])
        return written.taken


def names(entities: Iterable[Entity]) -> str:
    """The first few, for the log."""
    every = [f"{entity.blueprint}/{entity.identifier}" for entity in entities]
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return f"{', '.join(every[:NAMED])}{more}"


def _parts(entities: list[Entity], size: int) -> list[list[Entity]]:
    return [entities[start : start + size] for start in range(0, len(entities), size)]
