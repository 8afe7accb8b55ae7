"""Hints: of what an app is told of, and no more of them than may be read for."""

from typing import Any

import pytest

from jira.app_webhook_choice import EVENTS
from webhook_processors.hints import A_SECOND, AT_ONCE, Hints, Verdict, cost_of


class Clock:
    """A clock of the test's."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def issue(number: int = 1, subtasks: int = 0, name: str = "jira:issue_updated") -> dict[str, Any]:
    rows = [{"id": str(n), "key": f"AB-{n}"} for n in range(1000, 1000 + subtasks)]
    fields = {"subtasks": rows, "project": {"id": "1"}}
    return {"webhookEvent": name, "issue": {"id": str(number), "key": "AB-1", "fields": fields}}


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_what_apps_are_told_of_is_taken(name: str) -> None:
    assert Hints(Clock()).look_at(issue(name=name)) is Verdict.TAKEN


@pytest.mark.parametrize(
    "payload",
    [
        {"webhookEvent": "project_deleted", "project": {"id": 1}},
        {"webhookEvent": "user_deleted"},
        {"webhookEvent": "sprint_closed"},
        {"webhookEvent": "worklog_deleted"},
        {"webhookEvent": None},
        {"issue": {"id": "1"}},
        {},
    ],
)
def test_what_they_are_not_told_of_is_nobody_s_hint(payload: dict[str, Any]) -> None:
    assert Hints(Clock()).look_at(payload) is Verdict.FOREIGN


def test_so_many_are_taken_at_once_and_then_so_many_a_second() -> None:
    clock = Clock()
    hints = Hints(clock)
    each = max(1, cost_of(issue()))
    taken = [hints.look_at(issue(n)) for n in range(2000)].count(Verdict.TAKEN)
    assert taken == AT_ONCE / each
    clock.time += 10.0
    taken = [hints.look_at(issue(n)) for n in range(2000)].count(Verdict.TAKEN)
    assert taken == 10 * A_SECOND / each


def test_one_that_names_many_uses_up_as_much_and_is_taken_all_the_same() -> None:
    clock = Clock()
    hints = Hints(clock)
    large = issue(subtasks=2000, name="jira:issue_deleted")
    assert cost_of(large) >= 2000
    assert hints.look_at(large) is Verdict.TAKEN
    assert hints.look_at(issue()) is Verdict.TOO_FAST
    clock.time += (cost_of(large) - AT_ONCE) / A_SECOND - 1
    assert hints.look_at(issue()) is Verdict.TOO_FAST
    clock.time += 2
    assert hints.look_at(issue()) is Verdict.TAKEN


def test_what_was_not_used_does_not_pile_up() -> None:
    clock = Clock()
    hints = Hints(clock)
    clock.time += 1_000_000.0
    each = max(1, cost_of(issue()))
    taken = [hints.look_at(issue(n)) for n in range(2000)].count(Verdict.TAKEN)
    assert taken == AT_ONCE / each
