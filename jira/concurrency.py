"""Reading ahead, reading together, and tasks that end with the work they belong to."""

import asyncio
import contextvars
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from typing import Any

from jira.byte_budget import Share
from jira.http.purpose import Purpose, present_purpose
from jira.urgency import Urgency, present_urgency


class Scope:
    """The tasks of one piece of work: when it has ended none of them is left, whatever ended it.

    What is begun (`begin`) inside of it, however deep, belongs to it. A task that is merely
    cancelled goes on for a while, and so does what it began.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ended = False

    @contextmanager
    def entered(self) -> Iterator[None]:
        """The present task, and all that is begun from it on, is inside."""
        token = _scope.set(self)
        try:
            yield
        finally:
            _scope.reset(token)

    def begin[T](self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start a task. Raises RuntimeError where the whole has ended."""
        if self._ended:
            work.close()
            raise RuntimeError("the work that this belongs to was given up")
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def end(self) -> None:
        """Cancel what is under way, and wait for its end."""
        self._ended = True
        while left := {task for task in self._tasks if not task.done()}:
            for task in left:
                task.cancel()
            await asyncio.wait(left)


_scope: contextvars.ContextVar[Scope | None] = contextvars.ContextVar("scope", default=None)


def begin[T](work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start a task that belongs to whatever its beginner belongs to."""
    scope = _scope.get()
    return asyncio.create_task(work) if scope is None else scope.begin(work)


@contextmanager
def only_own_end() -> Iterator[None]:
    """What is waited for in here may be cancelled by others: that is an error like any other.

    Raises TimeoutError then; CancelledError only where the present task itself is cancelled.
    """
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise TimeoutError("what was waited for was ended by somebody else") from error


async def read_ahead[T, R](
    source: AsyncIterator[T],
    work: Callable[[T], Awaitable[R]],
    *,
    most: int,
    weigh: Callable[[R], int] = lambda result: 0,
    share: Share | None = None,
) -> AsyncIterator[R]:
    """Run `work` on each item of `source`, up to `most` at a time, and yield in order.

    Items that are done but not yet taken count too, so no more than `most` results are held, and
    together no more than the `share` of a budget admits: whoever takes one says when it `leave`s.
    The first error, of `source` or of `work`, ends the iteration at its place.
    """
    places = asyncio.Semaphore(most)
    under_way: asyncio.Queue[asyncio.Task[R] | None] = asyncio.Queue()
    started: set[asyncio.Task[R]] = set()

    async def weighed(item: T) -> R:
        result = await work(item)
        if share is not None:
            share.came(weigh(result))
        return result

    async def start_all() -> None:
        try:
            async for item in source:
                await places.acquire()
                if share is not None:
                    await share.enter()
                task = begin(weighed(item))
                started.add(task)
                under_way.put_nowait(task)
        finally:
            under_way.put_nowait(None)

    feeder = begin(start_all())
    try:
        while (task := await under_way.get()) is not None:
            result = await task
            started.discard(task)
            if share is not None:
                share.took()
            yield result
            places.release()
        await feeder
    finally:
        unfinished: list[asyncio.Task[Any]] = [feeder, *started]
        for pending in unfinished:
            pending.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)


async def merged[T](sources: Sequence[AsyncIterator[T]], *, most: int = 1) -> AsyncIterator[T]:
    """The items of several sources, read side by side, as they come.

    No more than `most` items wait to be taken. The first error of any source is raised.
    """
    waiting: asyncio.Queue[tuple[T] | asyncio.Task[None]] = asyncio.Queue(most)

    async def drain(source: AsyncIterator[T]) -> None:
        async for item in source:
            await waiting.put((item,))

    async def watch(source: AsyncIterator[T]) -> None:
        task = begin(drain(source))
        try:
            await asyncio.wait((task,))
        finally:
            task.cancel()
        await waiting.put(task)

    watchers = [begin(watch(source)) for source in sources]
    try:
        ended = 0
        while ended < len(watchers):
            item = await waiting.get()
            if isinstance(item, tuple):
                yield item[0]
            else:
                ended += 1
                item.result()
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)


async def batched[T](pages: AsyncIterator[list[T]], size: int) -> AsyncIterator[list[T]]:
    """The same items in lists of at least `size`; only the last one may be shorter.

    An error comes after everything that came before it.
    """
    together: list[T] = []
    failed: Exception | None = None
    try:
        async for page in pages:
            together += page
            if len(together) >= size:
                yield together
                together = []
    except Exception as error:  # noqa: BLE001  (raised below)
        failed = error
    if together:
        yield together
    if failed is not None:
        raise failed


class Gatherer[C: Hashable, V]:
    """Joins the reads that are asked for in the same moment into one call.

    `read(context, ids)` gets the ids that were asked for with the same context (a selector), for
    the same purpose, before the event loop comes round again, each once, and returns what it found.
    """

    def __init__(self, read: Callable[[C, list[str]], Awaitable[Mapping[str, V]]]) -> None:
        self._read = read
        self._waiting: dict[
            tuple[C, Urgency, Purpose],
            tuple[dict[str, None], asyncio.Task[Mapping[str, V]]],
        ] = {}

    async def get(self, context: C, ids: Iterable[str]) -> dict[str, V]:
        """What was found of `ids`; what `read` raises is raised to everybody who asked."""
        wanted = list(ids)
        # What is urgent doesn't wait for what isn't.
        key = (context, present_urgency(), present_purpose())
        if key not in self._waiting:
            gathered: dict[str, None] = {}
            # Others may have asked as well: it doesn't end with whoever was the first.
            nobodys = contextvars.copy_context()
            nobodys.run(_scope.set, None)
            flush = asyncio.create_task(self._flush(key, gathered), context=nobodys)
            self._waiting[key] = (gathered, flush)
        gathered, task = self._waiting[key]
        gathered.update(dict.fromkeys(wanted))
        # Shielded: one caller that gives up must not take the answer from the others.
        found = await asyncio.shield(task)
        return {key: found[key] for key in wanted if key in found}

    async def _flush(
        self, key: tuple[C, Urgency, Purpose], gathered: Mapping[str, None]
    ) -> Mapping[str, V]:
        del self._waiting[key]
        return await self._read(key[0], list(gathered))
