"""Kinds that are asked by name, a mapper of plain paths, and a Port to delete in."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

from port_ocean.core.handlers.entity_processor.base import BaseEntityProcessor
from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.models import Entity
from port_ocean.core.ocean_types import CalculationResult, EntitySelectorDiff

from client import JiraClient
from jira.kinds.kind import Known
from kinds import Kinds
from port.deletions import without
from port.entities import EntityKey, key_of
from port.going import Going
from port.mapping.resources import JiraPortAppConfig
from port.mapping.row_mapper import RowMapper
from tests.unit.helpers.catalog_fakes import nothing_known

Row = dict[str, Any]


def named_resource(kind: str, identifier: Any = ".key", of: str = '"thing"', **port: Any) -> Row:
    """A resource as a mapping has it."""
    mappings = {"entity": {"mappings": {"identifier": identifier, "blueprint": of}}}
    # Where the fields are named, no setting is asked which of them to read.
    fields = {"fields": "summary"} if kind == "issue" else {}
    return {"kind": kind, "selector": {"query": "true", **fields}, "port": {**mappings, **port}}


def named_mapping(*resources: Row, **settings: Any) -> PortAppConfig:
    return cast(PortAppConfig, JiraPortAppConfig.parse_obj({**settings, "resources": resources}))


def thing(identifier: str, blueprint: str = "thing", **relations: Any) -> Entity:
    return Entity.parse_obj(
        {"identifier": identifier, "blueprint": blueprint, "relations": relations}
    )


class Answers:
    """What one kind says of names: a row, None for gone, `...` where Jira said neither."""

    def __init__(self, **known: Any) -> None:
        self.known = known
        self.asked: list[list[str]] = []

    def is_name(self, identifier: str) -> bool:
        """What is nowhere in the answers can't be a name of this kind."""
        known = self.known.get(identifier, "no name")
        return known is None or known is ... or isinstance(known, dict)

    async def by_identifiers(self, names: Sequence[str], selector: Any) -> Known:
        self.asked.append(sorted(names))
        said = {n: self.known[n] for n in names if n in self.known}
        return Known(
            [row for row in said.values() if isinstance(row, dict)],
            [name for name, row in said.items() if row is None],
        )


class Client:
    """Kinds by name, and an account."""

    def __init__(self, **kinds: Answers) -> None:
        self.kinds = {Kinds(name): answers for name, answers in kinds.items()}
        self.verified = 0

    @property
    def client(self) -> JiraClient:
        return cast(JiraClient, self)

    async def verify_credentials(self) -> str:
        self.verified += 1
        return "account"


class PathProcessor:
    """`.key` and the like; a row with `out` fails the query, one with `error` can't be mapped."""

    async def parse_items(
        self, resource: ResourceConfig, rows: list[Row], parse_all: bool
    ) -> CalculationResult:
        assert parse_all
        of = resource.port.entity.mappings
        passed: list[Entity] = []
        failed: list[Entity] = []
        errors: list[Exception] = [ValueError(row["error"]) for row in rows if "error" in row]
        for row in rows:
            if "error" not in row:
                made = thing(row[str(of.identifier).strip(".")], of.blueprint.strip('"'))
                (failed if row.get("out") else passed).append(made)
        return CalculationResult(EntitySelectorDiff(passed, failed), errors)


async def expand_items(row: Row, resource: ResourceConfig) -> AsyncIterator[list[Row]]:
    """The row, or its items."""
    yield row["items"] if resource.port.items_to_parse else [row]


def path_mapper(
    expand: Callable[[Row, ResourceConfig], AsyncIterator[list[Row]]] = expand_items,
) -> RowMapper:
    return RowMapper(cast(BaseEntityProcessor, PathProcessor()), expand)


class DeletingPort:
    """Entities of ours; those of `refuses` it doesn't delete."""

    def __init__(self, *entities: Entity) -> None:
        self.has: dict[EntityKey, Entity] = {key_of(e): e for e in entities}
        self.refuses: set[str] = set()
        self.deletes: list[list[str]] = []
        self.pointing: list[Entity] = []
        self.leaving: set[str] = set()
        """These it shows although they are deleted."""
        self.going = Going(time.monotonic)
        self.compared = nothing_known(self.going)

    @property
    def names(self) -> set[str]:
        return {identifier for _, identifier in self.has}

    async def ours(self, entities: list[Entity]) -> list[Entity]:
        return [self.has[key_of(e)] for e in entities if key_of(e) in self.has]

    async def shown(self, entities: list[Entity]) -> list[Entity]:
        return [*await self.ours(entities), *(e for e in entities if e.identifier in self.leaving)]

    async def stubs_called(self, entities: list[Entity]) -> list[Entity]:
        return await self.ours(entities)

    def just_written(self, entities: list[Entity]) -> set[EntityKey]:
        return set()

    async def pointing_at(self, entities: list[Entity], wanted: Any) -> tuple[list[Entity], bool]:
        return self.pointing, True

    async def delete(self, entities: list[Entity], options: Any) -> list[Entity]:
        self.deletes.append(sorted(str(e.identifier) for e in entities))
        left = [e for e in entities if e.identifier in self.refuses]
        self.going.begin(without(entities, left))
        for e in entities:
            if e not in left:
                del self.has[key_of(e)]
        return left

    async def upsert(self, entities: list[Entity], options: Any) -> None:
        self.has |= {key_of(e): e for e in entities}


def with_mapping(mapping: PortAppConfig) -> Any:
    """What stands for the framework's event."""
    return SimpleNamespace(port_app_config=mapping)
