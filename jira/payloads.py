"""What a webhook's payload says: read with distrust, without I/O.

Only `jira:issue_updated` is documented; every other shape is observed and may be missing parts.
https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jira.changelog import (
    SPRINT,
    changes_of,
    changes_type,
    former_and_new_parents,
    moved_keys,
    moved_projects,
)
from jira.events import Family, JiraEvent
from jira.payload_parts import (
    Row,
    bare_project_key,
    event_name,
    is_account_id,
    is_issue_key,
    issue_in_link,
    issue_key,
    list_of,
    part_of,
    plausible_id,
    project_key,
)
from jira.sprint_field import shown_sprints

__all__ = [
    "ISSUES_PROJECT",
    "IdSubject",
    "IssueSubject",
    "ProjectSubject",
    "Row",
    "UserSubject",
    "WorklogSubject",
    "board_subjects",
    "by_id",
    "changes_of",
    "event_name",
    "is_account_id",
    "is_issue_key",
    "issue_subjects",
    "list_of",
    "moved_keys",
    "names_no_issue",
    "part_of",
    "plausible_id",
    "project_key",
    "project_subjects",
    "release_project",
    "release_subjects",
    "sprint_subjects",
    "user_subjects",
    "worklog_subjects",
]

ISSUES_PROJECT = "__issuesProjectId"
"""In a sprint's row of an issue's event: the id of that issue's project."""


@dataclass(frozen=True)
class IssueSubject:
    """An issue to read again: its id, and every key that the event claims it has or had.

    `related` marks one that the event isn't about but may have changed, such as the parent of a
    new sub-task; only such a one may be named by a key alone, and have no id. `left_parent` marks
    one that may have been a sub-task before, of a parent that the event doesn't name.
    """

    id: str
    row: Row = field(compare=False)
    keys: tuple[str, ...] = ()
    related: bool = False
    left_parent: bool = False


@dataclass(frozen=True)
class ProjectSubject:
    """A project to read again; the key may be out of date, the id is not.

    `related` marks the project of an issue that came or went: its number of issues changed.
    """

    id: str | None
    key: str | None
    row: Row = field(compare=False)
    related: bool = False


@dataclass(frozen=True)
class UserSubject:
    """A user to read again."""

    account_id: str
    row: Row = field(compare=False)


@dataclass(frozen=True)
class IdSubject:
    """Something to read again by its numeric id."""

    id: str
    row: Row = field(compare=False)


@dataclass(frozen=True)
class WorklogSubject:
    """An issue whose worklogs are to be read again, and worklogs it is said to have or had."""

    issue_id: str
    worklogs: tuple[Row, ...] = field(default=(), compare=False)


def issue_subjects(payload: Any) -> list[IssueSubject]:
    """The issues that an event touches, each once.

    An issue that comes, goes, moves or changes its parent also changes its parent before and
    after, and when it goes or moves its sub-tasks (which go along, with or without events of
    their own) and the issues it is linked with.
    """
    name = event_name(payload)
    if name.startswith(Family.ISSUE_LINK):
        link = part_of(payload, "issueLink")
        ids = (plausible_id(link.get(end)) for end in ("sourceIssueId", "destinationIssueId"))
        return _related({"id": issue_id} for issue_id in ids)
    if name.startswith(Family.WORKLOG):
        return _related([_issue_of(part_of(payload, "worklog"))])
    row = part_of(payload, "issue")
    issue_id = plausible_id(row.get("id"))
    if not name.startswith(Family.ISSUE):
        return _related([row if issue_id else _issue_of(part_of(payload, "comment"))])
    if issue_id is None:
        return []
    keys = dict.fromkeys(key for key in (issue_key(row.get("key")), *moved_keys(payload)) if key)
    parent = part_of(part_of(row, "fields"), "parent")
    left = name == JiraEvent.ISSUE_UPDATED and changes_type(payload) and not parent
    itself = IssueSubject(issue_id, row, tuple(keys), left_parent=left)
    return _merged([itself, *_related(_relatives(payload, row, name))])


def names_no_issue(payload: Any) -> bool:
    """Whether an event changes an issue of which it doesn't tell which."""
    return event_name(payload).startswith(Family.ATTACHMENT) and not issue_subjects(payload)


def project_subjects(payload: Any) -> list[ProjectSubject]:
    """The project of a project event, or the projects whose number of issues changed."""
    name = event_name(payload)
    if not name.startswith(Family.ISSUE):
        row = part_of(payload, "project")
        project_id, key = plausible_id(row.get("id")), bare_project_key(row.get("key"))
        return [ProjectSubject(project_id, key, row)] if project_id or key else []
    moves = moved_projects(payload)
    if name == JiraEvent.ISSUE_UPDATED and not moves:
        return []
    own = part_of(part_of(part_of(payload, "issue"), "fields"), "project")
    named = [(plausible_id(row.get("id")), bare_project_key(row.get("key"))) for row in moves]
    own_id = plausible_id(own.get("id"))
    # By its id alone: that is how all other events of its issues name it.
    names = [(own_id, None), *(name for name in named if not own_id or name[1] != own.get("key"))]
    return [ProjectSubject(i, k, {}, related=True) for i, k in dict.fromkeys(names) if i or k]


