"""How many requests sweeps may make: so many a minute, and at once what was saved up."""

import pytest

from background.allowance import SAVED_MINUTES, Allowance


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_is_saved_up_may_be_used_at_once(clock):
    allowance = Allowance(60, clock)
    allowance.spend(60 * SAVED_MINUTES - 1)
    assert allowance.wait() == 0.0
    allowance.spend(1)
    assert allowance.wait() == 1.0


def test_after_that_it_is_so_many_a_minute(clock):
    allowance = Allowance(60, clock)
    allowance.spend(60 * SAVED_MINUTES + 30)
    assert allowance.wait() == 31.0
    clock.now += 30.0
    assert allowance.wait() == 1.0
    clock.now += 1.0
    assert allowance.wait() == 0.0


def test_no_more_is_saved_than_for_some_minutes(clock):
    allowance = Allowance(60, clock)
    clock.now += 86_400.0
    allowance.spend(60 * SAVED_MINUTES)
    assert allowance.wait() > 0


def test_in_the_long_run_it_is_what_was_allowed(clock):
    """However many a page costs."""
    allowance, made = Allowance(300, clock), 0
    while clock.now < 3600.0:
        clock.now += allowance.wait()
        allowance.spend(220)
        made += 220
    assert made <= 300 * (clock.now / 60 + SAVED_MINUTES) + 220


def test_without_a_limit_nobody_waits(clock):
    allowance = Allowance(0, clock)
    allowance.spend(1_000_000)
    assert allowance.wait() == 0.0
