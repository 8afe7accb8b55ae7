"""Stubs that nothing relates to any more: Port made them, and nobody else takes them away."""

from collections.abc import Awaitable, Callable, Collection, Sequence

from port_ocean.core.handlers.port_app_config.models import PortAppConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from background.sweep_plan import orphans
from port.deletions import Candidate, Reason, Stubs, is_protected
from port.entities import key_of
from port.mapping.resources import blueprint_of, details_of
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

    async def delete(self, mapping: PortAppConfig) -> None:
        """Those that Port made for a relation which this process wrote."""
        made_by_port = await self._writer.stubs(_may_have_stubs(mapping))
        self._port_marks_them |= bool(made_by_port)
        if self._port_marks_them and not made_by_port:
            # There are none, whatever is listed as ours.
            self.left = False
            return
        found = await self._orphans(made_by_port, mapping)
        ours = [entity for entity in found if self._stubs.may_be(entity)]
        old = [entity for entity in ours if not self._stubs.is_young(entity)]
        self.left = len(old) < len(ours)
        await self._delete(old, made_by_port)

    async def delete_of_former_lives(
        self, blueprints: Collection[str], mapping: PortAppConfig
    ) -> None:
        """Those whose data source says that they were made for this integration, whenever."""
        wanted = _may_have_stubs(mapping) & set(blueprints)
        if made_by_port := await self._writer.stubs(wanted, ours=True):
            ours = [e for e in await self._orphans(made_by_port, mapping) if e in made_by_port]
            old = [entity for entity in ours if not self._stubs.is_young(entity)]
            await self._delete(old, made_by_port)

    async def _orphans(
        self, made_by_port: Sequence[Entity], mapping: PortAppConfig
    ) -> list[Entity]:
        at_port = await self._writer.everything(details_of(mapping))
        return orphans(at_port, made_by_port, _may_have_stubs(mapping))

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
