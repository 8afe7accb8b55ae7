"""Who may write what, over several processes: short locks by name, and who wrote each name when.

A lock holds for some seconds and is prolonged while its owner lives; its token tells the owner
whether it still does. Of each name the last write of one process and of all others is kept, in two
hashes that take turns: what is kept is whole since a moment that Redis tells, whatever was evicted.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from redis_link.link import RedisLink
from redis_link.moments import Moments
from redis_link.troubles import Troubles

LOCK_SECONDS = 20.0
KEPT_SECONDS = 6 * 60 * 60.0
MOST_KEPT = 250_000
"""Names in one of the two hashes: some 25 MB."""
LEAVING_SECONDS = 60.0
"""How long it is told that something was to be deleted."""
OVERLAP = 1_000_000
AT_ONCE = 1000
"""Names in one script."""

_TAKE = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local me, token, cursor = ARGV[1], ARGV[2], ARGV[6]
local count = #KEYS - 3
for i = 4, #KEYS do
  local owner = redis.call('GET', KEYS[i])
  if owner and owner ~= token then return {0, now} end
end
local begun = redis.call('HGET', KEYS[1], 'begun')
if not begun then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'begun', string.format('%.0f', now))
elseif now - begun > tonumber(ARGV[4]) or redis.call('HLEN', KEYS[1]) > tonumber(ARGV[5]) then
  redis.call('RENAME', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[1], 'begun', string.format('%.0f', now))
end
local whole = redis.call('HGET', KEYS[2], 'begun') or redis.call('HGET', KEYS[1], 'begun')
local new, old = {}, {}
if count > 0 then
  local names = {}
  for i = 1, count do
    redis.call('SET', KEYS[3 + i], token, 'PX', ARGV[3])
    names[i] = ARGV[7 + i]
  end
  new = redis.call('HMGET', KEYS[1], unpack(names))
  old = redis.call('HMGET', KEYS[2], unpack(names))
end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - tonumber(ARGV[7]))
for i = 8 + count, #ARGV do
  redis.call('ZADD', KEYS[3], string.format('%.0f', now), me .. ' ' .. ARGV[i])
end
if #ARGV >= 8 + count then redis.call('EXPIRE', KEYS[3], 120) end
local leaving = redis.call('ZRANGEBYSCORE', KEYS[3], cursor, '+inf', 'WITHSCORES')
return {1, now, whole, new, old, leaving}
"""
_HOLD = """
local lost = {}
for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] then
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
  else
    lost[#lost + 1] = i
  end
end
return lost
"""
_GIVE = """
local t = redis.call('TIME')
local now = string.format('%.0f', t[1] * 1000000 + t[2])
local me, token, read, live = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'
local form = '^(%S+) (%d+) (%d+) (%d+)|(%S+) (%d+) (%d+) (%d+)$'
local function larger(a, b) if tonumber(a) > tonumber(b) then return a else return b end end
local lost = {}
for i = 3, #KEYS do
  if redis.call('GET', KEYS[i]) == token then
    redis.call('DEL', KEYS[i])
  else
    lost[#lost + 1] = i - 2
  end
end
for i = 5, #ARGV do
  local kept = redis.call('HGET', KEYS[1], ARGV[i]) or redis.call('HGET', KEYS[2], ARGV[i]) or ''
  local p, r, l, b, op, orr, ol, ob = string.match(kept, form)
  if not p then p, r, l, b, op, orr, ol, ob = me, '0', '0', '0', '-', '0', '0', '0' end
  if p ~= me then
    local mine = {'0', '0', '0'}
    if op == me then
      mine, op, orr, ol, ob = {orr, ol, ob}, p, r, l, b
    elseif op == '-' then
      op, orr, ol, ob = p, r, l, b
    else
      op, orr, ol, ob = '*', larger(orr, r), larger(ol, l), larger(ob, b)
    end
    p, r, l, b = me, mine[1], mine[2], mine[3]
  end
  r = larger(r, read)
  if live then l = now else b = now end
  local record = table.concat({p, r, l, b}, ' ') .. '|' .. table.concat({op, orr, ol, ob}, ' ')
  redis.call('HSET', KEYS[1], ARGV[i], record)
end
if #ARGV >= 5 then redis.call('HSETNX', KEYS[1], 'begun', now) end
return lost
"""


@dataclass(frozen=True)
class Wrote:
    """What some process did with a name, in Redis's microseconds; 0 where it did nothing.

    `read`: since when the newest that it wrote was read. `live` and `background`: when it wrote.
    """

    read: int = 0
    live: int = 0
    background: int = 0


NOTHING = Wrote()


