"""What a page says of a catalog that changes."""

import time
from collections.abc import Iterator

import pytest

from sandbox import examples
from sandbox.page.arrivals import Arrivals
from sandbox.page.catalog_view import SHOWN, CatalogView, Shown
from sandbox.port.catalog import PortCatalog


class Watched:
    def __init__(self) -> None:
        self.catalog = PortCatalog()
        for blueprint in examples.blueprints():
            self.catalog.create_blueprint(blueprint)
        self.arrivals = Arrivals(time.monotonic)
        self.told: list[Shown] = []
        self.view = CatalogView(self.catalog, self.arrivals, self.told.append)

    def write(self, key: str = "AB-1", title: str = "A title", **properties: str) -> None:
        entity = {"identifier": key, "title": title, "properties": properties}
        self.catalog.upsert("jiraIssue", entity)


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.view.stop()


def test_an_entity_is_new_then_changed_then_gone(watched: Watched):
    watched.write(status="To Do")
    watched.write(status="Done", title="Another")
    watched.catalog.delete("jiraIssue", ["AB-1"])
    assert [(row.op, row.what, row.facts) for row in watched.told] == [
        ("new", "", "To Do"),
        ("changed", "title: A title → Another, status: To Do → Done", "Done"),
        ("gone", "", "Done"),
    ]
    assert watched.view.changes == 3


def test_a_write_that_changes_nothing_is_no_news(watched: Watched):
    watched.write()
    watched.write()
    assert len(watched.told) == 1


def test_times_are_told_where_nothing_else_is(watched: Watched):
    watched.write(updated="2026-01-01T00:00:00.000+0000")
    watched.write(updated="2026-01-02T00:00:00.000+0000")
    watched.write(updated="2026-01-03T00:00:00.000+0000", status="Done")
    assert [row.what.partition(":")[0] for row in watched.told[1:]] == ["updated", "status"]


def test_a_moment_is_told_to_the_minute(watched: Watched):
    watched.write(created="2026-01-01T00:00:00.000+0000")
    watched.write(created="2026-01-02T10:20:30.000+0000")
    assert watched.told[1].what == "created: 2026-01-01 00:00 → 2026-01-02 10:20"


def test_what_a_resync_writes_is_no_change_and_known_for_the_next_one(watched: Watched):
    watched.view.resyncing = lambda: True
    watched.write()
    watched.view.resyncing = lambda: False
    watched.write(title="Another")
    assert [row.op for row in watched.told] == ["changed"]


def test_the_change_in_jira_is_told_with_the_seconds_since(watched: Watched):
    change = watched.arrivals.changed(frozenset({"issue:AB-1"}))
    watched.write()
    watched.write("CD-1")
    assert watched.told[0].cause == change.number
    assert watched.told[0].seconds is not None


def test_what_changed_last_comes_first_and_the_rest_fills_up(watched: Watched):
    watched.view.resyncing = lambda: True
    for number in range(SHOWN + 5):
        watched.write(f"AB-{number}")
    watched.view.resyncing = lambda: False
    watched.write("AB-3", title="Later")
    watched.write("AB-2", title="Last")
    rows = watched.view.shown("jiraIssue")
    assert len(rows) == SHOWN
    assert [row["identifier"] for row in rows[:3]] == ["AB-2", "AB-3", "AB-0"]
    assert watched.view.shown("jiraProject") == []
    assert watched.view.counts()["jiraIssue"] == SHOWN + 5
