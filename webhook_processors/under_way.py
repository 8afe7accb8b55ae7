"""The events under way: how many may wait, what they ask for once they were tried, their end."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from loguru import logger
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from background.asking import Asking, Here
from background.follow_ups import FollowUps
from kinds import Kinds
from telemetry import lookups, metrics
from webhook_processors.already_handled import AlreadyHandled
from webhook_processors.authenticity import is_authentic
from webhook_processors.counted import count, open_now, outcome
from webhook_processors.queued_event import QueuedEvent, touched_of
from webhook_processors.replay import Replay
from webhook_processors.told import delivery_of, details, named, some

MAX_WAITING_BYTES = 256 * 1024 * 1024


@dataclass
class Begun:
    """In which queue an event waited, and since when it is under way (monotonic seconds)."""

    path: str
    at: float
    in_resync: bool
    is_news: bool = True
    # What becomes of it, where that is known before it was tried.
    outcome: str | None = None


class UnderWay:
    """Knows every event from the door to its end, which is said to its queue exactly once."""

    def __init__(
        self,
        follow_ups: Callable[[], FollowUps],
        commit: Callable[[str], Awaitable[None]],
        behind: Callable[[], float] = float,
        asking: Asking | None = None,
    ) -> None:
        """`commit` tells the queue of a path that one of its events has ended; `behind`, how many
        seconds old what a resync reads may be.
        """
        self._follow_ups = follow_ups
        self.asking: Asking = Here(follow_ups) if asking is None else asking
        self._commit = commit
        # Those that came in by the door and haven't ended.
        self._waiting: dict[QueuedEvent, None] = {}
        self._bytes = 0
        self.arrivals = 0
        """How many came in by the door."""
        self._begun: dict[WebhookEvent, Begun] = {}
        self._handled = AlreadyHandled()
        self._replay = Replay(behind)
        self._asked: list[str] = []
        self._to_compare: set[Kinds] = set()
        metrics.QUEUE_EVENTS.of(lambda: len(self._waiting))
        metrics.QUEUE_BYTES.of(lambda: self._bytes)
        metrics.QUEUE_OLDEST.of(self._oldest)
        lookups.OPEN.by(lambda: open_now(self._begun))

    def came(self, queued: QueuedEvent, most: int) -> bool:
        """Count an event in; False where there is no room for it among `most`."""
        if self.is_full(most, queued.size):
            return False
        self._waiting[queued] = None
        self.arrivals += 1
        self._bytes += queued.size
        return True

    def is_full(self, most: int, size: int = 1) -> bool:
        """Whether there is no room for another event of that many bytes."""
        return len(self._waiting) >= most or self._bytes + size > MAX_WAITING_BYTES

    def _oldest(self) -> float:
        """The seconds since the first of those that haven't ended came in."""
        oldest = self.oldest
        return 0.0 if oldest is None else time.monotonic() - oldest

    @property
    def oldest(self) -> float | None:
        """When the first of those came in that haven't ended (monotonic seconds)."""
        first = next(iter(self._waiting), None)
        return None if first is None else first.arrived

    @property
    def left(self) -> list[QueuedEvent]:
        """Those that came in and haven't ended."""
        return list(self._waiting)

    async def begin(self, path: str, batch: Sequence[WebhookEvent]) -> list[WebhookEvent]:
        """Those that bring news; the others end here."""
        for webhook_event in batch:
            begun = Begun(path, time.monotonic(), self._follow_ups().resync_running)
            self._begun[webhook_event] = begun
            try:
                begun.is_news = await is_authentic(webhook_event)
                begun.outcome = None if begun.is_news else metrics.UNSIGNED
                if begun.is_news:
                    await self.asking.arrived(webhook_event.payload)
                if begun.is_news and self._handled.is_old_news(webhook_event):
                    begun.is_news = False
                    if not self._handled.is_repeated(webhook_event):
                        # Its issue was read since it came; those that show it were not.
                        self._asked += await self.asking.relatives_of([webhook_event.payload])
                touched_of(webhook_event)
            except Exception as error:  # noqa: BLE001  (whatever it is, the others go on)
                begun.is_news, begun.outcome = False, metrics.UNREADABLE
                logger.error(f"Nothing can be made of ({delivery_of(webhook_event)}): {error!r}")
        old = [webhook_event for webhook_event in batch if not self._begun[webhook_event].is_news]
        if old:
            await self.progress([], dict.fromkeys(old, False))
        return [webhook_event for webhook_event in batch if webhook_event not in old]

    async def progress(
        self, tried: Sequence[WebhookEvent], ended: dict[WebhookEvent, bool]
    ) -> None:
        """Ask for what events entail, once they were tried, and let go of those that ended.

        `ended`: with True where all of it was written.
        """
        follow_ups = self._follow_ups()
        if self._to_compare:
            kinds, self._to_compare = self._to_compare, set()
            self._asked += await self.asking.compare(kinds)
        if tried:
            # Also after what was given up: what it entails is true, whatever became of its rows.
            try:
                self._asked += await self.asking.after([one.payload for one in tried])
            except Exception as error:  # noqa: BLE001  (what it is, a comparison finds)
                names = ", ".join(map(named, tried))
                logger.error(f"What is entailed by {names} isn't known: {error!r}")
                await self.asking.sweep()
        if follow_ups.resync_running or any(self._begun[e].in_resync for e in tried):
            # One that ended meanwhile may have written after these were.
            self._replay.note(tried)
        else:
            self._replay.keep(tried)
        now = time.monotonic()
        notes = {"brought no news": 0, "after a resync, once more": 0, "not for all resources": 0}
        slowest = 0.0
        tellable: list[WebhookEvent] = []
        given_up: list[WebhookEvent] = []
        for webhook_event, written in ended.items():
            begun = self._begun[webhook_event]
            slowest = max(slowest, now - begun.at)
            notes["brought no news"] += not begun.is_news
            if begun.is_news and not written:
                notes["not for all resources"] += 1
                given_up.append(webhook_event)
            if begun.outcome not in (metrics.UNREADABLE, metrics.UNSIGNED):
                tellable.append(webhook_event)
            if written:
                self._handled.note([webhook_event], begun.at)
            again = isinstance(webhook_event, QueuedEvent) and webhook_event.again
            notes["after a resync, once more"] += again
            became = outcome(is_news=begun.is_news, written=written, again=again)
            count(webhook_event, begun.outcome or became)
            if isinstance(webhook_event, QueuedEvent) and webhook_event.ended:
                webhook_event.ended(written or not begun.is_news)
        if ended or self._asked:
            logger.bind(**details(tellable)).info(
                f"{len(ended)} live events done in {slowest:.3f} s"
                + "".join(f" ({n} of them {what})" for what, n in notes.items() if n)
                # Those first that somebody may look for.
                + (f": {some(dict.fromkeys([*given_up, *tellable]))}" if tellable else "")
                + f"; background work: {', '.join(dict.fromkeys(self._asked)) or 'none'}"
            )
            self._asked.clear()
        for webhook_event in ended:
            await self._end(webhook_event)

    def asked_for(self, names: Sequence[str]) -> None:
        """Have the names of background work said with the next progress."""
        self._asked += names

    def have_compared(self, kind: Kinds) -> None:
        """Have a kind compared, with the next progress: events of it were given up."""
        self._to_compare.add(kind)

    def touches_nothing(self, webhook_event: WebhookEvent) -> None:
        """No resource of the mapping is touched by an event under way."""
        self._begun[webhook_event].outcome = metrics.NOTHING_TO_DO

    def path_of(self, webhook_event: WebhookEvent) -> str:
        """The queue of an event under way."""
        return self._begun[webhook_event].path

    def resync_begins(self) -> None:
        """What was handled a moment ago it may not show."""
        self._replay.begins()

    async def again_after_resync(self) -> list[QueuedEvent]:
        """The events that were handled during the resync, to be handled once more; only once."""
        if self._replay.overflowed:
            await self.asking.sweep()
        return [*self._replay.take()]

    async def leave(self) -> None:
        """The worker ends: nobody is to wait for what is under way."""
        for webhook_event in [*self._begun]:
            await self._end(webhook_event)

    async def _end(self, webhook_event: WebhookEvent) -> None:
        begun = self._begun.pop(webhook_event)
        if isinstance(webhook_event, QueuedEvent):
            webhook_event.forget_parsed()
            if webhook_event in self._waiting:
                del self._waiting[webhook_event]
                self._bytes -= webhook_event.size
            await self._commit(begun.path)
