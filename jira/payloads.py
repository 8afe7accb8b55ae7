"""What a webhook's payload says: read with distrust, without I/O.

Only `jira:issue_updated` is documented; every other shape is observed and may be missing parts.
https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jira.events import Family, JiraEvent

Row = dict[str, Any]

_ID = re.compile(r"[0-9]{1,19}")
_ISSUE_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}-[0-9]{1,19}")
_PROJECT_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")
_ACCOUNT_ID = re.compile(r"[A-Za-z0-9:_.-]{1,128}")
_PARENT_FIELDS = ("parent", "issueparentassociation", "epic link")


@dataclass(frozen=True)
class IssueSubject:
    """An issue to read again: its id, and every key that the event claims it has or had.

    `related` marks one that the event isn't about but may have changed, such as the parent of a
    new sub-task.
    """

    id: str
    row: Row = field(compare=False)
    keys: tuple[str, ...] = ()
    related: bool = False


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


ISSUES_PROJECT = "__issuesProjectId"
"""In a sprint's row of an issue's event: the id of that issue's project."""


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


def event_name(payload: Any) -> str:
    """The event's name, such as `jira:issue_updated`; empty where there is none."""
    name = payload.get("webhookEvent") if isinstance(payload, Mapping) else None
    return name if isinstance(name, str) else ""


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
        return [_related({"id": issue_id}) for issue_id in dict.fromkeys(ids) if issue_id]
    if name.startswith(Family.WORKLOG):
        issue_id = plausible_id(part_of(payload, "worklog").get("issueId"))
        return [_related({"id": issue_id})] if issue_id else []
    row = part_of(payload, "issue")
    issue_id = plausible_id(row.get("id"))
    if issue_id is None:
        return []
    if not name.startswith(Family.ISSUE):
        return [_related(row)]
    keys = [_matching(_ISSUE_KEY, row.get("key")), *moved_keys(payload)]
    subjects = [IssueSubject(issue_id, row, tuple(dict.fromkeys(key for key in keys if key)))]
    subjects += [_related(other) for other in _relatives(payload, row, name)]
    merged: dict[str, IssueSubject] = {}
    for subject in subjects:
        known = merged.get(subject.id)
        # The event's own issue wins; of several mentions of another, the one that tells its key.
        if known is None or (known.related and not known.keys):
            merged[subject.id] = subject
    return list(merged.values())


def moved_keys(payload: Any) -> list[str]:
    """The keys that a changelog names: before and after a move to another project.

    https://support.atlassian.com/jira-software-cloud/docs/move-an-issue/
    """
    return [
        key
        for item in changes_of(payload, "key")
        for side in ("fromString", "toString")
        if (key := _matching(_ISSUE_KEY, item.get(side)))
    ]


def project_subjects(payload: Any) -> list[ProjectSubject]:
    """The project of a project event, or the projects whose number of issues changed."""
    name = event_name(payload)
    if not name.startswith(Family.ISSUE):
        row = part_of(payload, "project")
        project_id = plausible_id(row.get("id"))
        key = _matching(_PROJECT_KEY, row.get("key"))
        return [ProjectSubject(project_id, key, row)] if project_id or key else []
    moves = changes_of(payload, "project")
    if name == JiraEvent.ISSUE_UPDATED and not moves:
        return []
    ids = [plausible_id(part_of(part_of(part_of(payload, "issue"), "fields"), "project").get("id"))]
    ids += [plausible_id(item.get(side)) for item in moves for side in ("from", "to")]
    return [ProjectSubject(i, None, {}, related=True) for i in dict.fromkeys(ids) if i]


