"""What Port's headers tell of its limits, and how long a refusal pauses."""

import pytest

from port.http.told import Told, pause

DATE = "Fri, 02 Jan 2026 03:04:05 GMT"
MOMENT = 1767323045


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({}, Told()),
        (
            {
                "date": DATE,
                "x-ratelimit-limit": "35000",
                "x-ratelimit-period": "300",
                "x-ratelimit-remaining": "34999",
                "x-ratelimit-reset": str(MOMENT + 120),
            },
            Told(35_000, 300, 34_999, 120),
        ),
        ({"x-ratelimit-reset": "17"}, Told(reset=17)),
        ({"x-ratelimit-reset": "11", "x-ratelimit-period": "10"}, Told(period=10, reset=11)),
        ({"x-ratelimit-reset": "17", "x-ratelimit-period": "10"}, Told(period=10)),
        ({"date": DATE, "x-ratelimit-reset": str(MOMENT + 4000)}, Told()),
        ({"date": DATE, "x-ratelimit-reset": str(MOMENT - 4000)}, Told(reset=0)),
        ({"x-ratelimit-limit": "many", "x-ratelimit-remaining": "-1"}, Told()),
        ({"x-ratelimit-limit": "0", "x-ratelimit-period": "0"}, Told()),
        ({"x-ratelimit-remaining": "0"}, Told(remaining=0)),
        ({"x-ratelimit-remaining": "nan", "x-ratelimit-reset": "inf"}, Told()),
    ],
)
def test_headers_are_read_by_ports_own_clock(headers, told):
    assert Told.by(headers) == told


LEFT = {"x-ratelimit-remaining": "12", "x-ratelimit-reset": "100"}
NONE_LEFT = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "100"}


@pytest.mark.parametrize(
    ("headers", "refusals", "seconds"),
    [
        ({"retry-after": "7"}, 1, 7),
        ({"retry-after": "7"}, 5, 7),
        ({"retry-after": "0"}, 1, 1),
        ({"retry-after": "7"} | NONE_LEFT, 1, 7),
        (NONE_LEFT, 1, 100),
        ({"x-ratelimit-reset": "100"}, 1, 100),
        (LEFT, 1, 2),
        (LEFT, 2, 4),
        (LEFT, 3, 8),
        (LEFT, 9, 100),
        (LEFT, 5000, 100),
        ({}, 1, 2),
        ({}, 3, 8),
        ({}, 5000, 300),
    ],
)
def test_how_long_a_refusal_pauses(headers, refusals, seconds):
    assert pause(headers, refusals) == seconds
