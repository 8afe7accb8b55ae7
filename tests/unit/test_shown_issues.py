"""Who showed an issue is remembered as long as that is known to be all."""

from typing import Any

import pytest

from jira.kinds.shown_issues import ShownIssues

Row = dict[str, Any]


def row(issue_id: Any, **fields: Any) -> Row:
    return {"id": issue_id, "key": f"AB-{issue_id}", "fields": fields}


def other(number: int) -> Row:
    return {"id": str(number), "key": f"AB-{number}"}


def known(most: int = 100) -> ShownIssues:
    shown = ShownIssues(most)
    shown.complete = True
    return shown


def test_parents_sub_tasks_and_both_ends_of_links_are_shown():
    shown = known()
    links = [{"inwardIssue": other(7)}, {"outwardIssue": other(8)}]
    shown.note(
        [row("1", parent=other(5), subtasks=[other(6)], issuelinks=links), row(2, parent=other(5))]
    )
    assert shown.showing("5") == shown.showing("AB-5") == {"1", "2"}
    assert [shown.showing(name) for name in ("6", "AB-7", "8")] == [{"1"}] * 3
    assert shown.showing("1") == set()


@pytest.mark.parametrize(
    "odd",
    [
        {}, {"id": "1"}, {"id": "1", "fields": None}, {"id": None, "fields": {"parent": other(5)}},
        row("1", parent=None, subtasks=None, issuelinks=[None, {}, {"inwardIssue": None}]),
        row("1", parent={"key": "AB-5"}, subtasks=["x"]),
    ],
)  # fmt: skip
def test_rows_with_parts_missing_show_nothing(odd):
    shown = known()
    shown.note([odd])
    assert shown.showing("5") == shown.showing("AB-5") == set()


def test_before_everything_was_read_nobody_knows():
    shown = ShownIssues()
    shown.note([row("1", parent=other(5))])
    assert shown.showing("5") is None
    shown.complete = True
    assert shown.showing("5") == {"1"}


def test_of_more_than_can_be_remembered_nobody_knows():
    shown = known(most=4)
    shown.note([row("1", parent=other(5)), row("2", parent=other(6)), row("3", parent=other(5))])
    assert shown.showing("5") == {"1", "3"}
    shown.note([row("4", parent=other(7))])
    assert shown.showing("5") is None
