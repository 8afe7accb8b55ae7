"""From the door to its end: each event is counted, told of, and let go of exactly once."""

import asyncio
import json
from collections.abc import Collection, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookRequestAdapter

from background.follow_ups import FollowUps
from webhook_processors import authenticity
from webhook_processors import replay as replay_module
from webhook_processors import under_way as module
from webhook_processors.base import DELIVERY_ID
from webhook_processors.queued_event import QueuedEvent
from webhook_processors.under_way import UnderWay

PATH = "/webhook"


def queued(delivery: str, issue_id: int = 1, size: int = 0) -> QueuedEvent:
    payload = {"webhookEvent": "jira:issue_updated", "issue": {"id": issue_id, "key": "AB-1"}}
    return QueuedEvent(json.dumps(payload).encode().ljust(size), {DELIVERY_ID: delivery})


class World:
    """Notes of which issues the follow-ups are told, and how often the queue is."""

    def __init__(self) -> None:
        self.came: list[Any] = []
        self.told: list[list[int]] = []
        self.shown: list[int] = []
        self.committed = 0
        self.sweeps = 0
        self.resync_running = False
        self.after_fails: Exception | None = None
        self.under_way = UnderWay(lambda: cast(FollowUps, self), self.commit)

    async def commit(self, path: str) -> None:
        assert path == PATH
        self.committed += 1

    def after(self, payloads: Sequence[Any]) -> list[str]:
        if self.after_fails:
            raise self.after_fails
        self.told.append([payload["issue"]["id"] for payload in payloads])
        return ["orphans"]

    def arrived(self, payload: Any) -> None:
        self.came.append(payload)

    def relatives_of(self, payloads: Sequence[Any]) -> list[str]:
        self.shown += [payload["issue"]["id"] for payload in payloads]
        return ["relatives"]

    def ask_for_sweep(self) -> None:
        self.sweeps += 1

    async def begin(self, *events: WebhookEvent) -> list[WebhookEvent]:
        return await self.under_way.begin(PATH, events)

    async def end(self, *events: WebhookEvent, unwritten: Collection[WebhookEvent] = ()) -> None:
        await self.under_way.progress(events, {e: e not in unwritten for e in events})

    async def handle(self, *events: WebhookEvent) -> list[WebhookEvent]:
        """From beginning to end; those that brought news."""
        news = await self.begin(*events)
        await self.end(*news)
        return news

    async def again(self) -> list[bytes]:
        return [bytes(event.body) for event in await self.under_way.again_after_resync()]


@pytest.fixture
def world():
    return World()


async def test_what_was_tried_is_told_to_the_follow_ups_and_said_with_its_end(world, log):
    await world.handle(queued("d-1", 1), queued("d-2", 2))
    assert world.told == [[1, 2]]
    [line] = log
    assert "2 live events done" in line
    assert "background work: orphans" in line


async def test_what_others_asked_for_is_said_with_it_once(world, log):
    world.under_way.asked_for(["sweep of board", "sweep of board"])
    await world.handle(queued("d-1"))
    await world.under_way.progress([], {})
    [line] = log
    assert "background work: sweep of board, orphans" in line


async def test_what_is_tried_and_hasn_t_ended_is_told_of_and_not_let_go_of(world, log):
    events = await world.begin(queued("d-1"))
    await world.under_way.progress(events, {})
    assert (world.told, world.committed) == ([[1]], 0)
    await world.under_way.progress([], {events[0]: True})
    assert (world.told, world.committed) == ([[1]], 1)


async def test_a_delivery_that_was_handled_before_brings_no_news(world, log):
    await world.handle(queued("d-1"))
    both = [queued("d-1"), queued("d-2", 2)]
    assert await world.handle(*both) == both[1:]
    assert world.told == [[1], [2]]
    assert world.committed == 3
    assert [line for line in log if "(1 of them brought no news)" in line]


