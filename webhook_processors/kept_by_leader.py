"""The webhook in Jira where several processes share a Redis: the one that leads keeps it in place.

The others read there what it found, so that a resync waits for the webhook, and an unsigned
delivery is refused, as if they had looked themselves.
"""

import asyncio
import hashlib
import hmac
import json
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from loguru import logger

from redis_link.lease import LEADER
from redis_link.link import RedisLink
from redis_link.troubles import AWAY
from telemetry import metrics

EVERY_SECONDS = 1.0
SETTLED = (metrics.IN_PLACE, metrics.REFUSED)
"""What Jira said is done, or can't be."""


class Keeper(Protocol):
    """What keeps a webhook in place; see WebhookKeeper."""

    ready: asyncio.Event
    settled: asyncio.Event

    async def look(self) -> float:
        """Put it in place; the seconds until that is to be done again."""


def mark_of(url: str, secret: str) -> str:
    """By what processes see that they want the same webhook; nobody learns the secret from it."""
    return hmac.new(secret.encode(), f"webhook:{url}".encode(), hashlib.sha256).hexdigest()


class KeptByLeader:
    """Runs in each of the processes, in place of the keeper itself."""

    def __init__(
        self,
        keeper: Keeper,
        link: RedisLink,
        mark: str,
        leads: Callable[[], bool],
        now: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`mark` is that of the webhook that this process wants; `leads`: whether it does now."""
        self._keeper = keeper
        self._link = link
        self._mark = mark
        self._leads = leads
        self._now = now
        self._pause = pause
        self._next = -math.inf
        self._said = False
        self._trouble = link.troubles.of_one()

    async def run(self) -> None:
        """Never returns."""
        while True:
            try:
                await self.step()
            except AWAY as error:
                self._trouble.failed(error)
            else:
                self._trouble.works()
            await self._pause(EVERY_SECONDS)

    async def step(self) -> None:
        """See to the webhook where this process leads, else to what the leader says. Raises AWAY.

        Whoever begins to lead looks at once: the one before may have wanted another one.
        """
        redis = await self._link.redis()
        key = self._link.key("webhook")
        if not self._leads():
            self._next = -math.inf
            leader, note = await redis.mget(self._link.key(LEADER), key)
            said = json.loads(note or "{}")
            # What an earlier leader wrote needn't be so any more.
            if leader and said.get("pod") == leader:
                self._hear(said)
        elif self._now() >= self._next:
            seconds = await self._keeper.look()
            self._next = self._now() + seconds
            state = metrics.WEBHOOK_STATE.now
            note = json.dumps({"pod": self._link.pod, "mark": self._mark, "state": state})
            await redis.set(key, note)

    def _hear(self, said: Mapping[str, str]) -> None:
        self._keeper.ready.set()
        if said["mark"] != self._mark:
            if not self._said:
                self._said = True
                logger.warning(
                    f"The process {said['pod']} keeps another webhook in Jira than this one would: "
                    "all processes of an integration need the same OCEAN__BASE_URL and the same "
                    "webhookSecret"
                )
            return
        self._said = False
        if said["state"] in metrics.WEBHOOK_STATE.states:
            metrics.WEBHOOK_STATE.is_now(said["state"])
        if said["state"] in SETTLED:
            self._keeper.settled.set()
