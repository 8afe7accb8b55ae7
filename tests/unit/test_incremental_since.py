"""From when on a run reads changes: never later than what the catalog surely has."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from background.incremental_since import UNKNOWN_SECONDS, first_look_back, looked_back_to

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def state(status: str, started: float | None, ended: float | None = None) -> dict[str, Any]:
    """A full resync that began and ended so many minutes ago."""
    return {
        "status": status,
        "lastResyncStart": None if started is None else ago(started).isoformat(),
        "lastResyncEnd": None if ended is None else ago(ended).isoformat(),
    }


@pytest.mark.parametrize(
    ("resync", "interval", "seconds"),
    [
        pytest.param(state("completed", 90, 60), 900, 90 * 60 + 1, id="from its begin"),
        pytest.param(state("completed", 5, 4), 900, 900, id="not less than the interval"),
        pytest.param(state("failed", 90, 60), 900, UNKNOWN_SECONDS, id="failed"),
        pytest.param(state("running", 90), 900, UNKNOWN_SECONDS, id="under way"),
        pytest.param(state("aborted", 90, 60), 900, UNKNOWN_SECONDS, id="aborted"),
        pytest.param({}, 900, UNKNOWN_SECONDS, id="none"),
        pytest.param({}, 200_000, 200_000, id="a long interval"),
        pytest.param({"status": "completed"}, 900, UNKNOWN_SECONDS, id="of an unknown time"),
        pytest.param(
            {"status": "completed", "lastResyncStart": "soon"}, 900, UNKNOWN_SECONDS, id="no time"
        ),
    ],
)
def test_how_far_back_the_first_run_reads(
    resync: dict[str, Any], interval: int, seconds: int
) -> None:
    assert first_look_back(resync, interval, NOW) == seconds


@pytest.mark.parametrize(
    ("resync", "read"),
    [
        pytest.param({}, 30, id="no resync"),
        pytest.param(state("completed", 90, 60), 30, id="before the last run"),
        pytest.param(state("completed", 40, 20), 40, id="over the last run"),
        pytest.param(state("completed", 20, 10), 30, id="since the last run"),
        pytest.param(state("running", 40), 40, id="still under way"),
        pytest.param(state("failed", 40, 20), 40, id="failed, and wrote something"),
        pytest.param({"lastResyncStart": "soon"}, 30, id="no time"),
    ],
)
def test_what_a_resync_wrote_since_the_last_run_is_read_from_its_begin_on(
    resync: dict[str, Any], read: float
) -> None:
    assert looked_back_to(ago(30), resync) == ago(read)


def test_a_time_without_a_zone_is_utc() -> None:
    resync = {"lastResyncStart": "2026-03-01T11:00:00.000", "lastResyncEnd": None}
    assert looked_back_to(NOW, resync) == NOW - timedelta(hours=1)
    assert looked_back_to(NOW, {"lastResyncStart": "2026-03-01T11:00:00Z"}) < NOW
