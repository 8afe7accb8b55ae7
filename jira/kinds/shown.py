"""What issues showed of other things when they were read."""

from collections.abc import Sequence

from jira.kinds.shown_components import ShownComponents
from jira.kinds.shown_issues import ShownIssues
from jira.kinds.shown_keys import UnderKeys
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
        self.keys = UnderKeys()

    def note(self, issues: Sequence[Row]) -> None:
        """These issues were read, and go into the catalog as they are."""
        for seen in (self.components, self.names, self.subtasks, self.issues):
            seen.note(issues)
        self.keys.note_issues(issues)
