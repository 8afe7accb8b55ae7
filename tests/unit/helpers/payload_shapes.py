"""Payloads by their shape, made up, and what each says has to be read again, by kind.

A subject is written as its id or key, with `?` before one that the event isn't about; a project by
id or key; worklogs as the issue's id and their own.
"""

from typing import Any, NamedTuple

from kinds import Kinds
from tests.unit.helpers.payloads import change

API = "https://your-site.atlassian.net/rest/api/2"
TEXT = "com.atlassian.greenhopper.service.sprint.Sprint@1f3a9c"

Read = dict[Kinds, list[str]]


class Shape(NamedTuple):
    """A payload and what it says, kinds that it says nothing of left out."""

    payload: dict[str, Any]
    read: Read


def sides(before: Any, after: Any) -> dict[str, Any]:
    return {"from": before, "to": after}


def issue(fields: dict[str, Any]) -> dict[str, Any]:
    project = {"id": "10", "key": "AB"}
    return {"id": "10010", "key": "AB-10", "fields": {"project": project, **fields}}


def update(*items: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "timestamp": 1780000000000,
        "webhookEvent": "jira:issue_updated",
        "issue_event_type_name": "issue_updated",
        "user": {"accountId": "user-1"},
        "issue": {
            "id": "10010",
            "key": "AB-10",
            "fields": {"project": {"id": "10", "key": "AB"}, **fields},
        },
        "changelog": {"id": "20000", "items": list(items)},
    }


def whole(name: str, **fields: Any) -> dict[str, Any]:
    issue = {
        "id": "10010",
        "key": "AB-10",
        "fields": {"project": {"id": "10", "key": "AB"}, **fields},
    }
    return {"webhookEvent": name, "issue": issue}


def of_issue(*others: str) -> Read:
    """The issue that the updates above are about, as each kind made of issues reads it."""
    ids = [name.removeprefix("?") for name in others if "-" not in name]
    read: Read = {kind: ["10010", *others] for kind in (Kinds.ISSUE, Kinds.BACKLOG, Kinds.EPIC)}
    return {**read, Kinds.WORKLOG: ["10010", *ids]}


def of_comment(name: str) -> Read:
    """An issue that shows something else's change."""
    return {Kinds.ISSUE: [name], Kinds.BACKLOG: [name], Kinds.WORKLOG: [name.removeprefix("?")]}


