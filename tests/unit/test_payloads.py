"""What a webhook's payload says, whatever shape it has."""

from typing import Any

import pytest

from jira.payloads import (
    ProjectSubject,
    event_name,
    is_issue_key,
    issue_subjects,
    plausible_id,
    project_key,
    project_subjects,
    user_subjects,
)
from tests.unit.helpers.payloads import CREATED, DELETED, MOVE, UPDATED, change, issue_event


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


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("AB-1", "AB"),
        ("A_B2-10001", "A_B2"),
        ("AB", "AB"),
        ("A1", "A1"),
        ("10001", None),
        ("", None),
        ("AB-", None),
        ("-1", None),
        ("AB-1-2", None),
        ("AB CD", None),
        ("user:1", None),
    ],
)
def test_the_project_that_a_name_belongs_to(name, key):
    assert project_key(name) == key
