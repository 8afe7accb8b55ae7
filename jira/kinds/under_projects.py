"""Kinds whose rows are listed project by project: what a project has, and what it had."""

from abc import abstractmethod
from collections.abc import Hashable

from jira.kinds.kind import KindById, Selector
from jira.kinds.seen import Seen
from jira.payloads import Row


class KindUnderProjects[S: Selector](KindById[S]):
    """A kind that is read project by project; `seen` is what each had, by the project's id."""

    seen: Seen

    @abstractmethod
    async def of_project(self, project: Row, selector: S) -> list[Row]:
        """All rows of a live project; an incomplete list is an error."""

    @abstractmethod
    def query(self, selector: S) -> Hashable:
        """How projects are asked under a selector: what `seen` is told apart by."""

    def note(self, project: Row, query: Hashable, rows: list[Row]) -> list[Row]:
        """A project has these."""
        self.seen.whole(query, str(project["id"]), {str(row["id"]): "" for row in rows})
        return rows
