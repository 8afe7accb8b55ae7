"""What was seen under the keys of a project: once that is put away or renamed, nothing lists it."""

from collections.abc import Iterable, Iterator

MAX_REMEMBERED = 500_000


class UnderKeys:
    """Remembers the ids of rows by the key of an issue that they are, or belong to.

    It may name some that are gone. Numbers alone, since there are as many as the site has issues.
    """

    def __init__(self, most: int = MAX_REMEMBERED) -> None:
        self._most = most
        self._count = 0
        self.is_complete = True
        """Whether nothing had to be left out."""
        # By the project's key: ids, with the issue's number in the project.
        self._by: dict[str, dict[int, int]] = {}

    def note(self, row_id: object, issue_key: object) -> None:
        """A row was read; nothing where it doesn't tell its name."""
        project, _, number = str(issue_key).rpartition("-")
        if not (project and number.isdecimal() and str(row_id).isdecimal()):
            return
        known = self._by.setdefault(project, {})
        if int(str(row_id)) not in known:
            if self._count >= self._most:
                self.is_complete = False
                return
            self._count += 1
        known[int(str(row_id))] = int(number)

    def note_issues(self, issues: Iterable[dict[str, object]]) -> None:
        """These were read."""
        for issue in issues:
            if "key" in issue:
                self.note(issue.get("id"), issue["key"])

    def of(self, project_keys: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Ids, with the key of the issue, of these projects."""
        for project in project_keys:
            for row_id, number in self._by.get(project, {}).items():
                yield str(row_id), f"{project}-{number}"

    def forget(self, project_keys: Iterable[str]) -> None:
        """Nothing is called so any more."""
        for project in project_keys:
            self._count -= len(self._by.pop(project, {}))
