"""Which issues showed which others: once an issue is gone, no query finds those that show it."""

from collections.abc import Iterable, Iterator
from typing import Any

from jira.payloads import Row, list_of, part_of, plausible_id

MAX_REMEMBERED = 200_000


class ShownIssues:
    """Remembers which issues showed an issue: as their parent, sub-task or link.

    It may name some that don't any more. `complete` is set once everything was read.
    """

    def __init__(self, most: int = MAX_REMEMBERED) -> None:
        self._most = most
        # By id and by key, which lead to the same set.
        self._by: dict[str, set[int]] = {}
        self._forgot = False
        self.complete = False

    def note(self, issues: Iterable[Row]) -> None:
        """These issues were read, and go into the catalog as they are."""
        for issue in issues:
            own_id = plausible_id(issue.get("id"))
            for shown in _shown_by(issue.get("fields")):
                name = plausible_id(shown.get("id"))
                if own_id is None or name is None or self._is_full(name):
                    continue
                of = self._by.setdefault(name, set())
                of.add(int(own_id))
                if key := shown.get("key"):
                    self._by[str(key)] = of

    def showing(self, name: str) -> set[str] | None:
        """The ids of those that showed an issue, by its id or key; None where that isn't known."""
        if not self.complete or self._forgot:
            return None
        return {str(number) for number in self._by.get(name, ())}

    def _is_full(self, name: str) -> bool:
        self._forgot |= len(self._by) >= self._most and name not in self._by
        return self._forgot


def _shown_by(fields: Any) -> Iterator[Row]:
    if not isinstance(fields, dict):
        return
    candidates = [fields.get("parent"), *list_of(fields, "subtasks")]
    for link in list_of(fields, "issuelinks"):
        candidates += [part_of(link, "inwardIssue"), part_of(link, "outwardIssue")]
    yield from (candidate for candidate in candidates if isinstance(candidate, dict))
