"""A lane: what events ask for of one resource, read together and written at once.

What fails for now stays in the lane and is tried again, what fails for good is said once. Neither
holds up another lane, nor what is new in this one. Every read begins after the write before it, so
that an older read is never written after a newer one.
"""

import asyncio
import contextvars
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
from loguru import logger
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookEventRawResults

from jira.concurrency import only_own_end
from jira.errors import TRANSIENT_ERRORS, JiraAuthenticationError, JiraError
from port.entities import is_transient
from port.failing import Failing
from webhook_processors.own_subject import note_gone
from webhook_processors.results import PartialResults
from webhook_processors.told import context_of

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
MAX_TOGETHER = 200
MAX_TRIES = 8
"""How often a pair may fail, while Jira and Port answer, before it is left to event and sweep."""
FEW_TRIES = 2
"""The same, for a cause that has lasted longer than that."""


@dataclass(eq=False)
class Pair[C]:
    """An event and one of the resources that it touches; `context` is what reading it needs."""

    event: WebhookEvent
    resource: str
    subjects: frozenset[Hashable]
    context: C
    tries: int = 0


Read = dict[Pair[Any], WebhookEventRawResults]


@dataclass(frozen=True)
class Failure:
    """Why a pair failed; it `counts` where what it needs is there, so that it is its own."""

    error: Exception
    counts: bool


Tried = tuple[list[Pair[Any]], dict[Pair[Any], Failure]]
"""The pairs that were written, and those that failed."""


@dataclass(frozen=True)
class Means:
    """What lanes work with.

    `write` is told since when (monotonic seconds) its results were read. `jira_answers`: whether
    Jira is there and knows us, where a read failed. `around` runs a round
    where reading and writing find what they need. `recovered` is told of a resource that works
    again, by one of its pairs.
    """

    read: Callable[[Pair[Any]], Awaitable[WebhookEventRawResults]]
    write: Callable[[list[WebhookEventRawResults], float], Awaitable[None]]
    jira_answers: Callable[[], Awaitable[bool]]
    around: Callable[[Callable[[], Awaitable[Tried]]], Awaitable[Tried]]
    recovered: Callable[[Pair[Any]], None]
    failing: Failing
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


Note = Callable[[Iterable[Pair[Any]], Iterable[Pair[Any]], Sequence[Pair[Any]]], Awaitable[None]]
"""Is told of pairs after a round: those that were tried, were written, and were given up."""


