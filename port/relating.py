"""What relates to an entity: asked of Port by relation, without reading the catalog.

An answer that holds nothing looks the same where Port doesn't know such questions, so it is asked
about an entity first of which the answer is known.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence

import httpx
from loguru import logger
from port_ocean.clients.port.client import PortClient
from port_ocean.core.models import Entity

from port.bulk import ABOUT_THE_BODY
from port.entities import points_at, said_by, targets
from port.search import Rule, in_parts, is_called, of_ours, page, pages

type Relations = Mapping[str, Sequence[str]]
"""For each blueprint the names of the relations that the mapping writes."""

BLUEPRINT_IS_MISSING = 404
TRIED = 50
"""Entities of which one relates to something, probably."""
TRIES = 5
"""Failures after which Port is taken to know no such question."""


class Relating:
    """Finds the entities of ours that relate to others."""

    def __init__(self, port: PortClient) -> None:
        self._port = port
        self._answers: bool | None = None
        """Whether Port answers that; None as long as it could not be tried."""
        self._tries = 0

    async def to(self, identifiers: Collection[str], relations: Relations) -> list[Entity] | None:
        """Those that relate to something called one of these; None where Port can't be asked.

        Raises httpx.HTTPError where Port can't be reached or fails.
        """
        asked = {of: names for of, names in relations.items() if names}
        if not await self._can_say(asked):
            return None
        found = await asyncio.gather(
            *(
                self._of(blueprint, names, part)
                for blueprint, names in asked.items()
                for part in in_parts(sorted(identifiers))
            )
        )
        # Port's answer is narrowed again: one that isn't wanted is read in Jira for nothing.
        return [e for entities in found for e in entities if points_at(e, identifiers)]

    async def _of(
        self, blueprint: str, names: Sequence[str], identifiers: Sequence[str]
    ) -> list[Entity]:
        try:
            return await pages(
                self._port, blueprint, [of_ours(self._port), _related(names, identifiers)]
            )
        except httpx.HTTPStatusError as error:
            if error.response.status_code == BLUEPRINT_IS_MISSING:
                return []
            raise

    async def _can_say(self, relations: Relations) -> bool:
        """Whether Port finds an entity of which it is known what it relates to."""
        for blueprint, names in relations.items():
            if self._answers is not None:
                break
            try:
                self._answers = await self._finds_one(blueprint, names)
            except httpx.HTTPStatusError as error:
                self._failed(error)
        return bool(self._answers)

    def _failed(self, error: httpx.HTTPStatusError) -> None:
        """It may know no such question, or no such blueprint, or have a bad moment."""
        self._tries += 1
        if self._tries < TRIES and error.response.status_code not in ABOUT_THE_BODY:
            return
        self._answers = False
        logger.info(
            "Port doesn't say what relates to an entity, so all that is ours is read where that "
            f"matters: {said_by(error)}"
        )

    async def _finds_one(self, blueprint: str, names: Sequence[str]) -> bool | None:
        """None where there is nothing to try it with, or where that changed meanwhile."""
        some = await self._try(blueprint, of_ours(self._port))
        related = [(one, name, of) for one in some for name in names for of in _targets(one, name)]
        if not related:
            return None
        one, name, target = related[0]
        called = is_called([str(one.identifier)])
        return True if await self._try(blueprint, *called, _related([name], [target])) else None

    async def _try(self, blueprint: str, *rules: Rule) -> list[Entity]:
        found, _ = await page(self._port, blueprint, rules, limit=TRIED, retried=False)
        return found


def _targets(entity: Entity, relation: str) -> list[str]:
    return targets(entity.relations.get(relation))


def _related(names: Sequence[str], identifiers: Sequence[str]) -> Rule:
    """https://docs.port.io/search-and-query/relation-operators#related-to-by-specific-path"""
    by_name = [
        {"property": {"path": [name]}, "operator": "matchAny", "value": list(identifiers)}
        for name in names
    ]
    return {"combinator": "or", "rules": by_name}
