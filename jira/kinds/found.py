"""What Jira said about an event's subjects, or about names that Port has: there, or gone."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from jira.kinds.kind import Found, Known
from jira.payloads import IssueSubject, Row
from jira.planning_events import IdSubject


def found_by_id(
    subjects: Iterable[IdSubject],
    found: Mapping[str, Row | None],
    as_id: Callable[[str], str | int] = str,
) -> Found:
    """What an event's subjects are now; `as_id` makes of an id what Jira's rows have."""
    return Found(
        [row for row in found.values() if row is not None],
        [{**s.row, "id": as_id(s.id)} for s in subjects if s.id in found and found[s.id] is None],
    )


def found_of_issues(subjects: Sequence[IssueSubject], found: Mapping[str, Row | None]) -> Found:
    """What an event's issues are now; deleted are those without a row, under every name."""
    rows = [row for row in found.values() if row is not None]
    return Found(rows, _gone_names(subjects, rows))


def known_of_issues(identifiers: Iterable[str], found: Mapping[str, Row | None]) -> Known:
    """Rows of issues, and the ids and keys that lead to none of them."""
    rows = [row for row in found.values() if row is not None]
    left = {name for row in rows for name in (row["key"], str(row["id"]))}
    return Known(rows, [name for name in identifiers if name not in left])


def _gone_names(subjects: Sequence[IssueSubject], rows: Sequence[Row]) -> list[Row]:
    """Rows to delete: issues that have no row, and keys that an issue no longer has."""
    left = {str(row["id"]): row["key"] for row in rows}
    gone = []
    for subject in subjects:
        row = {**subject.row, "id": int(subject.id)}
        old_keys = [key for key in subject.keys if key != left.get(subject.id)]
        gone += [{**row, "key": key} for key in old_keys]
        if subject.id not in left and not old_keys and not subject.related:
            gone.append(row)
    return gone
