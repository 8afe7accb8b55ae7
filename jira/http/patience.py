"""How long a request is tried: a live event is tried again by its own means, and not in a request
that others wait for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_one_attempt: ContextVar[bool] = ContextVar("one_attempt", default=False)


@contextmanager
def one_attempt() -> Iterator[None]:
    """Requests in here, and in the tasks that are made here, fail with their first failure."""
    token = _one_attempt.set(True)
    try:
        yield
    finally:
        _one_attempt.reset(token)


def is_one_attempt() -> bool:
    """Whether a request is to be sent once."""
    return _one_attempt.get()
