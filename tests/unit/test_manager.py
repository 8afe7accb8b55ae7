"""How much may wait, what is freed when, and where an event that failed belongs."""

import asyncio
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import httpx
import pytest
from port_ocean.core.handlers.queue import LocalQueue
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.settings import JiraSettings
from port.entities import PortRefusedError
from tests.unit.helpers.fake_client import FakeClient
from tests.unit.helpers.fakes import settle
from webhook_processors import manager as module
from webhook_processors.manager import JiraLiveEventsManager, note
from webhook_processors.outcomes import Outcome
from webhook_processors.queued_event import QueuedEvent

PATH = "/webhook"
LIMIT = 3


MAX_BYTES = 300


def event(delivery: str = "d-1", size: int = 40) -> QueuedEvent:
    body = b'{"webhookEvent": "user_created"' + b" " * (size - 32) + b"}"
    assert len(body) == size
    return QueuedEvent(body, {"x-atlassian-webhook-identifier": delivery})


@pytest.fixture
def manager(monkeypatch):
    """A manager with a queue that a test reads itself."""
    settings = JiraSettings(
        host="https://site.example.com",
        email="user-1@example.com",
        token="the-token",
        identifier="jira-1",
        webhook_url=None,
        webhook_queue_limit=LIMIT,
        sweep_interval_minutes=0,
    )
    monkeypatch.setattr(module, "get_settings", lambda: settings)
    monkeypatch.setattr(module, "MAX_WAITING_BYTES", MAX_BYTES)
    monkeypatch.setattr(module, "create_jira_client", lambda: FakeClient().client)
    monkeypatch.setattr(module, "ocean", SimpleNamespace(port_client=MagicMock()))
    made = JiraLiveEventsManager(MagicMock(), MagicMock(), 90.0, 5.0)
    made._event_queues[PATH] = LocalQueue()
    made._event_processor_tasks.add(MagicMock())
    return made


async def waiting(manager: JiraLiveEventsManager) -> int:
    return await manager._event_queues[PATH].size()


async def worked_off(manager: JiraLiveEventsManager) -> None:
    """Every event that was queued is committed."""
    async with asyncio.timeout(5):
        await manager._event_queues[PATH].teardown()


async def test_an_event_that_is_accepted_waits_in_the_queue(manager):
    sent = event()
    assert await manager.accept(PATH, sent) is True
    assert await manager._event_queues[PATH].get() is sent


async def test_where_nobody_reads_nothing_is_accepted(manager):
    """Live events are off, or the worker isn't there yet: Jira sends it again later."""
    manager._event_processor_tasks.clear()
    assert await manager.accept(PATH, event()) is False
    assert await waiting(manager) == 0


async def test_no_more_events_wait_than_the_limit_says(manager):
    sent = [event() for _ in range(LIMIT + 2)]
    assert [await manager.accept(PATH, e) for e in sent] == [True] * LIMIT + [False] * 2
    assert await waiting(manager) == LIMIT


@pytest.mark.parametrize(("size", "room"), [(40, True), (41, False)])
async def test_no_more_bytes_wait_than_memory_has_room_for(manager, size, room):
    assert await manager.accept(PATH, event(size=MAX_BYTES - 40))
    assert await manager.accept(PATH, event(size=size)) is room
    assert await waiting(manager) == 1 + room


async def test_an_event_that_was_not_accepted_takes_no_room(manager):
    """Refused deliveries would fill the door by themselves."""
    refused = [event(size=MAX_BYTES + 1) for _ in range(5)]
    for e in refused:
        assert not await manager.accept(PATH, e)
    assert await manager.accept(PATH, event(size=MAX_BYTES))


class Worker:
    """The manager's worker, with a test in the place of Jira and Port."""

    def __init__(self, manager: JiraLiveEventsManager) -> None:
        self.batches: list[list[WebhookEvent]] = []
        self.begun = asyncio.Event()
        self.go = asyncio.Event()
        self.error: BaseException | None = None
        manager._process_batch = self.process  # type: ignore[method-assign]
        self.task = asyncio.create_task(manager._process_webhook_events(PATH, 0))

    async def process(self, path: str, batch: list[WebhookEvent]) -> None:
        assert path == PATH
        self.batches.append(batch)
        self.begun.set()
        await self.go.wait()
        if self.error:
            raise self.error


@pytest.fixture
async def worker(manager):
    made = Worker(manager)
    yield made
    made.task.cancel()
    await asyncio.gather(made.task, return_exceptions=True)


async def fill(manager: JiraLiveEventsManager, size: int = 40) -> list[bool]:
    """As many events as may wait, and one more."""
    return [await manager.accept(PATH, event(f"d-{n}", size)) for n in range(LIMIT + 1)]


