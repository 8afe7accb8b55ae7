"""Takes deliveries from the stream in Redis to the same queue that the door fills.

What is taken stays pending in Redis until Port has the result, and is kept fresh meanwhile, so that
nobody else takes it over. What a process leaves that is gone or stands still, another one takes
over; it may be handled twice then, which costs a read.
"""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from loguru import logger
from port_ocean.consumers.abstract_live_events_consumer import AbstractLiveEventsConsumer

from jira.signature import App, DeliveryRefusedError
from redis_link.stream import Message, Stream
from redis_link.troubles import AWAY, State
from webhook_processors.held import Held
from webhook_processors.hints import Hints, Verdict
from webhook_processors.queued_event import QueuedEvent
from webhook_processors.stream_fields import NotForUsError, event_of, path_of

MAX_HELD = 1000
MAX_HELD_BYTES = 64 * 1024 * 1024
"""What is held beyond that could as well wait in Redis, where others take it."""
READ_TOGETHER = 200
ACKNOWLEDGED_TOGETHER = 500
FRESH_SECONDS = 5.0
IDLE_SECONDS = 30.0
"""What nobody kept fresh for so long was left behind."""
BURY_SECONDS = 60.0
DEAD_SECONDS = 15 * 60.0
NO_ROOM_SECONDS = 5.0
UNSETTLED_SECONDS = 10.0
LAST_SECONDS = 5.0
"""For what Redis is still to be told at the end."""
LONGEST_PAUSE = 5.0


@dataclass(frozen=True)
class Believed:
    """Which deliveries are ours: signed with one of the secrets, for one of the paths.

    Until the webhook's secret is `settled`, Jira may still sign with the one that it had.
    """

    paths: Collection[str]
    secrets: Sequence[str]
    allow_unsigned: bool
    settled: Callable[[], bool]
    app: App | None = None


