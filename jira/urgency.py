"""How urgent something is: live events come first, and what nobody waits for says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum


class Urgency(IntEnum):
    """The lower one comes first."""

    LIVE = 0
    BACKGROUND = 1
    """Resyncs, sweeps, and what else a change touches."""


_urgency: ContextVar[Urgency] = ContextVar("urgency", default=Urgency.LIVE)


@contextmanager
def in_background() -> Iterator[None]:
    """What is asked of Jira and Port in here, and in the tasks that are made here, gives way."""
    token = _urgency.set(Urgency.BACKGROUND)
    try:
        yield
    finally:
        _urgency.reset(token)


def present_urgency() -> Urgency:
    """How urgent the present work is."""
    return _urgency.get()
