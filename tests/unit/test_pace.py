"""How the rate and the number of requests under way follow what Jira takes."""

import random

import pytest

from jira.http.pace import BELOW_GRANTED, BURST, LEAST, LEAST_FIRST, Crowd, Pace, ceiling
from tests.unit.helpers.moments import reserved


def test_where_nothing_is_refused_nobody_waits_for_a_moment():
    pace = Pace(100.0)
    assert [reserved(pace, 5.0) for _ in range(BURST)] == [5.0] * BURST
    assert reserved(pace, 5.0) > 5.0


def test_the_share_of_the_limit_is_never_exceeded():
    pace = Pace(20.0)
    moments = sorted(reserved(pace, number / 1000) for number in range(1000))
    for start in range(len(moments) - 20 - BURST):
        assert moments[start + 20 + BURST] - moments[start] >= 1


def test_a_refusal_of_few_requests_is_the_doing_of_others():
    """A single one, while hardly anything was asked, must not leave one request a second."""
    pace = Pace(100.0)
    pace.granted(0.1)
    pace.refused(0.2, 1.2)
    assert pace.rate == LEAST_FIRST


def test_refusals_of_what_was_sent_before_slowing_down_count_once():
    pace = Pace(100.0)
    for _ in range(20):
        pace.granted(0.5)
    for _ in range(10):
        pace.refused(0.6, 1.6)
    assert pace.rate == pytest.approx(BELOW_GRANTED * 20)


def test_soon_refused_again_is_much_slower_and_there_is_a_least_rate():
    pace = Pace(100.0)
    rates = []
    for number in range(20):
        pace.granted(2.0 * number - 0.5)
        pace.refused(2.0 * number, 2.0 * number + 1)
        rates.append(pace.rate)
    assert rates == sorted(rates, reverse=True)
    assert rates[1] < 0.8 * rates[0]
    assert rates[-1] == LEAST


@pytest.mark.parametrize("pause", [5, 20, 60, 300, 3600])
def test_a_pause_tells_nothing_about_the_rate_however_long(pause):
    """Nothing was asked meanwhile: who comes back faster is refused again, for as long again."""
    pace = Pace(100.0)
    for _ in range(10):
        pace.granted(0.5)
    pace.refused(1.0, 1.0 + pause)
    before = pace.rate
    reserved(pace, 1.0 + pause)
    assert pace.rate == before


def test_what_is_hardly_asked_for_a_while_is_not_asked_much_faster_then():
    pace = Pace(100.0)
    pace.refused(0.0, 1.0)
    before = pace.rate
    reserved(pace, 59.0)
    assert pace.rate < 1.2 * before


@pytest.mark.parametrize("most", [0.5, 1, 4, 5, 10])
def test_a_refusal_slows_down_below_a_small_share_too(most):
    pace = Pace(most)
    pace.refused(1.0, 2.0)
    assert pace.rate < most or pace.rate == min(most, LEAST)
    reserved(pace, 2.0)
    assert reserved(pace, 2.0) >= 2.0 + 0.99 / most


def test_a_small_share_has_no_burst():
    pace = Pace(1.0)
    assert reserved(pace, 0.0) == 0.0
    assert reserved(pace, 0.0) == 1.0


def test_a_moment_is_nobody_s_until_it_is_taken():
    pace = Pace(1.0)
    pace.take(pace.moment(0.0))
    assert [pace.moment(0.0), pace.moment(0.0)] == [1.0, 1.0]
    pace.take(1.0)
    assert pace.moment(0.0) == 2.0


def test_where_nothing_is_taken_for_a_while_it_is_not_our_pace():
    """An outage that answers 429 to everything must not leave a crawl behind."""
    pace = Pace(100.0)
    for _ in range(20):
        pace.granted(0.5)
    pace.refused(1.0, 2.0)
    before = pace.rate
    for second in range(2, 60):
        reserved(pace, float(second))
        pace.refused(second + 0.1, second + 1.0)
    assert pace.rate >= before


def test_less_than_one_a_second_is_less_than_one_a_second():
    pace = Pace(0.5)
    pace.refused(0.0, 1.0)
    assert pace.send(1.0) == 0.0
    assert pace.send(2.5) == pytest.approx(0.5)
    assert pace.send(3.0) == 0.0


def test_nothing_goes_out_before_the_pause_ends():
    pace = Pace(100.0)
    pace.refused(1.0, 4.0)
    assert reserved(pace, 1.5) >= 4.0


def test_after_some_minutes_without_a_refusal_the_rate_is_what_it_was():
    pace = Pace(100.0)
    pace.refused(0.0, 1.0)
    for second in range(1, 600):
        reserved(pace, float(second))
    assert pace.rate == 100.0
    assert [reserved(pace, 1000.0) for _ in range(BURST)] == pytest.approx([1000.0] * BURST)


@pytest.mark.parametrize(
    ("endpoint", "share", "rate"),
    [
        ("GET /rest/api/3/myself", 100, 100),
        ("POST /rest/api/3/search/jql", 80, 80),
        ("PUT /rest/webhooks/1.0/webhook/{id}", 80, 40),
        ("DELETE /rest/webhooks/1.0/webhook/{id}", 10, 5),
    ],
)
def test_the_ceiling_is_a_share_of_what_jira_documents(endpoint, share, rate):
    assert ceiling(endpoint, share) == rate


def learn(crowd: Crowd, seconds: float, times: int) -> int:
    return [crowd.answered(seconds) for _ in range(times)][-1]


def test_steady_answers_keep_all_places():
    assert learn(Crowd(10), 0.3, 500) == 10


def test_answers_of_different_sizes_are_steady_too():
    rng = random.Random(2)
    crowd = Crowd(10)
    assert {crowd.answered(rng.uniform(0.1, 0.5)) for _ in range(1000)} == {10}
    # A list of all names among answers about single issues.
    assert {crowd.answered(10.0 if number % 6 == 0 else 0.1) for number in range(600)} == {10}


def test_answers_that_take_longer_and_longer_leave_fewer_places_and_later_all():
    crowd = Crowd(10)
    learn(crowd, 0.2, 100)
    fewest = min(crowd.answered(0.2 + 0.2 * number) for number in range(60))
    assert 1 <= fewest <= 5
    assert learn(crowd, 0.2, 200) == 10


def test_there_is_always_one_place():
    crowd = Crowd(3)
    learn(crowd, 0.01, 10)
    assert min(crowd.answered(2.0**number) for number in range(30)) == 1


def test_an_answer_that_is_slow_for_good_is_usual_in_the_end():
    crowd = Crowd(10)
    learn(crowd, 0.1, 100)
    assert learn(crowd, 3.0, 20) < 10
    assert learn(crowd, 3.0, 300) == 10
