"""All entities of a blueprint, some at a time: nobody waits long while many are looked at."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
from loguru import logger
from port_ocean.clients.port.client import PortClient
from port_ocean.core.models import Entity

from port.bulk import ABOUT_THE_BODY
from port.entities import said_by
from port.search import Rule, page_of_rows

TOGETHER = 50
"""Entities that are looked at before others have their turn: a few milliseconds."""


class Pages:
    """Asks Port for entities by the page, and for no more of each than is wanted."""

    def __init__(self, port: PortClient) -> None:
        self._port = port
        self._may_include = True
        """Whether Port takes a list of the fields that are wanted."""

    async def of(
        self, blueprint: str, rules: Sequence[Rule], include: Sequence[str]
    ) -> AsyncIterator[list[Entity]]:
        """Those for which all rules hold, with the fields to `include` at least.

        Raises httpx.HTTPError, and ValueError for what is no answer of Port's.
        """
        begin: str | None = None
        while True:
            rows, begin = await self._page(blueprint, rules, include, begin)
            async for some in in_pieces(rows):
                yield some
            if not begin:
                return

    async def _page(
        self, blueprint: str, rules: Sequence[Rule], include: Sequence[str], begin: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        if self._may_include:
            try:
                return await page_of_rows(
                    self._port, blueprint, rules, begin=begin, include=include
                )
            except httpx.HTTPStatusError as error:
                if error.response.status_code not in ABOUT_THE_BODY:
                    raise
                logger.info(f"Port is asked for whole entities from now on: {said_by(error)}")
                self._may_include = False
        return await page_of_rows(self._port, blueprint, rules, begin=begin)


async def in_pieces(rows: list[dict[str, Any]]) -> AsyncIterator[list[Entity]]:
    """Port's JSON as entities, so many that nobody waits for long; `rows` is empty afterwards."""
    async for some in in_turns(rows):
        yield [Entity.parse_obj(row) for row in some]


async def in_turns(rows: list[dict[str, Any]]) -> AsyncIterator[list[dict[str, Any]]]:
    """The same as it came."""
    rows.reverse()
    while rows:
        some = rows[: -TOGETHER - 1 : -1]
        del rows[-TOGETHER:]
        yield some
        await asyncio.sleep(0)
