"""An event that waits as bytes is read when its turn comes, and is the framework's event then."""

import json
from types import SimpleNamespace

import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from webhook_processors import queued_event as module
from webhook_processors.queued_event import QueuedEvent

BODY = '{ "webhookEvent":"user_updated",  "user": {"displayName": "Grüße"} }'.encode()
HEADERS = {"x-atlassian-webhook-identifier": "d-1"}


def test_a_queued_event_is_not_parsed_before_somebody_asks(monkeypatch):
    """Thousands may wait while Port is down: parsed, they take several times the memory."""
    parsed: list[bytes] = []

    def loads(body: bytes) -> object:
        parsed.append(body)
        return json.loads(body)

    monkeypatch.setattr(module, "json", type("Json", (), {"loads": staticmethod(loads)}))
    event = QueuedEvent(BODY, HEADERS)
    assert parsed == []
    assert event.payload is event.payload
    assert parsed == [BODY]


async def test_the_raw_bytes_stay_for_the_signature():
    event = QueuedEvent(BODY, HEADERS)
    assert event.payload["user"] == {"displayName": "Grüße"}
    request = event._original_request
    assert request is not None
    assert await request.body() == BODY


async def test_a_clone_is_the_same_event():
    """The framework gives each processor one."""
    event = QueuedEvent(BODY, HEADERS)
    clone = event.clone()
    assert type(clone) is WebhookEvent
    assert (clone.payload, clone.headers) == (json.loads(BODY), HEADERS)
    assert clone.trace_id == event.trace_id
    assert clone._original_request is event._original_request


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
