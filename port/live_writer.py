"""From rows to Port: mapped together, checked before a delete, written, and made whole again."""

import math
import time
from collections.abc import Sequence
from dataclasses import replace

from loguru import logger
from port_ocean.context.event import event
from port_ocean.core.handlers.port_app_config.models import PortAppConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from client import JiraClient
from jira.errors import MappingError
from kinds import Kinds
from port.deletions import (
    Candidate,
    LatelyWritten,
    Reason,
    Stubs,
    allowed,
    count_deleted,
    named,
    say,
    without,
)
from port.entities import EntityKey, PortBlueprintError, PortRefusedError, key_of
from port.failing import Failing
from port.going import Going
from port.mapped_results import map_results
from port.mapping.resources import blueprint_of, kind_of, label, name_of, row_of
from port.mapping.row_mapper import RowMapper
from port.refused import RefusedEntities
from port.related_rows import Looked, looked_up
from port.writer import PortWriter
from telemetry import metrics


class LiveWriter:
    """Brings the rows of live events and of background work into Port.

    Before an entity is deleted it is read in Jira under the name that Port has it by: an event may
    be late, and the name another issue's or project's by now. What pointed at a deleted entity
    lost that relation in Port, while a fresh resync would have it, or a stub: it is read again.
    Of what can't be asked for like that (an entity with a name of the mapping's own) only a
    comparison of its whole kind can tell: `take_to_compare` names the kinds that need one.
    """

    def __init__(
        self, writer: PortWriter, client: JiraClient, stubs: Stubs, failing: Failing
    ) -> None:
        self._failing = failing
        self._writer = writer
        self._client = client
        self._stubs = stubs
        self._lately = LatelyWritten(lambda: time.monotonic())
        # Survives a failed write: the next one still has to read these again.
        self._pointing: dict[EntityKey, Entity] = {}
        self.refused = RefusedEntities()
        self._not_deleted: dict[EntityKey, Candidate] = {}
        self._to_compare: set[Kinds] = set()
        # What events wrote or deleted.
        self._by_events = LatelyWritten(lambda: time.monotonic())
        self._to_compare_later: set[Kinds] = set()

    @property
    def going(self) -> Going:
        """What Port was told to delete, and may still have."""
        return self._writer.going

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
            name = row_of(name_of(resource, mapping))
            self._failing.note(name, MappingError(f"it can't be mapped: {error}."))
        if not compared:
            self._to_compare |= mapped.unclear
        reason = Reason.EVENT if live else Reason.TOUCHED
        candidates = [*(Candidate(entity, reason) for entity in mapped.goes), *gone]
        upserts = mapped.upserts
        if not live:
            newer = self._by_events.since
            upserts = [entity for entity in upserts if not newer(entity, read_since)]
            candidates = [c for c in candidates if not newer(c.entity, read_since)]
        await self._look_at_going()
        written = await self._apply(upserts, candidates, mapping, mapper)
        if live:
            self._by_events.note([*written, *mapped.goes])
        await self._make_whole(mapping, mapper)

    async def settle(self, mapper: RowMapper) -> bool:
        """Write what waited for deletes that Port has done by now; whether some are under way.

        Raises as `sync`; may then be called again.
        """
        await self._look_at_going()
        mapping = event.port_app_config
        await self._apply([], [], mapping, mapper)
        await self._make_whole(mapping, mapper)
        return bool(self.going)

    async def delete(self, entities: list[Entity]) -> set[EntityKey]:
        """What Port keeps of what a resync found too much; `settle` heals what pointed there."""
        left = await self._delete(entities, event.port_app_config)
        metrics.DELETED.labels("resync").inc(len(entities) - len(left))
        return left

    async def _look_at_going(self) -> None:
        if self.going.names:
            self.going.see(await self._writer.shown(self.going.entities))

    async def _make_whole(self, mapping: PortAppConfig, mapper: RowMapper) -> None:
        """Read again what pointed at something that is gone now."""
        while True:
            await self._look_at_going()
            self._pointing |= {key_of(e): e for e in self.going.release_pointing()}
            if not self._pointing:
                return
            again = dict(self._pointing)
            # Also for what isn't written now: a comparison sees nothing before that.
            self.going.hold(again.values())
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

    async def retry_refused(self, mapper: RowMapper) -> None:
        """Read again what Port refused: what it relates to may be there by now.

        Done again as long as fewer are refused, since these may relate to each other. What can't
        be looked up is left to sweep and resync. A delete that Port refused is tried again, too.
        """
        undone, self._not_deleted = list(self._not_deleted.values()), {}
        if undone:
            await self.sync([], mapper, undone)
        before = len(self.refused) + 1
        while 0 < len(self.refused) < before:
            again = self.refused.take()
            before = len(again)
            mapping = event.port_app_config
            try:
                looked = await looked_up(self._client, again, mapping, mapper)
                lost = [Candidate(entity, Reason.TOUCHED) for entity in looked.gone]
                await self._apply(looked.alive, lost, mapping, mapper)
                await self.sync([], mapper)
            except BaseException:
                self.refused.keep(again)
                raise

    async def _apply(
        self,
        upserts: list[Entity],
        candidates: list[Candidate],
        mapping: PortAppConfig,
        mapper: RowMapper,
    ) -> list[Entity]:
        """Delete what may go, write what Port takes, and return what it took."""
        there = await self._there(candidates, upserts)
        doomed = allowed(there, mapping)
        if doomed:
            await self._client.verify_credentials()  # And after it: a token may become good.
            looked = await looked_up(self._client, [c.entity for c in doomed], mapping, mapper)
            upserts = [*upserts, *looked.alive]
            self._to_compare |= looked.failed
            doomed = self._sure(doomed, looked)
        if doomed:
            await self._client.verify_credentials()
            say(doomed)
            left = await self._delete([candidate.entity for candidate in doomed], mapping)
            count_deleted(doomed, left)
            self._not_deleted |= {key_of(c.entity): c for c in doomed if key_of(c.entity) in left}
        released = self.going.release()
        upserts = [*released, *upserts]
        try:
            written, refused = await self._upsert(upserts, mapping)
        except BaseException:
            self.going.keep(released)
            raise
        self._stubs.note(written)
        self._lately.note(written)
        for entity in upserts:
            self._pointing.pop(key_of(entity), None)
            self.refused.forget(entity)
            self._not_deleted.pop(key_of(entity), None)
        self.refused.remember(refused.values())
        return written

    async def _delete(self, entities: list[Entity], mapping: PortAppConfig) -> set[EntityKey]:
        """Returns the names of those that Port keeps. Raises httpx.HTTPError."""
        pointing, _ = await self._writer.pointing_at(entities, mapping)
        self._pointing |= {key_of(entity): entity for entity in pointing}
        self._stubs.deleted(entities)
        left = await self._writer.delete(entities, mapping.get_port_request_options())
        return {key_of(entity) for entity in left}

    async def _upsert(
        self, upserts: list[Entity], mapping: PortAppConfig
    ) -> tuple[list[Entity], dict[EntityKey, Entity]]:
        """Write: what Port took, and what it refused and is to be tried again, which is said.

        Of a blueprint that is refused as a whole one is enough to see when it works again.
        """
        refused: dict[EntityKey, Entity] = {}
        blueprints: dict[str, str] = {}
        written = upserts
        try:
            await self._writer.upsert(upserts, mapping.get_port_request_options())
        except PortRefusedError as error:
            blueprints = error.blueprints
            written = without(upserts, error.entities)
            for blueprint, reason in blueprints.items():
                what = f"Blueprint {blueprint}"
                self._failing.note(what, PortBlueprintError(f"Port says {reason}."))
            alone = [e for e in error.entities if str(e.blueprint) not in blueprints]
            refused = {key_of(entity): entity for entity in alone}
            if self.refused.is_news(alone):
                logger.error(f"{error}. It is tried again with the next changes.")
            one_of_each = {str(entity.blueprint): entity for entity in error.entities}
            refused |= {key_of(e): e for of, e in one_of_each.items() if of in blueprints}
        for blueprint in {str(entity.blueprint) for entity in upserts} - blueprints.keys():
            if self._failing.works(f"Blueprint {blueprint}"):
                self._catch_up(blueprint, mapping)
        return written, refused

    def _catch_up(self, blueprint: str, mapping: PortAppConfig) -> None:
        """Have all compared that was refused meanwhile."""
        for index, resource in enumerate(mapping.resources):
            kind = kind_of(resource)
            if kind is not None and blueprint_of(resource) in (blueprint, None):
                self._failing.fell_behind(label(resource, index))
                self._to_compare.add(kind)

    async def _there(
        self, candidates: Sequence[Candidate], upserts: Sequence[Entity]
    ) -> list[Candidate]:
        """The candidates that are in Port and ours, as they are there, and not written now."""
        asked = {key_of(c.entity): c for c in reversed(candidates)}
        wanted = without([candidate.entity for candidate in candidates], upserts)
        wanted = [
            entity
            for entity in wanted
            # Told again, Port would delete what is written when it is gone.
            if not entity.is_using_search_identifier and not self.going.goes(entity)
        ]
        ours = await self._writer.ours(wanted)
        others = without(wanted, ours)
        # What is to be written again is as good as there.
        held = [entity for entity in others if self.going.is_written_anew(entity)]
        # Others of Port's making are there as long as something relates to them.
        stubs = [e for e in without(others, held) if asked[key_of(e)].reason is Reason.STUB]
        made_by_port = await self._writer.stubs_called(stubs) if stubs else []
        there = [*ours, *held, *made_by_port]
        return [replace(asked[key_of(entity)], entity=entity) for entity in there]

    def _sure(self, doomed: Sequence[Candidate], looked: Looked) -> list[Candidate]:
        """Those that go: what Jira says is gone; of what it can't say only what a sweep found."""
        is_gone = {key_of(entity) for entity in looked.gone}
        is_unsaid = {key_of(entity) for entity in looked.unsaid}
        if any(
            key_of(c.entity) in is_unsaid and c.reason in (Reason.EVENT, Reason.TOUCHED)
            for c in doomed
        ):
            self._to_compare |= looked.came_from
        compared = [c for c in doomed if c.reason is Reason.SWEEP and key_of(c.entity) in is_unsaid]
        too_early = [c.entity for c in compared if self._lately.since(c.entity, c.seen_since)]
        if too_early:
            logger.info(f"Written too lately to be deleted, compared again: {named(too_early)}")
            self._to_compare_later |= looked.came_from
        # Of a stub of Port's nobody need say that nothing stands for it.
        is_gone |= is_unsaid & {key_of(c.entity) for c in doomed if c.reason is Reason.STUB}
        goes = [c for c in doomed if key_of(c.entity) in is_gone]
        return [*goes, *(c for c in compared if c.entity not in too_early)]
