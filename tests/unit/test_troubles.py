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


def test_a_state_is_said_once_and_its_end_with_how_long_it_lasted(log):
    now = 100.0
    troubles = Troubles("events wait", lambda: now)
    for _ in range(5):
        troubles.failed(exceptions.ConnectionError("refused"))
    now = 130.0
    troubles.failed(exceptions.BusyLoadingError("loading"))
    troubles.works()
    troubles.works()
    assert [line.partition("|")[0] for line in log] == ["WARNING", "WARNING", "INFO"]
    assert "can't be reached; until it works events wait. It said: refused" in log[0]
    assert "after 30 s" in log[2]
    assert troubles.state is None
