"""The pace finds what a site takes, however that counts, and uses it up with hardly a refusal."""

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable

import pytest

from jira.http.pace import Pace
from tests.unit.helpers.moments import reserved


def sliding(rate: float) -> Callable[[float], bool]:
    """A server that takes so many requests in any second."""
    taken: deque[float] = deque()

    def takes(now: float) -> bool:
        while taken and taken[0] <= now - 1:
            taken.popleft()
        if len(taken) >= rate:
            return False
        taken.append(now)
        return True

    return takes


def by_the_second(rate: float) -> Callable[[float], bool]:
    """A server that begins to count anew with every second of the clock."""
    counted: dict[int, int] = {}

    def takes(now: float) -> bool:
        counted[int(now)] = counted.get(int(now), 0) + 1
        return counted[int(now)] <= rate

    return takes


def bucket(rate: float, size: float) -> Callable[[float], bool]:
    """A server that lets unused requests add up."""
    state = [size, 0.0]

    def takes(now: float) -> bool:
        state[0] = min(size, state[0] + rate * (now - state[1]))
        state[1] = now
        if state[0] < 1:
            return False
        state[0] -= 1
        return True

    return takes


def run(
    server: Callable[[float], bool],
    requests: int,
    *,
    latency: float,
    stall: float = 0.0,
    pause: float = 1.0,
    workers: int = 10,
) -> tuple[float, int]:
    """Send so many requests until each is granted; the seconds, and how many were refused."""
    rng = random.Random(1)
    pace = Pace(100.0)
    order = itertools.count()
    moments: list[tuple[float, int, Callable[[float], None]]] = []
    left = requests
    refusals = 0
    ended = 0.0
    paused_until = 0.0

    def at(moment: float, do: Callable[[float], None]) -> None:
        if stall and moment % 2.5 < stall:
            # The process is busy with something else for a while, again and again.
            moment += stall - moment % 2.5
        heapq.heappush(moments, (moment, next(order), do))

    def begin(now: float) -> None:
        if now < paused_until:
            at(paused_until, begin)
        elif (moment := reserved(pace, now)) > now:
            at(moment, send)
        else:
            send(now)

    def send(now: float) -> None:
        if now < paused_until:
            at(paused_until, begin)
            return
        if (wait := pace.send(now)) > 0:
            at(now + wait, send)
            return
        arrived = now + latency * rng.uniform(0.1, 0.3)
        heapq.heappush(moments, (arrived, next(order), arrive))

    def arrive(now: float) -> None:
        takes = server(now)
        at(now + latency * 0.7, lambda now: learn(now, takes=takes))

    def learn(now: float, *, takes: bool) -> None:
        nonlocal left, refusals, ended, paused_until
        if takes:
            pace.granted(now)
            left -= 1
            ended = now
            if left >= workers:
                begin(now)
            return
        refusals += 1
        until = now + pause + rng.uniform(0, 0.2)
        pace.refused(now, until)
        paused_until = max(paused_until, until)
        # The framework waits a little before a request is repeated, the pause aside.
        at(now + rng.uniform(0.4, 0.6), begin)

    for _ in range(workers):
        begin(0.0)
    while moments:
        moment, _, do = heapq.heappop(moments)
        do(moment)
    assert left == 0
    return ended, refusals


SERVERS: dict[str, Callable[[], Callable[[float], bool]]] = {
    "any second": lambda: sliding(10),
    "every second": lambda: by_the_second(10),
    "small bucket": lambda: bucket(10, 10),
    "large bucket": lambda: bucket(10, 20),
}


@pytest.mark.parametrize("stall", [0.0, 0.2])
@pytest.mark.parametrize("latency", [0.02, 0.05, 0.1])
@pytest.mark.parametrize("server", SERVERS)
def test_a_site_that_takes_ten_a_second_is_used_up_and_hardly_ever_refuses(server, latency, stall):
    seconds, refusals = run(SERVERS[server](), 1000, latency=latency, stall=stall)
    assert seconds <= 115
    assert refusals < 20


@pytest.mark.parametrize(("rate", "most"), [(2, 160), (5, 120), (30, 115), (60, 115)])
def test_other_limits_are_found_too(rate, most):
    """Each would take 100 seconds."""
    seconds, refusals = run(sliding(rate), 100 * rate, latency=0.1)
    assert seconds <= most
    assert refusals <= 25


@pytest.mark.parametrize("pause", [5.0, 20.0, 60.0])
def test_a_site_with_long_pauses_is_used_up_between_them(pause):
    seconds, refusals = run(sliding(10), 3000, latency=0.1, pause=pause)
    assert refusals < 40
    assert seconds < 330 + 9 * pause
