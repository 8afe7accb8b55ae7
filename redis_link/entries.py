"""A Redis stream that several processes write to and read: news for all, or work for one."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from redis_link.link import RedisLink, exact

AT_ONCE = 200
FROM_THE_FIRST = "0-0"
_FIELD = "entry"

type Entry = Mapping[str, Any]


def packed(entry: Entry) -> bytes:
    """An entry as it is kept: payloads of Jira's are a fifth of their size like that."""
    return zlib.compress(json.dumps(entry).encode(), 1)


def unpacked(text: str) -> Entry | None:
    """An entry as it was told; None for something that nobody here has written."""
    try:
        entry = json.loads(zlib.decompress(exact(text)))
    except (zlib.error, ValueError):
        return None
    return entry if isinstance(entry, dict) else None


class Entries:
    """One stream; all methods raise redis_link.troubles.AWAY."""

    def __init__(self, link: RedisLink, name: str, *, most: int | None = None) -> None:
        """Of `most` entries or so the oldest are forgotten; without it all are kept."""
        self._link = link
        self._most = most
        self.key = link.key(name)

    async def add(self, entry: Entry) -> str:
        """Put it at the end; its id."""
        redis = await self._link.redis()
        added = await redis.xadd(
            self.key, {_FIELD: packed(entry)}, maxlen=self._most, approximate=True
        )
        return str(added)

    async def after(self, last: str, wait_ms: int | None = None) -> list[tuple[str, Entry | None]]:
        """Those after that one, waiting for some where there are none yet."""
        redis = await self._link.redis()
        answer = await redis.xread({self.key: last}, count=AT_ONCE, block=wait_ms)
        return [(name, unpacked(of[_FIELD])) for _, rows in answer or [] for name, of in rows]

    async def last(self) -> str:
        """The id of the newest one; what comes before all where there is none."""
        redis = await self._link.redis()
        newest = await redis.xrevrange(self.key, count=1)
        return str(newest[0][0]) if newest else FROM_THE_FIRST

    async def first(self) -> str | None:
        """The id of the oldest one that is still there."""
        oldest = await (await self._link.redis()).xrange(self.key, count=1)
        return str(oldest[0][0]) if oldest else None

    async def remove(self, names: list[str]) -> None:
        """These were done."""
        if names:
            await (await self._link.redis()).xdel(self.key, *names)

    async def count(self) -> int:
        """How many are there."""
        return int(await (await self._link.redis()).xlen(self.key))
