"""Port's catalog for live events, sweeps and resyncs: writes, deletes and reads of entities."""

import asyncio
import time
from collections.abc import Collection, Iterable, Sequence

import httpx
from loguru import logger
from port_ocean.clients.port.client import PortClient
from port_ocean.clients.port.types import RequestOptions, UserAgentType
from port_ocean.core.handlers.port_app_config.models import PortAppConfig
from port_ocean.core.models import Entity

from port.accounts import Accounts
from port.bulk import ABOUT_THE_BODY, Bulk, Written
from port.compared import Compared
from port.deletions import without
from port.entities import (
    EntityKey,
    PortRefusedError,
    as_written,
    by_blueprint,
    has_details,
    is_stub,
    is_transient,
    key_of,
    points_at,
    said_by,
)
from port.going import Going
from port.just_written import SEARCH_SECONDS, JustWritten
from port.listing import Listing
from port.mapping.resources import details_of, relations_of
from port.relating import Relating
from port.search import (
    MADE_BY_PORT,
    Rule,
    by_us,
    for_us,
    is_called,
    is_of,
    is_one_of,
    of_ours,
    search,
)

AGENT = UserAgentType.exporter
DELETED_TOGETHER = 100
"""Port's limit for a bulk delete."""
HAS_DEPENDENTS = 409
OTHERS_SECONDS = 3 * SEARCH_SECONDS
"""How long what was written is remembered for those that others delete."""


