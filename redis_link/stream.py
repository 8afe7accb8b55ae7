"""The stream of deliveries in Redis: what a consumer of its group asks of it.

A delivery that was read is pending until it is acknowledged. Whoever handles it keeps it fresh;
what stays untouched for a while was left by somebody who is gone, and is taken over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.exceptions import ResponseError

from redis_link.link import RedisLink
from redis_link.troubles import Troubles

Fields = Mapping[str, str]

MAX_FRESH = 4000
"""How many a script names at once."""
RELEASED_IDLE_MS = 24 * 60 * 60 * 1000
"""As idle as anything may be: whoever looks next takes it over."""

_DONE = """
local done = 0
for i = 2, #ARGV do
  redis.call('XACK', KEYS[1], ARGV[1], ARGV[i])
  done = done + redis.call('XDEL', KEYS[1], ARGV[i])
end
return done
"""
_FRESH = """
local ids = {}
for _, pending in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', ARGV[3], ARGV[2])) do
  ids[#ids + 1] = pending[1]
end
if #ids > 0 then
  local claim = {unpack(ids)}
  claim[#claim + 1] = 'JUSTID'
  redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, unpack(claim))
end
return ids
"""
_RELEASE = """
local mine = {}
for _, pending in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', ARGV[3], ARGV[2])) do
  mine[#mine + 1] = pending[1]
end
if #mine > 0 then
  mine[#mine + 1] = 'IDLE'
  mine[#mine + 1] = ARGV[4]
  mine[#mine + 1] = 'JUSTID'
  redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, unpack(mine))
else
  redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
end
return #mine
"""
_BURY = """
local gone = {}
for _, row in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = {}
  for i = 1, #row, 2 do consumer[row[i]] = row[i + 1] end
  if consumer.pending == 0 and consumer.idle >= tonumber(ARGV[3]) and consumer.name ~= ARGV[2] then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
    gone[#gone + 1] = consumer.name
  end
end
return gone
"""


@dataclass(frozen=True)
class Message:
    """An entry of the stream."""

    id: str
    fields: Fields


class Stream:
    """The commands; each raises redis.exceptions.RedisError or OSError where Redis has trouble."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._key, self._group, self._name = link.stream_key, link.group, link.pod

    @property
    def troubles(self) -> Troubles:
        """To be told of what is wrong with Redis."""
        return self._link.troubles

    async def make_group(self) -> bool:
        """Make the group where it isn't there, from the first entry on; whether it wasn't."""
        redis = await self._link.redis()
        # A Redis that is full makes no group, and has those that were made.
        if await redis.exists(self._key):
            groups = await redis.xinfo_groups(self._key)
            if any(group["name"] == self._group for group in groups):
                return False
        try:
            await redis.xgroup_create(self._key, self._group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
            return False
        return True

    async def read(self, count: int, block_ms: int) -> list[Message]:
        """So many that nobody has read; waits for one."""
        redis = await self._link.redis()
        answer = await redis.xreadgroup(
            self._group, self._name, {self._key: ">"}, count=count, block=block_ms
        )
        return [message for _, entries in answer or () for message in _messages(entries)]

    async def done(self, ids: Sequence[str]) -> None:
        """Nobody need handle these any more: acknowledged, and out of the stream.

        As the framework has it: nobody else trims the stream.
        """
        await self._eval(_DONE, self._group, *ids)

    async def keep_fresh(self) -> list[str]:
        """Have nobody take over what is pending here; returns that."""
        found = await self._eval(_FRESH, self._group, self._name, MAX_FRESH)
        if ttl := self._link.settings.stream_ttl_seconds:
            redis = await self._link.redis()
            # Counted from its making, it would one day go with all that waits in it.
            await redis.expire(self._key, ttl)
        return [str(id_) for id_ in found]

    async def again(self, ids: Sequence[str]) -> list[Message]:
        """Entries that are pending here, once more; without those that are gone."""
        redis = await self._link.redis()
        return _messages(await redis.xclaim(self._key, self._group, self._name, 0, list(ids)))

    async def take_over(self, idle_ms: int, count: int) -> list[Message]:
        """What others have left untouched for so long, and is ours now."""
        redis = await self._link.redis()
        answer = await redis.xautoclaim(
            self._key, self._group, self._name, idle_ms, "0-0", count=count
        )
        return _messages(answer[1])

    async def release(self) -> None:
        """This consumer ends: the next who looks takes over what is pending here."""
        await self._eval(_RELEASE, self._group, self._name, MAX_FRESH, RELEASED_IDLE_MS)

    async def bury(self, idle_ms: int) -> list[str]:
        """Remove consumers that nobody has heard of for so long, and that have nothing pending."""
        gone = await self._eval(_BURY, self._group, self._name, idle_ms)
        return [str(name) for name in gone]

    async def _eval(self, script: str, *arguments: str | int) -> Any:
        redis = await self._link.redis()
        return await redis.eval(script, 1, self._key, *map(str, arguments))


def _messages(entries: Iterable[Any]) -> list[Message]:
    """Entries as Redis answers them; those that are gone have no fields."""
    return [Message(str(entry[0]), entry[1]) for entry in entries if entry and entry[1]]
