"""What a changelog says of an issue's key, project, parents and sprints; without I/O.

An item is told by its `field`, or by its `fieldId`, which is never translated.
"""

from collections.abc import Mapping
from typing import Any

from jira.payload_parts import Row, issue_key, issue_named, list_of, part_of, project_key

Item = Mapping[str, Any]

PARENT_FIELDS = ("parent", "parent issue", "parent link", "issueparentassociation", "epic link")
"""Each names the former and the new parent, by ids or by keys."""
KEY, PROJECT, SPRINT, TYPE = "key", "project", "sprint", "issuetype"


def changes_of(payload: Any, *names: str) -> list[Item]:
    """The items for one of these fields, whose names are given in lower case."""
    return [
        item
        for item in list_of(part_of(payload, "changelog"), "items")
        if isinstance(item, Mapping)
        and any(str(item.get(by, "")).lower() in names for by in ("field", "fieldId"))
    ]


def moved_keys(payload: Any) -> list[str]:
    """The keys that a changelog names: before and after a move to another project.

    https://support.atlassian.com/jira-software-cloud/docs/move-an-issue/
    """
    return [
        key
        for item in changes_of(payload, KEY)
        for side in ("from", "to")
        if (key := issue_key(item.get(f"{side}String")) or issue_key(item.get(side)))
    ]


def moved_projects(payload: Any) -> list[Row]:
    """Rows, by id or by key, of the projects that an issue came from and went to.

    Where only its key is said to have changed, the key tells the projects.
    """
    ids = [
        {"id": item.get(side)} for item in changes_of(payload, PROJECT) for side in ("from", "to")
    ]
    keys = [project_key(key) for key in moved_keys(payload)]
    return ids or [{"key": key} for key in keys]


def former_and_new_parents(payload: Any) -> list[Row]:
    """Rows, by id or by key, of the parents that a changelog names."""
    found = (
        issue_named(item.get(side)) or issue_named(issue_key(item.get(f"{side}String")))
        for item in changes_of(payload, *PARENT_FIELDS)
        for side in ("from", "to")
    )
    return [row for row in found if row is not None]


def changes_type(payload: Any) -> bool:
    """Whether the issue is of another type by now: it may have become a sub-task, or none."""
    return bool(changes_of(payload, TYPE))