async def test_old_news_alone_asks_for_nothing(world, log):
    await world.handle(queued("d-1"))
    await world.handle(queued("d-1"))
    assert (world.told, world.shown) == ([[1]], [])
    assert "background work: none" in log[-1]


async def test_an_event_that_came_before_its_issue_was_read_brings_no_news(world):
    waited = queued("d-2")
    await world.handle(queued("d-1"))
    assert await world.handle(waited) == []
    assert world.shown == [1], "those that show it weren't read"


async def test_an_event_that_came_during_the_read_brings_news(world):
    [first] = await world.begin(queued("d-1"))
    late = queued("d-2")
    await world.end(first)
    assert await world.handle(late) == [late]


async def test_what_was_given_up_was_not_handled(world, log):
    """Neither under its name, nor is what it names up to date by it."""
    waited = queued("d-3", 1)
    first = queued("d-1", 1)
    await world.begin(first)
    await world.end(first, unwritten=[first])
    assert "(1 of them not for all resources)" in log[-1]
    repeated = queued("d-1", 1)
    assert await world.begin(repeated, waited) == [repeated, waited]
    assert world.told == [[1]], "what it entails is done all the same"


async def test_an_event_keeps_no_more_than_its_bytes_once_it_has_ended(world):
    """It may be kept until a resync ends."""
    event = queued("d-1")
    await world.handle(event)
    assert event._parsed is None


@pytest.mark.parametrize(("before", "after"), [(True, True), (False, True), (True, False)])
async def test_events_during_a_resync_are_handled_again_after_it(world, before, after):
    """It may write a row that it read before the change; also where it begins or ends meanwhile."""
    events = [queued("d-1"), queued("d-2", 2)]
    world.resync_running = before
    await world.begin(*events)
    world.resync_running = after
    await world.end(*events)
    assert await world.again() == [bytes(event.body) for event in events]
    assert await world.again() == []


async def test_one_that_is_still_under_way_is_handled_again_as_another(world, log):
    """For one resource it was written, for another it waits: each of both ends, once."""
    world.resync_running = True
    [event] = await world.begin(queued("d-1"))
    await world.under_way.progress([event], {})
    world.resync_running = False
    [again] = await world.under_way.again_after_resync()
    assert await world.begin(again) == [again]
    await world.end(event)
    await world.end(again)
    assert world.committed == 2
    assert "(1 of them after a resync, once more)" in log[-1]


async def test_old_news_during_a_resync_is_not_handled_again(world):
    await world.handle(queued("d-1"))
    world.resync_running = True
    await world.handle(queued("d-1"))
    assert await world.again() == []


async def test_events_outside_of_a_resync_are_not_handled_again(world):
    await world.handle(queued("d-1"))
    assert await world.again() == []


async def test_more_than_memory_has_room_for_is_made_up_for_by_a_sweep(world, monkeypatch):
    monkeypatch.setattr(replay_module, "MAX_REMEMBERED_BYTES", queued("d-1").size)
    world.resync_running = True
    await world.handle(queued("d-1", 1), queued("d-2", 2))
    assert world.sweeps == 0
    assert len(await world.again()) == 1
    assert (world.sweeps, await world.again(), world.sweeps) == (1, [], 1), "once"


@pytest.mark.parametrize(("size", "room"), [(150, True), (151, False)])
async def test_no_more_bytes_wait_than_memory_has_room_for(world, monkeypatch, size, room):
    monkeypatch.setattr(module, "MAX_WAITING_BYTES", 300)
    first = queued("d-1", size=150)
    assert world.under_way.came(first, 10)
    assert world.under_way.came(queued("d-2", 2, size=size), 10) is room
    await world.handle(first)
    assert world.under_way.came(queued("d-3", 3, size=150), 10)


