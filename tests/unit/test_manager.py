"""How the framework's live events meet ours: the queue, the worker, readers, and where rows go."""

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
from jira.errors import JiraPermissionError, JiraUnavailableError
from jira.http.patience import is_one_attempt
from jira.settings import JiraSettings
from kinds import Kinds
from tests.unit.helpers.fake_client import FakeClient, mapping
from tests.unit.helpers.fakes import settle
from webhook_processors import manager as module
from webhook_processors import writes
from webhook_processors.base import DELIVERY_ID
from webhook_processors.manager import JiraLiveEventsManager
from webhook_processors.processors import IssueWebhookProcessor, UserWebhookProcessor
from webhook_processors.queued_event import QueuedEvent

PATH = "/webhook"
LIMIT = 3


def queued(delivery: str = "d-1", issue_id: int = 1) -> QueuedEvent:
    payload = {"webhookEvent": "jira:issue_updated", "issue": {"id": issue_id, "key": "AB-1"}}
    return QueuedEvent(json.dumps(payload).encode(), {DELIVERY_ID: delivery})


class FollowUps:
    """Notes of which issues it is told; its jobs are real, on a clock that stands still."""

    def __init__(self) -> None:
        self.told: list[list[int]] = []
        self.again: list[set[Kinds]] = []
        self.resync_running = False
        self.resync_waits = False
        self.jobs = Jobs(lambda: 1000.0)
        self.reads = self

    def after(self, payloads: Sequence[Any]) -> list[str]:
        self.told.append([payload["issue"]["id"] for payload in payloads])
        return ["orphans"]

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


@pytest.fixture
async def world(monkeypatch):
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
    yield made
    await made.stop()


async def test_an_event_that_is_accepted_waits_in_the_queue(world):
    sent = queued()
    assert await world.put(sent) == [True]
    assert await world.queue.get() is sent


async def test_where_nobody_reads_nothing_is_accepted(world):
    """Live events are off, or the worker isn't there yet: Jira sends it again later."""
    world.manager._event_processor_tasks.clear()
    assert await world.put(queued()) == [False]
    assert await world.queue.size() == 0


async def test_no_more_events_wait_than_the_limit_says_until_some_have_ended(world):
    sent = [queued(f"d-{n}", n) for n in range(LIMIT + 2)]
    assert await world.put(*sent) == [True] * LIMIT + [False] * 2
    assert await world.queue.size() == LIMIT
    world.start()
    await world.worked_off()
    assert await world.put(queued("later", 9)) == [True]


async def test_events_are_read_by_every_resource_they_touch_and_written(world):
    world.start()
    await world.put(queued("d-1", 1), queued("d-2", 2))
    await world.worked_off()
    assert world.read == [("d-1", 0), ("d-2", 0)]
    assert world.sent == ["catalog"]
    assert world.follow_ups.told == [[1, 2]]


@pytest.mark.parametrize("kinds", [("issue", "user"), ("backlog",), ("project", "backlog", "epic")])
async def test_what_an_event_touches_of_the_mapping_is_told_to_be_read_again(world, kinds):
    """Which of it is behind the index, whoever is told knows."""
    world.mapping.resources[:] = mapping(*kinds).resources
    world.start()
    await world.put(queued("d-1", 1))
    await world.worked_off()
    assert world.follow_ups.again == [{*kinds} & {"issue", "backlog", "epic"}]


async def test_one_resource_of_two_that_fails_holds_up_no_event(world, log):
    world.mapping.resources.append(world.mapping.resources[0])
    world.fails = {2: JiraPermissionError("403")}
    world.start()
    for number in range(3):
        await world.put(queued(f"d-{number}", number))
        await world.worked_off()
    assert world.sent == ["catalog"] * 3
    [line] = [line for line in log if line.startswith("ERROR")]
    assert "issue (resource 3 of the mapping)" in line
    world.fails = {}
    await world.put(queued("d-4", 4))
    await world.worked_off()
    assert "sweep of issue" in [line for line in log if "live events done" in line][-1]


async def test_without_a_mapping_events_wait_and_it_is_said_once(world, log):
    world.mapping_fails = ConnectionError("Port is down")
    world.start()
    await world.put(queued())
    await settle()
    assert len(world.pauses) > 2
    assert world.pauses[:3] == [1.0, 2.0, 4.0]
    assert world.read == []
    world.mapping_fails = None
    await world.worked_off()
    assert world.read == [("d-1", 0)]
    assert len([line for line in log if "wait for another try" in line]) == 1
    assert len([line for line in log if "Live events go on" in line]) == 1


