"""Redis's clock as a process's own shows it: as sure as the answers were quick."""

import pytest

from redis_link.moments import LASTS_SECONDS, Moments

OFFSET = 1_700_000_000.0


def measured(moments: Moments, at: float, took: float, offset: float = OFFSET) -> None:
    """As if Redis had looked at its clock at some moment in between."""
    moments.measured(at, int((at + took * 0.7 + offset) * 1e6), at + took)


@pytest.mark.parametrize("took", [0.001, 0.2, 5.0])
def test_what_it_says_is_never_surer_than_it_can_be(took):
    moments = Moments()
    measured(moments, 100.0, took)
    real = int((90.0 + OFFSET) * 1e6)
    assert moments.earliest(90.0) <= real <= moments.latest(90.0)
    assert moments.latest(90.0) - moments.earliest(90.0) < (took + 0.01) * 1e6


def test_a_quick_answer_counts_more_than_a_slow_one_that_came_later():
    moments = Moments()
    measured(moments, 100.0, 0.001)
    before = moments.latest(100.0) - moments.earliest(100.0)
    measured(moments, 101.0, 1.0)
    assert moments.latest(100.0) - moments.earliest(100.0) == before


def test_an_old_measurement_gives_way():
    moments = Moments()
    measured(moments, 100.0, 0.001)
    measured(moments, 101.0 + LASTS_SECONDS, 0.5, OFFSET + 0.001)
    assert moments.latest(100.0) - moments.earliest(100.0) > 100_000


def test_a_clock_that_was_set_is_believed():
    moments = Moments()
    measured(moments, 100.0, 0.001)
    measured(moments, 101.0, 0.01, OFFSET + 60)
    real = int((101.0 + OFFSET + 60) * 1e6)
    assert moments.earliest(101.0) <= real <= moments.latest(101.0)


def test_without_a_measurement_nothing_is_said():
    with pytest.raises(RuntimeError, match="wasn't read"):
        Moments().earliest(1.0)
