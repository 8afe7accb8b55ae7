"""Who may spend what of an hour's points: what is urgent first, and never more than the share."""

import random

import pytest

from jira.http.point_budget import (
    ALWAYS_KEPT,
    CLOCKS_DIFFER_SECONDS,
    DEFAULT_QUOTA,
    KEPT,
    PointBudget,
)
from jira.http.purpose import Purpose
from jira.http.rate_limits import Limit

HOUR = 3600.0
BEGIN = 1_000_000 * HOUR
LIVE, FOLLOW_UP, RESYNC, SWEEP = Purpose
QUOTA = DEFAULT_QUOTA / 2


@pytest.fixture
def budget() -> PointBudget:
    return PointBudget(50)


def test_live_events_have_the_whole_share(budget):
    assert budget.room(LIVE, BEGIN) == budget.an_hour == QUOTA
    budget.spend(QUOTA, BEGIN)
    assert budget.wait(LIVE, 1, BEGIN + 600) == 3000 + CLOCKS_DIFFER_SECONDS


def test_what_is_less_urgent_leaves_more(budget):
    rooms = [budget.room(purpose, BEGIN) for purpose in Purpose]
    assert rooms == sorted(rooms, reverse=True)
    assert len(set(rooms)) == len(Purpose)


@pytest.mark.parametrize("purpose", Purpose)
def test_the_more_of_an_hour_is_over_the_less_has_to_be_left_but_never_nothing(budget, purpose):
    rooms = [budget.room(purpose, BEGIN + minute * 60) for minute in range(60)]
    assert rooms == sorted(rooms)
    least = KEPT[purpose] * ALWAYS_KEPT
    assert rooms[-1] == pytest.approx(QUOTA * (1 - least))


def test_a_wait_ends_when_there_is_room_and_not_before(budget):
    """Whatever the moment, the purpose, and what was spent."""
    rng = random.Random(0)
    for _ in range(2000):
        now = BEGIN + rng.uniform(0, 3 * HOUR)
        purpose, points = rng.choice([*Purpose]), rng.choice([1, 51, 5001, 20_000, 90_000])
        budget.spend(rng.uniform(0, 6000), now)
        wait = budget.wait(purpose, points, now)
        if wait == 0.0:
            continue
        asked = min(points, budget.largest(purpose))
        fresh = PointBudget(50)
        fresh.spend(budget.used(now), now)
        assert fresh.room(purpose, now + 0.9 * wait) < asked or wait > HOUR - now % HOUR
        assert fresh.room(purpose, now + wait + 0.01) >= asked - 1
        budget = PointBudget(50) if rng.random() < 0.2 else budget


def test_with_the_full_hour_all_of_it_is_back_and_nothing_is_carried_over(budget):
    budget.spend(QUOTA - 10, BEGIN + 5)
    assert budget.room(LIVE, BEGIN + HOUR - 1) == 10
    assert budget.room(LIVE, BEGIN + HOUR) == QUOTA
    assert budget.room(LIVE, BEGIN + 5 * HOUR) == QUOTA


def test_what_cost_less_than_expected_is_given_back(budget):
    budget.spend(5001, BEGIN)
    budget.spend(-4989, BEGIN)
    assert budget.used(BEGIN) == 12


def test_what_is_given_back_in_the_next_hour_makes_it_no_larger(budget):
    budget.spend(5001, BEGIN + HOUR - 1)
    budget.spend(-4989, BEGIN + HOUR + 1)
    assert budget.room(LIVE, BEGIN + HOUR + 1) == QUOTA


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("share", [1, 50, 100])
def test_a_request_that_is_larger_than_all_goes_in_the_end(purpose, share):
    """Else it would wait for ever; so it goes when half of all is there."""
    assert PointBudget(share).wait(purpose, 1_000_000, BEGIN) == 0.0


def quota(left: float | None = None, most: float | None = None) -> list[Limit]:
    return [
        Limit("jira-burst-based", 100, 1, 0, 1),
        Limit("global-app-quota", most, 3600, left, 60),
    ]


def test_jira_says_how_large_the_quota_is(budget):
    budget.told(quota(most=150_000), BEGIN)
    assert budget.an_hour == 75_000
    budget.told([Limit("tenant-app-quota", 40_000, 7200), *quota(most=150_000)], BEGIN)
    assert budget.an_hour == 10_000, "the least of them, by the hour"


def test_where_little_is_left_to_all_sites_the_rest_is_for_live_events(budget):
    """Others have used it up: nothing was spent here."""
    budget.told(quota(left=6000), BEGIN)
    assert budget.room(LIVE, BEGIN) == 6000
    assert budget.room(FOLLOW_UP, BEGIN) == 6000 - 0.05 * DEFAULT_QUOTA
    assert budget.wait(SWEEP, 1, BEGIN) == budget.wait(RESYNC, 1, BEGIN) > HOUR
    budget.spend(5000, BEGIN)
    assert budget.room(LIVE, BEGIN) == 1000
    assert budget.wait(SWEEP, 1, BEGIN + HOUR) == 0.0, "that was another hour's"


def test_without_a_remainder_nothing_is_learnt_of_what_is_left(budget):
    budget.told(quota(most=65_000), BEGIN)
    budget.told([], BEGIN)
    assert budget.room(SWEEP, BEGIN) == QUOTA * (1 - KEPT[SWEEP])


@pytest.mark.parametrize(
    ("issues", "share", "hours"), [(30_000, 50, 1.85), (100_000, 50, 6.15), (30_000, 100, 0.92)]
)
def test_sweeps_are_as_far_apart_as_they_cost(issues, share, hours):
    assert PointBudget(share).seconds_between(issues) / HOUR == pytest.approx(hours, abs=0.01)