class StreamConsumer(AbstractLiveEventsConsumer):
    """Reads, hands on, acknowledges, takes over; each trouble of Redis is said once."""

    def __init__(
        self,
        stream: Stream,
        believed: Believed,
        take: Callable[[str, QueuedEvent], Awaitable[bool]],
        lost: Callable[[], Awaitable[None]],
        *,
        read_together: int = READ_TOGETHER,
        block_ms: int = 1000,
    ) -> None:
        """`take` has an event handled, or returns False: no room. `lost`: deliveries may be."""
        self._stream = stream
        self._believed = believed
        self._take = take
        self._lost = lost
        self._read_together = read_together
        self._block_ms = block_ms
        self._held = Held(time.monotonic)
        self._hints = Hints()
        self._changed = asyncio.Event()
        self._has_group = self._had_group = False
        self._grouping = asyncio.Lock()
        self._reading: list[asyncio.Task[None]] = []
        self._telling: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin; Redis may come later."""
        outside = contextvars.Context()
        begin = partial(asyncio.create_task, context=outside)
        self._reading = [begin(self._repeated(self._read, 0.0))]
        self._telling = [
            begin(self._repeated(self._acknowledge, 0.0)),
            begin(self._repeated(self._look_after, FRESH_SECONDS)),
            begin(self._repeated(self._bury, BURY_SECONDS)),
        ]

    async def stop_reading(self) -> None:
        """Take nothing more; what is held is still handled, acknowledged and kept."""
        tasks, self._reading = self._reading, []
        await _end(tasks)

    async def stop(self) -> None:
        """Acknowledge what is done, and leave the rest to others."""
        await self.stop_reading()
        tasks, self._telling = self._telling, []
        await _end(tasks)
        try:
            async with asyncio.timeout(LAST_SECONDS):
                while self._held.to_acknowledge():
                    await self._acknowledge()
                await self._stream.release()
        except AWAY as error:
            logger.debug(f"What this process has in the stream others take over later: {error!r}")
        if self._held:
            logger.info(f"{len(self._held)} live events are left to other processes, unhandled")

    async def _repeated(self, step: Callable[[], Awaitable[None]], every: float) -> None:
        """A step again and again, whatever Redis is in."""
        pause = 0.1
        trouble = self._stream.troubles.of_one()
        while True:
            try:
                await self._make_group()
                await step()
            except AWAY as error:
                if trouble.failed(error) is State.LOST:
                    self._has_group, self._had_group = False, True
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                trouble.works()
                pause = 0.1
                await asyncio.sleep(every)

    async def _make_group(self) -> None:
        async with self._grouping:
            if self._has_group:
                return
            made = await self._stream.make_group()
            self._has_group = True
        if made and self._had_group:
            logger.warning(
                "The stream's group is made anew, from the first entry on; what was in a stream "
                "that is gone a comparison with Jira makes up for"
            )
            await self._lost()

    def _room(self) -> int:
        if self._held.bytes >= MAX_HELD_BYTES:
            return 0
        return min(self._read_together, MAX_HELD - len(self._held))

    async def _read(self) -> None:
        while not (room := self._room()):
            self._changed.clear()
            await self._changed.wait()
        await self._take_all(await self._stream.read(room, self._block_ms))

    async def _acknowledge(self) -> None:
        while not (ids := self._held.to_acknowledge()[:ACKNOWLEDGED_TOGETHER]):
            self._changed.clear()
            await self._changed.wait()
        await self._stream.done(ids)
        self._held.acknowledged(ids)

    async def _look_after(self) -> None:
        """Keep what is ours, and take what nobody keeps."""
        pending = await self._stream.keep_fresh()
        self._held.only(pending)
        if not self._reading:
            return
        if (room := self._room()) and (unknown := self._held.unknown(pending)[:room]):
            await self._take_all(await self._stream.again(unknown))
        if room := self._room():
            left = await self._stream.take_over(int(IDLE_SECONDS * 1000), room)
            if left:
                logger.info(f"Took over {len(left)} live events that another process left behind")
            await self._take_all(left)

    async def _bury(self) -> None:
        for name in await self._stream.bury(int(DEAD_SECONDS * 1000)):
            logger.info(f"Removed {name} from the stream's group: it is gone and left nothing")

    async def _take_all(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if self._held.take(message.id, len(message.fields.get("payload", ""))):
                await self._hand_on(message)
        self._changed.set()

    async def _hand_on(self, message: Message) -> None:
        name = message.fields.get("eventId") or message.id
        try:
            path = path_of(message.fields.get("webhookPath"), self._believed.paths)
            event, is_hint = event_of(
                message.fields,
                self._believed.secrets,
                allow_unsigned=self._believed.allow_unsigned,
                app=self._believed.app,
            )
        except DeliveryRefusedError as error:
            if not self._believed.settled():
                # As at the door: our webhook in Jira is still being put right.
                self._held.wait(message.id, UNSETTLED_SECONDS)
                return
            self._refuse(message, name, error)
        except NotForUsError as error:
            self._refuse(message, name, error)
        else:
            verdict = self._hints.look_at(event.payload) if is_hint else Verdict.TAKEN
            if verdict is Verdict.FOREIGN:
                self._refuse(message, name, "it has no signature, and apps aren't told of that")
                return
            event.ended = partial(self._ended, message.id, name)
            if verdict is Verdict.TOO_FAST or not await self._take(path, event):
                self._held.wait(message.id, NO_ROOM_SECONDS)

    def _refuse(self, message: Message, name: str, why: object) -> None:
        logger.warning(f"Refused the delivery {name!r} of the stream: {why}")
        self._held.done(message.id)

    def _ended(self, entry: str, name: str, handled: bool) -> None:
        """An event has ended: `handled`, or given up for now."""
        if handled:
            self._held.done(entry)
        elif (seconds := self._held.gave_up(entry)) is not None:
            logger.info(f"{name!r} stays in the stream and is tried again in {seconds:.0f} s")
        self._changed.set()


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
