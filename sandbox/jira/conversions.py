"""Sub-tasks that become issues of their own, and the reverse, with the event that Jira sends."""

from sandbox.jira.entities import Issue
from sandbox.jira.formats import changed
from sandbox.jira.index import IssueIndex


class Conversions(IssueIndex):
    """Changes of an issue's type by which it gets or loses a parent."""

    def convert_issue(self, issue: str, type_name: str, parent: str | None = None) -> Issue:
        """Make an issue a sub-task of `parent`, or (without one) no longer a sub-task."""
        found = self.issue_of(issue)
        above = self.issue_of(parent) if parent else None
        kind, former = self.types[type_name.lower()], found.parent
        if (kind.level < 0) is (above is None):
            raise ValueError("A sub-task has a parent, and what was one has none")
        if above is found or found.children or (above and above.project is not found.project):
            raise ValueError(f"{found.key} can't be converted so")
        touched = self.around(found) | ({above} if above else set())
        self.remember(touched)
        items = [
            changed(
                "issuetype", (found.type.id, found.type.name), (kind.id, kind.name), "issuetype"
            ),
            changed("IssueParentAssociation", _named(former), _named(above)),
        ]
        if former is not None:
            former.children.remove(found)
        found.type, found.parent = kind, above
        if above is not None:
            above.children.append(found)
        self._touch(found)
        self.forget_rows(touched)
        self._issue_event("jira:issue_updated", found, "issue_updated", items)
        return found


def _named(issue: Issue | None) -> tuple[str | None, str | None]:
    return (issue.id, issue.key) if issue else (None, None)
