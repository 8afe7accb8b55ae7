"""Which processes share a Redis, and which of them ended without a word."""

import math

from redis_link.link import RedisLink

ALIVE_SECONDS = 15.0
"""After so long without a sign of life a process is taken to be gone."""


class Members:
    """Signs of life of all processes, by name."""

    def __init__(self, link: RedisLink, seconds: float = ALIVE_SECONDS) -> None:
        self._link = link
        self._seconds = seconds
        self._all = link.key("pods")

    async def live(self) -> None:
        """Give a sign of life. Raises redis_link.troubles.AWAY, as all of these."""
        redis = await self._link.redis()
        await redis.set(self._of(self._link.pod), "1", px=math.floor(self._seconds * 1000))
        await redis.sadd(self._all, self._link.pod)

    async def leave(self) -> None:
        """Say that this process ends, having done all that it has to."""
        redis = await self._link.redis()
        await redis.srem(self._all, self._link.pod)
        await redis.delete(self._of(self._link.pod))

    async def dead(self) -> list[str]:
        """Those that gave no sign of life and didn't say that they end."""
        redis = await self._link.redis()
        return [
            pod
            for pod in sorted(await redis.smembers(self._all))
            if not await redis.exists(self._of(pod))
        ]

    async def bury(self, pod: str) -> None:
        """What such a one left is made up for: it is no member any more."""
        await (await self._link.redis()).srem(self._all, pod)

    def _of(self, pod: str) -> str:
        return self._link.key(f"pod:{pod}")
