"""From rows to Port: mapped together, checked before a delete, written, and made whole again."""

import math
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from loguru import logger
from port_ocean.context.event import event
from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from client import JiraClient
from jira.payloads import Row
from kinds import Kinds
from port.deletions import (
    Candidate,
    LatelyWritten,
    Reason,
    Stubs,
    allowed,
    goes_by_own_name,
    named,
    say,
    without,
)
from port.entities import EntityKey, PortRefusedError, PortWriter, key_of
from port.mapping.resources import details_of, identity_only, kind_of
from port.mapping.row_mapper import RowMapper
from port.related_rows import looked_up

MAX_REFUSED = 200
"""How many refused entities are tried again, and remembered as said."""


class LiveWriter:
    """Brings the rows of live events and of background work into Port.

    Before an entity is deleted it is read in Jira under the name that Port has it by: an event may
    be late, and the name another issue's or project's by now. What pointed at a deleted entity
    lost that relation in Port, while a fresh resync would have it, or a stub: it is read again.
    Of what can't be asked for like that (an entity with a name of the mapping's own) only a
    comparison of its whole kind can tell: `take_to_compare` names the kinds that need one.
    """

    def __init__(self, writer: PortWriter, client: JiraClient, stubs: Stubs) -> None:
        self._writer = writer
        self._client = client
        self._stubs = stubs
        self._lately = LatelyWritten(lambda: time.monotonic())
        # Survives a failed write: the next one still has to read these again.
        self._pointing: dict[EntityKey, Entity] = {}
        self._refused: dict[EntityKey, Entity] = {}
        self._not_deleted: dict[EntityKey, Candidate] = {}
        self._said: dict[object, None] = {}
        self._to_compare: set[Kinds] = set()
        # What events wrote or deleted.
        self._by_events = LatelyWritten(lambda: time.monotonic())
        self._to_compare_later: set[Kinds] = set()

    async def sync(
        self,
        results: Sequence[WebhookEventRawResults],
        mapper: RowMapper,
        gone: Sequence[Candidate] = (),
        *,
        live: bool = False,
        compared: bool = False,
        read_since: float = math.inf,
    ) -> None:
        """Map and write rows, and delete what may go of the candidates.

        `live`: rows of events. `compared`: of a comparison, which needs no other one. What
        background work read since a moment (monotonic seconds) is older than what events wrote
        after it, and isn't written over that. Raises what the writer raises, and JiraError; may
        then be called again.
        """
        mapping = event.port_app_config
        mapped = await map_results(results, mapper)
        for resource, error in mapped.errors:
            self._say_error(resource, error)
        if not compared:
            self._to_compare |= mapped.unclear
        reason = Reason.EVENT if live else Reason.TOUCHED
        candidates = [*(Candidate(entity, reason) for entity in mapped.goes), *gone]
        upserts = mapped.upserts
        if not live:
            newer = self._by_events.since
            upserts = [entity for entity in upserts if not newer(entity, read_since)]
            candidates = [c for c in candidates if not newer(c.entity, read_since)]
        await self._apply(upserts, candidates, mapping, mapper)
        if live:
            self._by_events.note([*upserts, *mapped.goes])
        while self._pointing:
            again = dict(self._pointing)
            looked = await looked_up(self._client, again.values(), mapping, mapper)
            self._to_compare |= looked.came_from | looked.failed
            lost = [Candidate(entity, Reason.TOUCHED) for entity in looked.gone]
            for key in again:
                del self._pointing[key]
            try:
                await self._apply(looked.alive, lost, mapping, mapper)
            except BaseException:
                self._pointing |= again
                raise

    def take_to_compare(self) -> tuple[set[Kinds], set[Kinds]]:
        """The kinds whose entities only a comparison can put right; they are forgotten here.

        The second ones were compared just now, and have something that was written too lately.
        """
        kinds, later = self._to_compare, self._to_compare_later
        self._to_compare, self._to_compare_later = set(), set()
        return kinds, later

    def remember_refused(self, entities: Iterable[Entity]) -> None:
        """Have entities tried again that Port refused, here or in a resync."""
        refused = [*self._refused.items(), *((key_of(entity), entity) for entity in entities)]
        self._refused = dict(refused[-MAX_REFUSED:])

    async def retry_refused(self, mapper: RowMapper) -> None:
        """Read again what Port refused: what it relates to may be there by now.

        Done again as long as fewer are refused, since these may relate to each other. What can't
        be looked up is left to sweep and resync. A delete that Port refused is tried again, too.
        """
        undone, self._not_deleted = list(self._not_deleted.values()), {}
        if undone:
            await self.sync([], mapper, undone)
        before = len(self._refused) + 1
        while self._refused and len(self._refused) < before:
            again, self._refused = self._refused, {}
            before = len(again)
            mapping = event.port_app_config
            try:
                looked = await looked_up(self._client, again.values(), mapping, mapper)
                lost = [Candidate(entity, Reason.TOUCHED) for entity in looked.gone]
                await self._apply(looked.alive, lost, mapping, mapper)
                await self.sync([], mapper)
            except BaseException:
                self._refused = again | self._refused
                raise

    async def _apply(
        self,
        upserts: list[Entity],
        candidates: list[Candidate],
        mapping: PortAppConfig,
        mapper: RowMapper,
    ) -> None:
        options = mapping.get_port_request_options()
        there = await self._there(candidates, upserts)
        doomed = allowed(there, mapping)
        if doomed:
            looked = await looked_up(self._client, [c.entity for c in doomed], mapping, mapper)
            upserts = [*upserts, *looked.alive]
            self._to_compare |= looked.failed
            doomed = self._sure(doomed, looked.gone, looked.unsaid, looked.came_from)
        if doomed:
            await self._client.verify_credentials()
            entities = [candidate.entity for candidate in doomed]
            pointing = await self._writer.pointing_at(entities, details_of(mapping))
            self._pointing |= {key_of(entity): entity for entity in pointing}
            say(doomed)
            left = {key_of(e) for e in await self._writer.delete(entities, options)}
            self._not_deleted |= {key_of(c.entity): c for c in doomed if key_of(c.entity) in left}
        refused: dict[EntityKey, Entity] = {}
        try:
            await self._writer.upsert(upserts, options)
        except PortRefusedError as error:
            refused = {key_of(entity): entity for entity in error.entities}
            if not refused.keys() <= self._said.keys():
                logger.error(f"{error}. It is tried again with the next changes.")
            self._note_said(refused)
        self._stubs.note(upserts)
        self._lately.note(upserts)
        for entity in upserts:
            self._pointing.pop(key_of(entity), None)
            self._refused.pop(key_of(entity), None)
            self._not_deleted.pop(key_of(entity), None)
        self.remember_refused(refused.values())

    async def _there(
        self, candidates: Sequence[Candidate], upserts: Sequence[Entity]
    ) -> list[Candidate]:
        """The candidates that are in Port and ours, as they are there, and not written now."""
        asked = {key_of(c.entity): c for c in reversed(candidates)}
        wanted = without([candidate.entity for candidate in candidates], upserts)
        ours = await self._writer.ours([e for e in wanted if not e.is_using_search_identifier])
        return [replace(asked[key_of(entity)], entity=entity) for entity in ours]

    def _sure(
        self,
        doomed: Sequence[Candidate],
        gone: Iterable[Entity],
        unsaid: Iterable[Entity],
        came_from: Collection[Kinds],
    ) -> list[Candidate]:
        """Those that go: what Jira says is gone; of what it can't say only what a sweep found."""
        is_gone = {key_of(entity) for entity in gone}
        is_unsaid = {key_of(entity) for entity in unsaid}
        if any(
            key_of(c.entity) in is_unsaid and c.reason in (Reason.EVENT, Reason.TOUCHED)
            for c in doomed
        ):
            self._to_compare |= set(came_from)
        compared = [c for c in doomed if c.reason is Reason.SWEEP and key_of(c.entity) in is_unsaid]
        too_early = [c.entity for c in compared if self._lately.since(c.entity, c.seen_since)]
        if too_early:
            logger.info(f"Written too lately to be deleted, compared again: {named(too_early)}")
            self._to_compare_later |= set(came_from)
        goes = [c for c in doomed if key_of(c.entity) in is_gone]
        return [*goes, *(c for c in compared if c.entity not in too_early)]

    def _say_error(self, resource: ResourceConfig, error: Exception) -> None:
        cause = (resource.kind, str(resource.port.entity.mappings.identifier), str(error))
        if cause not in self._said:
            logger.error(
                f"A row of a resource of kind {resource.kind} can't be mapped and stays in Port "
                f"as it is: {error}. Put its expression right in the mapping."
            )
        self._note_said([cause])

    def _note_said(self, causes: Iterable[object]) -> None:
        self._said = dict.fromkeys([*self._said, *causes][-MAX_REFUSED:])


