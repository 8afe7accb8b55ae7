"""The manager of live events with its queue, where a test stands in for all around it."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from port_ocean.core.handlers.queue import LocalQueue
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookEventRawResults

from background.jobs import Jobs
from jira.http.patience import is_one_attempt
from jira.settings import JiraSettings
from kinds import Kinds
from tests.unit.helpers.fake_client import FakeClient, mapping
from webhook_processors import manager as module
from webhook_processors import writes
from webhook_processors.base import DELIVERY_ID
from webhook_processors.manager import JiraLiveEventsManager
from webhook_processors.processors import IssueWebhookProcessor, UserWebhookProcessor
from webhook_processors.queued_event import QueuedEvent

PATH = "/webhook"
LIMIT = 3


def queued(delivery: str = "d-1", issue_id: int = 1) -> QueuedEvent:
    """A delivery that tells of an issue."""
    payload = {"webhookEvent": "jira:issue_updated", "issue": {"id": issue_id, "key": "AB-1"}}
    return QueuedEvent(json.dumps(payload).encode(), {DELIVERY_ID: delivery})


class FollowUps:
    """Notes of which issues it is told; its jobs are real, on a clock that stands still."""

    def __init__(self) -> None:
        self.came: list[int] = []
        self.told: list[list[int]] = []
        self.again: list[set[Kinds]] = []
        self.resync_running = False
        self.resync_waits = False
        self.jobs = Jobs(lambda: 1000.0)
        self.reads = self

    def after(self, payloads: Sequence[Any]) -> list[str]:
        self.told.append([payload["issue"]["id"] for payload in payloads])
        return ["orphans"]

    def arrived(self, payload: Any) -> None:
        self.came.append(payload["issue"]["id"])

    def look_for_orphans(self) -> list[str]:
        return ["orphans"]

    def again_with_index(self, touched: Mapping[Kinds, Iterable[Any]]) -> None:
        self.again.append(set(touched))

    def compare(self, kinds: Collection[Kinds], later: Collection[Kinds] = ()) -> list[str]:
        return [f"sweep of {kind}" for kind in sorted(kinds)]


class World:
    """The manager with its worker; a test stands in for the reads, Port and the mapping."""

    def __init__(self) -> None:
        self.manager = JiraLiveEventsManager(MagicMock(), MagicMock(), 90.0, 5.0)
        self.follow_ups = FollowUps()
        self.queue = LocalQueue[WebhookEvent]()
        self.mapping = mapping("issue", "user")
        self.mapping_fails: Exception | None = None
        self.read: list[tuple[str, int | None]] = []
        self.fails: dict[int, Exception] = {}
        """By the resource's place in the mapping."""
        self.sent: list[str] = []
        self.pauses: list[float] = []
        self.jira = FakeClient()
        self.unclear: set[Kinds] = set()
        self.dsp = self.lakehouse = False
        self.task: asyncio.Task[None] | None = None
        manager: Any = self.manager
        manager._event_queues[PATH] = self.queue
        manager._processors_classes[PATH] = [IssueWebhookProcessor, UserWebhookProcessor]
        manager._event_processor_tasks.add(MagicMock())
        manager.follow_ups = self.follow_ups
        manager._execute_processor = self.execute
        manager._pause = self.pause
        manager._send_webhook_raw_data_to_lakehouse = self.to_lakehouse
        manager.live_writer = SimpleNamespace(
            sync=self.to_catalog,
            take_to_compare=lambda: (self.unclear, set()),
            retry_refused=self.retry_refused,
            going=False,
        )

    async def execute(self, processor: Any, resource: Any, index: int) -> WebhookEventRawResults:
        assert is_one_attempt(), "others wait in the lane"
        self.read.append((processor.event.headers[DELIVERY_ID], index))
        await asyncio.sleep(0)
        if index in self.fails:
            raise self.fails[index]
        return WebhookEventRawResults([{"key": "AB-1"}], [])

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def to_lakehouse(self, results: list[WebhookEventRawResults]) -> None:
        self.sent.append("lakehouse")

    async def to_catalog(self, *_: Any, live: bool, compared: bool, read_since: float) -> None:
        assert is_one_attempt()
        self.sent.append("catalog")

    async def retry_refused(self, mapper: Any) -> None:
        assert is_one_attempt()
        self.sent.append("refused")

    async def port_app_config(self) -> None:
        if self.mapping_fails:
            raise self.mapping_fails

    async def is_dsp_mode_enabled(self) -> bool:
        return self.dsp

    async def is_lakehouse_data_enabled(self) -> bool:
        return self.lakehouse

    def start(self) -> None:
        self.task = asyncio.create_task(self.manager._process_webhook_events(PATH, 0))

    async def put(self, *events: QueuedEvent) -> list[bool]:
        return [await self.manager.accept(PATH, event) for event in events]

    async def stop(self) -> None:
        if self.task:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def worked_off(self) -> None:
        """Every event that was queued is committed."""
        async with asyncio.timeout(5):
            await self.queue.teardown()


@asynccontextmanager
async def made_world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """One in the framework's place, whose worker ends with the block."""
    made = World()
    settings = JiraSettings(
        host="https://site.example.com",
        email="user-1@example.com",
        token="the-token",
        identifier="jira-1",
        webhook_url=None,
        webhook_queue_limit=LIMIT,
        sweep_interval_minutes=0,
    )

    @asynccontextmanager
    async def event_context(*_: Any, **__: Any) -> AsyncIterator[None]:
        yield

    handler = SimpleNamespace(get_port_app_config=made.port_app_config)
    framework = SimpleNamespace(integration=SimpleNamespace(port_app_config_handler=handler))
    monkeypatch.setattr(module, "get_settings", lambda: settings)
    monkeypatch.setattr(module, "create_jira_client", lambda: made.jira)
    monkeypatch.setattr(module, "ocean", framework)
    monkeypatch.setattr(module, "event_context", event_context)
    monkeypatch.setattr(module, "event", SimpleNamespace(port_app_config=made.mapping))
    for name in ("is_dsp_mode_enabled", "is_lakehouse_data_enabled"):
        monkeypatch.setattr(writes, name, getattr(made, name))
    monkeypatch.setattr(JiraLiveEventsManager, "entity_processor", MagicMock(), raising=False)
    try:
        yield made
    finally:
        await made.stop()