def user_subjects(payload: Any) -> list[UserSubject]:
    """The user of a user event, which may hold nothing but the account id."""
    row = part_of(payload, "user") or (payload if isinstance(payload, dict) else {})
    account_id = row.get("accountId")
    if not isinstance(account_id, str) or not is_account_id(account_id):
        return []
    return [UserSubject(account_id, row)]


def release_subjects(payload: Any) -> list[IdSubject]:
    """The release of a `jira:version_*` event, and the one it was merged into."""
    row = part_of(payload, "version")
    merged_to = payload.get("mergedTo") if isinstance(payload, Mapping) else None
    candidates = [row, merged_to if isinstance(merged_to, dict) else {"id": merged_to}]
    return by_id(candidates)


def release_project(payload: Any) -> str | None:
    """The id of the project that a `jira:version_*` event's release belongs to."""
    return plausible_id(part_of(payload, "version").get("projectId"))


def board_subjects(payload: Any) -> list[IdSubject]:
    """The board of a `board_*` event; one about its configuration may call it that."""
    return by_id([part_of(payload, "board") or part_of(payload, "configuration")])


def sprint_subjects(payload: Any) -> list[IdSubject]:
    """The sprint of a `sprint_*` event, or the sprints that an issue came to or left.

    By the issues that are in it a sprint shows on more boards or on fewer. An issue that comes,
    goes or moves in a sprint tells so by its fields alone.
    """
    name = event_name(payload)
    if not name.startswith(Family.ISSUE):
        return by_id([part_of(payload, "sprint")])
    fields = part_of(part_of(payload, "issue"), "fields")
    shown = shown_sprints(fields)
    rows = [
        {"id": part.strip()}
        for item in changes_of(payload, SPRINT, *map(str.lower, shown))
        for side in ("from", "to")
        for part in str(item.get(side) or "").split(",")
    ]
    if name != JiraEvent.ISSUE_UPDATED or moved_projects(payload):
        rows += [row for each in shown.values() for row in each]
    project_id = plausible_id(part_of(fields, "project").get("id"))
    return by_id([{"id": row.get("id"), ISSUES_PROJECT: project_id} for row in rows])


def worklog_subjects(payload: Any) -> list[WorklogSubject]:
    """The issues whose worklogs an event may change.

    Any change of an issue can bring it into or out of a selector's JQL, and its worklogs with it.
    """
    # What only a key names, a former parent or a new one, has the worklogs it had.
    found: dict[str, list[Row]] = {s.id: [] for s in issue_subjects(payload) if s.id}
    worklog = part_of(payload, "worklog")
    issue_id = _issue_of(worklog).get("id")
    if issue_id is not None:
        found.setdefault(issue_id, []).extend(_with_ids([worklog]))
    issue = part_of(payload, "issue")
    inlined = list_of(part_of(part_of(issue, "fields"), "worklog"), "worklogs")
    if (own_id := plausible_id(issue.get("id"))) in found:
        found[own_id].extend(_with_ids(inlined))
    return [WorklogSubject(issue, tuple(worklogs)) for issue, worklogs in found.items()]


def _issue_of(row: Row) -> Row:
    """The issue of a worklog or comment, by its id or key; empty where nothing tells."""
    issue_id = plausible_id(row.get("issueId"))
    return {"id": issue_id} if issue_id else issue_in_link(row) or {}


def _relatives(payload: Any, row: Row, name: str) -> Iterator[Any]:
    """Rows of the issues that an issue's own event changes as well."""
    parents = former_and_new_parents(payload)
    yield from parents
    goes = name == JiraEvent.ISSUE_DELETED or bool(moved_keys(payload))
    fields = part_of(row, "fields")
    if goes or parents or changes_type(payload) or name == JiraEvent.ISSUE_CREATED:
        yield fields.get("parent")
    if goes:
        yield from list_of(fields, "subtasks")
        for link in list_of(fields, "issuelinks"):
            yield from (part_of(link, "inwardIssue"), part_of(link, "outwardIssue"))


def _related(rows: Iterable[Any]) -> list[IssueSubject]:
    """What else an event touches; nothing for a row without a plausible id or key."""
    found = []
    for row in rows:
        if isinstance(row, dict):
            issue_id, key = plausible_id(row.get("id")), issue_key(row.get("key"))
            if issue_id:
                row = {**row, "id": issue_id}
            if issue_id or key:
                keys = (key,) if key else ()
                found.append(IssueSubject(issue_id or "", row, keys, related=True))
    return _merged(found)


def _merged(subjects: Sequence[IssueSubject]) -> list[IssueSubject]:
    """Each issue once: the event's own wins, and of several mentions one that tells its key."""
    merged: dict[str, IssueSubject] = {}
    for subject in subjects:
        if subject.id:
            known = merged.get(subject.id)
            if known is None or (known.related and not known.keys):
                merged[subject.id] = subject
    told = {key for subject in merged.values() for key in subject.keys}
    alone = (subject for subject in subjects if not subject.id and not told & {*subject.keys})
    return [*merged.values(), *dict.fromkeys(alone)]


def by_id(rows: list[Any]) -> list[IdSubject]:
    """The subjects that rows name by a numeric id, each once."""
    return list({row["id"]: IdSubject(row["id"], row) for row in _with_ids(rows)}.values())


def _with_ids(rows: list[Any]) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, dict) and (row_id := plausible_id(row.get("id"))):
            yield {**row, "id": row_id}
