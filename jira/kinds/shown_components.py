"""Components as issues showed them: there is no event that tells when one is renamed or deleted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from jira.payloads import Row, project_key

Shown = tuple[str, str]
"""Name and description."""


class ShownComponents:
    """Remembers how each component was shown in the issues that were read.

    One that was shown in two ways was changed between two reads: some issue in the catalog still
    shows it as it was.
    """

    def __init__(self) -> None:
        self._shown: dict[str, dict[str, set[Shown]]] = defaultdict(lambda: defaultdict(set))

    def note(self, issues: Iterable[Row]) -> None:
        """These issues were read, and go into the catalog as they are."""
        for issue in issues:
            components = (issue.get("fields") or {}).get("components")
            if components and (key := project_key(str(issue.get("key") or ""))):
                for component in components:
                    self._shown[key][str(component.get("id"))].add(_shown(component))

    def projects(self) -> list[str]:
        """The keys of the projects whose issues showed components."""
        return list(self._shown)

    def are_shown_as_they_are(self, key: str, components: Iterable[Row]) -> bool:
        """Whether each that a project's issues showed is still there, and shown as it is now."""
        now = {str(component.get("id")): {_shown(component)} for component in components}
        return all(now.get(name) == shown for name, shown in self._shown[key].items())

    def forget(self, key: str) -> None:
        """A project's issues are about to be read again."""
        self._shown.pop(key, None)


def _shown(component: Mapping[str, Any]) -> Shown:
    return str(component.get("name")), str(component.get("description") or "")
