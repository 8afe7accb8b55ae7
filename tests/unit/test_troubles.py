"""What Redis is in, in words, once for each state."""

import pytest
from redis import exceptions

from redis_link.troubles import State, Troubles, state_of


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (exceptions.ConnectionError("refused"), State.AWAY),
        (ConnectionResetError(), State.AWAY),
        (exceptions.TimeoutError("slow"), State.SLOW),
        (TimeoutError(), State.SLOW),
        (exceptions.AuthenticationError("WRONGPASS"), State.REFUSED),
        (exceptions.ResponseError("NOAUTH Authentication required."), State.REFUSED),
        (exceptions.OutOfMemoryError("command not allowed"), State.FULL),
        (exceptions.ResponseError("OOM command not allowed when used memory"), State.FULL),
        (exceptions.NoPermissionError("no"), State.FORBIDDEN),
        (exceptions.BusyLoadingError("loading"), State.NOT_YET),
        (exceptions.ReadOnlyError("replica"), State.NOT_YET),
        (exceptions.ResponseError("CLUSTERDOWN"), State.NOT_YET),
        (exceptions.ResponseError("NOGROUP No such key"), State.LOST),
        (exceptions.ResponseError("ERR wrong number of arguments"), State.OTHER),
    ],
)
def test_each_error_is_of_one_state(error, state):
    assert state_of(error) is state


REFUSED = exceptions.ConnectionError("refused")
LOADING = exceptions.BusyLoadingError("loading")
FULL = exceptions.OutOfMemoryError("full")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def troubles(clock) -> Troubles:
    return Troubles("events wait", "events go on", clock)


def levels(log) -> list[str]:
    return [line.partition("|")[0] for line in log]


def test_a_state_is_said_once_and_its_end_with_how_long_it_lasted(troubles, clock, log):
    user = troubles.of_one()
    for _ in range(5):
        user.failed(REFUSED)
    clock.now = 130.0
    user.failed(LOADING)
    user.works()
    user.works()
    assert levels(log) == ["WARNING", "WARNING", "INFO"]
    assert "can't be reached; until it works events wait. It said: refused" in log[0]
    assert "after 30 s" in log[2]
    assert user.state is None


def test_however_many_use_it_each_state_is_said_once_and_its_end_when_it_works_for_all(
    troubles, log
):
    users = [troubles.of_one() for _ in range(4)]
    for _ in range(3):
        for user in users:
            user.failed(REFUSED)
    for user in users:
        user.works()
        assert levels(log) == ["WARNING", *(["INFO"] if user is users[-1] else [])]


def test_while_it_is_full_reading_works_and_nothing_is_said_again(troubles, log):
    reads, writes = troubles.of_one(), troubles.of_one()
    for _ in range(3):
        writes.failed(FULL)
        reads.works()
    assert levels(log) == ["WARNING"]
    assert "until it works events go on" in log[0]


def test_one_that_uses_it_no_more_keeps_nothing_from_being_said(troubles, log):
    gone, user = troubles.of_one(), troubles.of_one()
    gone.failed(REFUSED)
    user.failed(REFUSED)
    del gone
    user.works()
    user.failed(REFUSED)
    assert levels(log) == ["WARNING", "INFO", "WARNING"]