async def test_a_pair_of_a_mapping_that_is_another_by_now_is_done(world, monkeypatch):
    """Its resync reads everything; under another resource the event would be read wrongly."""
    [pair] = (await world.manager._pairs(PATH, [event := queued()]))[event]
    world.mapping.resources[:] = mapping("user", "issue").resources
    assert (await world.manager._read(pair)).updated_raw_results == []
    world.mapping.resources.clear()
    assert (await world.manager._read(pair)).updated_raw_results == []
    assert world.read == []


async def test_a_pair_is_read_under_its_resource_as_it_is_by_now(world):
    event = queued()
    await world.manager._under_way.begin(PATH, [event])
    [pair] = (await world.manager._pairs(PATH, [event]))[event]
    changed = mapping("issue", "user").resources
    world.mapping.resources[:] = changed
    seen: list[Any] = []

    async def execute(processor: Any, resource: Any, index: int) -> WebhookEventRawResults:
        seen.append(resource)
        return WebhookEventRawResults([], [])

    world.manager._execute_processor = execute
    await world.manager._read(pair)
    assert seen == [changed[0]]


@pytest.mark.parametrize("up", [True, False])
async def test_jira_answers_where_it_knows_us(world, up):
    world.jira.down = not up
    assert await world.manager._jira_answers() is up


async def test_the_queue_keeps_the_others_while_too_many_are_held(world, monkeypatch):
    """Parsed, an event takes several times the memory."""
    monkeypatch.setattr(module, "MAX_HELD", 2)
    world.fails, world.jira.down = {0: JiraUnavailableError("503")}, True
    for number in range(6):
        await world.queue.put(queued(f"d-{number}", number))
    monkeypatch.setattr("webhook_processors.next_batch.MAX_BATCH", 2)
    world.start()
    await settle()
    assert world.manager.outcomes.held == 2
    assert await world.queue.size() == 4


async def test_a_shutdown_ends_the_worker_and_leaves_nothing_uncommitted(world):
    """The framework waits for the queue to be worked off."""
    world.fails, world.jira.down = {0: JiraUnavailableError("503")}, True
    world.start()
    await world.put(queued("d-1"))
    await settle()
    assert world.manager.outcomes.held == 1
    await world.stop()
    await world.worked_off()
    assert world.task.cancelled()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_second_worker_takes_nothing(world, log):
    """Two know no order: an update's late write would undo a delete."""
    await world.put(queued())
    async with asyncio.timeout(5):
        await world.manager._process_webhook_events(PATH, 1)
    assert await world.queue.size() == 1
    assert [line for line in log if line.startswith("WARNING") and "one worker" in line]


async def test_an_event_that_comes_by_a_stream_is_forgotten_there_when_it_has_ended(
    world, monkeypatch
):
    async def yes(event: WebhookEvent) -> bool:
        return True

    monkeypatch.setattr("webhook_processors.under_way.is_authentic", yes)
    going = asyncio.Event()

    async def slow(*_: Any) -> WebhookEventRawResults:
        await going.wait()
        return WebhookEventRawResults([], [])

    world.manager._execute_processor = slow
    payload = queued().payload
    handled = asyncio.create_task(
        world.manager._process_webhook_event(PATH, 0, WebhookEvent("trace", payload, {}))
    )
    await settle()
    assert not handled.done()
    going.set()
    async with asyncio.timeout(5):
        await handled
    assert world.follow_ups.told == [[1]]


async def test_background_work_is_done_beside_events_and_not_during_a_resync(world):
    """What was handled meanwhile is handled once more, before."""
    done: list[str] = []

    async def sweep() -> AsyncIterator[None]:
        done.append("sweep")
        yield

    world.follow_ups.resync_running = True
    world.start()
    await world.put(queued())
    await world.worked_off()
    world.follow_ups.jobs.ask("sweep", sweep)
    await settle()
    assert done == []
    world.follow_ups.resync_running = False
    world.follow_ups.jobs.wake()
    await settle()
    await world.worked_off()
    assert done == ["sweep"]
    assert world.read == [("d-1", 0), ("d-1", 0)]


async def test_background_work_goes_on_while_a_resync_waits_for_points(world):
    """That may take an hour; what was handled meanwhile is still handled again at its end."""
    done: list[str] = []

    async def relatives() -> AsyncIterator[None]:
        done.append("relatives")
        yield

    world.follow_ups.resync_running = world.follow_ups.resync_waits = True
    world.start()
    await world.put(queued())
    await world.worked_off()
    world.follow_ups.jobs.ask("relatives", relatives)
    await settle()
    assert done == ["relatives"]
    assert world.read == [("d-1", 0)]
    world.follow_ups.resync_running = False
    world.follow_ups.jobs.wake()
    await settle()
    await world.worked_off()
    assert world.read == [("d-1", 0), ("d-1", 0)]
