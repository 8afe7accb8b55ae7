"""Events that are handled again after a resync: no more than there is room for, and each once."""

import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from webhook_processors import replay as module
from webhook_processors.queued_event import QueuedEvent
from webhook_processors.replay import Replay


def queued(number: int = 1) -> QueuedEvent:
    return QueuedEvent(b'{"webhookEvent": "user_updated", "number": %d}' % number, {})


@pytest.fixture
def replay() -> Replay:
    return Replay()


def test_what_was_noted_is_taken_in_order_and_marked(replay):
    events = [queued(1), queued(2), queued(3)]
    replay.note(events[:2])
    replay.note(events[2:])
    taken = replay.take()
    assert [event.body for event in taken] == [event.body for event in events]
    assert all(event.again for event in taken)
    assert not any(event.again for event in events), "it may still be under way"
    assert not replay.overflowed


def test_what_was_taken_is_forgotten(replay):
    replay.note([queued()])
    assert len(replay.take()) == 1
    assert replay.take() == []


def test_nothing_noted_is_nothing_to_say(replay, log):
    assert replay.take() == []
    assert log == []


def test_more_than_there_is_room_for_is_known_to_be_missing(replay, monkeypatch):
    events = [queued(1), queued(2), queued(3)]
    monkeypatch.setattr(module, "MAX_REMEMBERED_BYTES", 2 * events[0].size)
    replay.note(events)
    assert replay.overflowed
    assert [event.body for event in replay.take()] == [event.body for event in events[:2]]


def test_there_is_room_again_with_the_next_resync(replay, monkeypatch):
    monkeypatch.setattr(module, "MAX_REMEMBERED_BYTES", queued().size)
    for _ in range(3):
        replay.note([queued()])
        assert not replay.overflowed
        assert len(replay.take()) == 1


def test_what_was_missing_in_one_resync_is_not_missing_in_the_next(replay, monkeypatch):
    monkeypatch.setattr(module, "MAX_REMEMBERED_BYTES", queued().size)
    replay.note([queued(1), queued(2)])
    replay.take()
    assert not replay.overflowed


def test_an_event_that_did_not_come_through_the_door_is_not_kept(replay):
    """The framework has no bytes of it."""
    replay.note([WebhookEvent("trace-1", {"webhookEvent": "user_updated"}, {})])
    assert replay.take() == []
    assert not replay.overflowed


class Clock:
    """Monotonic seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_was_handled_just_before_a_resync_is_handled_again_where_it_may_read_old_rows():
    """The search shows late what happened: such a resync may write what was before the event."""
    clock = Clock()
    replay = Replay(lambda: 15.0, clock)
    events = [queued(number) for number in range(4)]
    for event, moment in zip(events, (970.0, 984.9, 985.0, 999.0), strict=True):
        clock.now = moment
        replay.keep([event])
    clock.now = 1000.0
    replay.begins()
    replay.note([queued(4)])
    bodies = [event.body for event in replay.take()]
    assert bodies == [event.body for event in (*events[2:], queued(4))]
    replay.begins()
    assert replay.take() == [], "once, and not with the next resync, too"


def test_where_rows_are_as_they_are_nothing_is_kept_from_before():
    replay = Replay()
    replay.keep([queued()])
    replay.begins()
    assert replay.take() == []
