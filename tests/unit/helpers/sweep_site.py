"""A Jira and a Port that a sweep compares."""

from collections.abc import Sequence
from typing import Any, cast

from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from background.failures import Failures
from background.sweep import Sweeper
from port.deletions import Candidate, Stubs
from port.entities import key_of
from port.failing import Failing
from port.mapping.row_mapper import Mapped
from port.writer import PortWriter
from tests.unit.helpers.catalog_fakes import FakeWriter, Row, entity
from tests.unit.helpers.fake_client import FakeClient


def full(identifier: str, blueprint: str = "issue", **relations: Any) -> Entity:
    return entity(identifier, blueprint, properties={"name": "before"}, relations=relations)


class SweepWorld:
    """The sweeper between both; writes go through at once."""

    def __init__(self, mapping: Any) -> None:
        self.mapping = mapping
        for resource in mapping.resources:
            # As `map_rows` makes them.
            resource.port.entity.mappings.properties.setdefault("name", ".fields.summary")
        self.jira = FakeClient()
        self.port = FakeWriter()
        self.time = 10_000.0
        self.written: list[str] = []
        self.deleted: list[str] = []
        self.errors: list[Exception] = []
        self.stubs = Stubs(now=lambda: self.time)
        self.failing = Failing()
        self.failures = Failures(self.jira.client, self.failing)
        self.sweeper = self.with_limit(100)

    def with_limit(self, percent: int) -> Sweeper:
        self.sweeper = Sweeper(
            self.jira.client,
            cast(PortWriter, self.port),
            self.sync,
            self.map_rows,
            self.failures,
            stubs=self.stubs,
            limit_percent=percent,
        )
        return self.sweeper

    def has(self, *entities: Entity) -> None:
        self.port.has |= {key_of(e): e for e in entities}

    def names(self, blueprint: str = "issue") -> list[str]:
        return sorted(identifier for of, identifier in self.port.has if of == blueprint)

    async def map_rows(self, resource: ResourceConfig, rows: Sequence[Row]) -> Mapped:
        """`.key`, `.accountId` or a field; a row without the name makes no entity."""
        mappings = resource.port.entity.mappings
        path = str(mappings.identifier).removeprefix(".").split(".")
        made = []
        for row in rows:
            name: Any = row
            for part in path:
                name = (name or {}).get(part)
            if name:
                blueprint = mappings.blueprint.strip('"')
                properties = {"name": "now"} if len(row) > 2 else {}
                made.append(entity(name, blueprint, properties=properties))
        return Mapped(made, [], self.errors)

    async def sync(
        self, results: Sequence[WebhookEventRawResults], gone: Sequence[Candidate]
    ) -> None:
        for result in results:
            made = (await self.map_rows(result.resource, result.updated_raw_results)).passed
            self.written += [str(e.identifier) for e in made]
            self.has(*made)
        for candidate in gone:
            self.deleted.append(str(candidate.entity.identifier))
            self.port.has.pop(key_of(candidate.entity), None)

    async def sweep(self, **during: Any) -> int:
        """To its end; the number of steps."""
        steps = 0
        async for _ in self.sweeper.sweep():
            steps += 1
            if steps in during.get("at", {}):
                during["at"][steps]()
        return steps