@dataclass
class MappedResults:
    """The entities of rows: to be written, and those that should go.

    That is rows that the resource's query leaves out, and rows that are gone; not what any
    resource maps. What the rows of the kinds `unclear` no longer give can't be asked for by name.
    """

    upserts: list[Entity] = field(default_factory=list)
    goes: list[Entity] = field(default_factory=list)
    unclear: set[Kinds] = field(default_factory=set)
    errors: list[tuple[ResourceConfig, Exception]] = field(default_factory=list)


async def map_results(
    results: Iterable[WebhookEventRawResults], mapper: RowMapper
) -> MappedResults:
    """Map all rows of a resource at once."""
    found = MappedResults()
    for resource, updated, deleted in _by_resource(results):
        mapped = await mapper.map(resource, updated)
        found.upserts += mapped.passed
        found.errors += [(resource, error) for error in mapped.errors]
        if goes_by_own_name(resource):
            identified = await mapper.map(identity_only(resource), deleted)
            found.goes += [*mapped.failed, *identified.passed, *identified.failed]
        elif (kind := kind_of(resource)) is not None:
            found.unclear.add(kind)
    found.goes = without(found.goes, found.upserts)
    return found


def _by_resource(
    results: Iterable[WebhookEventRawResults],
) -> list[tuple[ResourceConfig, list[Row], list[Row]]]:
    """The rows to update and those that are gone; all of a resource together, each once."""
    found: dict[int, tuple[ResourceConfig, dict[int, Row], dict[int, Row]]] = {}
    for result in results:
        if result.has_resource:
            of = result.resource
            _, updated, deleted = found.setdefault(id(of), (of, {}, {}))
            # Events of one subject share the row that was read for them: map it once.
            updated |= {id(row): row for row in result.updated_raw_results}
            deleted |= {id(row): row for row in result.deleted_raw_results}
    return [(of, [*up.values()], [*gone.values()]) for of, up, gone in found.values()]
