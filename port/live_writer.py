"""From rows to Port: mapped together, checked before a delete, written, and made whole again."""

import math
import time
from collections.abc import Callable, Sequence
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
from port.doomed import gone_of, there_of, unsaid_of
from port.entities import EntityKey, key_of
from port.failing import Failing
from port.going import Going
from port.mapped_results import map_results
from port.mapping.resources import name_of, row_of
from port.mapping.row_mapper import RowMapper
from port.refused import RefusedEntities
from port.related_rows import Looked, looked_up
from port.upserts import Upserts
from port.versions import Reading, Versions
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
        self,
        writer: PortWriter,
        client: JiraClient,
        stubs: Stubs,
        failing: Failing,
        versions: Versions | None = None,
        settle: Callable[[], object] = bool,
    ) -> None:
        """`settle` asks for that where what others delete concerns what was written here."""
        self._failing = failing
        self._writer = writer
        self._client = client
        self._stubs = stubs
        self._lately = LatelyWritten(lambda: time.monotonic())
        # Survives a failed write: the next one still has to read these again.
        self._pointing: dict[EntityKey, Entity] = {}
        self.refused = RefusedEntities()
        self._upserts = Upserts(writer, failing, self.refused)
        self._not_deleted: dict[EntityKey, Candidate] = {}
        self._to_compare: set[Kinds] = set()
        self.versions = versions or Versions(lambda: time.monotonic())
        self._to_compare_later: set[Kinds] = set()
        self._settle = settle
        if (shared := self.versions.shared) is not None:
            shared.leaving = self._others_delete
            writer.compared.alone = False

    @property
    def going(self) -> Going:
        """What Port was told to delete, and may have."""
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

        `live`: rows of events. `compared`: of a comparison, which needs no other one. They were
        read since a moment (monotonic seconds): see Versions. Raises what the writer raises, and
        JiraError; may then be called again.
        """
        mapping = event.port_app_config
        self._writer.compared.known.under(mapping)
        mapped = await map_results(results, mapper)
        for resource, error in mapped.errors:
            name = row_of(name_of(resource, mapping))
            self._failing.note(name, MappingError(f"it can't be mapped: {error}."))
        if not compared:
            self._to_compare |= mapped.unclear
        reason = Reason.EVENT if live else Reason.TOUCHED
        candidates = [*(Candidate(entity, reason) for entity in mapped.goes), *gone]
        reading = Reading(read_since, live)
        new = {key_of(e) for e in self.versions.newest((c.entity for c in candidates), reading)}
        candidates = [c for c in candidates if key_of(c.entity) in new]
        await self._look_at_going()
        await self._apply(mapped.upserts, candidates, mapping, mapper, reading)
        if mapped.goes:
            # Also of what isn't there: what was read before may be on its way.
            async with self.versions.in_turn(mapped.goes, reading) as turn:
                await turn.wrote(mapped.goes)
        await self._make_whole(mapping, mapper, live=live)

    async def settle(self, mapper: RowMapper) -> bool:
        """Write what waited for deletes that Port has done by now; whether some are under way.

        Raises as `sync`; may then be called again.
        """
        await self._look_at_going()
        mapping = event.port_app_config
        await self._apply([], [], mapping, mapper, Reading(time.monotonic()))
        await self._make_whole(mapping, mapper)
        return bool(self.going)

    async def delete(self, entities: list[Entity]) -> set[EntityKey]:
        """What Port keeps of what a resync found too much; `settle` heals what pointed there."""
        reading = Reading(time.monotonic(), resync=True)
        async with self.versions.in_turn(entities, reading, deletes=True) as turn:
            goes = await turn.newest(entities)
            left = {key_of(entity) for entity in without(entities, goes)}
            left |= await self._delete(goes, event.port_app_config) if goes else set()
            await turn.wrote(e for e in goes if key_of(e) not in left)
        metrics.DELETED.labels("resync").inc(len(entities) - len(left))
        return left

    async def _look_at_going(self) -> None:
        if asked := self.going.begun:
            self.going.see(await self._writer.shown(self.going.entities), asked)

    async def _make_whole(
        self, mapping: PortAppConfig, mapper: RowMapper, *, live: bool = False
    ) -> None:
        """Read again what pointed at something that is gone now, and what may be an older state."""
        while True:
            await self._look_at_going()
            pointing = {key_of(e): e for e in self.going.release_pointing()}
            again = self._pointing | pointing | self.versions.take_doubtful()
            # Whoever else writes now doesn't read them as well.
            self._pointing = {}
            if not again:
                return
            self._writer.compared.known.forget(again)
            try:
                # Also for what isn't written now: a comparison sees nothing before that.
                self.going.hold(again.values())
                reading = Reading(time.monotonic(), live)
                looked = await looked_up(self._client, again.values(), mapping, mapper)
                self._to_compare |= looked.came_from | looked.failed
                lost = [Candidate(entity, Reason.TOUCHED) for entity in looked.gone]
                await self._apply(looked.alive, lost, mapping, mapper, reading)
            except BaseException:
                self._pointing |= again
                raise

    def take_to_compare(self) -> tuple[set[Kinds], set[Kinds]]:
        """The kinds whose entities only a comparison can put right; they are forgotten here.

        The second ones were compared just now, and have something that was written too lately.
        """
        kinds, later = self._to_compare | self._upserts.take_behind(), self._to_compare_later
        if self.versions.shared is not None and self.versions.shared.take_unsure():
            kinds |= set(Kinds)
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
                reading = Reading(time.monotonic())
                looked = await looked_up(self._client, again, mapping, mapper)
                lost = [Candidate(entity, Reason.TOUCHED) for entity in looked.gone]
                await self._apply(looked.alive, lost, mapping, mapper, reading)
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
        reading: Reading,
    ) -> None:
        """Delete what may go, and write what Port takes."""
        there = await there_of(self._writer, candidates, upserts)
        doomed = allowed(there, mapping)
        alive: list[Entity] = []
        looked_at = replace(reading, since=time.monotonic())
        if doomed:
            await self._client.verify_credentials()  # And after it: a token may become good.
            looked = await looked_up(self._client, [c.entity for c in doomed], mapping, mapper)
            alive = looked.alive
            self._to_compare |= looked.failed
            doomed = self._sure(doomed, looked)
        if doomed:
            await self._client.verify_credentials()
            await self._delete_in_turn(doomed, mapping, looked_at)
        released = self.going.release()
        self._writer.compared.known.forget(map(key_of, released))
        try:
            await self._write(released, mapping, replace(reading, since=time.monotonic()))
        except BaseException:
            self.going.keep(released)
            raise
        await self._write(upserts, mapping, reading)
        await self._write(alive, mapping, looked_at)

    async def _delete_in_turn(
        self, doomed: list[Candidate], mapping: PortAppConfig, reading: Reading
    ) -> None:
        """Delete what nobody wrote since Jira was asked for it."""
        entities = [candidate.entity for candidate in doomed]
        # What a sweep can't ask for is gone by what it read, long before.
        seen = [c.seen_since for c in doomed if c.reason is Reason.SWEEP]
        async with self.versions.in_turn(entities, reading, deletes=True) as turn:
            entities = await turn.newest(entities, seen)
            wanted = {key_of(entity) for entity in entities}
            doomed = [c for c in doomed if key_of(c.entity) in wanted]
            say(doomed)
            left = await self._delete(entities, mapping) if entities else set()
            await turn.wrote(e for e in entities if key_of(e) not in left)
        count_deleted(doomed, left)
        self._not_deleted |= {key_of(c.entity): c for c in doomed if key_of(c.entity) in left}

    async def _write(self, upserts: list[Entity], mapping: PortAppConfig, reading: Reading) -> None:
        """Write what is still the newest and not there as it is, and remember what is refused."""
        if not upserts:
            return
        async with self.versions.in_turn(upserts, reading) as turn:
            newest = await turn.newest(upserts)
            self._writer.compared.known.forget(turn.unknown(newest))
            changed = newest
            if not reading.live:
                # An event says what changed; all others read much that is as it was.
                options = mapping.get_port_request_options()
                changed = self._writer.compared.differing(newest, options)
            written, refused = await self._upserts.write(changed, mapping)
            written = [*written, *without(newest, changed)]
            await turn.wrote(written)
        self._stubs.note(written)
        self._lately.note(written)
        for entity in upserts:
            self._pointing.pop(key_of(entity), None)
            self.refused.forget(entity)
            self._not_deleted.pop(key_of(entity), None)
        self.refused.remember(refused.values())

    async def _delete(self, entities: list[Entity], mapping: PortAppConfig) -> set[EntityKey]:
        """Returns the names of those that Port keeps. Raises httpx.HTTPError."""
        pointing, _ = await self._writer.pointing_at(entities, mapping)
        self._pointing |= {key_of(entity): entity for entity in pointing}
        self._writer.compared.known.forget(map(key_of, pointing))
        self._stubs.deleted(entities)
        left = await self._writer.delete(entities, mapping.get_port_request_options())
        return {key_of(entity) for entity in left}

    def _others_delete(self, entities: list[Entity]) -> None:
        """What is written under these names may vanish, and relations to them."""
        self._writer.others_delete(entities)
        self._settle()

    def _sure(self, doomed: Sequence[Candidate], looked: Looked) -> list[Candidate]:
        """Those that go: what Jira says is gone; of what it can't say only what a sweep found."""
        unsaid = unsaid_of(doomed, looked)
        if any(c.reason in (Reason.EVENT, Reason.TOUCHED) for c in unsaid):
            self._to_compare |= looked.came_from
        compared = [c for c in unsaid if c.reason is Reason.SWEEP]
        too_early = [c.entity for c in compared if self._lately.since(c.entity, c.seen_since)]
        if too_early:
            logger.info(f"Written too lately to be deleted, compared again: {named(too_early)}")
            self._to_compare_later |= looked.came_from
        return [*gone_of(doomed, looked), *(c for c in compared if c.entity not in too_early)]
