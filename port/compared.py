"""Entities compared with what Port has, before they are written: most are there as they are.

A resync asks Port itself, once for each blueprint and a thousand entities a request: its work is
that Port equals Jira, whoever changed what. All others trust what was seen then and written since.
"""

from collections.abc import Iterable

import httpx
from loguru import logger
from port_ocean.clients.port.client import PortClient
from port_ocean.clients.port.types import RequestOptions
from port_ocean.core.handlers.port_app_config.models import PortAppConfig
from port_ocean.core.models import Entity

from port.accounts import Accounts
from port.bulk import NOT_FOUND, Written
from port.entities import as_written, is_stub
from port.going import Going
from port.just_written import JustWritten
from port.known import Known, Look
from port.pages import Pages
from port.search import Rule, by_us, for_us


class Compared:
    """Knows which entities need not be written."""

    def __init__(
        self, port: PortClient, accounts: Accounts, lately: JustWritten, going: Going
    ) -> None:
        self._port = port
        self.pages = Pages(port)
        self._accounts = accounts
        self._lately = lately
        self._going = going
        self.known = Known()
        self.alone = True
        """Whether no other process writes what this one does."""

    async def look(self, blueprint: str, mapping: PortAppConfig) -> None:
        """Learn what Port has of a blueprint; where it fails that is nothing, which is said."""
        parts = self.known.under(mapping)
        include = ["identifier", "blueprint", *sorted(parts.of(blueprint))]
        lately, going = self._lately.of(blueprint), self._going.names
        try:
            with self.known.looking(blueprint, lately, going) as look:
                await self._see(look, by_us(self._port), include)
                if look.seen:
                    await self._see(look, for_us(self._port), include, filled=True)
        except (httpx.HTTPError, ValueError) as error:
            if isinstance(error, httpx.HTTPStatusError) and error.response.status_code == NOT_FOUND:
                return
            logger.warning(
                f"Port can't be asked what it has of {blueprint}, so all of it is written: {error}"
            )

    def is_there(self, entity: Entity) -> bool:
        """For a resync, which has looked: whether Port has it as it would be written now."""
        return self.known.has(self._accounts.known(entity)) is True

    def is_as_written(self, entity: Entity) -> bool | None:
        """Whether Port has it as it was written last, by all that is known; None if nothing is.

        Nothing is where others write as well.
        """
        return self._has(entity) if self.alone else None

    def _has(self, entity: Entity) -> bool | None:
        return self.known.has(self._accounts.as_written(entity))

    def differing(self, entities: Iterable[Entity], options: RequestOptions) -> list[Entity]:
        """Each once, where it isn't as it was written last, or where nobody knows."""
        each = as_written(entities, options)
        return [entity for entity in each if self._has(entity) is not True]

    def note(self, written: Written, *, merge: bool) -> None:
        """This became of what was being written; without `merge` it is all that Port has of it."""
        self.known.written(written.taken, merge=merge)
        # What Port finds by rules may have been written by its name as well.
        self.known.forget((blueprint, name) for (blueprint, _), name in written.names.items())
        for entity in written.failed:
            if entity.is_using_search_identifier:
                self.known.forget_blueprint(str(entity.blueprint))

    async def _see(
        self, look: Look, rules: list[Rule], include: list[str], *, filled: bool = False
    ) -> None:
        """Every page of what the rules hold for; `filled`: but for what is a stub."""
        async for rows in self.pages.of(look.blueprint, rules, include):
            self.known.see(look, [row for row in rows if not (filled and is_stub(row))])
