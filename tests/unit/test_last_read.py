"""How far back a resource is looked at follows from who read it last, and when."""

from types import SimpleNamespace

import pytest

from background import last_read as module
from background.last_read import (
    FIRST_LOOK_BACK_MINUTES,
    MARGIN_MINUTES,
    LastRead,
    minutes_since,
)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> LastRead:
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: 100_000.0))
    return LastRead()


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 5), (59, 5), (60, 6), (3600, 65)])
def test_more_is_looked_back_than_time_went_by(seconds: float, minutes: int) -> None:
    assert minutes_since(seconds) == minutes
    assert minutes * 60 - seconds >= (MARGIN_MINUTES - 1) * 60


def test_where_nobody_knows_a_day_is_looked_back(read: LastRead) -> None:
    read.before({"other": 0.0})
    assert read.minutes("issue") == FIRST_LOOK_BACK_MINUTES


def test_what_read_everything_counts_for_each_resource(read: LastRead) -> None:
    read.resources(["issue"], 100_000.0 - 6000)
    read.all(100_000.0 - 600)
    assert read.minutes("issue") == read.minutes("epic") == 10 + MARGIN_MINUTES


def test_another_process_that_read_everything_counts_as_well(read: LastRead) -> None:
    """However long ago: the host may have been up for less."""
    read.all_before(200_000.0)
    assert read.minutes("issue") == 3333 + MARGIN_MINUTES


def test_a_resource_that_was_read_since_then_is_looked_at_from_then_on(read: LastRead) -> None:
    read.all_before(6000.0)
    read.resources(["issue"], 100_000.0 - 60)
    read.before({"epic": 120.0})
    minutes = [read.minutes(name) - MARGIN_MINUTES for name in ("issue", "epic", "worklog")]
    assert minutes == [1, 2, 100]
