"""How long a pause is, and whose: what the headers of a refusal say."""

from datetime import UTC, datetime, timedelta

import pytest

from jira.http.limiter import DEFAULT_PAUSE, LONGEST_PAUSE, pause_seconds, pauses_everything

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "Fri, 02 Jan 2026 03:04:35 GMT"}, 30),
        ({"retry-after": "Fri, 02 Jan 2026 05:04:35 +0200"}, 30),
        ({"retry-after": "Fri, 02 Jan 2026 03:04:00 GMT"}, 0),
        ({"retry-after": "2026-01-02T03:04:35Z"}, 30),
        ({"retry-after": "2026-01-02T03:04:35"}, 30),
        ({"retry-after": "2026-01-02T03:04:35+00:00"}, 30),
        ({"x-ratelimit-reset": "2026-01-02T03:05:05Z"}, 60),
        ({"retry-after": "7", "x-ratelimit-reset": "2026-01-02T03:05:05Z"}, 7),
        ({"retry-after": "soon", "x-ratelimit-reset": "2026-01-02T03:05:05Z"}, 60),
        ({"retry-after": "", "x-ratelimit-reset": "9"}, 9),
        ({"retry-after": "soon"}, DEFAULT_PAUSE),
        ({}, DEFAULT_PAUSE),
    ],
)
def test_how_long_a_pause_is(headers, seconds):
    assert pause_seconds(headers, now=NOW) == pytest.approx(seconds)


EPOCH = NOW.timestamp()


@pytest.mark.parametrize("header", ["retry-after", "x-ratelimit-reset"])
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3600", LONGEST_PAUSE),
        ("3601", LONGEST_PAUSE),
        ("999999999", LONGEST_PAUSE),
        ("1e308", LONGEST_PAUSE),
        (f"{EPOCH + 30:.0f}", 30),
        (f"{EPOCH + 90_000:.0f}", LONGEST_PAUSE),
        (f"{EPOCH - 30:.0f}", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_PAUSE),
        ("9999-12-31T23:59:59Z", LONGEST_PAUSE),
        ("Mon, 01 Jan 0001 00:00:00 GMT", 0),
        ("0001-01-01T00:00:00Z", 0),
        ("-1e308", 0),
        ("inf", DEFAULT_PAUSE),
        ("-inf", DEFAULT_PAUSE),
        ("nan", DEFAULT_PAUSE),
        ("1e400", DEFAULT_PAUSE),
        ("9" * 400, DEFAULT_PAUSE),
        ("Fri, 99 Jan 2026 99:99:99 GMT", DEFAULT_PAUSE),
        ("Fri, 02 Jan 99999999999 03:04:05 GMT", DEFAULT_PAUSE),
        ("10000-01-01T00:00:00Z", DEFAULT_PAUSE),
    ],
)
def test_no_header_stops_us_for_longer_than_an_hour_nor_breaks_anything(header, value, seconds):
    assert pause_seconds({header: value}, now=NOW) == pytest.approx(seconds)


def test_a_pause_that_is_no_number_leaves_the_word_to_the_reset():
    headers = {"retry-after": "inf", "x-ratelimit-reset": f"{EPOCH + 30:.0f}"}
    assert pause_seconds(headers, now=NOW) == pytest.approx(30)


def test_a_date_is_compared_with_the_present_time():
    later = datetime.now(UTC) + timedelta(hours=1)
    assert 3500 < pause_seconds({"retry-after": later.isoformat()}) <= 3600


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("jira-quota-global-based", True),
        ("jira-quota-tenant-based", True),
        ("jira-burst-based", False),
        ("jira-per-issue-on-write", False),
        ("", False),
        (None, False),
    ],
)
def test_which_limits_are_those_of_the_whole_site(reason, expected):
    headers = {} if reason is None else {"ratelimit-reason": reason}
    assert pauses_everything(headers) is expected
