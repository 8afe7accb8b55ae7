"""What a webhook's payload says, whatever shape it has."""

from typing import Any

import pytest

from jira.events import (
    IssueSubject,
    ProjectSubject,
    event_name,
    is_issue_key,
    issue_subjects,
    moved_keys,
    plausible_id,
    project_subjects,
    user_subjects,
)

CREATED, UPDATED, DELETED = "jira:issue_created", "jira:issue_updated", "jira:issue_deleted"


def issue_event(name: str, *changes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "timestamp": 1,
        "webhookEvent": name,
        "issue": {"id": "10001", "key": "AB-1", "fields": fields},
        "user": {"accountId": "user-1"},
    }
    if changes:
        payload["changelog"] = {"id": "7", "items": list(changes)}
    return payload


def change(field: str, before: Any = None, after: Any = None, **more: Any) -> dict[str, Any]:
    return {"field": field, "fromString": before, "toString": after, **more}


MOVE = change("Key", "OLD-1", "AB-1")


def ids(payload: Any) -> set[str]:
    return {subject.id for subject in issue_subjects(payload)}


def related_keys(payload: Any) -> dict[str, tuple[str, ...]]:
    return {subject.id: subject.keys for subject in issue_subjects(payload) if subject.related}


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        ({"webhookEvent": UPDATED}, UPDATED),
        ({}, ""),
        ({"webhookEvent": None}, ""),
        ({"webhookEvent": 5}, ""),
        ({"webhookEvent": [UPDATED]}, ""),
        (None, ""),
        ([], ""),
        (UPDATED, ""),
    ],
)
def test_the_events_name(payload, name):
    assert event_name(payload) == name


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10001", "10001"),
        (10001, "10001"),
        (0, "0"),
        (True, None),
        (False, None),
        (None, None),
        ("", None),
        ("-1", None),
        (-1, None),
        (1.0, None),
        ("1.0", None),
        (" 1", None),
        ("1\n", None),
        ("1) OR (1", None),
        ("١٢", None),
        ("9" * 20, None),
        (10**30, None),
        ([], None),
        ({}, None),
        ([1], None),
    ],
)
def test_only_a_plausible_id_is_taken(value, expected):
    assert plausible_id(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("AB-1", True),
        ("A_B2-10", True),
        ("AB", False),
        ("AB-", False),
        ("1A-1", False),
        ("AB-1 OR 1", False),
        ('AB-1"', False),
        ("AB-1\n", False),
        ("", False),
        (None, False),
        (1, False),
        (["AB-1"], False),
    ],
)
def test_only_a_plausible_key_is_taken(value, expected):
    assert is_issue_key(value) is expected


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


ODD = [
    None,
    True,
    5,
    "text",
    [],
    {},
    [{"webhookEvent": UPDATED}],
    {"webhookEvent": UPDATED},
    {"webhookEvent": None, "issue": None},
    {"webhookEvent": UPDATED, "issue": None},
    {"webhookEvent": UPDATED, "issue": []},
    {"webhookEvent": UPDATED, "issue": "10001"},
    {"webhookEvent": UPDATED, "issue": {}},
    {"webhookEvent": UPDATED, "issue": {"id": None, "key": "AB-1"}},
    {"webhookEvent": UPDATED, "issue": {"id": True, "key": "AB-1"}},
    {"webhookEvent": UPDATED, "issue": {"id": ["10001"], "key": "AB-1"}},
    {"webhookEvent": UPDATED, "issue": {"key": "AB-1"}},
    {"id": "10001", "key": "AB-1", "fields": {}},
    {"webhookEvent": "comment_created", "comment": ""},
    {"webhookEvent": "comment_created", "comment": {"id": "1"}},
    {"webhookEvent": "comment_created", "comment": {"id": "1"}, "issue": None},
    {"webhookEvent": "worklog_updated"},
    {"webhookEvent": "worklog_updated", "worklog": None},
    {"webhookEvent": "worklog_updated", "worklog": {"issueId": None}},
    {"webhookEvent": "worklog_updated", "worklog": {"issueId": False}},
    {"webhookEvent": "issuelink_created"},
    {"webhookEvent": "issuelink_created", "issueLink": []},
    {"webhookEvent": "issuelink_created", "issueLink": {"sourceIssueId": None}},
    {"webhookEvent": "project_updated"},
    {"webhookEvent": "project_updated", "project": None},
    {"webhookEvent": "project_updated", "project": {"id": True, "key": 5}},
    {"webhookEvent": "user_updated"},
    {"webhookEvent": "user_updated", "user": None},
    {"webhookEvent": "user_updated", "user": {"accountId": None}},
    {"webhookEvent": "user_updated", "user": {"accountId": 5}},
    {"webhookEvent": "user_updated", "user": {"accountId": "a b"}},
    {"webhookEvent": "user_updated", "user": {"accountId": ""}},
    {"webhookEvent": "user_updated", "user": ["user-1"]},
]


