"""What becomes of an event: for each resource that it touches by itself, in a lane of its own.

A lane reads what waits for its resource together, and writes what was read at once. What fails for
now stays in the lane and is tried again, what fails for good is said once. Neither holds up the
queue or another lane. Within a lane every read begins after the write before it, so that an older
read is never written after a newer one.
"""

import asyncio
import contextvars
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookEventRawResults

from background.failing import Failing
from jira.errors import TRANSIENT_ERRORS, JiraAuthenticationError
from port.entities import is_transient

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
MAX_TOGETHER = 200
MAX_TRIES = 8
"""How often a read may fail, while Jira answers, before it is left to the next event and sweep."""


@dataclass(eq=False)
class Pair:
    """An event and one of the resources that it touches; `context` is what reading it needs."""

    event: WebhookEvent
    resource: str
    subjects: frozenset[Hashable]
    context: Any = None
    tries: int = 0


Read = Callable[[Pair], Awaitable[WebhookEventRawResults]]
Write = Callable[[list[WebhookEventRawResults]], Awaitable[None]]
Around = Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]


@dataclass(frozen=True)
class Means:
    """What lanes work with.

    `jira_answers`: whether Jira is there and knows us, where a read failed. `around` runs a round
    where reading and writing find what they need. `progress` is told after each round which
    events were tried once by all of their resources, and which have ended: with True where all of
    it was written. `recovered` is told of a resource that works again.
    """

    read: Read
    write: Write
    jira_answers: Callable[[], Awaitable[bool]]
    around: Around
    progress: Callable[[list[WebhookEvent], dict[WebhookEvent, bool]], Awaitable[None]]
    recovered: Callable[[str], None]
    failing: Failing
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


