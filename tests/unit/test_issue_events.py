"""Which issues an event touches, whatever shape it has."""

from typing import Any

import pytest

from jira.payloads import IssueSubject, issue_subjects, moved_keys
from tests.unit.helpers.payloads import CREATED, DELETED, MOVE, UPDATED, change, issue_event


def ids(payload: Any) -> set[str]:
    return {subject.id for subject in issue_subjects(payload)}


def related_keys(payload: Any) -> dict[str, tuple[str, ...]]:
    return {subject.id: subject.keys for subject in issue_subjects(payload) if subject.related}


@pytest.mark.parametrize("name", [CREATED, UPDATED, DELETED])
def test_an_issues_own_event_is_about_that_issue(name):
    payload = issue_event(name)
    [subject] = issue_subjects(payload)
    assert subject == IssueSubject("10001", {}, ("AB-1",))
    assert subject.row is payload["issue"]


def test_a_numeric_id_is_read_like_a_text():
    payload = issue_event(UPDATED)
    payload["issue"]["id"] = 10001
    assert ids(payload) == {"10001"}


@pytest.mark.parametrize("key", [None, 5, "", "no key", ["AB-1"]])
def test_an_issue_with_a_strange_key_is_read_by_its_id(key):
    payload = issue_event(UPDATED)
    payload["issue"]["key"] = key
    [subject] = issue_subjects(payload)
    assert (subject.id, subject.keys) == ("10001", ())


def test_an_event_without_a_name_never_deletes_but_may_refresh():
    """A bare issue that an Automation rule posted says nothing about what happened."""
    [subject] = issue_subjects({"issue": {"id": "10001", "key": "AB-1"}})
    assert subject.related


@pytest.mark.parametrize(
    "changelog",
    [
        None,
        "",
        [],
        {"items": None},
        {"items": {}},
        {"items": [None, "x", 5, [], {}]},
        {"items": [{"field": None}, {"field": 5}, {"field": ["Key"]}]},
        {"items": [{"field": "Key"}]},
        {"items": [{"field": "Key", "fromString": 5, "toString": {}}]},
        {"items": [{"field": "Key", "fromString": "no key", "toString": ""}]},
        {"items": [{"field": "IssueParentAssociation", "from": None, "to": []}]},
    ],
)
@pytest.mark.parametrize("fields", [None, "", [], {}, {"parent": None, "subtasks": None}])
def test_an_odd_changelog_or_odd_fields_leave_the_issue_itself(changelog, fields):
    payload = issue_event(UPDATED)
    payload["changelog"] = changelog
    payload["issue"]["fields"] = fields
    assert [subject.id for subject in issue_subjects(payload)] == ["10001"]


@pytest.mark.parametrize("field", ["Key", "key", "KEY"])
def test_a_move_names_the_key_before_and_after(field):
    payload = issue_event(UPDATED, change("summary", "a", "b"), change(field, "OLD-1", "AB-1"))
    assert moved_keys(payload) == ["OLD-1", "AB-1"]
    [subject] = issue_subjects(payload)
    assert subject.keys == ("AB-1", "OLD-1")


def test_a_stale_move_names_the_key_that_the_issue_has_by_now_too():
    payload = issue_event(UPDATED, change("Key", "OLD-1", "MID-1"))
    [subject] = issue_subjects(payload)
    assert set(subject.keys) == {"AB-1", "OLD-1", "MID-1"}


@pytest.mark.parametrize("field", ["parent", "Parent", "IssueParentAssociation", "Epic Link"])
def test_a_changed_parent_touches_the_parent_before_and_after(field):
    payload = issue_event(UPDATED, change(field, "AB-5", "AB-6", **{"from": "5", "to": 6}))
    assert related_keys(payload) == {"5": (), "6": ()}


def test_a_parent_taken_away_touches_the_former_one():
    payload = issue_event(UPDATED, change("parent", **{"from": "5", "to": None}))
    assert related_keys(payload) == {"5": ()}


def test_an_update_without_a_new_parent_leaves_the_parent_alone():
    payload = issue_event(UPDATED, change("summary", "a", "b"), parent={"id": "5", "key": "AB-5"})
    assert ids(payload) == {"10001"}


@pytest.mark.parametrize("name", [CREATED, DELETED])
def test_a_subtask_that_comes_or_goes_touches_its_parent(name):
    payload = issue_event(name, parent={"id": "5", "key": "AB-5"})
    assert related_keys(payload) == {"5": ("AB-5",)}


