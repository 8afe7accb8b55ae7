"""Who of several processes leads: one at a time, by a lease in Redis that runs out by itself.

Whoever holds it renews it. A process that was paused, or can't reach Redis, knows by its own clock
that its lease ran out before anybody else can have it.
"""

import math
import time
from collections.abc import Callable

from redis_link.link import RedisLink

LEASE_SECONDS = 6.0
"""How long nobody leads, at most, after the one who led was killed."""
RENEWALS = 3
"""How often it is renewed in that time."""
LEADER = "leader"
"""The key that says who leads."""

# Whose it is stays the same, or nobody's becomes this one's with the next term.
_TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if not holder then
  return redis.call('INCR', KEYS[2])
end
return tonumber(redis.call('GET', KEYS[2]) or redis.call('INCR', KEYS[2]))
"""
_LEAVE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
"""


class Term:
    """Until when this process leads by its own clock, and in which term; without I/O."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._until = -math.inf
        self.number = 0
        """Each time that somebody begins to lead it is another one; 0 while that isn't this one."""

    @property
    def runs(self) -> bool:
        """Whether nobody else can lead."""
        return self._now() < self._until

    def answered(self, number: int, asked_at: float, seconds: float) -> None:
        """Redis was asked at that moment, and gave this term for so many seconds; 0: none."""
        self.number = number
        # Redis counts from when it was asked, at the earliest.
        self._until = asked_at + seconds if number else -math.inf

    def end(self) -> None:
        """It is given back."""
        self.answered(0, 0.0, 0.0)


class Lease:
    """Takes, renews and gives back the lease."""

    def __init__(
        self,
        link: RedisLink,
        seconds: float = LEASE_SECONDS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._link = link
        self._now = now
        self.seconds = seconds
        self.term = Term(now)
        self._keys = (link.key(LEADER), link.key("leader-term"))

    @property
    def held(self) -> bool:
        """Whether this process leads, at this very moment."""
        return self.term.runs

    async def ask(self) -> bool:
        """Take it where nobody has it, or renew it; whether this process leads.

        Raises redis_link.troubles.AWAY.
        """
        asked_at = self._now()
        redis = await self._link.redis()
        number = await redis.eval(
            _TAKE, 2, *self._keys, self._link.pod, str(math.floor(self.seconds * 1000))
        )
        self.term.answered(int(number), asked_at, self.seconds)
        return self.held

    async def leave(self) -> None:
        """Give it back, if it is this one's. Raises redis_link.troubles.AWAY."""
        self.term.end()
        await (await self._link.redis()).eval(_LEAVE, 1, self._keys[0], self._link.pod)
