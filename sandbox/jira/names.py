"""What an administrator does to statuses, issue types and priorities. Only types have events."""

from collections.abc import Iterable
from dataclasses import replace

from sandbox.jira.entities import IssueType, Priority, Status
from sandbox.jira.state import SiteState


class Names(SiteState):
    """Renames them, by their names; issues show it at once, and stay as they are otherwise."""

    def rename_status(self, name: str, to: str) -> Status:
        """Rename a status. Jira sends no event."""
        old = self.statuses[name.lower()]
        new = replace(old, name=to)
        # In its place, as its id has it.
        self.statuses = {it.name.lower(): it for it in _replaced(self.statuses.values(), old, new)}
        for issue in self.issues.values():
            issue.status = new if issue.status == old else issue.status
        self._renamed()
        return new

    def rename_type(self, name: str, to: str) -> IssueType:
        """Rename an issue type."""
        old = self.types[name.lower()]
        new = replace(old, name=to)
        self.types = {it.name.lower(): it for it in _replaced(self.types.values(), old, new)}
        for issue in self.issues.values():
            issue.type = new if issue.type == old else issue.type
        self._renamed()
        self.emit("issuetype_updated", {"issuetype": {"id": int(new.id), "name": new.name}})
        return new

    def rename_priority(self, name: str, to: str) -> Priority:
        """Rename a priority. Jira sends no event."""
        old = self.priorities[name.lower()]
        new = replace(old, name=to)
        self.priorities = {
            it.name.lower(): it for it in _replaced(self.priorities.values(), old, new)
        }
        for issue in self.issues.values():
            issue.priority = new if issue.priority == old else issue.priority
        self._renamed()
        return new

    def _renamed(self) -> None:
        self.changes += 1
        self.forget_rows(self.issues.values())


def _replaced[T](every: Iterable[T], old: T, new: T) -> list[T]:
    return [new if one == old else one for one in every]
