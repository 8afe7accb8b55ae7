"""The door as it stands on a socket: no way round it, and nothing that makes it stumble."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import chain
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.world import World
from tests.e2e.support import first, started, title

pytestmark = pytest.mark.asyncio(loop_scope="module")

MB = 1024 * 1024
PATH = "/integration/webhook"
MADE_UP = "x-hub-signature: sha256=" + "0" * 64


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world() -> AsyncIterator[World]:
    # The mapping isn't kept: whoever reaches the framework reaches Port.
    async with started(OCEAN__PORT__PORT_APP_CONFIG_CACHE_TTL="0") as running:
        yield running


def body_of(world: World, name: str = "jira:issue_deleted") -> bytes:
    issue = first(world)
    event = {"webhookEvent": name, "issue": {"id": issue.id, "key": issue.key}}
    return json.dumps(event).encode()


def signature(world: World, body: bytes) -> str:
    secret = next(iter(world.site.webhooks.values())).secret or ""
    return "x-hub-signature: sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()


def request(
    body: bytes, *headers: str, path: str = PATH, method: str = "POST", length: int | None = None
) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "host: jira-events.example.com",
        f"content-length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def chunked(pieces: list[bytes], *headers: str) -> bytes:
    head = [f"POST {PATH} HTTP/1.1", "host: x", "transfer-encoding: chunked", *headers]
    parts = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""]]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + b"".join(parts)


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def status(self) -> int:
        """Of the next answer; its body is read as well."""
        async with asyncio.timeout(10):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = head.partition("content-length: ")[2].partition("\r\n")[0]
            await self.reader.readexactly(int(length or 0))
        return int(head.split()[1])


@asynccontextmanager
async def connected(world: World) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.process.port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()


async def send(world: World, raw: bytes) -> int:
    async with connected(world) as connection:
        connection.writer.write(raw)
        return await connection.status()


async def genuine(world: World) -> None:
    """A change in Jira comes through."""
    issue = first(world)
    summary = f"Edited when {len(world.jira.requests)} requests had come"
    world.site.edit_issue(issue.id, summary=summary)
    await world.settled()
    assert summary in (title(world, issue.key) or "")


@asynccontextmanager
async def unmoved(world: World) -> AsyncIterator[None]:
    """Nothing of what is sent meanwhile is handled, and none of it is an error of ours."""
    await genuine(world)
    before, log = world.catalog.snapshot().keys(), len(world.process.log)
    asked = len(world.jira.requests)
    yield
    await genuine(world)
    lines = world.process.log[log:]
    done = [line for line in lines if "live events done" in line]
    assert len(done) == 1, done
    assert "1 live events done" in done[0]
    assert len(world.jira.requests) - asked == 1
    assert world.catalog.snapshot().keys() == before
    assert [line for line in lines if "ERROR" in line or "Traceback" in line] == []


SPELLINGS = [
    *("%0A", "%0a%0a", "%0D", "%0D%0A", "%00", "%20", "/%0A", "%0A/", "%0A?x=1", ";x", "/.", "/.."),
    *("/../webhook", "%2F..%2Fwebhook", "%2E", "\\", "%5C", "%C2%85", "%E2%80%A8", "%FF", "%250A"),
    *("/x", "2", "/" + "x" * 20_000, "%0A" * 10_000),
]
WHOLE = [
    "//integration/webhook",
    "/integration//webhook",
    "/./integration/webhook",
    "/x/../integration/webhook",
    "/Integration/webhook",
    "/INTEGRATION/WEBHOOK",
    "/integration;x/webhook",
    "/integration",
    "/integration/",
    "/integration%0A",
    "http://x/integration/webhook",
    "integration/webhook",
    "*",
]


def spellings() -> Iterator[str]:
    return chain((PATH + end for end in SPELLINGS), WHOLE)


async def test_no_spelling_of_the_path_gets_round_the_door(world: World) -> None:
    """Signed or not, it is answered while Port answers nothing, and nothing comes of it."""
    body = body_of(world)
    async with unmoved(world):
        world.port.api.hang = asyncio.Event()
        try:
            for path in spellings():
                for headers in ([], [signature(world, body)]):
                    assert await send(world, request(body, *headers, path=path)) in (400, 404), path
            for end in ("", "/", "//", "?x=1"):
                assert await send(world, request(body, path=PATH + end)) == 401
            for method in ("GET", "PUT", "DELETE", "OPTIONS", "PATCH"):
                raw = request(body, signature(world, body), method=method)
                assert await send(world, raw) == 405
            upgrade = ["connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13"]
            raw = request(
                b"", *upgrade, "sec-websocket-key: x3JJHMbDL1EzLkh9GBhXDw==", method="GET"
            )
            # 403 where the server has a package that knows websockets.
            assert await send(world, raw) in (403, 405)
        finally:
            world.port.api.clear_faults()


@pytest.mark.parametrize("end", ["", "/", "?x=1"])
async def test_a_signed_delivery_comes_in_by_the_door(world: World, end: str) -> None:
    """The issue it says is deleted is there: it is read, and stays."""
    body = body_of(world)
    lines = len(world.process.log)
    assert await send(world, request(body, signature(world, body), path=PATH + end)) == 200
    await world.process.wait_for_log("1 live events done", after=lines)
    world.deliveries.accepted += 1
    assert world.catalog.get("jiraIssue", first(world).key) is not None


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics/", "/docs"])
async def test_what_else_is_served_still_is(world: World, path: str) -> None:
    assert await send(world, request(b"", path=path, method="GET")) == 200


async def test_odd_requests_are_answered_and_nothing_comes_of_them(world: World) -> None:
    body = body_of(world)
    good = signature(world, body)

    def signed(odd: bytes) -> bytes:
        return request(odd, signature(world, odd))

    async with unmoved(world):
        for raw, status in (
            (request(body, good, MADE_UP), 401),
            (request(body, MADE_UP, good), 401),
            (request(body, good, good), 401),
            (request(body, f"{good}, {good[17:]}"), 401),
            (request(body, "X-HUB-SIGNATURE: sha1=00"), 401),
            (request(body + b" ", good), 401),
            (request(body, good, "content-encoding: gzip"), 415),
            (request(body, good, "content-encoding: identity", "content-encoding: br"), 415),
            (request(body, good, "content-type: text/plain"), 415),
            (request(body, good, "content-length: 5"), 400),
            (request(body, good, "transfer-encoding: gzip, chunked"), 400),
            (request(body, MADE_UP, length=26 * MB), 413),
            (request(body, good, length=-5), 400),
            (request(body, good, f"x-long: {'x' * 200_000}"), 400),
            (chunked([body[:9], body[9:]], MADE_UP), 401),
            (chunked([b"x"] * 5000, MADE_UP), 401),
            (chunked([b"x" * MB] * 26, MADE_UP), 413),
            (signed(b""), 400),
            (signed(b"\xff\xfe\x00"), 400),
            (signed(b'{"webhookEvent": "\xff"}'), 400),
            (signed(b"NaN"), 400),
            (signed(b'{"a": ' + b"[" * MB), 400),
            (signed(b'{"a":' * 50_000 + b"1" + b"}" * 50_000), 400),
            (signed(b'{"a": ' + b"9" * 100_000 + b"}"), 400),
        ):
            assert await send(world, raw) == status, raw[:300]


async def test_a_delivery_in_chunks_and_several_on_one_connection_come_in(world: World) -> None:
    """Also with keys that are repeated, and with NaN, which some writers of JSON put out."""
    body = body_of(world)
    doubled = body.replace(b"{", b'{"webhookEvent": "user_created", "x": NaN, ', 1)
    lines = len(world.process.log)
    async with connected(world) as connection:
        connection.writer.write(chunked([body[:1], body[1:9], body[9:]], signature(world, body)))
        connection.writer.write(request(body, MADE_UP))
        connection.writer.write(request(doubled, signature(world, doubled)))
        connection.writer.write(request(b"", path="/health/live", method="GET"))
        assert [await connection.status() for _ in range(4)] == [200, 401, 200, 200]
    world.deliveries.accepted += 2
    await genuine(world)
    assert [line for line in world.process.log[lines:] if "ERROR" in line] == []
    assert world.catalog.get("jiraIssue", first(world).key) is not None


def resident(world: World) -> int:
    status = Path(f"/proc/{world.process.pid}/status").read_text()
    return 1024 * int(status.partition("VmRSS:")[2].split()[0])


async def test_strangers_who_hold_large_bodies_take_little_memory_and_nobodys_place(
    world: World,
) -> None:
    """A made-up signature is enough to have a body read; its end never comes."""
    begun = resident(world)
    highest = 0
    lines = len(world.process.log)
    async with AsyncExitStack() as stack:
        strangers = [await stack.enter_async_context(connected(world)) for _ in range(16)]
        for stranger in strangers:
            stranger.writer.write(request(b"", MADE_UP, length=24 * MB))
            for _ in range(20):
                stranger.writer.write(b"x" * MB)
                async with asyncio.timeout(20):
                    await stranger.writer.drain()
            highest = max(highest, resident(world) - begun)
        body = body_of(world, "comment_nobody_knows")
        for size in (0, 100_000, 5 * MB):
            padded = body[:-1] + b" " * size + b"}"
            assert await send(world, request(padded, signature(world, padded))) == 200
            world.deliveries.accepted += 1
        assert [await stranger.status() for stranger in strangers[:10]] == [503] * 10
    await genuine(world)
    assert [line for line in world.process.log[lines:] if "ERROR" in line] == []
    assert highest < 150 * MB, f"{highest / MB:.0f} MB"