RELATIVES = {
    "parent": {"id": 5, "key": "AB-5"},
    "subtasks": [{"id": "6", "key": "AB-6"}, None, {"key": "AB-7"}, {"id": False}],
    "issuelinks": [
        {"id": "90", "inwardIssue": {"id": "8", "key": "AB-8"}},
        {"id": "91", "outwardIssue": {"id": "9", "key": "CD-9"}},
        {"id": "92"},
        None,
    ],
}


@pytest.mark.parametrize(
    "payload",
    [issue_event(DELETED, **RELATIVES), issue_event(UPDATED, MOVE, **RELATIVES)],
    ids=["deleted", "moved"],
)
def test_an_issue_that_goes_or_moves_touches_all_its_relatives(payload):
    """Sub-tasks go along, with or without events of their own; links show the new key."""
    assert related_keys(payload) == {
        "5": ("AB-5",),
        "6": ("AB-6",),
        "8": ("AB-8",),
        "9": ("CD-9",),
        "": ("AB-7",),
    }
    assert [s.id for s in issue_subjects(payload) if not s.related] == ["10001"]


def test_a_plain_update_leaves_subtasks_and_links_alone():
    assert ids(issue_event(UPDATED, change("summary", "a", "b"), **RELATIVES)) == {"10001"}


def test_an_issue_named_twice_is_read_once_and_stays_the_events_own():
    linked = {"inwardIssue": {"id": "5", "key": "AB-5"}}
    itself = {"outwardIssue": {"id": "10001", "key": "AB-1"}}
    payload = issue_event(
        DELETED, parent={"id": "5", "key": "AB-5"}, issuelinks=[linked, linked, itself]
    )
    subjects = issue_subjects(payload)
    assert sorted((s.id, s.related) for s in subjects) == [("10001", False), ("5", True)]


BARE = change("parent", **{"from": "5", "to": "6"})


@pytest.mark.parametrize(
    "payload",
    [
        issue_event(DELETED, BARE, parent={"id": "5", "key": "AB-5"}),
        issue_event(UPDATED, BARE, parent={"id": 5, "key": "AB-5"}),
        issue_event(DELETED, parent={"id": "5"}, subtasks=[{"id": "5", "key": "AB-5"}]),
        issue_event(DELETED, parent={"id": "5", "key": "AB-5"}, subtasks=[{"id": "5"}]),
        issue_event(DELETED, parent={"id": "5", "key": 5}, subtasks=[{"id": 5, "key": "AB-5"}]),
    ],
)
def test_of_several_mentions_of_an_issue_the_one_that_tells_its_key_wins(payload):
    """A changelog names a parent by its id alone: without the key it couldn't be deleted."""
    assert related_keys(payload)["5"] == ("AB-5",)


def test_the_events_own_issue_wins_over_a_mention_that_tells_more():
    payload = issue_event(DELETED, subtasks=[{"id": "10001", "key": "AB-1"}])
    del payload["issue"]["key"]
    assert [(s.id, s.keys, s.related) for s in issue_subjects(payload)] == [("10001", (), False)]


@pytest.mark.parametrize("name", ["issuelink_created", "issuelink_deleted"])
@pytest.mark.parametrize(("source", "destination"), [("1", "2"), (1, 2), ("1", 2)])
def test_a_link_touches_the_issues_at_both_ends(name, source, destination):
    link = {"id": 9, "sourceIssueId": source, "destinationIssueId": destination}
    assert related_keys({"webhookEvent": name, "issueLink": link}) == {"1": (), "2": ()}


@pytest.mark.parametrize("destination", [None, "x", True, "1"])
def test_a_link_with_one_usable_end_touches_that_one(destination):
    link = {"sourceIssueId": "1", "destinationIssueId": destination}
    assert ids({"webhookEvent": "issuelink_created", "issueLink": link}) == {"1"}


@pytest.mark.parametrize("name", ["worklog_created", "worklog_updated", "worklog_deleted"])
@pytest.mark.parametrize("issue_id", ["10001", 10001])
def test_a_worklog_touches_its_issue(name, issue_id):
    payload = {"webhookEvent": name, "worklog": {"id": "1", "issueId": issue_id}}
    assert related_keys(payload) == {"10001": ()}


@pytest.mark.parametrize(
    "name", ["comment_created", "comment_updated", "comment_deleted", "attachment_created"]
)
def test_a_comment_or_attachment_touches_its_issue(name):
    issue = {"id": "10001", "key": "AB-1", "fields": {"parent": {"id": "5"}}}
    payload = {"webhookEvent": name, "comment": {"id": "1"}, "issue": issue}
    assert related_keys(payload) == {"10001": ("AB-1",)}