async def test_events_under_way_count_until_they_are_done(manager, worker):
    """During an outage the worker holds a batch, and the limit must hold with it."""
    assert await fill(manager) == [True] * LIMIT + [False]
    async with asyncio.timeout(5):
        await worker.begun.wait()
    assert await waiting(manager) == 0
    assert not await manager.accept(PATH, event())
    worker.go.set()
    await worked_off(manager)
    assert await manager.accept(PATH, event())


@pytest.mark.parametrize("error", [None, ValueError("nobody thought of this")])
async def test_room_is_given_back_whatever_became_of_the_events(manager, worker, error):
    worker.error = error
    worker.go.set()
    for _ in range(3):
        assert await fill(manager, MAX_BYTES // LIMIT) == [True] * LIMIT + [False]
        await worked_off(manager)
    assert (manager._sizes, manager._waiting_bytes) == ({}, 0)


async def test_a_batch_that_fails_unexpectedly_is_named_and_does_not_end_the_worker(
    manager, worker, log
):
    worker.error = ValueError("nobody thought of this")
    worker.go.set()
    await manager.accept(PATH, event("d-7"))
    await worked_off(manager)
    [line] = [line for line in log if line.startswith("ERROR")]
    assert "user_created (d-7)" in line
    await manager.accept(PATH, event("d-8"))
    await worked_off(manager)
    assert len(worker.batches) == 2


async def test_a_shutdown_ends_the_worker_and_leaves_nothing_uncommitted(manager, worker):
    """The framework waits for the queue to be worked off."""
    await manager.accept(PATH, event())
    await settle()
    worker.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker.task
    await worked_off(manager)
    assert manager._waiting_bytes == 0


async def test_a_second_worker_takes_nothing(manager, log):
    """Two know no order: an update's late write would undo a delete."""
    await manager.accept(PATH, event())
    async with asyncio.timeout(5):
        await manager._process_webhook_events(PATH, 1)
    assert await waiting(manager) == 1
    assert [line for line in log if line.startswith("WARNING") and "one worker" in line]


async def test_an_event_that_did_not_come_through_the_door_takes_and_gives_no_room(manager, worker):
    worker.go.set()
    await manager._event_queues[PATH].put(event())
    await worked_off(manager)
    assert manager._waiting_bytes == 0


def status_error(status: int) -> httpx.HTTPStatusError:
    request = httpx.Request("POST", "https://port.example.com")
    response = httpx.Response(status, request=request)
    return httpx.HTTPStatusError(str(status), request=request, response=response)


PASSES = [
    JiraUnavailableError("503"),
    JiraAuthenticationError("401"),
    JiraAnswerError("HTML"),
    TimeoutError(),
    httpx.ConnectError("down"),
    httpx.ReadTimeout("slow"),
    *(status_error(status) for status in (401, 429, 500, 503)),
]
STAYS = [
    JiraRequestError("400"),
    JiraPermissionError("403"),
    JiraNotFoundError("404"),
    PortRefusedError([], "No such property."),
    ValueError("nobody thought of this"),
    *(status_error(status) for status in (400, 403, 404, 422)),
]


@pytest.mark.parametrize("error", PASSES, ids=repr)
def test_what_an_outage_did_is_tried_again(error):
    outcome, failed = Outcome(), event()
    note(outcome, [failed], error)
    assert outcome == Outcome(again={id(failed): error})


@pytest.mark.parametrize("error", STAYS, ids=repr)
def test_what_will_not_pass_fails_for_good(error):
    outcome, failed = Outcome(), event()
    note(outcome, [failed], error)
    assert outcome == Outcome(failed={id(failed): error})


@pytest.mark.parametrize("first", [PASSES[0], STAYS[0]])
@pytest.mark.parametrize("second", [PASSES[1], STAYS[1]])
def test_an_event_that_has_failed_stays_where_it_is(first, second):
    """Of several processors' errors the first one is told; it is in one place only."""
    outcome, one, other = Outcome(), event(), event()
    note(outcome, [one], first)
    note(outcome, [one, other], second)
    assert (outcome.again | outcome.failed)[id(one)] is first
    assert (outcome.again | outcome.failed)[id(other)] is second
    assert len(outcome.again) + len(outcome.failed) == 2


@pytest.mark.parametrize(("error", "where"), [(PASSES[0], "again"), (STAYS[0], "failed")])
async def test_an_attempt_that_fails_as_a_whole_says_so_of_each_event(manager, error, where):
    async def run(*_: Any) -> None:
        raise error

    manager._run = run
    events = [event(), event()]
    outcome = await manager._attempt(PATH, events)
    assert getattr(outcome, where) == {id(e): error for e in events}
    assert len(outcome.again) + len(outcome.failed) == 2
