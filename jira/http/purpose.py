"""What a request is for: what can wait lets go first what can't."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum


class Purpose(StrEnum):
    """From what is served first to what waits longest."""

    LIVE = "live"
    FOLLOW_UP = "follow_up"
    RESYNC = "resync"
    SWEEP = "sweep"

    @property
    def in_words(self) -> str:
        """For the log."""
        return _IN_WORDS[self]


_IN_WORDS = {
    Purpose.LIVE: "live events",
    Purpose.FOLLOW_UP: "what events entail",
    Purpose.RESYNC: "a resync",
    Purpose.SWEEP: "a sweep",
}

_present: ContextVar[Purpose] = ContextVar("purpose", default=Purpose.LIVE)


@contextmanager
def asked_for(purpose: Purpose) -> Iterator[None]:
    """Requests in here, and in the tasks that are made here, are for this."""
    token = _present.set(purpose)
    try:
        yield
    finally:
        _present.reset(token)


def present_purpose() -> Purpose:
    """What a request is for that is made now: for a live event, unless somebody said otherwise."""
    return _present.get()


async def steps_for[T](purpose: Purpose, steps: AsyncIterator[T]) -> AsyncIterator[T]:
    """The same steps, each made for this; whoever takes them has a purpose of its own between."""
    while True:
        with asked_for(purpose):
            try:
                step = await anext(steps)
            except StopAsyncIteration:
                return
        yield step