SHAPES: dict[str, Shape] = {
    "a user, gone, as an account id and a name": Shape(
        {"accountId": "712020:0a-1b", "username": "somebody"}, {Kinds.USER: ["712020:0a-1b"]}
    ),
    "a user, gone, with null for the event": Shape(
        {"webhookEvent": None, "accountId": "712020:0a-1b", "matchedWebhookIds": [1]},
        {Kinds.USER: ["712020:0a-1b"]},
    ),
    "a user, gone, with the event and no user": Shape(
        {"webhookEvent": "user_deleted", "timestamp": 1, "accountId": "712020:0a-1b"},
        {Kinds.USER: ["712020:0a-1b"]},
    ),
    "an account id beside something else": Shape(
        {"accountId": "712020:0a-1b", "issue": {"id": "10010"}}, {}
    ),
    "a name and no account id": Shape({"username": "somebody"}, {}),
    "an attachment alone": Shape(
        {
            "webhookEvent": "attachment_created",
            "attachment": {"id": "30001", "self": f"{API}/attachment/30001"},
        },
        {},
    ),
    "an attachment with its issue": Shape(
        {"webhookEvent": "attachment_deleted", "issue": {"id": "10010", "key": "AB-10"}},
        of_comment("?10010"),
    ),
    "a comment whose own link names its issue": Shape(
        {
            "webhookEvent": "comment_created",
            "comment": {"id": "1", "self": f"{API}/issue/10010/comment/1"},
        },
        of_comment("?10010"),
    ),
    "a comment whose own link names its issue by key": Shape(
        {
            "webhookEvent": "comment_deleted",
            "issue": None,
            "comment": {"id": "1", "self": f"{API}/issue/AB-10/comment/1?x=1"},
        },
        {Kinds.ISSUE: ["?AB-10"], Kinds.BACKLOG: ["?AB-10"]},
    ),
    "a comment whose link leads elsewhere": Shape(
        {"webhookEvent": "comment_created", "comment": {"self": f"{API}/attachment/10010"}}, {}
    ),
    "a comment that is an empty text": Shape(
        {"webhookEvent": "comment_created", "comment": ""}, {}
    ),
    "a worklog whose own link names its issue": Shape(
        {
            "webhookEvent": "worklog_updated",
            "worklog": {"id": 5, "self": f"{API}/issue/10010/worklog/5"},
        },
        {Kinds.ISSUE: ["?10010"], Kinds.BACKLOG: ["?10010"], Kinds.WORKLOG: ["10010: 5"]},
    ),
    "a worklog under another name": Shape(
        {"webhookEvent": "jira:worklog_created", "worklog": {"id": "5", "issueId": "10010"}},
        {Kinds.ISSUE: ["?10010"], Kinds.BACKLOG: ["?10010"], Kinds.WORKLOG: ["10010: 5"]},
    ),
    "a comment under another name": Shape(
        {"webhookEvent": "jira:comment_updated", "issue": {"id": "10010"}}, of_comment("?10010")
    ),
    "a project under another name": Shape(
        {"webhookEvent": "jira:project_deleted", "project": {"id": 10, "key": "AB"}},
        {Kinds.PROJECT: ["10"]},
    ),
    "a version under another name": Shape(
        {"webhookEvent": "version_released", "version": {"id": 7, "projectId": "10"}},
        {Kinds.RELEASE: ["7"]},
    ),
    "an issue under another name": Shape(whole("issue_updated"), of_issue()),
    "parents by id": Shape(
        update(change("IssueParentAssociation", **sides("10005", "10006"))),
        of_issue("?10005", "?10006"),
    ),
    "parents by key": Shape(
        update(change("Parent Issue", fieldtype="custom", **sides("AB-5", "CD-6"))),
        of_issue("?AB-5", "?CD-6"),
    ),
    "parents in two items": Shape(
        update(
            change("Parent", **sides("AB-5", "AB-6")),
            change("IssueParentAssociation", **sides("10005", "10006")),
        ),
        of_issue("?10005", "?10006", "?AB-5", "?AB-6"),
    ),
    "a parent by key that the issue shows with its id": Shape(
        update(
            change("Parent Issue", **sides(None, "AB-6")), parent={"id": "10006", "key": "AB-6"}
        ),
        of_issue("?10006"),
    ),
    "a sub-task becomes a task, and whose it was is said": Shape(
        update(change("issuetype", **sides("3", "1")), change("Parent", **sides("10005", None))),
        of_issue("?10005"),
    ),
    "a task becomes a sub-task, and only the issue says whose": Shape(
        update(change("issuetype", **sides("1", "3")), parent={"id": "10005", "key": "AB-5"}),
        of_issue("?10005"),
    ),
    "a move with its project": Shape(
        update(change("project", **sides("9", "10")), change("Key", "CD-4", "AB-10")),
        of_issue() | {Kinds.PROJECT: ["?10", "?9"]},
    ),
    "a move by its key alone": Shape(
        update(change("Key", "CD-4", "AB-10")), of_issue() | {Kinds.PROJECT: ["?10", "?CD"]}
    ),
    "a move with nothing about its project": Shape(
        update(change("Key", "CD-4", "AB-10"), project=None),
        of_issue() | {Kinds.PROJECT: ["?CD", "?AB"]},
    ),
    "created in a sprint": Shape(
        whole("jira:issue_created", customfield_10020=[{"id": 37, "boardId": 5}]),
        of_issue() | {Kinds.PROJECT: ["?10"], Kinds.SPRINT: ["37"]},
    ),
    "deleted in a sprint that is shown in the old form": Shape(
        whole(
            "jira:issue_deleted",
            customfield_10005=[f"{TEXT}[id=37,rapidViewId=5,state=ACTIVE,name=One,id=38,x]"],
        ),
        of_issue() | {Kinds.PROJECT: ["?10"], Kinds.SPRINT: ["37", "38"]},
    ),
    "moved in a sprint": Shape(
        update(
            change("Key", "CD-4", "AB-10"),
            customfield_10020=[{"id": 36, "state": "closed"}, {"id": 37, "state": "active"}],
        ),
        of_issue() | {Kinds.PROJECT: ["?10", "?CD"], Kinds.SPRINT: ["36", "37"]},
    ),
    "edited in a sprint": Shape(
        update(change("summary", "a", "b"), customfield_10020=[{"id": 37, "boardId": 5}]),
        of_issue(),
    ),
    "put into a sprint beside others": Shape(
        update(change("Sprint", fieldtype="custom", **sides("36", "36, 37"))),
        of_issue() | {Kinds.SPRINT: ["36", "37"]},
    ),
    "a link with numbers": Shape(
        {
            "webhookEvent": "issuelink_created",
            "issueLink": {"sourceIssueId": 10010, "destinationIssueId": 10011},
        },
        {
            Kinds.ISSUE: ["?10010", "?10011"],
            Kinds.BACKLOG: ["?10010", "?10011"],
            Kinds.WORKLOG: ["10010", "10011"],
        },
    ),
    "a board's configuration": Shape(
        {"webhookEvent": "board_configuration_changed", "configuration": {"id": 5}},
        {Kinds.BOARD: ["5"]},
    ),
    "an issue that a rule sent, with nothing else": Shape(
        {"id": "10010", "key": "AB-10", "fields": {}}, {}
    ),
}
