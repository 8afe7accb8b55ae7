"""What reaches the queue: signed deliveries, and nothing that a stranger sends."""

import asyncio
import hmac
import json
from collections.abc import Iterable
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from webhook_processors import door as module
from webhook_processors.door import Door
from webhook_processors.queued_event import KEPT_HEADERS, QueuedEvent

PATH = "/integration/webhook"
SECRETS = ("present", "previous")
EVENT = {"webhookEvent": "jira:issue_updated", "issue": {"id": "1"}}
MADE_UP = {"X-Hub-Signature": "sha256=" + "0" * 64}
SIGNATURE = (b"x-hub-signature", MADE_UP["X-Hub-Signature"].encode())
"""What is enough to have a body read."""


def signed(body: bytes, secret: str = SECRETS[0]) -> dict[str, str]:
    return {"X-Hub-Signature": "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()}


def repr_shortly(body: bytes) -> str:
    return repr(body[:20])


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("the app")(scope, receive, send)


class House:
    """The door, and a queue behind it."""

    def __init__(self, *, allow_unsigned: bool = False) -> None:
        self.queued: list[QueuedEvent] = []
        self.room = True
        self.door = Door(
            inner,
            path=PATH,
            secrets=SECRETS,
            allow_unsigned=allow_unsigned,
            unverified_limit=64 * 1024 * 1024,
            accept=self.accept,
        )

    async def accept(self, event: QueuedEvent) -> bool:
        if self.room:
            self.queued.append(event)
        return self.room

    async def send(
        self,
        body: bytes | Iterable[bytes] | dict[str, Any] = b"{}",
        path: str = PATH,
        method: str = "POST",
        headers: dict[str, str] | None = None,
        **more: str,
    ) -> httpx.Response:
        """Signed, unless other headers are given."""
        content = json.dumps(body).encode() if isinstance(body, dict) else body
        if headers is None:
            assert isinstance(content, bytes)
            headers = signed(content) | more
        transport = httpx.ASGITransport(self.door)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, content=content, headers=headers)

    async def receive(
        self, receive: Receive, headers: list[tuple[bytes, bytes]] | None = None
    ) -> list[Message]:
        """A delivery whose messages a test makes itself."""
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        scope: Scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "headers": headers or [SIGNATURE],
        }
        await self.door(scope, receive, send)
        return sent


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


async def test_of_the_headers_only_those_stay_that_are_asked_for_later(house):
    """A proxy adds dozens, and thousands of events may wait."""
    kept = {name: f"the {name}" for name in KEPT_HEADERS if name != "x-hub-signature"}
    kept["content-type"] = "application/json"
    await house.send(EVENT, **kept, **{"Cookie": "x" * 1000, "X-Forwarded-For": "192.0.2.1"})
    assert house.queued[0].headers.keys() == set(KEPT_HEADERS)


@pytest.mark.parametrize("secret", SECRETS)
async def test_what_is_signed_with_any_of_our_secrets_comes_in(house, secret):
    body = json.dumps(EVENT).encode()
    assert (await house.send(body, headers=signed(body, secret))).status_code == 200


@pytest.mark.parametrize("allow_unsigned", [True, False])
async def test_what_is_signed_with_another_secret_stays_out(allow_unsigned):
    house = House(allow_unsigned=allow_unsigned)
    assert (await house.send(b"{}", headers=signed(b"{}", "another"))).status_code == 401
    assert house.queued == []


async def test_what_is_not_signed_comes_in_where_that_is_allowed():
    house = House(allow_unsigned=True)
    assert (await house.send(EVENT, headers={})).status_code == 200
    assert len(house.queued) == 1


async def test_two_signatures_are_none(house):
    """Which one a proxy looked at, nobody knows."""
    body = b"{}"
    good, bad = signed(body)["X-Hub-Signature"], MADE_UP["X-Hub-Signature"]
    for pair in ((good, bad), (bad, good), (good, good)):

        async def receive() -> Message:
            raise AssertionError("it was read")

        headers = [(b"x-hub-signature", value.encode()) for value in pair]
        sent = await house.receive(receive, headers)
        assert sent[0]["status"] == 401


async def test_every_delivery_is_an_event_of_its_own(house):
    for _ in range(3):
        await house.send(EVENT)
    assert len({event.trace_id for event in house.queued}) == 3


@pytest.mark.parametrize("headers", [{}, MADE_UP], ids=["unsigned", "wrong"])
async def test_a_delivery_that_is_not_ours_is_refused_and_not_queued(house, headers):
    answer = await house.send(EVENT, headers=headers)
    assert answer.status_code == 401
    assert house.queued == []


async def test_a_stranger_learns_nothing_from_a_refusal(house):
    """The body isn't even looked at before the signature."""
    answers = [await house.send(body, headers={}) for body in (b"{}", b"no json", b"[]")]
    assert len({(answer.status_code, answer.text) for answer in answers}) == 1


async def test_many_refusals_are_one_warning(house, log):
    for _ in range(5):
        await house.send(EVENT, headers={})
    assert len([line for line in log if line.startswith("WARNING")]) == 1


async def test_what_is_no_stranger_is_no_refusal_to_warn_about(house, log):
    await house.send(b"not json")
    await house.send(b"{}", **{"content-encoding": "gzip"})
    assert [line for line in log if line.startswith("WARNING")] == []


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


async def test_an_unsigned_delivery_is_refused_without_its_body_being_read(house):
    """A stranger can't make us hold 25 MB, nor keep a connection busy with a slow body."""

    async def receive() -> Message:
        raise AssertionError("it was read")

    sent = await house.receive(receive, [(b"content-type", b"application/json")])
    assert sent[0]["status"] == 401


@pytest.mark.parametrize(
    "header",
    [
        (b"content-encoding", b"gzip"),
        (b"Content-Encoding", b"identity, gzip"),
        (b"content-type", b"text/plain"),
        (b"Content-Type", b"application/x-www-form-urlencoded"),
        (b"content-type", b"application/jsonp"),
    ],
)
async def test_a_body_of_a_kind_that_jira_never_sends_is_refused_unread(house, header):
    async def receive() -> Message:
        raise AssertionError("it was read")

    sent = await house.receive(receive, [SIGNATURE, header])
    assert sent[0]["status"] == 415
    assert house.queued == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": ""},
        {"content-type": "application/json"},
        {"Content-Type": "Application/JSON; charset=UTF-8"},
        {"content-type": "application/vnd.atlassian+json"},
        {"content-encoding": "identity"},
        {"content-encoding": ""},
    ],
)
async def test_json_and_a_missing_type_are_let_in(house, headers):
    assert (await house.send(EVENT, **headers)).status_code == 200
    assert len(house.queued) == 1


async def test_a_stranger_is_not_told_which_types_are_taken(house):
    answer = await house.send(b"x", headers={"content-type": "text/plain"})
    assert answer.status_code == 401


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
