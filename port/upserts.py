"""Writes entities, says what Port refuses of them, and knows what its refusals made fall behind."""

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import PortAppConfig
from port_ocean.core.models import Entity

from kinds import Kinds
from port.deletions import without
from port.entities import EntityKey, PortBlueprintError, PortRefusedError, key_of
from port.failing import Failing
from port.mapping.resources import blueprint_of, kind_of, label
from port.refused import RefusedEntities
from port.writer import PortWriter


class Upserts:
    """What Port refuses costs only itself; it is said once."""

    def __init__(self, writer: PortWriter, failing: Failing, refused: RefusedEntities) -> None:
        self._writer = writer
        self._failing = failing
        self._refused = refused
        self._behind: set[Kinds] = set()

    def take_behind(self) -> set[Kinds]:
        """The kinds of which something was refused that would pass by now; forgotten here."""
        taken, self._behind = self._behind, set()
        return taken

    async def write(
        self, entities: list[Entity], mapping: PortAppConfig
    ) -> tuple[list[Entity], dict[EntityKey, Entity]]:
        """Write: what Port took, and what it refused and is to be tried again, which is said.

        Of a blueprint that is refused as a whole one is enough to see when it works again.
        """
        refused: dict[EntityKey, Entity] = {}
        blueprints: dict[str, str] = {}
        written = entities
        try:
            await self._writer.upsert(entities, mapping.get_port_request_options())
        except PortRefusedError as error:
            blueprints = error.blueprints
            written = without(entities, error.entities)
            for blueprint, reason in blueprints.items():
                what = f"Blueprint {blueprint}"
                self._failing.note(what, PortBlueprintError(f"Port says {reason}."))
            alone = [e for e in error.entities if str(e.blueprint) not in blueprints]
            refused = {key_of(entity): entity for entity in alone}
            if self._refused.is_news(alone):
                logger.error(f"{error}. It is tried again with the next changes.")
            one_of_each = {str(entity.blueprint): entity for entity in error.entities}
            refused |= {key_of(e): e for of, e in one_of_each.items() if of in blueprints}
        for blueprint in {str(entity.blueprint) for entity in entities} - blueprints.keys():
            if self._failing.works(f"Blueprint {blueprint}"):
                self._catch_up(blueprint, mapping)
        return written, refused

    def _catch_up(self, blueprint: str, mapping: PortAppConfig) -> None:
        """Have all compared that was refused meanwhile."""
        for index, resource in enumerate(mapping.resources):
            kind = kind_of(resource)
            if kind is not None and blueprint_of(resource) in (blueprint, None):
                self._failing.fell_behind(label(resource, index))
                self._behind.add(kind)