class PortWriter:
    """Knows Port's rules: what is refused costs only itself, and is known by name and reason."""

    def __init__(self, port: PortClient) -> None:
        self._port = port
        self._bulk = Bulk(port)
        self._accounts = Accounts(port)
        self._just_written = JustWritten()
        # Others hear of it later than a search of ours would show it.
        self._lately_written = JustWritten(seconds=OTHERS_SECONDS)
        # What was seen that Port made: no search for what this integration wrote shows it.
        self._made_by_port: set[EntityKey] = set()
        self._relating = Relating(port)
        self.going = Going(lambda: time.monotonic())
        self.compared = Compared(port, self._accounts, self._just_written, self.going)
        self.listing = Listing(port, self.compared)

    async def write(
        self, entities: Iterable[Entity], options: RequestOptions, agent: UserAgentType = AGENT
    ) -> Written:
        """Write all that Port takes, and never raise: see Written for what it doesn't.

        What relates to an account that Port doesn't have is written without that relation.
        """
        going = self.going.names
        sent = as_written(map(self._accounts.known, entities), options)
        with self.compared.known.writing(sent):
            written = await self._bulk.write(sent, options, agent)
            refused = [refused.entity for refused in written.refused if refused.may_pass]
            if refused and (reduced := await self._accounts.without_missing(refused)):
                again = await self._bulk.write(reduced, options, agent)
                names = {key_of(entity) for entity in reduced}
                written.refused = [r for r in written.refused if key_of(r.entity) not in names]
                written.add(again)
            self.compared.note(written, merge=options["merge"])
        self._just_written.note(written.taken)
        self._lately_written.note(written.taken)
        self.going.note(written.taken, going)
        return written

    def others_delete(self, entities: list[Entity]) -> None:
        """Another process tells Port to delete these: as if this one did, by what it knows."""
        names = {key_of(entity) for entity in entities}
        self.compared.known.forget(names)
        self.going.begin_elsewhere(entities)
        identifiers = {identifier for _, identifier in names}
        self.going.hold(self._lately_written.pointing_at(identifiers))

    async def upsert(self, entities: list[Entity], options: RequestOptions) -> list[Entity]:
        """Write, and what was refused once more as long as that brings more of it there.

        What it relates to may have been written after it. Returns what Port took. Raises
        httpx.HTTPError when Port can't be reached or fails, and PortRefusedError for what it
        refuses, after everything else was written.
        """
        written = await self.write(entities, options)
        while written.error is None and (again := [r for r in written.refused if r.may_pass]):
            retried = await self.write([refused.entity for refused in again], options)
            written.refused = [refused for refused in written.refused if not refused.may_pass]
            written.add(retried)
            if len(retried.refused) >= len(again):
                break
        if written.error is not None:
            raise written.error
        if written.refused or written.blocked:
            reasons = [refused.reason for refused in written.refused]
            raise PortRefusedError(
                [*(refused.entity for refused in written.refused), *written.blocked],
                "; ".join(dict.fromkeys([*reasons, *written.blueprints.values()])),
                written.blueprints,
            )
        return written.taken

    async def delete(self, entities: list[Entity], options: RequestOptions) -> list[Entity]:
        """Returns those that Port did not delete. Raises httpx.HTTPError."""
        self.compared.known.forget(map(key_of, entities))
        self.going.begin(entities, self.just_written(entities), self._made_by_port)
        try:
            left = await self._left_of(entities, options)
        except BaseException:
            self.going.stay(entities)
            raise
        self.going.stay(left)
        gone = without(entities, left)
        self._just_written.deleted(gone)
        self._made_by_port -= {key_of(entity) for entity in gone}
        return left

    async def _left_of(self, entities: list[Entity], options: RequestOptions) -> list[Entity]:
        left: list[Entity] = []
        for blueprint, group in by_blueprint(entities).items():
            names = {str(entity.identifier): entity for entity in group}
            stuck = await self._delete(blueprint, list(names), options)
            # What depends on others of these went meanwhile.
            while stuck and len(stuck) < len(names):
                again = await self._delete(blueprint, list(stuck), options)
                if len(again) == len(stuck):
                    break
                stuck = again
            for name, reason in stuck.items():
                logger.warning(f"Port doesn't delete {blueprint}/{name}: {reason}")
            left += [names[name] for name in stuck]
        return left

    async def _delete(
        self, blueprint: str, names: Sequence[str], options: RequestOptions
    ) -> dict[str, str]:
        """Those that are still there, and why; what has Port refuse a whole call is told apart."""
        stuck: dict[str, str] = {}
        parts = [
            list(names[start : start + DELETED_TOGETHER])
            for start in range(0, len(names), DELETED_TOGETHER)
        ]
        while parts:
            part = parts.pop(0)
            try:
                deleted = await self._port.bulk_delete_entities(
                    blueprint, part, options, AGENT, should_raise=True
                )
            except httpx.HTTPStatusError as error:
                if is_transient(error):
                    raise
                apart = error.response.status_code in (*ABOUT_THE_BODY, HAS_DEPENDENTS)
                if apart and len(part) > 1:
                    middle = (len(part) + 1) // 2
                    parts = [part[:middle], part[middle:], *parts]
                else:
                    stuck |= dict.fromkeys(part, said_by(error))
                continue
            gone = set(deleted)
            stuck |= {name: "it says nothing about it" for name in part if name not in gone}
        return stuck

    async def accounts_that_came(self) -> set[str]:
        """Blueprints of which something was written without an account that Port has by now."""
        return await self._accounts.came()

    async def ours(self, entities: list[Entity]) -> list[Entity]:
        """Those that are in Port and were made by this integration.

        Also those that a search may not show yet.
        """
        shown, filled = await asyncio.gather(self.shown(entities), self._filled(entities))
        found = {key_of(entity): entity for entity in (*filled, *shown)}
        self._made_by_port |= {key_of(entity) for entity in without(filled, shown)}
        wanted = {key_of(entity) for entity in entities}
        lately = {key_of(entity): entity for entity in self._just_written.called(wanted)}
        return list((lately | found).values())

    def just_written(self, entities: Iterable[Entity]) -> set[EntityKey]:
        """The names of those that a search may not show yet."""
        found = self._just_written.called({key_of(entity) for entity in entities})
        return {key_of(entity) for entity in found}

    async def shown(self, entities: list[Entity]) -> list[Entity]:
        """Those that a search shows, and that were written by this integration."""
        return await self._called(entities, by_us(self._port))

    async def _filled(self, entities: list[Entity]) -> list[Entity]:
        """Those that Port made for this integration, and that it filled in later."""
        found = await self._called(entities, for_us(self._port))
        return [entity for entity in found if not is_stub(entity)]

    async def everything(self, mapping: PortAppConfig) -> list[Entity]:
        """All entities in Port that this integration made, with what the mapping writes of them."""
        details = details_of(mapping)
        listed, made_by_port = await asyncio.gather(
            self._port.search_entities(AGENT), self.stubs(details, ours=True)
        )
        # What Port made, and this integration filled in later.
        filled = [entity for entity in without(made_by_port, listed) if not is_stub(entity)]
        if not listed or has_details(listed):
            return [*listed, *filled]
        found = await asyncio.gather(
            *(
                self._port.search_entities(
                    AGENT,
                    {"combinator": "and", "rules": [is_of(blueprint)]},
                    ["blueprint", "identifier", "title", *names],
                )
                for blueprint, names in details.items()
            )
        )
        detailed = {key_of(entity): entity for entities in found for entity in entities}
        return [*(detailed.get(key_of(entity), entity) for entity in listed), *filled]

    async def stubs(self, blueprints: Iterable[str], *, ours: bool = False) -> list[Entity]:
        """What Port made of these blueprints for relations: it is listed as nobody's.

        Whoever's they are, or those that are plainly for relations of `ours`.
        """
        source = for_us(self._port) if ours else [MADE_BY_PORT]
        wanted = sorted(blueprints)
        return await search(self._port, [is_one_of(wanted), *source]) if wanted else []

    async def stubs_called(self, entities: list[Entity]) -> list[Entity]:
        """Those that are in Port, where Port itself made them for a relation."""
        found = await self._called(entities, [MADE_BY_PORT])
        self._made_by_port |= {key_of(entity) for entity in found}
        return found

    async def _called(self, entities: list[Entity], rules: Sequence[Rule]) -> list[Entity]:
        """Those of the same names for which the rules hold."""
        wanted = {key_of(entity) for entity in entities}
        searches = [
            search(self._port, [is_of(blueprint), named, *rules])
            for blueprint, group in by_blueprint(entities).items()
            for named in is_called(list(dict.fromkeys(str(entity.identifier) for entity in group)))
        ]
        found = await asyncio.gather(*searches)
        # Port's answer is narrowed again: a delete is no place for trust.
        return [e for entities in found for e in entities if key_of(e) in wanted]

    async def pointing_at(
        self, entities: list[Entity], mapping: PortAppConfig
    ) -> tuple[list[Entity], bool]:
        """The entities of ours in Port, other than these, that relate to one of them.

        And whether that is sure: it isn't where Port says of no entity what it relates to.
        """
        keys = {key_of(entity) for entity in entities}
        identifiers = {identifier for _, identifier in keys}
        if not identifiers:
            return [], True
        is_told = True
        relations = relations_of(mapping)
        found = None if relations is None else await self._relating.to(identifiers, relations)
        if found is None:
            everything = await self.everything(mapping)
            is_told = not everything or has_details(everything)
            found = [e for e in everything if points_at(e, identifiers)]
        # A search may not show yet what these relate to.
        found += self._just_written.pointing_at(identifiers)
        each = {key_of(entity): entity for entity in found if key_of(entity) not in keys}
        return list(each.values()), is_told

    async def ours_called(
        self, names: Collection[str], blueprints: Collection[str]
    ) -> list[Entity]:
        """The entities of ours by one of these names, with what tells a stub from another."""
        searches = [
            search(self._port, [is_one_of(blueprints), named, of_ours(self._port)])
            for named in is_called(sorted(names))
        ]
        return [entity for found in await asyncio.gather(*searches) for entity in found]
