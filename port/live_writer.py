"""From rows to Port: mapped together, checked before a delete, written, and made whole again."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from loguru import logger
from port_ocean.context.event import event
from port_ocean.core.handlers.entity_processor.base import BaseEntityProcessor
from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from client import JiraClient
from jira.payloads import Row
from port.entities import EntityKey, PortRefusedError, PortWriter, key_of
from port.mapping.resources import details_of, identity_only
from port.related_rows import related

MAX_REFUSED = 200
"""How many refused entities are tried again, and remembered as said."""

Expand = Callable[[Row, ResourceConfig], AsyncIterator[list[Row]]]


class LiveWriter:
    """Brings the live events' rows into Port.

    Before an entity is deleted it is read in Jira under the name that Port has it by: an event may
    be late, and the name another issue's or project's by now. What pointed at a deleted entity
    lost that relation in Port, while a fresh resync would have it, or a stub: it is read again.
    """

    def __init__(self, writer: PortWriter, client: JiraClient) -> None:
        self._writer = writer
        self._client = client
        # Survives a failed write: the next one still has to read these again.
        self._pointing: dict[EntityKey, Entity] = {}
        self._refused: dict[EntityKey, Entity] = {}
        self._said: dict[EntityKey, None] = {}

    async def sync(
        self,
        results: Sequence[WebhookEventRawResults],
        processor: BaseEntityProcessor,
        expand: Expand,
        gone: Sequence[Entity] = (),
    ) -> None:
        """Map and write rows, and delete the entities that are `gone`.

        Raises what the writer raises, and JiraError; may then be called again.
        """
        mapping = event.port_app_config
        upserts, deletes = await map_results(results, processor, expand)
        await self._apply(upserts, [*deletes, *gone], mapping, processor, expand)
        while self._pointing:
            again = dict(self._pointing)
            rows, lost = await related(self._client, again.values(), mapping)
            upserts, deletes = await map_results(rows, processor, expand)
            for key in again:
                del self._pointing[key]
            try:
                await self._apply(upserts, [*deletes, *lost], mapping, processor, expand)
            except BaseException:
                self._pointing |= again
                raise

    async def _apply(
        self,
        upserts: list[Entity],
        deletes: list[Entity],
        mapping: PortAppConfig,
        processor: BaseEntityProcessor,
        expand: Expand,
    ) -> None:
        options = mapping.get_port_request_options()
        doomed = await self._writer.ours(without(deletes, upserts))
        if doomed:
            rows, _ = await related(self._client, doomed, mapping)
            alive, _ = await map_results(rows, processor, expand)
            upserts = [*upserts, *alive]
            doomed = without(doomed, alive)
        if doomed:
            await self._client.verify_credentials()
            pointing = await self._writer.pointing_at(doomed, details_of(mapping))
            self._pointing |= {key_of(entity): entity for entity in pointing}
            await self._writer.delete(doomed, options)
        refused: dict[EntityKey, Entity] = {}
        try:
            await self._writer.upsert(upserts, options)
        except PortRefusedError as error:
            refused = {key_of(entity): entity for entity in error.entities}
            if not refused.keys() <= self._said.keys():
                logger.error(f"{error}. It is tried again with the next changes.")
            self._said = dict.fromkeys([*self._said, *refused][-MAX_REFUSED:])
        for entity in upserts:
            self._pointing.pop(key_of(entity), None)
            self._refused.pop(key_of(entity), None)
        self.remember_refused(refused.values())

    def remember_refused(self, entities: Iterable[Entity]) -> None:
        """Have entities tried again that Port refused, here or in a resync."""
        refused = [*self._refused.items(), *((key_of(entity), entity) for entity in entities)]
        self._refused = dict(refused[-MAX_REFUSED:])

    async def retry_refused(self, processor: BaseEntityProcessor, expand: Expand) -> None:
        """Read again what Port refused: what it relates to may be there by now.

        Done again as long as fewer are refused, since these may relate to each other.
        """
        before = len(self._refused) + 1
        while self._refused and len(self._refused) < before:
            # What is refused again comes back; what can't be looked up is left to the resync.
            again, self._refused = self._refused, {}
            before = len(again)
            mapping = event.port_app_config
            try:
                rows, gone = await related(self._client, again.values(), mapping)
                await self.sync(rows, processor, expand, gone)
            except BaseException:
                self._refused = again | self._refused
                raise


async def map_results(
    results: Iterable[WebhookEventRawResults], processor: BaseEntityProcessor, expand: Expand
) -> tuple[list[Entity], list[Entity]]:
    """The entities to upsert and to delete; all rows of a resource are mapped at once.

    A row that its resource's query leaves out is deleted; one that any resource maps is not.
    """
    by_resource: dict[int, tuple[ResourceConfig, dict[int, Row], dict[int, Row]]] = {}
    for result in results:
        if result.has_resource:
            resource = result.resource
            _, updated, deleted = by_resource.setdefault(id(resource), (resource, {}, {}))
            # Events of one subject share the row that was read for them: map it once.
            updated |= {id(row): row for row in result.updated_raw_results}
            deleted |= {id(row): row for row in result.deleted_raw_results}
    upserts: list[Entity] = []
    deletes: list[Entity] = []
    for resource, updated, deleted in by_resource.values():
        passed, failed = await map_rows(resource, updated.values(), processor, expand)
        upserts += passed
        deletes += failed
        identity = identity_only(resource)
        passed, failed = await map_rows(identity, deleted.values(), processor, expand)
        deletes += passed + failed
    return upserts, without(deletes, upserts)


def without(entities: Iterable[Entity], others: Iterable[Entity]) -> list[Entity]:
    """The entities that are not among the others."""
    keys = {key_of(entity) for entity in others}
    return [entity for entity in entities if key_of(entity) not in keys]


async def map_rows(
    resource: ResourceConfig,
    rows: Iterable[Row],
    processor: BaseEntityProcessor,
    expand: Expand,
) -> tuple[list[Entity], list[Entity]]:
    """The entities of rows: those that the selector's query takes, and those it leaves out."""
    expanded: list[Row] = []
    for row in rows:
        async for items in expand(row, resource):
            expanded += items
    if not expanded:
        return [], []
    mapped = await processor.parse_items(resource, expanded, parse_all=True)
    return mapped.entity_selector_diff.passed, mapped.entity_selector_diff.failed
