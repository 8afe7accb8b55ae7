"""Whether Redis may have lost something that it had taken: it started again, or threw keys away.

Whoever leads looks, and keeps in Redis what it saw, so that the next one who leads knows it, too.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from redis import exceptions

from redis_link.link import RedisLink

RESTARTED = (
    "Redis started again or failed over: what it took in the last moments before, it may have lost"
)
EVICTED = (
    "Redis is full and threw away what it had taken: set maxmemory-policy to noeviction, and give "
    "it more memory"
)


@dataclass(frozen=True)
class Seen:
    """What Redis says of itself: one name for each life of its servers, and what it threw away."""

    lives: str
    evicted: int

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> "Seen":
        """From an answer of INFO: of one server, or of each in a cluster by its address."""
        servers = [answer] if "run_id" in answer else list(answer.values())
        lives = sorted(str(server["run_id"]) for server in servers)
        return cls(" ".join(lives), sum(int(server["evicted_keys"]) for server in servers))


def lost(before: Seen, now: Seen) -> str | None:
    """Why something may be lost, in a sentence; None if nothing is."""
    if before.lives != now.lives:
        return RESTARTED
    return EVICTED if now.evicted > before.evicted else None


class Losses:
    """Looks at Redis now and then. Raises redis_link.troubles.AWAY."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._forbidden = False
        # What is kept in Redis may be among what it throws away.
        self._last: Seen | None = None

    async def look(self) -> str | None:
        """Why something may be lost since anybody looked; None if nothing is."""
        if self._forbidden:
            return None
        redis, key = await self._link.redis(), self._link.key("seen")
        try:
            now = Seen.of(await redis.info())
        except exceptions.NoPermissionError:
            # As some who host a Redis have it: then nobody can know.
            self._forbidden = True
            return None
        kept = await redis.get(key)
        before = Seen(**json.loads(kept)) if kept else self._last or now
        self._last = now
        if kept is None or before != now:
            await redis.set(key, json.dumps(asdict(now)))
        return lost(before, now)
