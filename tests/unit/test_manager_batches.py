"""What a batch of events goes through: repeated ones nowhere, failed ones again, all to the end."""

import asyncio
import json
from collections.abc import Collection, Sequence
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from port_ocean.core.handlers.queue import LocalQueue
from port_ocean.core.handlers.webhook.webhook_event import (
    WebhookEvent,
    WebhookEventRawResults,
    WebhookRequestAdapter,
)

from jira.errors import JiraUnavailableError
from kinds import Kinds
from port.deletions import Candidate, Reason
from tests.unit.helpers.catalog_fakes import entity
from webhook_processors import authenticity
from webhook_processors import manager as module
from webhook_processors import outcomes as retries
from webhook_processors.base import DELIVERY_ID
from webhook_processors.manager import JiraLiveEventsManager
from webhook_processors.outcomes import Outcome
from webhook_processors.queued_event import QueuedEvent

PATH = "/webhook"


def queued(delivery: str, issue_id: int = 1) -> QueuedEvent:
    payload = {"webhookEvent": "jira:issue_updated", "issue": {"id": issue_id, "key": "AB-1"}}
    return QueuedEvent(json.dumps(payload).encode(), {DELIVERY_ID: delivery})


class FollowUps:
    """Notes of which issues it is told."""

    def __init__(self) -> None:
        self.told: list[list[int]] = []
        self.resync_running = False

    def after(self, payloads: Sequence[Any]) -> list[str]:
        self.told.append([payload["issue"]["id"] for payload in payloads])
        return ["orphans"]

    def compare(self, kinds: Collection[Kinds]) -> list[str]:
        return [f"sweep of {kind}" for kind in kinds]


class World:
    """The manager without Jira and Port."""

    def __init__(self) -> None:
        self.manager = JiraLiveEventsManager(MagicMock(), MagicMock(), 90.0, 5.0)
        self.follow_ups = FollowUps()
        self.manager.follow_ups = self.follow_ups  # type: ignore[assignment]
        self.manager._attempt = self.attempt  # type: ignore[method-assign]
        self.queue = LocalQueue[WebhookEvent]()
        self.manager._event_queues[PATH] = self.queue
        self.tried: list[list[str]] = []
        self.fails = 0
        self.bad: set[str] = set()
        """Deliveries that fail for good."""

    async def attempt(self, path: str, batch: list[WebhookEvent]) -> Outcome:
        assert path == PATH
        self.tried.append([e.headers[DELIVERY_ID] for e in batch])
        failed: dict[int, Exception] = {
            id(e): ValueError("400") for e in batch if e.headers[DELIVERY_ID] in self.bad
        }
        if failed:
            return Outcome(failed=failed)
        if self.fails:
            self.fails -= 1
            return Outcome(again={id(e): JiraUnavailableError("503") for e in batch})
        return Outcome()

    async def process(self, *events: WebhookEvent) -> list[WebhookEvent]:
        """The batch as it is in the end."""
        batch = list(events)
        async with asyncio.timeout(5):
            await self.manager._process_batch(PATH, batch)
        return batch


@pytest.fixture
def world(monkeypatch):
    async def no_pause(seconds: float) -> None:
        await asyncio.sleep(0)

    class Retries(retries.Retries):
        def __init__(self, attempt: Any, more: Any) -> None:
            super().__init__(attempt, more, no_pause)

    monkeypatch.setattr(module, "Retries", Retries)
    return World()


async def test_a_batch_is_tried_and_told_to_the_follow_ups(world, log):
    await world.process(queued("d-1", 1), queued("d-2", 2))
    assert world.tried == [["d-1", "d-2"]]
    assert world.follow_ups.told == [[1, 2]]
    [line] = [line for line in log if "live events done" in line]
    assert "2 live events" in line
    assert "orphans" in line


async def test_a_delivery_that_was_handled_before_is_not_tried_again(world, log):
    await world.process(queued("d-1"))
    await world.process(queued("d-1"), queued("d-2", 2))
    assert world.tried == [["d-1"], ["d-2"]]
    assert world.follow_ups.told == [[1], [2]]
    assert [line for line in log if "(1 of them brought no news)" in line]