@dataclass
class Taken:
    """Names that are this process's for now.

    `others`: what other processes wrote of them, as far as that is kept; `whole` since a moment.
    `mine`: names of which this process wrote last. `leaving`: what others began to delete lately.
    """

    token: str
    names: Sequence[str]
    whole: int = 0
    others: dict[str, Wrote] = field(default_factory=dict)
    mine: set[str] = field(default_factory=set)
    leaving: list[str] = field(default_factory=list)


class Turns:
    """The scripts; each raises redis.exceptions.RedisError or OSError where Redis has trouble."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._me = link.pod.rpartition("-")[2]
        self._heard = 0
        self._seen: set[tuple[str, str]] = set()
        self.moments = Moments()

    @property
    def troubles(self) -> Troubles:
        """To be told of what is wrong with Redis."""
        return self._link.troubles

    async def take(self, names: Iterable[str], leaving: Sequence[str] = ()) -> Taken | None:
        """Take all of these, or None: somebody has one of them.

        `leaving` is told to all: what is going to be deleted. More than fit into one script are
        taken part by part in their order, so that no two wait for each other.
        """
        taken = Taken(uuid4().hex, sorted(set(names)))
        for number, part in enumerate(_parts(taken.names) or [()]):
            if not await self._take(taken, part, () if number else leaving):
                await self.give(taken)
                return None
        return taken

    async def _take(self, taken: Taken, part: Sequence[str], leaving: Sequence[str]) -> bool:
        redis = await self._link.redis()
        shared = ("versions", "versions-before", "leaving")
        keys = [*map(self._link.key, shared), *self._locks(part)]
        options = [self._me, taken.token, int(LOCK_SECONDS * 1000), int(KEPT_SECONDS * 1e6)]
        options += [MOST_KEPT, self._heard, int(LEAVING_SECONDS * 1e6)]
        asked = time.monotonic()
        answer = await redis.eval(_TAKE, len(keys), *keys, *map(str, options), *part, *leaving)
        now = int(answer[1])
        self.moments.measured(asked, now, time.monotonic())
        if not answer[0]:
            return False
        _, _, whole, new, old, told = answer
        taken.whole = max(taken.whole, int(whole))
        for name, record in zip(part, (n or o for n, o in zip(new, old, strict=True)), strict=True):
            first, others = self._read(record)
            taken.others[name] = others
            if first == self._me:
                taken.mine.add(name)
        taken.leaving += self._news(told)
        # Each once; Redis's clock may be set back a little.
        self._heard = now - OVERLAP
        return True

    def _news(self, told: Sequence[str]) -> list[str]:
        """What others began to delete since this was last asked."""
        seen = set(zip(told[::2], told[1::2], strict=True))
        new = seen - self._seen
        self._seen = seen
        each = (entry.partition(" ") for entry, _ in sorted(new, key=lambda of: of[1]))
        return [what for pod, _, what in each if pod != self._me]

    def _read(self, record: str | None) -> tuple[str, Wrote]:
        """Who wrote last, and what all others but this process did."""
        if not record:
            return "", NOTHING
        others = NOTHING
        first = ""
        for part in record.split("|"):
            pod, *moments = part.split(" ")
            first = first or pod
            if pod != self._me:
                read, live, background = map(int, moments)
                others = Wrote(
                    max(others.read, read),
                    max(others.live, live),
                    max(others.background, background),
                )
        return first, others

    def _locks(self, names: Sequence[str]) -> list[str]:
        return [self._link.key(f"lock/{name}") for name in names]

    async def hold(self, taken: Taken) -> set[str]:
        """Prolong the locks; the names of those that are lost."""
        redis = await self._link.redis()
        lost: set[str] = set()
        for part in _parts(taken.names):
            keys = self._locks(part)
            milliseconds = str(int(LOCK_SECONDS * 1000))
            answer = await redis.eval(_HOLD, len(keys), *keys, taken.token, milliseconds)
            lost |= {part[int(number) - 1] for number in answer}
        return lost

    async def give(
        self, taken: Taken, written: Iterable[str] = (), *, since: float = 0.0, live: bool = False
    ) -> set[str]:
        """Give the names back, with what was written, and read `since` (monotonic seconds).

        Returns those that weren't this process's any more.
        """
        redis = await self._link.redis()
        lost: set[str] = set()
        wrote = set(written)
        read = self.moments.latest(since) if wrote else 0
        for part in _parts(taken.names):
            keys = [*map(self._link.key, ("versions", "versions-before")), *self._locks(part)]
            options = [self._me, taken.token, str(read), "1" if live else "0"]
            names = [name for name in part if name in wrote]
            answer = await redis.eval(_GIVE, len(keys), *keys, *options, *names)
            lost |= {part[int(number) - 1] for number in answer}
        return lost


def _parts(names: Sequence[str]) -> list[Sequence[str]]:
    return [names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE)]
