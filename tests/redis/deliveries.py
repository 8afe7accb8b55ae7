"""Deliveries as they stand in the stream, and a consumer whose events a test ends."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from jira.signature import App
from redis_link.link import RedisLink
from redis_link.stream import Stream
from webhook_processors.queued_event import DELIVERY_ID, QueuedEvent
from webhook_processors.stream_consumer import Believed, StreamConsumer

SECRET = "the-secret"
PATH = "/webhook"


def fields_of(
    name: str, *, secret: str = SECRET, path: str = "integration/webhook"
) -> dict[str, str]:
    body = json.dumps({"webhookEvent": "jira:issue_updated", "name": name})
    digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature": f"sha256={digest}", "X-Atlassian-Webhook-Identifier": name}
    return {
        "eventId": name,
        "webhookPath": "integration/webhook",
        "payload": body,
        "headers": json.dumps(headers),
        "queuedAt": "1700000000000000000",
    }


class Pod:
    """One process's consumer; a test says what becomes of each event."""

    def __init__(self, link: RedisLink, app: App | None = None) -> None:
        self.link = link
        self.took: dict[str, QueuedEvent] = {}
        self.times: dict[str, int] = {}
        self.room = True
        self.settled = True
        self.lost = 0
        self._changed = asyncio.Event()
        believed = Believed(
            {PATH}, (SECRET,), allow_unsigned=False, settled=lambda: self.settled, app=app
        )
        self.consumer = StreamConsumer(
            Stream(link), believed, self._take, self._deliveries_lost, block_ms=100
        )

    async def _take(self, path: str, event: QueuedEvent) -> bool:
        assert path == PATH
        if not self.room:
            return False
        name = event.headers[DELIVERY_ID]
        self.took[name] = event
        self.times[name] = self.times.get(name, 0) + 1
        self._changed.set()
        return True

    async def _deliveries_lost(self) -> None:
        self.lost += 1

    async def has(self, *names: str, times: int = 1) -> None:
        """Wait until these have come so often."""
        async with asyncio.timeout(20):
            while not all(self.times.get(name, 0) >= times for name in names):
                self._changed.clear()
                await self._changed.wait()

    def end(self, *names: str, written: bool = True) -> None:
        for name in names:
            ended = self.took.pop(name).ended
            assert ended is not None
            ended(written)


@asynccontextmanager
async def running(link: RedisLink, app: App | None = None) -> AsyncIterator[Pod]:
    pod = Pod(link, app)
    await pod.consumer.start()
    try:
        yield pod
    finally:
        await pod.consumer.stop()


async def add(link: RedisLink, *names: str) -> list[str]:
    redis = await link.redis()
    return [str(await redis.xadd(link.stream_key, fields_of(name))) for name in names]


async def pending(link: RedisLink) -> dict[str, str]:
    """Which consumer has which entry."""
    redis = await link.redis()
    rows = await redis.xpending_range(link.stream_key, link.group, "-", "+", 1000)
    return {row["message_id"]: row["consumer"] for row in rows}


async def until_left(link: RedisLink, number: int) -> None:
    """Wait until the stream has so many entries."""
    redis = await link.redis()

    async def is_so() -> bool:
        return int(await redis.xlen(link.stream_key)) == number

    await until(is_so)


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Redis tells nobody of what others did there: it is asked."""
    async with asyncio.timeout(20):
        while not await is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
