"""What issues showed of other things when they were read."""

from collections.abc import Iterable

from jira.kinds.shown_components import ShownComponents
from jira.kinds.shown_issues import ShownIssues
from jira.kinds.shown_names import ShownNames
from jira.kinds.shown_subtasks import ShownSubtasks
from jira.payloads import Row


class Shown:
    """Remembers what no event tells of: whether it changed is asked now and then."""

    def __init__(self) -> None:
        self.components = ShownComponents()
        self.names = ShownNames()
        self.subtasks = ShownSubtasks()
        self.issues = ShownIssues()

    def note(self, issues: Iterable[Row]) -> None:
        """These issues were read, and go into the catalog as they are."""
        for seen in (self.components, self.names, self.subtasks, self.issues):
            seen.note(issues)
