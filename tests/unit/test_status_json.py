"""The status page as JSON: everything that the snapshot has, by its names."""

import json
from dataclasses import asdict

import pytest

from telemetry.status.as_json import as_json
from tests.unit.helpers.status_world import busy, quiet, with_texts


@pytest.mark.parametrize("snapshot", [quiet(), busy()], ids=["quiet", "busy"])
def test_it_has_all_of_the_snapshot(snapshot):
    told = json.loads(as_json(snapshot))
    assert told.keys() == {"attention", *asdict(snapshot)}
    assert told["attention"] == [*snapshot.attention]
    assert [event["subject"] for event in told["events"]] == [e.subject for e in snapshot.events]


def test_moments_are_iso_8601_in_utc_and_numbers_are_short():
    told = json.loads(as_json(busy()))
    assert told["at"] == "2026-05-04T12:30:00+00:00"
    assert told["comparisons"]["next_sweep"] == "2026-05-04T13:00:00+00:00"
    assert told["lag"] == {
        "median_of_last": 0.4,
        "slowest_of_last": 61.0,
        "events": 1200,
        "average": 0.7,
        "within": {"1": 0.93, "5": 1.0},
    }
    assert told["resources"][0]["sweep"] is None


def test_no_text_can_break_it():
    nasty = '"}]\u2028</script>\n\\'
    told = as_json(with_texts(busy(), nasty))
    assert json.loads(told)["events"][0]["subject"] == nasty
    assert told.isascii()
