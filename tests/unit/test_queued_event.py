"""An event that waits as bytes is read when its turn comes, and is the framework's event then."""

import json
import sys
import tracemalloc
from types import SimpleNamespace

import pytest

from webhook_processors import queued_event as module
from webhook_processors.queued_event import KEPT_HEADERS, QueuedEvent

BODY = '{ "webhookEvent":"user_updated",  "user": {"displayName": "Grüße"} }'.encode()
HEADERS = {"x-atlassian-webhook-identifier": "d-1"}


def test_a_queued_event_is_not_parsed_before_somebody_asks(monkeypatch):
    """Thousands may wait while Port is down: parsed, they take several times the memory."""
    asked: list[bytes] = []

    def loads(body: bytes) -> object:
        asked.append(body)
        return json.loads(body)

    monkeypatch.setattr(module, "parsed", loads)
    event = QueuedEvent(BODY, HEADERS)
    assert asked == []
    assert event.payload is event.payload
    assert asked == [BODY]


@pytest.mark.parametrize("body", [BODY, bytearray(BODY)], ids=["one-piece", "several"])
def test_the_bytes_that_were_verified_are_the_ones_that_wait(body):
    """And the only ones: no copy of them, and nobody else who holds them."""
    before = sys.getrefcount(body)
    event = QueuedEvent(body, HEADERS)
    assert event.body is body
    assert sys.getrefcount(body) == before + 1
    assert event._original_request is None
    assert event.payload["user"] == {"displayName": "Grüße"}


def test_an_event_that_waits_takes_little_besides_its_bytes():
    """Each of 10,000 does."""
    headers = dict.fromkeys(KEPT_HEADERS, "x" * 60) | {f"x-{n}": "x" * 60 for n in range(50)}
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        events = [QueuedEvent(BODY, headers) for _ in range(1000)]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(events) == 1000
    assert (after - before) / 1000 < 1500


@pytest.mark.parametrize("parsed", [True, False])
def test_a_clone_is_the_same_event(parsed):
    """The framework gives each processor one, and each may ask whether the door let it in."""
    event = QueuedEvent(BODY, HEADERS)
    if parsed:
        assert event.payload
    clone = event.clone()
    assert type(clone) is QueuedEvent
    assert (clone.payload, clone.headers) == (json.loads(BODY), HEADERS)
    assert clone.trace_id == event.trace_id
    assert clone.body is event.body
    assert clone.payload is event.payload


def test_what_a_processor_notes_on_its_clone_is_not_in_the_event():
    event = QueuedEvent(BODY, HEADERS)
    clone = event.clone()
    clone.merge_live_event_log_identifiers({"delivery": "d-1"})
    clone.forget_parsed()
    assert event.live_event_log_identifiers is None
    assert event._parsed is not None


def test_what_the_sender_changes_afterwards_is_not_in_the_event():
    headers = dict(HEADERS)
    event = QueuedEvent(BODY, headers)
    headers.clear()
    assert event.headers == HEADERS


@pytest.mark.parametrize("payload", [{}, {"webhookEvent": "user_deleted"}])
def test_the_bytes_that_were_signed_are_the_truth(payload):
    event = QueuedEvent(BODY, HEADERS)
    event.payload = payload
    assert event.payload == json.loads(BODY)


def test_what_was_parsed_is_forgotten_and_parsed_anew_if_need_be():
    """An event that is kept until a resync ends takes no more than its bytes."""
    event = QueuedEvent(BODY, HEADERS)
    before = event.payload
    event.forget_parsed()
    assert event.payload == before
    assert event.payload is not before


def test_the_size_of_an_event_is_that_of_its_bytes():
    assert QueuedEvent(BODY, HEADERS).size == len(BODY)


def test_an_event_knows_when_it_came(monkeypatch):
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: 77.0))
    assert QueuedEvent(BODY, HEADERS).arrived == 77.0


def test_an_event_is_not_handled_again_unless_somebody_says_so():
    assert QueuedEvent(BODY, HEADERS).again is False
