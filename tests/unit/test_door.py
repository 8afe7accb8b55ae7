"""What reaches the queue: signed deliveries, and nothing that a stranger sends."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.unit.helpers.door_house import EVENT, PATH, SIGNATURE, House, signed
from webhook_processors import door as module


def repr_shortly(body: bytes) -> str:
    return repr(body[:20])


@pytest.fixture
def house():
    return House()


async def test_a_signed_delivery_is_queued_with_its_raw_body_and_headers(house):
    body = '{ "webhookEvent":"jira:issue_updated",  "name": "Grüße" }'.encode()
    answer = await house.send(body, **{"X-Atlassian-Webhook-Identifier": "d-1"})
    assert answer.status_code == 200
    [event] = house.queued
    assert event.payload == {"webhookEvent": "jira:issue_updated", "name": "Grüße"}
    assert event.headers["x-atlassian-webhook-identifier"] == "d-1"
    assert event.headers["x-hub-signature"] == signed(body)["X-Hub-Signature"]
    assert event.body == body


async def test_every_delivery_is_an_event_of_its_own(house):
    for _ in range(3):
        await house.send(EVENT)
    assert len({event.trace_id for event in house.queued}) == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b'{"a": ',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a": ' + b"[" * 1_000_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a": "\xff"}',
        b'{"a": ' + b"1" * 10_000 + b"}",
        b"[]",
        b"[{}]",
        b'"a"',
        b"1",
        b"NaN",
        b"null",
        b"{}{}",
    ],
    ids=repr_shortly,
)
async def test_what_is_no_json_object_is_refused_for_good(house, body):
    """400: Jira would send it again after a 5xx."""
    answer = await house.send(body)
    assert answer.status_code == 400
    assert house.queued == []


async def test_without_room_jira_is_asked_to_send_it_again(house):
    house.room = False
    answer = await house.send(EVENT)
    assert house.queued == []
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(("size", "status"), [(100, 200), (101, 413)])
async def test_a_body_may_not_be_larger_than_what_jira_sends(house, monkeypatch, size, status):
    monkeypatch.setattr(module, "MAX_BODY_BYTES", 100)
    body = b'{"a": ""}'.replace(b'""', b'"' + b"x" * (size - 9) + b'"')
    assert len(body) == size
    assert (await house.send(body)).status_code == status
    assert len(house.queued) == (status == 200)


@pytest.mark.parametrize("length", [b"101", b"0000101", b"9" * 19, b"9" * 5000])
async def test_no_announced_length_makes_the_door_stumble(house, monkeypatch, length):
    monkeypatch.setattr(module, "MAX_BODY_BYTES", 100)

    async def receive() -> Message:
        raise AssertionError("it was read")

    sent = await house.receive(receive, [(b"content-length", length), SIGNATURE])
    assert sent[0]["status"] == 413


async def test_a_body_that_says_it_is_too_large_is_not_read(house, monkeypatch):
    monkeypatch.setattr(module, "MAX_BODY_BYTES", 100)

    async def receive() -> Message:
        raise AssertionError("it was read")

    sent = await house.receive(receive, [(b"content-length", b"101"), SIGNATURE])
    assert sent[0]["status"] == 413


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"5")], [(b"content-length", b"x")]])
async def test_a_body_is_given_up_as_soon_as_it_is_too_large(house, monkeypatch, headers):
    """Whatever it says about its length."""
    monkeypatch.setattr(module, "MAX_BODY_BYTES", 100)
    read = 0

    async def receive() -> Message:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * 30, "more_body": True}

    sent = await house.receive(receive, [SIGNATURE, *headers])
    assert sent[0]["status"] == 413
    assert read == 4


async def test_a_body_in_pieces_is_put_together(house):
    pieces = [b'{"web', b"", b'hookEvent": "x"}']

    async def receive() -> Message:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    headers = [(k.encode(), v.encode()) for k, v in signed(b"".join(pieces)).items()]
    sent = await house.receive(receive, headers)
    assert sent[0]["status"] == 200
    assert house.queued[0].payload == {"webhookEvent": "x"}


@pytest.mark.parametrize("ends_empty", [True, False])
async def test_a_body_in_one_piece_is_kept_as_it_came(house, ends_empty):
    body = b'{"webhookEvent": "x"}'
    pieces = [body, b""] if ends_empty else [body]

    async def receive() -> Message:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    headers = [(k.encode(), v.encode()) for k, v in signed(body).items()]
    await house.receive(receive, headers)
    assert house.queued[0].body is body


async def test_a_sender_that_hangs_up_is_no_error_and_no_event(house):
    messages: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    assert await house.receive(receive) == []
    assert house.queued == []


async def test_a_body_that_trickles_is_given_up(house, monkeypatch):
    monkeypatch.setattr(module, "MAX_SECONDS_TO_READ", 0.01)
    pieces = 0

    async def receive() -> Message:
        nonlocal pieces
        pieces += 1
        if pieces > 3:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": b"x", "more_body": True}

    sent = await house.receive(receive)
    assert sent[0]["status"] == 408
    assert house.queued == []


@pytest.mark.parametrize("path", ["/", "/health/live", "/metrics", "/docs", "/integratio"])
async def test_other_paths_are_the_apps(house, path):
    assert (await house.send(b"{}", path=path, headers={})).text == "the app"


async def test_what_is_no_request_is_the_apps(house):
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: Any) -> Any: ...

    house.door._app = app
    for kind in ("lifespan", "websocket"):
        await house.door({"type": kind, "path": PATH}, nothing, nothing)
    assert seen == ["lifespan", "websocket"]