class Outcomes:
    """Hands events to the lanes of their resources, and knows which are still open."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._lanes: dict[str, _Lane] = {}
        self._untried: dict[WebhookEvent, set[Pair]] = {}
        self._open: dict[WebhookEvent, set[Pair]] = {}
        self._given_up: set[WebhookEvent] = set()
        self._changed = asyncio.Event()

    @property
    def held(self) -> int:
        """How many pairs are neither written nor given up."""
        return sum(map(len, self._open.values()))

    async def room(self, most: int) -> None:
        """Wait until fewer than so many are held: in an outage the queue keeps the others."""
        while self.held >= most:
            self._changed.clear()
            await self._changed.wait()

    async def take(self, pairs_of: Mapping[WebhookEvent, Sequence[Pair]]) -> None:
        """Begin with these events; returns at once."""
        for webhook_event, pairs in pairs_of.items():
            self._open[webhook_event] = set(pairs)
            self._untried[webhook_event] = set(pairs)
            for pair in pairs:
                if pair.resource not in self._lanes:
                    self._lanes[pair.resource] = _Lane(pair.resource, self._means, self._note)
                self._lanes[pair.resource].add(pair)
        await self._note(tried=[], written=[], given_up=[])

    async def _note(
        self, *, tried: Iterable[Pair], written: Iterable[Pair], given_up: Iterable[Pair]
    ) -> None:
        """What became of pairs in a round of a lane."""
        for pair in tried:
            self._untried.get(pair.event, set()).discard(pair)
        for pair in given_up:
            self._given_up.add(pair.event)
            self._open[pair.event].discard(pair)
        for pair in written:
            self._open[pair.event].discard(pair)
        once = [webhook_event for webhook_event, left in self._untried.items() if not left]
        ended = {e: e not in self._given_up for e, left in self._open.items() if not left}
        for webhook_event in once:
            del self._untried[webhook_event]
        for webhook_event in ended:
            del self._open[webhook_event]
            self._given_up.discard(webhook_event)
        self._changed.set()
        await self._means.progress(once, ended)

    def close(self) -> None:
        """The worker ends: what is open is left."""
        for lane in self._lanes.values():
            lane.close()


class _Lane:
    """The pairs of one resource, round by round."""

    def __init__(self, resource: str, means: Means, note: Callable[..., Awaitable[None]]) -> None:
        self._resource = resource
        self._means = means
        self._note = note
        self._new: list[Pair] = []
        self._again: list[Pair] = []
        self._woken = asyncio.Event()
        self._pause = FIRST_PAUSE
        self._task: asyncio.Task[None] | None = None

    def add(self, pair: Pair) -> None:
        self._new.append(pair)
        self._woken.set()
        if self._task is None or self._task.done():
            # Not in the context of whoever adds, which ends before this.
            self._task = asyncio.create_task(self._run(), context=contextvars.Context())

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while self._new or self._again:
            rested = not self._new and await self._rest()
            together, self._new = self._new[:MAX_TOGETHER], self._new[MAX_TOGETHER:]
            if rested or not self._again:
                together, self._again = [*self._again, *together], []
                self._pause = min(2 * self._pause, LONGEST_PAUSE) if rested else FIRST_PAUSE
            try:
                await self._means.around(partial(self._round, together))
            except Exception as error:  # noqa: BLE001  (no mapping, say: it is tried again)
                self._means.failing.note(self._resource, error)
                self._again += together

    async def _rest(self) -> bool:
        """Pause before another try; False where something new came meanwhile."""
        self._woken.clear()
        pause = asyncio.ensure_future(self._means.pause(self._pause))
        woken = asyncio.create_task(self._woken.wait())
        try:
            await asyncio.wait((pause, woken), return_when=asyncio.FIRST_COMPLETED)
            return pause.done()
        finally:
            pause.cancel()
            woken.cancel()

    async def _round(self, pairs: list[Pair]) -> None:
        """Read together, write what was read, and see what becomes of the rest."""
        read, failed = await self._read(pairs)
        answers = bool(read) or not failed or await self._means.jira_answers()
        if read:
            try:
                await self._means.write(
                    [*{id(result): result for result in read.values()}.values()]
                )
            except Exception as error:  # noqa: BLE001  (looked at like a failed read)
                failed |= dict.fromkeys(read, error)
                read, answers = {}, False
        if read:
            self._means.failing.outage_over()
            if self._means.failing.works(self._resource):
                self._means.recovered(self._resource)
        given_up = [p for p, error in failed.items() if self._gives_up(p, error, answers=answers)]
        self._again += [pair for pair in failed if pair not in given_up]
        await self._note(tried=pairs, written=read, given_up=given_up)

    async def _read(
        self, pairs: list[Pair]
    ) -> tuple[dict[Pair, WebhookEventRawResults], dict[Pair, BaseException]]:
        """Events of the same subjects need one read."""
        same: dict[frozenset[Hashable], list[Pair]] = defaultdict(list)
        for pair in pairs:
            same[pair.subjects].append(pair)
        results = await asyncio.gather(
            *(self._means.read(of[0]) for of in same.values()), return_exceptions=True
        )
        read: dict[Pair, WebhookEventRawResults] = {}
        failed: dict[Pair, BaseException] = {}
        for of, result in zip(same.values(), results, strict=True):
            if isinstance(result, BaseException):
                failed |= dict.fromkeys(of, result)
            else:
                read |= dict.fromkeys(of, result)
        return read, failed

    def _gives_up(self, pair: Pair, error: BaseException, *, answers: bool) -> bool:
        """Whether another try is no use. `answers`: Jira and Port are there, it is its own."""
        if not isinstance(error, Exception):
            raise error
        pair.tries += answers
        mine = answers and isinstance(error, JiraAuthenticationError)
        ends = mine or not passes(error) or pair.tries >= MAX_TRIES
        if ends or pair.tries > 1:
            self._means.failing.note(self._resource, error)
        elif not answers:
            self._means.failing.outage(error)
        return ends


def passes(error: Exception) -> bool:
    """Whether a failure may be over by itself, or by an administrator's hand."""
    if isinstance(error, httpx.HTTPError):
        return is_transient(error)
    return isinstance(error, (*TRANSIENT_ERRORS, TimeoutError))
