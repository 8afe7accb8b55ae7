"""What other rows show of an issue, and an event may have changed: read out of its payload.

An event is about its own issue. Parents, children, sub-tasks and linked issues show its summary,
status, priority and type as well, parents the sum of times, and projects when an issue changed
last, while Jira sends no event for any of these.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jira.events import Family, JiraEvent
from jira.payloads import (
    event_name,
    issue_subjects,
    list_of,
    moved_keys,
    part_of,
    plausible_id,
    worklog_subjects,
)

KEY, TIMES = "key", "times"
_SHOWN = {
    **{name: name for name in ("summary", "status", "priority", "issuetype")},
    **dict.fromkeys(("key", "project"), KEY),
    **dict.fromkeys(("timespent", "timeestimate", "timeoriginalestimate"), TIMES),
    **dict.fromkeys(("timetracking", "worklogid", "worklogtimespent"), TIMES),
}
"""What changelogs call the fields that others show, and what it is to them."""
_ABOUT_AN_ISSUE = (
    *(Family.ISSUE, Family.ISSUE_LINK, Family.COMMENT, Family.WORKLOG, Family.ATTACHMENT),
    Family.ISSUE_PROPERTY,
)


@dataclass(frozen=True)
class ChangedIssue:
    """An issue of which others may show something that is no longer so.

    `name` is its id, or its key. `changed` are fields, `key` and `times`; None for perhaps
    anything. `children` are those that it may have. With one that is gone its `subtasks` are.
    `shown_by` are names of issues that are known to show it, or to have shown it. `compared`: a
    comparison found it.
    """

    name: str
    changed: frozenset[str] | None = frozenset()
    project_id: str | None = None
    gone: bool = False
    children: bool = True
    subtasks: bool = False
    shown_by: frozenset[str] = frozenset()
    compared: bool = False


def changed_issues(payloads: Iterable[Any]) -> dict[str, ChangedIssue]:
    """The issues that events changed, by name; what several say of one counts together."""
    return add({}, (issue for payload in payloads for issue in _changed(payload)))


def add(known: dict[str, ChangedIssue], issues: Iterable[ChangedIssue]) -> dict[str, ChangedIssue]:
    """Put issues beside those that are known, each once; returns these."""
    for issue in issues:
        before = known.get(issue.name)
        known[issue.name] = issue if before is None else _both(before, issue)
    return known


def _both(one: ChangedIssue, two: ChangedIssue) -> ChangedIssue:
    any_of_it = one.changed is None or two.changed is None
    return replace(
        two,
        changed=None if any_of_it else (one.changed or frozenset()) | (two.changed or frozenset()),
        project_id=two.project_id or one.project_id,
        gone=one.gone or two.gone,
        children=one.children or two.children,
        subtasks=one.subtasks or two.subtasks,
        shown_by=one.shown_by | two.shown_by,
        compared=one.compared and two.compared,
    )


def _changed(payload: Any) -> Iterator[ChangedIssue]:
    name = event_name(payload)
    if not name.startswith(_ABOUT_AN_ISSUE):
        return
    own = part_of(payload, "issue")
    own_id = plausible_id(own.get("id"))
    fields = part_of(own, "fields")
    kind = part_of(fields, "issuetype")
    if name.startswith(Family.ISSUE) and own_id is not None:
        subtasks = [
            subtask_id
            for row in list_of(fields, "subtasks")
            if isinstance(row, dict) and (subtask_id := plausible_id(row.get("id")))
        ]
        gone = name == JiraEvent.ISSUE_DELETED
        yield ChangedIssue(
            own_id,
            _fields(payload, name),
            plausible_id(part_of(fields, "project").get("id")),
            gone=gone,
            # Of one that is gone those that outlive it: sub-tasks don't.
            children=kind.get("subtask") is not True
            and not (gone and kind.get("hierarchyLevel") == 0),
            subtasks=bool(subtasks),
        )
        if moved_keys(payload):
            # They go along, with or without events of their own.
            yield from (ChangedIssue(one, frozenset((KEY,))) for one in subtasks)
        return
    changed = frozenset((TIMES,)) if part_of(payload, "worklog") else frozenset[str]()
    project_id = plausible_id(part_of(fields, "project").get("id"))
    names = [subject.id for subject in issue_subjects(payload)]
    names += [subject.issue_id for subject in worklog_subjects(payload)]
    for issue_id in dict.fromkeys(names):
        yield ChangedIssue(issue_id, changed, project_id if issue_id == own_id else None)


def _fields(payload: Any, name: str) -> frozenset[str] | None:
    """What a changelog says that others show; None where there is none."""
    if name == JiraEvent.ISSUE_CREATED:
        # Whoever shows it is read with it.
        return frozenset()
    items = list_of(part_of(payload, "changelog"), "items")
    named = [_named(item) for item in items if isinstance(item, Mapping)]
    if name != JiraEvent.ISSUE_UPDATED or not named:
        return None
    return frozenset(_SHOWN[of] for each in named for of in each if of in _SHOWN)


def _named(item: Mapping[str, Any]) -> tuple[str, ...]:
    """By what a changelog's item calls its field; the name may be translated, the id never is."""
    return tuple(str(item.get(by) or "").lower() for by in ("fieldId", "field"))
