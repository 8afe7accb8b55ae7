"""What was asked and read for one piece of work, such as a resource of a resync."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Tally:
    """Requests to Jira, and how many rows there are at most, where that is known."""

    requests: int = 0
    at_most: int | None = None


_present: ContextVar[Tally | None] = ContextVar("tally", default=None)


@contextmanager
def counted_for(tally: Tally) -> Iterator[None]:
    """What is asked in here, and in the tasks that are made here, counts for it."""
    _present.set(tally)
    try:
        yield
    finally:
        # Not by a token: a generator may be closed in another context than it began in.
        _present.set(None)


def count_request() -> None:
    """A request goes to Jira."""
    if (tally := _present.get()) is not None:
        tally.requests += 1


def expect_at_most(rows: int) -> None:
    """There are no more rows than that to be read, as far as Jira has told."""
    if (tally := _present.get()) is not None:
        tally.at_most = rows
