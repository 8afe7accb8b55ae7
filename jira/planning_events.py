"""What the events of releases, boards, sprints and worklogs are about, without I/O.

None of these payloads is documented; see jira.payloads for how they are read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jira.payloads import (
    Row,
    changes_of,
    event_name,
    issue_subjects,
    list_of,
    part_of,
    plausible_id,
)

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


def release_subjects(payload: Any) -> list[IdSubject]:
    """The release of a `jira:version_*` event, and the one it was merged into."""
    row = part_of(payload, "version")
    merged_to = payload.get("mergedTo") if isinstance(payload, Mapping) else None
    candidates = [row, merged_to if isinstance(merged_to, dict) else {"id": merged_to}]
    return _by_id(candidates)


def release_project(payload: Any) -> str | None:
    """The id of the project that a `jira:version_*` event's release belongs to."""
    return plausible_id(part_of(payload, "version").get("projectId"))


def board_subjects(payload: Any) -> list[IdSubject]:
    """The board of a `board_*` event; one about its configuration may call it that."""
    return _by_id([part_of(payload, "board") or part_of(payload, "configuration")])


def sprint_subjects(payload: Any) -> list[IdSubject]:
    """The sprint of a `sprint_*` event, or the sprints that an issue came to or left.

    By the issues that are in it a sprint shows on more boards or on fewer.
    """
    if event_name(payload).startswith("jira:issue_"):
        fields = part_of(part_of(payload, "issue"), "fields")
        project_id = plausible_id(part_of(fields, "project").get("id"))
        ids = [
            {"id": part.strip(), ISSUES_PROJECT: project_id}
            for item in changes_of(payload, "sprint")
            for side in ("from", "to")
            for part in str(item.get(side) or "").split(",")
        ]
        return _by_id(ids)
    return _by_id([part_of(payload, "sprint")])


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


def _by_id(rows: list[Any]) -> list[IdSubject]:
    return list({row["id"]: IdSubject(row["id"], row) for row in _with_ids(rows)}.values())


def _with_ids(rows: list[Any]) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, dict) and (row_id := plausible_id(row.get("id"))):
            yield {**row, "id": row_id}