async def test_an_event_that_came_before_its_issue_was_read_is_not_tried(world):
    waited = queued("d-2")
    await world.process(queued("d-1"))
    await world.process(waited)
    assert world.tried == [["d-1"]]


async def test_an_event_that_comes_during_the_read_is_tried(world):
    late: list[QueuedEvent] = []

    async def one_comes(path: str, batch: list[WebhookEvent]) -> Outcome:
        late.append(queued(f"late-{len(late)}"))
        outcome: Outcome = await world.attempt(path, batch)
        return outcome

    world.manager._attempt = one_comes
    await world.process(queued("d-1"))
    await world.process(late[0])
    assert world.tried == [["d-1"], ["late-0"]]


async def test_a_batch_of_old_news_alone_asks_for_nothing(world, log):
    await world.process(queued("d-1"))
    await world.process(queued("d-1"))
    assert world.follow_ups.told == [[1]]
    assert "background work: none" in log[-1]


async def test_an_event_that_is_handled_again_after_a_resync_is_tried_again(world):
    event = queued("d-1")
    await world.process(event)
    event.again = True
    await world.process(event)
    assert world.tried == [["d-1"], ["d-1"]]


async def test_events_that_join_during_an_outage_belong_to_the_batch(world):
    """The worker commits what is in it: one left out would hold up a shutdown for ever."""
    world.fails = 2
    joined = queued("d-2", 2)
    await world.queue.put(joined)
    assert (await world.process(queued("d-1")))[1:] == [joined]
    assert {delivery for tried in world.tried for delivery in tried} == {"d-1", "d-2"}
    assert world.follow_ups.told == [[1, 2]]


async def test_in_a_long_outage_most_events_wait_as_bytes(world, monkeypatch):
    monkeypatch.setattr(module, "MAX_HELD", 2)
    world.fails = 4
    for number in range(2, 6):
        await world.queue.put(queued(f"d-{number}", number))
    assert len(await world.process(queued("d-1"))) == 2
    assert await world.queue.size() == 3


async def test_an_event_keeps_no_more_than_its_bytes_once_it_is_done(world):
    """It may be kept until a resync ends."""
    event = queued("d-1")
    await world.process(event)
    assert event._parsed is None


@pytest.mark.parametrize(("before", "after"), [(True, True), (False, True), (True, False)])
async def test_events_during_a_resync_are_handled_again_after_it(world, before, after):
    """It may write a row that it read before the change; also where it begins or ends meanwhile."""

    async def attempt(path: str, batch: list[WebhookEvent]) -> Outcome:
        world.follow_ups.resync_running = after
        outcome: Outcome = await world.attempt(path, batch)
        return outcome

    world.manager._attempt = attempt
    events = [queued("d-1"), queued("d-2", 2)]
    world.follow_ups.resync_running = before
    await world.process(*events)
    assert world.manager._replay.take() == events


async def test_old_news_during_a_resync_is_not_handled_again(world):
    await world.process(queued("d-1"))
    world.follow_ups.resync_running = True
    await world.process(queued("d-1"))
    assert world.manager._replay.take() == []


async def test_events_outside_of_a_resync_are_not_handled_again(world):
    await world.process(queued("d-1"))
    assert world.manager._replay.take() == []


async def test_what_was_dropped_was_not_handled(world):
    """Neither under its name, nor is what it names up to date by it."""
    waited = queued("d-3", 1)
    world.bad = {"d-1"}
    await world.process(queued("d-1", 1), queued("d-2", 2))
    world.bad = set()
    world.tried.clear()
    await world.process(queued("d-1", 1), queued("d-2", 2), waited)
    assert world.tried == [["d-1", "d-3"]]


async def test_what_joined_and_was_done_was_handled(world):
    world.fails = 1
    await world.queue.put(queued("d-2", 2))
    await world.process(queued("d-1", 1))
    world.tried.clear()
    await world.process(queued("d-1", 1), queued("d-2", 2))
    assert world.tried == []


async def test_what_a_dropped_event_entails_is_done_all_the_same(world):
    """It happened in Jira, whatever kept us from writing the event's own rows."""
    world.bad = {"d-1"}
    await world.process(queued("d-1", 1), queued("d-2", 2))
    assert world.follow_ups.told == [[1, 2]]