@pytest.mark.parametrize("payload", ODD)
@pytest.mark.parametrize("read", [issue_subjects, project_subjects, user_subjects])
def test_an_odd_payload_names_nothing_and_disturbs_nothing(read, payload):
    assert read(payload) == []


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


@pytest.mark.parametrize(
    "name",
    ["project_created", "project_updated", "project_soft_deleted", "project_restored_deleted"],
)
@pytest.mark.parametrize("project_id", ["10", 10])
def test_a_project_event_is_about_its_project(name, project_id):
    payload = {"webhookEvent": name, "project": {"id": project_id, "key": "AB"}}
    assert project_subjects(payload) == [ProjectSubject("10", "AB", {})]


@pytest.mark.parametrize(
    ("project", "subject"),
    [
        ({"id": "10"}, ProjectSubject("10", None, {})),
        ({"key": "AB"}, ProjectSubject(None, "AB", {})),
        ({"id": None, "key": "AB"}, ProjectSubject(None, "AB", {})),
        ({"id": "10", "key": 5}, ProjectSubject("10", None, {})),
        ({"id": "10", "key": 'A") OR ("'}, ProjectSubject("10", None, {})),
    ],
)
def test_half_of_a_project_is_enough(project, subject):
    assert project_subjects({"webhookEvent": "project_deleted", "project": project}) == [subject]


def touched_projects(payload: Any) -> list[str | None]:
    assert all(subject.related for subject in project_subjects(payload))
    return [subject.id for subject in project_subjects(payload)]


@pytest.mark.parametrize("name", [CREATED, DELETED])
@pytest.mark.parametrize("project_id", ["10", 10])
def test_an_issue_that_comes_or_goes_changes_its_projects_total(name, project_id):
    payload = issue_event(name, project={"id": project_id, "key": "AB"})
    assert touched_projects(payload) == ["10"]


def test_a_moved_issue_changes_the_totals_of_both_projects():
    to_another = change("project", "Old", "New", **{"from": "9", "to": "10"})
    payload = issue_event(UPDATED, MOVE, to_another, project={"id": "10", "key": "AB"})
    assert touched_projects(payload) == ["10", "9"]


def test_a_move_names_both_projects_even_where_the_issue_names_none():
    to_another = change("project", "Old", "New", **{"from": "9", "to": 10})
    assert touched_projects(issue_event(UPDATED, MOVE, to_another)) == ["9", "10"]


def test_a_plain_update_changes_no_projects_total():
    payload = issue_event(UPDATED, change("summary", "a", "b"), project={"id": "10", "key": "AB"})
    assert project_subjects(payload) == []


@pytest.mark.parametrize("project", [None, "", [], {}, {"id": None}, {"id": True}])
def test_an_issue_without_a_usable_project_touches_none(project):
    assert project_subjects(issue_event(CREATED, project=project)) == []


@pytest.mark.parametrize(
    "account_id", ["user-1", "557058:0a-1b", "5b10a2844c20165700ede21g", "qm:1:2"]
)
def test_a_user_event_may_hold_the_account_id_alone(account_id):
    [subject] = user_subjects({"webhookEvent": "user_deleted", "user": {"accountId": account_id}})
    assert subject.account_id == account_id
    assert subject.row == {"accountId": account_id}
