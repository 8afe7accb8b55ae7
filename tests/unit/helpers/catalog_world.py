"""Port, Jira, and the writer that brings the one to the other."""

import asyncio
from collections.abc import Sequence
from typing import cast

from port_ocean.core.handlers.entity_processor.base import BaseEntityProcessor
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from port.deletions import Candidate, Reason, Stubs
from port.failing import Failing
from port.live_writer import LiveWriter
from port.mapping.row_mapper import RowMapper
from port.writer import PortWriter
from tests.unit.helpers.catalog_fakes import FakeProcessor, FakeWriter, Row, expand, results
from tests.unit.helpers.fake_client import FakeClient, mapping


class CatalogWorld:
    """Port, Jira, and the writer that brings the one to the other."""

    def __init__(self, *in_port: Entity) -> None:
        self.mapping = mapping("issue", "project")
        self.issues, self.projects = self.mapping.resources
        self.port = FakeWriter(*in_port)
        self.jira = FakeClient()
        self.processor = FakeProcessor()
        self.stubs = Stubs()
        self.mapper = RowMapper(cast(BaseEntityProcessor, self.processor), expand)
        self.failing = Failing()
        self.writer = LiveWriter(
            cast(PortWriter, self.port), self.jira.client, self.stubs, self.failing
        )

    def add(self, *in_port: Entity) -> None:
        self.port.has |= FakeWriter(*in_port).has

    async def sync(
        self,
        *of: WebhookEventRawResults,
        gone: Sequence[Entity] = (),
        reason: Reason = Reason.SWEEP,
    ) -> None:
        async with asyncio.timeout(5):
            candidates = [Candidate(entity, reason) for entity in gone]
            await self.writer.sync(of, self.mapper, candidates, live=True)

    async def retry_refused(self) -> None:
        async with asyncio.timeout(5):
            await self.writer.retry_refused(self.mapper)

    async def update(self, *rows: Row) -> None:
        await self.sync(results(self.issues, rows))

    async def delete(self, *keys: str) -> None:
        await self.sync(results(self.issues, deleted=keys))

    def issue(self, issue_id: str, key: str, parent: str | None = None) -> Row:
        row = self.jira.issue(issue_id, key)
        row["parent"] = parent
        return row

    @property
    def names(self) -> set[str]:
        return {identifier for _, identifier in self.port.has}
