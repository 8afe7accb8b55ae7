"""Relations to Port's own blueprints, such as `_user`: what they point to can't be made for them.

An entity that relates to somebody without an account is refused as a whole, for ever. It is written
without that relation instead, and read again when the account has come.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable

import httpx
from loguru import logger
from port_ocean.clients.port.client import PortClient
from port_ocean.core.models import Entity

from port.deletions import is_protected
from port.entities import EntityKey, by_blueprint, targets
from port.search import is_called, is_of, search

ABSENT_SECONDS = 300.0
"""How long nobody asks again for an account that wasn't there."""
MAX_ABSENT = 10_000


class Accounts:
    """Knows which relations lead to Port's own blueprints, and who isn't there."""

    def __init__(self, port: PortClient, now: Callable[[], float] = time.monotonic) -> None:
        self._port = port
        self._now = now
        # By blueprint: relations to Port's own ones, with these.
        self._relations: dict[str, dict[str, str]] = {}
        self._absent: dict[EntityKey, float] = {}
        self._lacking: dict[EntityKey, set[str]] = defaultdict(set)

    def known(self, entity: Entity) -> Entity:
        """The entity without relations to those that weren't there just now."""
        relations = self._relations.get(str(entity.blueprint))
        if not relations or not self._absent:
            return entity
        until = self._now() - ABSENT_SECONDS
        return self._without(entity, {key for key, at in self._absent.items() if at > until})

    def as_written(self, entity: Entity) -> Entity:
        """The entity as it was written, however long ago: without those that weren't there."""
        if not self._absent or str(entity.blueprint) not in self._relations:
            return entity
        return self._without(entity, set(self._absent))

    async def without_missing(self, refused: Iterable[Entity]) -> list[Entity]:
        """Those of the refused entities that can be written without a relation, so changed.

        Each account that isn't there is named once.
        """
        reduced: list[Entity] = []
        for blueprint, entities in by_blueprint(refused).items():
            try:
                missing = await self._missing(blueprint, entities)
            except httpx.HTTPError as error:
                logger.warning(f"Port can't be asked what {blueprint} relates to: {error}")
                continue
            for entity in entities:
                without = self._without(entity, missing)
                if without is not entity:
                    reduced.append(without)
        return reduced

    async def came(self) -> set[str]:
        """Blueprints of which something lacks a relation that could be made by now.

        Raises httpx.HTTPError.
        """
        behind: set[str] = set()
        by_target: dict[str, list[str]] = defaultdict(list)
        for target, name in self._absent:
            by_target[target].append(name)
        for target, names in by_target.items():
            for name in await self._there(target, names):
                self._absent.pop((target, name), None)
                behind |= self._lacking.pop((target, name), set())
        return behind

    async def _missing(self, blueprint: str, entities: list[Entity]) -> set[EntityKey]:
        if blueprint not in self._relations:
            found = await self._port.get_blueprint(blueprint, should_log=False)
            self._relations[blueprint] = {
                name: relation.target
                for name, relation in found.relations.items()
                if is_protected(relation.target)
            }
        wanted: dict[str, set[str]] = defaultdict(set)
        for entity in entities:
            for name, target in self._relations[blueprint].items():
                wanted[target].update(targets(entity.relations.get(name)))
        missing: set[EntityKey] = set()
        for target, names in wanted.items():
            there = await self._there(target, sorted(names))
            missing |= {(target, name) for name in names - there}
        for key in sorted(missing):
            if key not in self._absent:
                logger.warning(
                    f"Port has no {key[1]!r} in {key[0]}, where nobody but Port makes entities: "
                    f"what relates to it is written without that relation, for example of "
                    f"{blueprint}. It comes with the sweep after the account has come."
                )
            self._absent[key] = self._now()
            self._lacking[key].add(blueprint)
        while len(self._absent) > MAX_ABSENT:
            oldest = next(iter(self._absent))
            del self._absent[oldest]
            self._lacking.pop(oldest, None)
        return missing

    async def _there(self, target: str, names: list[str]) -> set[str]:
        found: set[str] = set()
        for rule in is_called(names):
            found |= {str(e.identifier) for e in await search(self._port, [is_of(target), rule])}
        return found

    def _without(self, entity: Entity, missing: set[EntityKey]) -> Entity:
        changed: dict[str, object] = {}
        for name, target in self._relations[str(entity.blueprint)].items():
            value = entity.relations.get(name)
            if not any((target, one) in missing for one in targets(value)):
                continue
            left = [one for one in targets(value) if (target, one) not in missing]
            changed[name] = left if isinstance(value, list) else None
        return entity.copy(update={"relations": entity.relations | changed}) if changed else entity
