"""Which issue showed which sub-tasks: a sub-task that becomes a task needn't tell whose it was."""

from collections.abc import Iterable

from jira.payloads import Row, list_of, part_of, plausible_id


class ShownSubtasks:
    """Remembers for each sub-task under which issue it was last shown."""

    def __init__(self) -> None:
        # Numbers, since a large site has a hundred thousand of them.
        self._parents: dict[int, int] = {}

    def note(self, issues: Iterable[Row]) -> None:
        """These issues were read, and go into the catalog as they are."""
        for issue in issues:
            for subtask in list_of(part_of(issue, "fields"), "subtasks"):
                name = plausible_id(subtask.get("id")) if isinstance(subtask, dict) else None
                if name is not None:
                    self._parents[int(name)] = int(issue["id"])

    def parent_of(self, issue_id: str) -> str | None:
        """The issue that showed this one as its sub-task; None where none did."""
        parent = self._parents.get(int(issue_id))
        return None if parent is None else str(parent)
