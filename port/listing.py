"""What this integration has in Port of a blueprint, by the page: names and digests are kept."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence

import httpx
from port_ocean.clients.port.client import PortClient
from port_ocean.clients.port.types import UserAgentType
from port_ocean.core.handlers.port_app_config.models import PortAppConfig
from port_ocean.core.models import Entity

from port.bulk import NOT_FOUND
from port.compared import Compared
from port.entities import is_stub
from port.known import Known
from port.listed import Listed, Shared
from port.pages import TOGETHER
from port.parts import Parts
from port.search import by_us, for_us, is_called, is_of, of_ours, search

NO_SUCH_ROUTE = (NOT_FOUND, 405)
"""Answers of a Port that has no search in one blueprint, or none of that name."""


class Listing:
    """Lists entities of ours: written by us, or made by Port for us and filled in later."""

    def __init__(self, port: PortClient, compared: Compared) -> None:
        self._port = port
        self._pages = compared.pages
        self._known = compared.known

    async def of(self, blueprint: str, mapping: PortAppConfig) -> AsyncIterator[list[Listed]]:
        """All of a blueprint, some at a time. Raises httpx.HTTPError, or ValueError."""
        parts = self._known.under(mapping)
        include = sorted({"identifier", "blueprint", "title", *parts.of(blueprint)})
        held = _Held(parts, self._known)
        try:
            async for rows in self._pages.of(blueprint, by_us(self._port), include):
                yield held.of(rows)
            async for rows in self._pages.of(blueprint, for_us(self._port), include):
                yield held.of(row for row in rows if not is_stub(row))
        except httpx.HTTPStatusError as error:
            if error.response.status_code not in NO_SUCH_ROUTE:
                raise
            async for rows in self._by_the_old_search(blueprint, include):
                yield held.of(rows)

    async def again(
        self, entities: Sequence[Listed], mapping: PortAppConfig
    ) -> AsyncIterator[list[Listed]]:
        """Those of some of one blueprint that are still there, as they are now."""
        held = _Held(self._known.under(mapping), self._known)
        for blueprint in dict.fromkeys(entity.blueprint for entity in entities):
            names = [entity.identifier for entity in entities if entity.blueprint == blueprint]
            for named in is_called(names):
                rules = [is_of(blueprint), named, of_ours(self._port)]
                yield held.of(await search(self._port, rules))

    async def _by_the_old_search(
        self, blueprint: str, include: Sequence[str]
    ) -> AsyncIterator[list[Entity]]:
        """Without pages."""
        query = {"combinator": "and", "rules": [is_of(blueprint)]}
        found = await self._port.search_entities(UserAgentType.exporter, query, [*include])
        for start in range(0, len(found), TOGETHER):
            yield found[start : start + TOGETHER]
            await asyncio.sleep(0)
        rules = [is_of(blueprint), *for_us(self._port)]
        yield [row for row in await search(self._port, rules) if not is_stub(row)]


class _Held:
    """What is held of rows: digests where nothing else tells what Port has."""

    def __init__(self, parts: Parts, known: Known) -> None:
        self._parts = parts
        self._known = known
        self._shared = Shared()

    def of(self, rows: Iterable[Entity]) -> list[Listed]:
        return [
            self._shared.listed(
                row, None if self._known.has_all_of(row) else self._parts.shown_by(row)
            )
            for row in rows
        ]