class Lane:
    """The pairs of one resource, round by round."""

    def __init__(self, resource: str, means: Means, note: Note) -> None:
        self._resource = resource
        self._means = means
        self._note = note
        self._new: list[Pair[Any]] = []
        self._again: list[Pair[Any]] = []
        self._woken = asyncio.Event()
        self._pause = FIRST_PAUSE
        self._resting: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        # Why Jira couldn't be read at all the last time.
        self._down: Exception | None = None
        # Whether anything was written since what failed was last tried.
        self._wrote = False

    def add(self, pair: Pair[Any]) -> None:
        """Have a pair read and written as soon as the round under way has ended."""
        self._new.append(pair)
        self._woken.set()
        if self._task is None or self._task.done():
            # Not in the context of whoever adds, which ends before this.
            self._task = asyncio.create_task(self._run(), context=contextvars.Context())

    def held(self) -> tuple[int, int]:
        """How many pairs are new in it, and how many are tried again later."""
        return len(self._new), len(self._again)

    async def close(self) -> None:
        """End, and leave what isn't done."""
        tasks = [task for task in (self._task, self._resting) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        while self._new or self._again:
            await self._round(await self._next())

    async def _next(self) -> list[Pair[Any]]:
        """What is new, at once; with what failed before, after a pause that new ones don't end."""
        if not self._again:
            self._pause = FIRST_PAUSE
        elif self._resting is None:
            self._resting = asyncio.ensure_future(self._means.pause(self._pause))
            self._resting.add_done_callback(lambda _: self._woken.set())
        while self._resting and not (self._new or self._resting.done()):
            self._woken.clear()
            await self._woken.wait()
        together, self._new = self._new[:MAX_TOGETHER], self._new[MAX_TOGETHER:]
        if self._resting and self._resting.done():
            together, self._again, self._resting = [*self._again, *together], [], None
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
        return together

    async def _round(self, pairs: list[Pair[Any]]) -> None:
        """Read and write, and see what becomes of what failed."""
        try:
            context = context_of(self._resource, [pair.event for pair in pairs])
            with only_own_end(), logger.contextualize(**context):
                written, failed = await self._means.around(partial(self._try, pairs))
        except Exception as error:  # noqa: BLE001  (no mapping, say: it is tried again)
            self._means.failing.outage(self._resource, error)
            self._again += pairs
            return
        given_up = [pair for pair, failure in failed.items() if self._gives_up(pair, failure)]
        for pair in given_up:
            del failed[pair]
        self._again += failed
        self._wrote = bool(written)
        if all(failure.counts for failure in failed.values()):
            self._means.failing.outage_over(self._resource)
        if written and not (given_up or self._again) and self._means.failing.works(self._resource):
            self._means.recovered(written[0])
        await self._note(pairs, written, given_up)

    async def _try(self, pairs: list[Pair[Any]]) -> Tried:
        """Read together and write what was read; while Jira is down it is asked once, not more."""
        if self._down and not await self._means.jira_answers():
            return [], dict.fromkeys(pairs, Failure(self._down, counts=False))
        since = time.monotonic()
        read, failed = await self._read(pairs)
        there = bool(read) or not failed or await self._means.jira_answers()
        self._down = None if there else next(iter(failed.values()))
        written, unwritten = await self._write(read, since)
        failed |= {
            pair: result.failed
            for pair in written
            if isinstance(result := read[pair], PartialResults) and result.failed is not None
        }
        whole = [pair for pair in written if pair not in failed]
        for pair in whole:
            note_gone(pair.event, pair.resource, read[pair])
        return whole, {p: Failure(e, counts=there) for p, e in failed.items()} | unwritten

    async def _read(self, pairs: list[Pair[Any]]) -> tuple[Read, dict[Pair[Any], Exception]]:
        """Events of the same subjects need one read."""
        same: dict[frozenset[Hashable], list[Pair[Any]]] = defaultdict(list)
        for pair in pairs:
            same[pair.subjects].append(pair)
        results = await asyncio.gather(
            *(self._means.read(of[0]) for of in same.values()), return_exceptions=True
        )
        read: Read = {}
        failed: dict[Pair[Any], Exception] = {}
        for of, result in zip(same.values(), results, strict=True):
            if isinstance(result, WebhookEventRawResults):
                read |= dict.fromkeys(of, result)
            elif isinstance(result, Exception):
                failed |= dict.fromkeys(of, result)
            else:
                failed |= dict.fromkeys(of, TimeoutError("the read was ended by somebody else"))
        return read, failed

    async def _write(self, read: Read, since: float) -> Tried:
        """All at once; where some may have spoiled that for the others, by halves.

        Where it may be that nobody is there, one alone tells first: if it fails, too, all of them
        wait, and that one behind the others.
        """
        same: dict[int, list[Pair[Any]]] = defaultdict(list)
        for pair, result in read.items():
            same[id(result)].append(pair)
        written: list[Pair[Any]] = []
        failed: dict[Pair[Any], Exception] = {}
        todo = [list(same.values())] if same else []
        while todo:
            part = todo.pop()
            error = await self._refusal([read[pairs[0]] for pairs in part], since)
            pairs = [pair for of in part for pair in of]
            if error is None:
                written += pairs
            elif len(part) > 1:
                middle = 1 if len(part) == len(same) and passes(error) else len(part) // 2
                todo += [part[middle:], part[:middle]]
            elif written or not passes(error):
                failed |= dict.fromkeys(pairs, error)
            else:
                waits = [pair for part in todo for of in part for pair in of]
                failed |= dict.fromkeys([*waits, *pairs], error)
                break
        counts = bool(written) or self._wrote
        if not counts and any(isinstance(error, JiraError) for error in failed.values()):
            # A delete is looked up in Jira before.
            counts = await self._means.jira_answers()
        return written, {pair: Failure(error, counts) for pair, error in failed.items()}

    async def _refusal(
        self, results: list[WebhookEventRawResults], since: float
    ) -> Exception | None:
        try:
            await self._means.write(results, since)
        except Exception as error:  # noqa: BLE001  (looked at like a failed read)
            return error
        return None

    def _gives_up(self, pair: Pair[Any], failure: Failure) -> bool:
        """Whether another try is no use."""
        error = failure.error
        pair.tries += failure.counts
        # Known to Jira and not let in here, twice: the first time the token may have been renewed
        # between the two questions.
        mine = failure.counts and pair.tries > 1 and isinstance(error, JiraAuthenticationError)
        # The first ones have shown that it doesn't pass: the others needn't wait for that.
        lasts = self._means.failing.times(self._resource, error) >= MAX_TRIES
        ends = mine or not passes(error) or pair.tries >= (FEW_TRIES if lasts else MAX_TRIES)
        if ends or (failure.counts and pair.tries > 1):
            self._means.failing.note(self._resource, error)
        elif not failure.counts:
            self._means.failing.outage(self._resource, error)
        return ends


def passes(error: Exception) -> bool:
    """Whether a failure may be over by itself, or by an administrator's hand."""
    if isinstance(error, httpx.HTTPError):
        return is_transient(error)
    return isinstance(error, (*TRANSIENT_ERRORS, TimeoutError))
