"""Stubs that nothing relates to any more: Port made them, and nobody else takes them away."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence

from port_ocean.core.handlers.port_app_config.models import PortAppConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from port.deletions import Candidate, Reason, Stubs, is_protected
from port.entities import is_stub, key_of, targets_of
from port.mapping.resources import blueprint_of
from port.writer import PortWriter

Sync = Callable[[Sequence[WebhookEventRawResults], Sequence[Candidate]], Awaitable[None]]


class Orphans:
    """Finds and deletes them; Port alone is asked."""

    def __init__(self, writer: PortWriter, sync: Sync, stubs: Stubs) -> None:
        self._writer = writer
        self._sync = sync
        self._stubs = stubs
        self._port_marks_them = False
        self.left = False
        """Whether there may be some that it was too early to tell of."""

    def related(self, names: Iterable[str]) -> None:
        """What another process wrote relates to these, which may be stubs."""
        self._stubs.related(names)

    async def delete(self, mapping: PortAppConfig) -> None:
        """Those that Port made for a relation which this process wrote."""
        blueprints = _may_have_stubs(mapping)
        made_by_port = await self._writer.stubs(blueprints)
        self._port_marks_them |= bool(made_by_port)
        candidates = made_by_port
        if not self._port_marks_them:
            # Perhaps it lists them as ours.
            candidates = await self._writer.ours_called(self._stubs.names, blueprints)
        ours = [entity for entity in candidates if self._stubs.may_be(entity)]
        found = await self._orphans(ours, mapping)
        old = [entity for entity in found if not self._stubs.is_young(entity)]
        self.left = len(old) < len(found)
        await self._delete(old, made_by_port)

    async def delete_of_former_lives(
        self, blueprints: Collection[str], mapping: PortAppConfig
    ) -> None:
        """Those whose data source says that they were made for this integration, whenever."""
        wanted = _may_have_stubs(mapping) & set(blueprints)
        made_by_port = await self._writer.stubs(wanted, ours=True)
        found = await self._orphans(made_by_port, mapping)
        old = [entity for entity in found if not self._stubs.is_young(entity)]
        await self._delete(old, made_by_port)

    async def _orphans(self, candidates: Sequence[Entity], mapping: PortAppConfig) -> list[Entity]:
        """Stubs that nothing points at any more: a fresh resync wouldn't make them."""
        stubs = [entity for entity in candidates if is_stub(entity)]
        pointing, is_told = await self._writer.pointing_at(stubs, mapping)
        if not is_told:
            return []
        needed = {target for entity in pointing for target in targets_of(entity)}
        return [stub for stub in stubs if str(stub.identifier) not in needed]

    async def _delete(self, entities: Sequence[Entity], made_by_port: Sequence[Entity]) -> None:
        if entities:
            surely = {key_of(entity) for entity in made_by_port}
            await self._sync(
                [],
                [
                    Candidate(e, Reason.STUB if key_of(e) in surely else Reason.ORPHAN)
                    for e in entities
                ],
            )


def _may_have_stubs(mapping: PortAppConfig) -> set[str]:
    return {
        blueprint
        for resource in mapping.resources
        if resource.enable_delete
        and (blueprint := blueprint_of(resource))
        and not is_protected(blueprint)
    }