@pytest.mark.parametrize("written", [True, False])
async def test_events_count_until_they_have_ended_whatever_became_of_them(world, written):
    """During an outage hundreds are under way, and the limit must hold with them."""
    for number in range(3):
        events = [queued(f"d-{number}", number), queued(f"e-{number}", 10 + number)]
        assert all(world.under_way.came(event, 2) for event in events)
        await world.begin(*events)
        assert not world.under_way.came(queued("late"), 2)
        await world.end(*events, unwritten=[] if written else events)


async def test_at_a_shutdown_nobody_waits_for_what_is_under_way(world):
    events = [queued("d-1"), queued("d-2", 2)]
    for event in events:
        world.under_way.came(event, 5)
    await world.begin(*events)
    await world.under_way.leave()
    await world.under_way.leave()
    assert world.committed == 2
    assert world.under_way._bytes == 0
    assert world.told == []


async def test_one_that_nobody_can_read_keeps_no_other_waiting(world, log):
    broken = QueuedEvent(b"not JSON", {DELIVERY_ID: "d-1"})
    good = queued("d-2")
    assert await world.handle(broken, good) == [good]
    assert world.committed == 2
    assert [line for line in log if line.startswith("ERROR") and "(d-1)" in line]


async def test_where_what_is_entailed_can_t_be_told_everything_is_compared(world, log):
    world.after_fails = KeyError("a mistake of ours")
    await world.handle(queued("d-1"))
    assert (world.sweeps, world.committed) == (1, 1)
    assert [line for line in log if line.startswith("ERROR") and "(d-1)" in line]


def forged(*, raw: bool = True, signature: str = "sha256=" + "0" * 64) -> WebhookEvent:
    """As it may come by a stream: any name, also one that no processor takes."""
    payload = {"webhookEvent": "project_deleted", "project": {"id": 1, "key": "AB"}}
    headers = {DELIVERY_ID: "d-1", "x-hub-signature": signature}
    request = WebhookRequestAdapter(json.dumps(payload).encode(), headers) if raw else None
    return WebhookEvent("trace", payload, headers, request)


@pytest.mark.parametrize(
    "event", [forged(), forged(raw=False), forged(signature=""), forged(signature="sha1=00")]
)
@pytest.mark.parametrize("others", [0, 1])
async def test_what_nobody_vouches_for_asks_for_nothing(world, monkeypatch, event, others):
    """Not tried, no background work, and a genuine delivery of the same name is still news."""
    monkeypatch.setattr(authenticity, "webhook_secrets", lambda: ("the-secret",))
    allowed = SimpleNamespace(allow_unsigned_webhooks=False)
    monkeypatch.setattr(authenticity, "get_settings", lambda: allowed)
    news = [queued("d-2", 2)][:others]
    assert await world.handle(event, *news) == news
    assert world.told == [[2]][:others]
    genuine = queued("d-1")
    assert await world.handle(genuine) == [genuine]


async def test_the_line_of_a_batch_names_a_few_events_and_holds_all_for_machines(world, log):
    await world.handle(*(queued(f"d-{n}", n) for n in range(1, 6)))
    [line] = log
    text, _, held = line.rpartition("|")
    assert ": jira:issue_updated AB-1 (d-1), jira:issue_updated AB-1 (d-2), " in text
    assert " and 2 more; background work: orphans" in text
    assert all(f"'delivery': 'd-{n}'" in held for n in range(1, 6))


async def test_what_was_given_up_is_named_first(world, log):
    events = await world.begin(*(queued(f"d-{n}", n) for n in range(1, 6)))
    await world.end(*events, unwritten=events[4:])
    [line] = log
    assert "(1 of them not for all resources): jira:issue_updated AB-1 (d-5), " in line
    assert " and 2 more" in line


async def test_events_that_end_in_the_same_moment_are_each_let_go_of_once(world):
    events = await world.begin(*(queued(f"d-{n}", n) for n in range(10)))
    await asyncio.gather(*(world.end(event) for event in events))
    assert world.committed == 10
