"""Whether issues in the catalog show statuses, types and priorities as they no longer are."""

from typing import Any

import pytest

from jira.kinds.shown_names import LISTED, MAX_SAMPLES, SAMPLED, Changed, ShownNames

Row = dict[str, Any]
NEW = {"key": "new", "name": "To Do"}
DONE = {"key": "done", "name": "Done"}
OPEN: Row = {"id": "1", "name": "Open", "statusCategory": NEW, "description": "Not begun"}
SHUT: Row = {"id": "2", "name": "Shut", "statusCategory": DONE, "description": ""}
BUG: Row = {"id": "1", "name": "Bug"}
HIGH: Row = {"id": "1", "name": "High"}
LOW: Row = {"id": "2", "name": "Low"}
FIXED: Row = {"id": "1", "name": "Fixed"}
ALL = ("status", "issuetype", "priority", "resolution")


def issue(issue_id: str, **fields: Any) -> Row:
    return {"id": issue_id, "key": f"AB-{issue_id}", "fields": fields}


@pytest.fixture
def shown() -> ShownNames:
    found = ShownNames()
    found.note([issue("10", status=OPEN, issuetype=BUG, priority=HIGH)])
    found.note([issue("11", status=SHUT, issuetype=BUG, priority=LOW)])
    return found


def look(shown: ShownNames, *read: Row, **lists: list[Row]) -> Changed:
    """What a sweep finds; then it reads these issues again, and is done."""
    listed = {"status": [OPEN, SHUT], "issuetype": [BUG]} | lists
    found = shown.changed(listed, ALL)
    shown.note(read)
    shown.settle(found)
    return found


def test_what_is_listed_as_it_is_shown_has_not_changed(shown):
    assert not look(shown)
    assert not look(shown)


@pytest.mark.parametrize(
    "now",
    [
        pytest.param({**OPEN, "name": "Waiting"}, id="renamed"),
        pytest.param({**OPEN, "statusCategory": DONE}, id="of another category"),
    ],
)
def test_what_changed_since_issues_showed_it_is_found_at_the_first_look(shown, now):
    """It may have been renamed between the resync and the first sweep."""
    assert look(shown, status=[now, SHUT]).ids == {"status": ["1"]}


@pytest.mark.parametrize(
    "now",
    [
        pytest.param({**OPEN, "name": "Waiting"}, id="renamed"),
        pytest.param({**OPEN, "statusCategory": DONE}, id="of another category"),
        pytest.param({**OPEN, "description": "Other words"}, id="described otherwise"),
    ],
)
def test_what_is_listed_otherwise_than_the_last_time_is_found_once(shown, now):
    look(shown)
    again = issue("10", status=now)
    assert look(shown, again, status=[now, SHUT]).ids == {"status": ["1"]}
    assert not look(shown, status=[now, SHUT])


def test_what_issues_go_on_showing_otherwise_than_the_list_is_read_again_only_once(shown):
    """Else every sweep would read them all, where both are translated otherwise."""
    translated = {**OPEN, "name": "Offen"}
    again = issue("10", status=OPEN)
    assert look(shown, again, status=[translated, SHUT]).ids == {"status": ["1"]}
    assert not look(shown, status=[translated, SHUT])


@pytest.mark.parametrize(("name", "value"), [("priority", HIGH), ("resolution", FIXED)])
def test_one_that_was_shown_in_two_ways_is_wrong_in_some_issue(shown, name, value):
    """These have no list: one issue that is read anew shows it."""
    shown.note([issue("12", **{name: value}), issue("13", **{name: {**value, "name": "New"}})])
    assert look(shown).ids == {name: ["1"]}
    assert not look(shown)


def test_what_was_not_settled_is_found_again(shown):
    """Jira may fail while the issues are read."""
    look(shown)
    lists = {"status": [{**OPEN, "name": "Waiting"}, SHUT], "issuetype": [BUG]}
    assert shown.changed(lists, ALL).ids == shown.changed(lists, ALL).ids == {"status": ["1"]}


def test_one_that_is_gone_can_not_be_asked_for(shown):
    look(shown)
    found = look(shown, status=[SHUT])
    assert (found.ids, found.gone) == ({}, ("status",))
    assert not look(shown, status=[SHUT])


def test_one_that_no_list_ever_had_is_not_gone(shown):
    """Statuses of no active workflow are in no list."""
    assert not look(shown, status=[SHUT])
    assert not look(shown, status=[SHUT])


def test_a_new_one_that_no_issue_shows_makes_no_difference(shown):
    look(shown)
    assert not look(shown, status=[OPEN, SHUT, {"id": "3", "name": "New"}])


def test_one_that_no_issue_was_seen_to_show_is_found_by_the_lists():
    """After a start without a resync the catalog shows what nobody has read since."""
    shown = ShownNames()
    look(shown)
    assert look(shown, status=[{**OPEN, "name": "Waiting"}, SHUT]).ids == {"status": ["1"]}


def test_fields_that_are_not_asked_about_say_nothing(shown):
    shown.note([issue("12", priority={**HIGH, "name": "Urgent"})])
    assert not shown.changed({"status": [OPEN, SHUT]}, ["status"])


def test_a_few_issues_are_known_for_each_that_has_no_list(shown):
    shown.note([issue(str(number), priority=LOW) for number in (*range(20, 30), 29, 28)])
    shown.note([issue("28", resolution=FIXED), issue("40", resolution=FIXED)])
    assert shown.samples(["priority"]) == ["10", "27", "29", "28"]
    assert len(shown.samples(["priority"])) == 1 + MAX_SAMPLES
    assert shown.samples(SAMPLED) == ["10", "27", "29", "28", "40"]
    assert shown.samples([]) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"id": "1"},
        {"id": "1", "fields": None},
        {"id": "1", "fields": {}},
        {"id": "1", "fields": {"status": None, "priority": "High", "issuetype": {}}},
        {"id": "1", "fields": {"status": {"id": "?", "name": "x"}}},
    ],
)
def test_odd_rows_show_nothing(odd):
    shown = ShownNames()
    shown.note([odd])
    assert shown.samples(SAMPLED) == []
    assert not shown.changed({name: [OPEN] for name in LISTED}, ALL)
