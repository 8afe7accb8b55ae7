"""Strangers' bytes: how many are held, for how long, and who gets through meanwhile."""

import asyncio
import hmac
import json

import pytest
from starlette.types import Message

from webhook_processors import door as module
from webhook_processors.door import Door, Reading
from webhook_processors.queued_event import QueuedEvent
from webhook_processors.unverified import SMALL_BYTES

MB = 1024 * 1024
LIMIT = 32 * MB
SECRET = "the-secret"
MADE_UP = f"sha256={'0' * 64}"


class Sender:
    """A delivery that a test sends piece by piece."""

    def __init__(self, door: Door, signature: str = MADE_UP, **headers: str) -> None:
        self._pieces: asyncio.Queue[Message] = asyncio.Queue()
        self._asked = asyncio.Event()
        self.sent: list[Message] = []
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/integration/webhook",
            "headers": [
                (name.replace("_", "-").encode(), value.encode())
                for name, value in {"x-hub-signature": signature, **headers}.items()
            ],
        }
        self._task = asyncio.create_task(door(scope, self._receive, self._send))

    async def _send(self, message: Message) -> None:
        self.sent.append(message)

    async def _receive(self) -> Message:
        self._asked.set()
        return await self._pieces.get()

    async def piece(self, piece: bytes, *, last: bool = False) -> None:
        """Returns when it is read, or the delivery answered."""
        self._asked.clear()
        self._pieces.put_nowait({"type": "http.request", "body": piece, "more_body": not last})
        asked = asyncio.create_task(self._asked.wait())
        async with asyncio.timeout(5):
            await asyncio.wait({asked, self._task}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()

    @property
    def reads(self) -> bool:
        return not self._task.done()

    async def answer(self) -> int:
        async with asyncio.timeout(5):
            await self._task
        return int(self.sent[0]["status"])

    def header(self, name: str) -> str:
        headers: dict[bytes, bytes] = dict(self.sent[0]["headers"])
        return headers.get(name.encode(), b"").decode()

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


class House:
    def __init__(self) -> None:
        self.queued: list[QueuedEvent] = []
        self.senders: list[Sender] = []
        self.door = Door(
            self.app,
            path="/integration/webhook",
            secrets=(SECRET,),
            allow_unsigned=False,
            unverified_limit=LIMIT,
            settled=lambda: True,
            accept=self.accept,
        )

    @property
    def held(self) -> int:
        return self.door._unverified.held

    async def app(self, *_: object) -> None:
        raise AssertionError("it went on to the app")

    async def accept(self, event: QueuedEvent) -> bool:
        self.queued.append(event)
        return True

    def sender(self, signature: str = MADE_UP, **headers: str) -> Sender:
        made = Sender(self.door, signature, **headers)
        self.senders.append(made)
        return made

    async def stranger(self, size: int) -> Sender:
        """Who sends so much and then nothing more."""
        made = self.sender()
        for begin in range(0, size, MB):
            await made.piece(b"x" * min(MB, size - begin))
        return made

    async def genuine(self, size: int, pieces: int = 1) -> int:
        body = json.dumps({"webhookEvent": "jira:issue_updated", "pad": "x" * size}).encode()
        digest = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
        made = self.sender(f"sha256={digest}")
        step = -(-len(body) // pieces)
        for begin in range(0, len(body), step):
            await made.piece(body[begin : begin + step], last=begin + step >= len(body))
        return await made.answer()


@pytest.fixture
async def house():
    made = House()
    yield made
    for sender in made.senders:
        await sender.close()
    assert made.held == 0


async def test_strangers_hold_no_more_than_the_limit_together(house):
    """Each may send 25 MB before its signature turns out to be made up."""
    for _ in range(40):
        await house.stranger(24 * MB)
        assert house.held <= LIMIT
    assert sum(sender.reads for sender in house.senders) == 1


async def test_who_is_given_up_is_asked_to_send_it_again_and_its_bytes_are_free(house, monkeypatch):
    readings: list[Reading] = []

    class Spied(Reading):
        def __init__(self, *args: object) -> None:
            super().__init__(*args)  # type: ignore[arg-type]
            readings.append(self)

    monkeypatch.setattr(module, "Reading", Spied)
    first = await house.stranger(20 * MB)
    await house.stranger(20 * MB)
    assert len(readings[0].body) == 0
    assert await first.answer() == 503
    assert int(first.header("retry-after") or 0) > 0
    assert house.held < 21 * MB


async def test_to_give_up_many_is_one_warning_that_says_what_to_change(house, log):
    for _ in range(5):
        await house.stranger(24 * MB)
    [line] = [line for line in log if line.startswith("WARNING")]
    assert "unverifiedBytesLimit" in line


@pytest.mark.parametrize("strangers", [24 * MB, SMALL_BYTES + 1], ids=["large", "just-large"])
@pytest.mark.parametrize("pieces", [1, 3])
async def test_a_small_genuine_delivery_gets_through_while_large_ones_hold_all(
    house, strangers, pieces
):
    for _ in range(1 + LIMIT // strangers):
        await house.stranger(strangers)
    assert house.held > LIMIT * 3 // 4 - strangers
    assert await house.genuine(4096, pieces) == 200
    assert await house.genuine(SMALL_BYTES - 1024, pieces) == 200
    assert len(house.queued) == 2


async def test_a_genuine_delivery_gets_through_while_slow_small_ones_hold_their_part(house):
    for _ in range(200):
        await house.stranger(200 * 1024)
    for size in (4096, 200 * 1024, MB, 20 * MB):
        assert await house.genuine(size, 3) == 200


async def test_a_large_genuine_delivery_gets_through_while_slow_ones_hold_all(house):
    for _ in range(10):
        await house.stranger(10 * MB)
    assert await house.genuine(20 * MB, 5) == 200


async def test_what_is_announced_takes_no_room(house):
    """It costs the sender nothing."""
    for _ in range(50):
        house.sender(content_length=str(25 * MB))
    await asyncio.sleep(0)
    assert house.held < 50 * 1024
    assert await house.genuine(20 * MB, 5) == 200
    assert all(sender.reads for sender in house.senders[:50])


async def test_large_headers_count_as_well(house):
    for _ in range(500):
        house.sender(cookie="x" * 60_000)
        await asyncio.sleep(0)
    assert house.held <= LIMIT
    assert sum(sender.reads for sender in house.senders) < 100


@pytest.mark.parametrize(
    "end", ["verified", "refused", "gone", "too large", "too late", "no object", "cancelled"]
)
async def test_whatever_becomes_of_a_delivery_its_bytes_count_no_more(house, monkeypatch, end):
    if end == "verified":
        assert await house.genuine(2 * MB, 3) == 200
    elif end == "no object":
        body = b"[1]"
        digest = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
        sender = house.sender(f"sha256={digest}")
        await sender.piece(body, last=True)
        assert await sender.answer() == 400
    elif end == "too late":
        monkeypatch.setattr(module, "MAX_SECONDS_TO_READ", 0.01)
        assert await (await house.stranger(100)).answer() == 408
    else:
        sender = await house.stranger(2 * MB)
        assert house.held > 2 * MB
        if end == "refused":
            await sender.piece(b"x", last=True)
            assert await sender.answer() == 401
        elif end == "gone":
            sender._pieces.put_nowait({"type": "http.disconnect"})
            await sender._task
            assert sender.sent == []
        elif end == "too large":
            await sender.piece(b"x" * (24 * MB))
            assert await sender.answer() == 413
        else:
            await sender.close()
    assert house.held == 0


async def test_who_is_given_up_in_the_moment_its_last_piece_comes_is_given_up_once(house):
    """Both wake it."""
    first = await house.stranger(20 * MB)
    second = await house.stranger(5 * MB)
    first._pieces.put_nowait({"type": "http.request", "body": b"x", "more_body": False})
    second._pieces.put_nowait({"type": "http.request", "body": b"x" * 15 * MB, "more_body": True})
    assert await first.answer() in (401, 503)
    assert len([m for m in first.sent if m["type"] == "http.response.start"]) == 1
    assert house.held <= LIMIT


async def test_a_body_in_pieces_is_held_once(house):
    """What was verified is what waits; no second copy is made of it."""
    assert await house.genuine(5 * MB, 50) == 200
    [event] = house.queued
    assert isinstance(event.body, bytearray)
    assert event.body.__sizeof__() <= len(event.body) * 9 / 8 + 1024