def user_subjects(payload: Any) -> list[UserSubject]:
    """The user of a user event, which may hold nothing but the account id."""
    row = part_of(payload, "user")
    account_id = _matching(_ACCOUNT_ID, row.get("accountId"))
    return [UserSubject(account_id, row)] if account_id else []


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

    By the issues that are in it a sprint shows on more boards or on fewer.
    """
    if event_name(payload).startswith(Family.ISSUE):
        fields = part_of(part_of(payload, "issue"), "fields")
        project_id = plausible_id(part_of(fields, "project").get("id"))
        ids = [
            {"id": part.strip(), ISSUES_PROJECT: project_id}
            for item in changes_of(payload, "sprint")
            for side in ("from", "to")
            for part in str(item.get(side) or "").split(",")
        ]
        return by_id(ids)
    return by_id([part_of(payload, "sprint")])


def worklog_subjects(payload: Any) -> list[WorklogSubject]:
    """The issues whose worklogs an event may change.

    Any change of an issue can bring it into or out of a selector's JQL, and its worklogs with it.
    """
    found: dict[str, list[Row]] = {s.id: [] for s in issue_subjects(payload)}
    worklog = part_of(payload, "worklog")
    issue_id = plausible_id(worklog.get("issueId"))
    if issue_id is not None:
        found.setdefault(issue_id, []).extend(_with_ids([worklog]))
    issue = part_of(payload, "issue")
    inlined = list_of(part_of(part_of(issue, "fields"), "worklog"), "worklogs")
    if (own_id := plausible_id(issue.get("id"))) in found:
        found[own_id].extend(_with_ids(inlined))
    return [WorklogSubject(issue, tuple(worklogs)) for issue, worklogs in found.items()]


def plausible_id(value: Any) -> str | None:
    """A numeric id as text, given as number or text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return _matching(_ID, str(value))


def is_issue_key(value: Any) -> bool:
    """Whether a text has the form of an issue key."""
    return _matching(_ISSUE_KEY, value) is not None


def is_account_id(value: Any) -> bool:
    """Whether a text has the form of an account id."""
    return _matching(_ACCOUNT_ID, value) is not None


def project_key(name: str) -> str | None:
    """The project's key in an issue's key, or a text that is one itself; None for anything else."""
    if _matching(_ISSUE_KEY, name):
        return name.rpartition("-")[0]
    return _matching(_PROJECT_KEY, name)


def _related(row: Row) -> IssueSubject:
    key = _matching(_ISSUE_KEY, row.get("key"))
    return IssueSubject(str(row["id"]), row, (key,) if key else (), related=True)


def _relatives(payload: Any, row: Row, name: str) -> Iterator[Row]:
    """Rows, with an id at least, of the issues that an issue's own event changes as well."""
    parents = [
        side for f in _PARENT_FIELDS for item in changes_of(payload, f) for side in _ids(item)
    ]
    goes = name == JiraEvent.ISSUE_DELETED or bool(moved_keys(payload))
    fields = part_of(row, "fields")
    candidates: list[Any] = list(parents)
    if goes or parents or name == JiraEvent.ISSUE_CREATED:
        candidates.append(fields.get("parent"))
    if goes:
        candidates += list_of(fields, "subtasks")
        for link in list_of(fields, "issuelinks"):
            candidates += [part_of(link, "inwardIssue"), part_of(link, "outwardIssue")]
    for candidate in candidates:
        if isinstance(candidate, dict) and (issue_id := plausible_id(candidate.get("id"))):
            yield {**candidate, "id": issue_id}


def _ids(item: Mapping[str, Any]) -> list[Row]:
    return [{"id": item.get("from")}, {"id": item.get("to")}]


def changes_of(payload: Any, field_name: str) -> list[Mapping[str, Any]]:
    """The changelog's items for a field, whose name is given in lower case."""
    items = list_of(part_of(payload, "changelog"), "items")
    return [
        item
        for item in items
        if isinstance(item, Mapping) and str(item.get("field", "")).lower() == field_name
    ]


def part_of(payload: Any, name: str) -> Row:
    """An object inside of a payload; empty where there is none."""
    part = payload.get(name) if isinstance(payload, Mapping) else None
    return part if isinstance(part, dict) else {}


def list_of(payload: Any, name: str) -> list[Any]:
    """A list inside of a payload; empty where there is none."""
    part = payload.get(name) if isinstance(payload, Mapping) else None
    return part if isinstance(part, list) else []


def _matching(pattern: re.Pattern[str], value: Any) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def by_id(rows: list[Any]) -> list[IdSubject]:
    """The subjects that rows name by a numeric id, each once."""
    return list({row["id"]: IdSubject(row["id"], row) for row in _with_ids(rows)}.values())


def _with_ids(rows: list[Any]) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, dict) and (row_id := plausible_id(row.get("id"))):
            yield {**row, "id": row_id}
