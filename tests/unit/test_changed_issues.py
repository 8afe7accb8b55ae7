"""What of an issue an event may have changed that others show."""

from typing import Any

import pytest

from jira.changed_issues import KEY, TIMES, ChangedIssue, add, changed_issues

Row = dict[str, Any]
MOVED = frozenset((KEY,))


def event(name: str, *items: Row, **payload: Any) -> Row:
    changelog = {"changelog": {"items": list(items)}} if items else {}
    return {"webhookEvent": name, **changelog, **payload}


def issue(issue_id: Any = "1", **fields: Any) -> Row:
    return {"id": issue_id, "key": "AB-1", "fields": {"project": {"id": "10"}, **fields}}


def item(field: str, **more: Any) -> Row:
    return {"field": field, **more}


def changed(payload: Row) -> Any:
    [found] = changed_issues([payload]).values()
    return found.changed


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([item("summary")], {"summary"}),
        ([item("status"), item("resolution")], {"status"}),
        ([item("Status")], {"status"}),
        ([item("Zusammenfassung", fieldId="summary")], {"summary"}),
        ([item("priority"), item("issuetype")], {"priority", "issuetype"}),
        ([item("Key", fromString="AB-1", toString="CD-1")], {KEY}),
        ([item("timespent")], {TIMES}),
        ([item("WorklogId")], {TIMES}),
        ([item("timeestimate", fieldId="timeestimate")], {TIMES}),
        ([item("labels"), item("Sprint"), item("assignee")], set()),
        ([item(""), {}], set()),
        ([], None),
        (["no item"], None),
    ],
)
def test_a_changelog_says_what_changed(items, expected):
    found = changed(event("jira:issue_updated", *items, issue=issue()))
    assert found == (None if expected is None else frozenset(expected))


@pytest.mark.parametrize("changelog", [None, "", [], {}, {"items": None}, {"items": {}}])
def test_without_a_changelog_anything_may_have_changed(changelog):
    payload = event("jira:issue_updated", issue=issue()) | {"changelog": changelog}
    assert changed(payload) is None


def test_an_issue_that_is_new_is_shown_by_those_that_its_event_touches_anyway():
    assert changed(event("jira:issue_created", issue=issue())) == frozenset()


@pytest.mark.parametrize(
    ("kind", "updated", "gone"),
    [
        ({"subtask": True, "hierarchyLevel": -1}, False, False),
        ({"subtask": False, "hierarchyLevel": 0}, True, False),
        ({"subtask": False, "hierarchyLevel": 1}, True, True),
        ({"subtask": False}, True, True),
        ({}, True, True),
    ],
)
def test_which_issues_may_have_children_and_leave_some_behind(kind, updated, gone):
    for name, expected in (("updated", updated), ("deleted", gone)):
        payload = event(f"jira:issue_{name}", issue=issue(issuetype=kind))
        [found] = changed_issues([payload]).values()
        assert (found.children, found.gone) == (expected, name == "deleted")


def test_the_sub_tasks_of_one_that_moves_have_other_keys_as_well():
    move = item("Key", fromString="AB-1", toString="CD-1")
    subtasks = [{"id": "2"}, {"id": 3}, {"key": "AB-4"}, None, "5"]
    payload = event("jira:issue_updated", move, issue=issue(subtasks=subtasks))
    found = changed_issues([payload])
    assert {name: one.changed for name, one in found.items()} == dict.fromkeys("123", MOVED)
    found = changed_issues(
        [event("jira:issue_updated", item("summary"), issue=issue(subtasks=subtasks))]
    )
    assert list(found) == ["1"]
    assert found["1"].subtasks


@pytest.mark.parametrize("name", ["worklog_created", "worklog_updated", "worklog_deleted"])
def test_a_worklog_changes_times(name):
    assert changed_issues([event(name, worklog={"id": "7", "issueId": "1"})]) == {
        "1": ChangedIssue("1", frozenset((TIMES,)))
    }


@pytest.mark.parametrize(
    ("payload", "projects"),
    [
        (event("comment_created", comment={"id": "7"}, issue=issue()), {"1": "10"}),
        (event("comment_created", comment={"id": "7"}, issue={"id": "1"}), {"1": None}),
        (event("attachment_created", issue=issue()), {"1": "10"}),
        (event("issuelink_created", issueLink={"sourceIssueId": 1, "destinationIssueId": 2}),
         {"1": None, "2": None}),
    ],
)  # fmt: skip
def test_other_events_of_an_issue_change_when_it_was_changed(payload, projects):
    found = changed_issues([payload])
    assert {name: one.project_id for name, one in found.items()} == projects
    assert {one.changed for one in found.values()} == {frozenset()}


@pytest.mark.parametrize(
    "payload",
    [
        *({}, None, [], "text", event("jira:issue_updated")),
        event("jira:issue_updated", issue=None),
        *(event("jira:issue_updated", issue={"id": "x"}), event("sprint_closed", sprint={"id": 1})),
        *(event("worklog_created", worklog=None), event("comment_created", comment="")),
        *(event("project_updated", issue=issue()), event("user_updated", user={"accountId": "a"})),
    ],
)  # fmt: skip
def test_what_is_about_no_issue_changes_none(payload):
    assert changed_issues([payload]) == {}


def test_several_events_of_one_issue_count_together():
    both = [
        event("jira:issue_updated", item("summary"), issue=issue()),
        event("jira:issue_updated", item("status"), issue=issue(1)),
    ]
    assert changed_issues(both) == {"1": ChangedIssue("1", frozenset(("summary", "status")), "10")}
    anything = event("jira:issue_updated", issue=issue())
    assert changed_issues([*both, anything])["1"].changed is None
    gone = event("jira:issue_deleted", issue={"id": "1"})
    last = changed_issues([gone, *both])["1"]
    assert (last.gone, last.changed, last.project_id) == (True, None, "10")


def test_each_issue_is_kept_once():
    found = add({"1": ChangedIssue("1")}, [ChangedIssue("2", None), ChangedIssue("1", None)])
    assert {name: one.changed for name, one in found.items()} == {"1": None, "2": None}