def forged(*, raw: bool = True, signature: str = "sha256=" + "0" * 64) -> WebhookEvent:
    """As it may come by a stream: any name, also one that no processor takes."""
    payload = {"webhookEvent": "project_deleted", "project": {"id": 1, "key": "AB"}}
    headers = {DELIVERY_ID: "d-1", "x-hub-signature": signature}
    request = WebhookRequestAdapter(json.dumps(payload).encode(), headers) if raw else None
    return WebhookEvent("trace", payload, headers, request)


@pytest.mark.parametrize(
    "event", [forged(), forged(raw=False), forged(signature=""), forged(signature="sha1=00")]
)
@pytest.mark.parametrize("way", ["alone", "in a batch", "joining"])
async def test_what_nobody_vouches_for_asks_for_nothing(world, monkeypatch, event, way):
    """Not tried, no background work, and a genuine delivery of the same name is still news."""
    monkeypatch.setattr(authenticity, "webhook_secrets", lambda: ("the-secret",))
    allowed = SimpleNamespace(allow_unsigned_webhooks=False)
    monkeypatch.setattr(authenticity, "get_settings", lambda: allowed)
    if way == "alone":
        await world.manager._process_webhook_event(PATH, 0, event)
        assert (world.tried, world.follow_ups.told) == ([], [])
    elif way == "in a batch":
        await world.process(event, queued("d-2", 2))
    else:
        world.fails = 1
        await world.queue.put(event)
        await world.process(queued("d-2", 2))
    assert {name for tried in world.tried for name in tried} <= {"d-2"}
    assert {issue for told in world.follow_ups.told for issue in told} <= {2}
    world.tried.clear()
    await world.process(queued("d-1"))
    assert world.tried == [["d-1"]]


class Places:
    """Where rows can go, and where they went."""

    def __init__(self, manager: Any) -> None:
        self.sent: list[str] = []
        self.dsp = self.lakehouse = False
        manager._send_webhook_raw_data_to_lakehouse = self.to_lakehouse
        manager.live_writer = SimpleNamespace(
            sync=self.to_catalog, take_to_compare=lambda: {Kinds.ISSUE}
        )

    async def to_lakehouse(self, results: list[WebhookEventRawResults]) -> None:
        self.sent.append("lakehouse")

    async def to_catalog(self, *_: Any, live: bool) -> None:
        self.sent.append("catalog")

    async def is_dsp_mode_enabled(self) -> bool:
        return self.dsp

    async def is_lakehouse_data_enabled(self) -> bool:
        return self.lakehouse


@pytest.fixture
def places(world, monkeypatch):
    made = Places(world.manager)
    for name in ("is_dsp_mode_enabled", "is_lakehouse_data_enabled"):
        monkeypatch.setattr(module, name, getattr(made, name))
    monkeypatch.setattr(JiraLiveEventsManager, "entity_processor", MagicMock(), raising=False)
    return made


@pytest.mark.parametrize("dsp", [True, False])
@pytest.mark.parametrize("lakehouse", [True, False])
@pytest.mark.parametrize("rows", [([{"key": "AB-1"}], []), ([], [{"key": "AB-1"}])])
async def test_rows_go_where_port_wants_them(world, places, dsp, lakehouse, rows):
    """In DSP mode they are mapped elsewhere and leave as they are."""
    places.dsp, places.lakehouse = dsp, lakehouse
    await world.manager.sync_raw_results([WebhookEventRawResults(*rows)])
    assert places.sent == ["lakehouse"] * lakehouse + ["catalog"] * (not dsp)


async def test_what_a_sweep_finds_too_much_goes_to_the_catalog_without_any_row(world, places):
    await world.manager._sync([], [Candidate(entity("AB-1"), Reason.SWEEP)])
    assert places.sent == ["catalog"]


@pytest.mark.parametrize("results", [[], [WebhookEventRawResults([], [])]])
async def test_where_there_is_no_row_nothing_is_sent(world, places, results):
    places.lakehouse = True
    await world.manager.sync_raw_results(results)
    assert places.sent == []
