"""Versions, components and worklogs, as a Jira site holds them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.jira.entities import Issue, Project, Row, User, changed

type ComponentSource = Literal["jira", "compass"]


@dataclass(slots=True, eq=False)
class Version:
    """A version of a project; dates are days such as 2026-01-31."""

    id: str
    project: Project
    name: str
    description: str = ""
    archived: bool = False
    released: bool = False
    start_date: str | None = None
    release_date: str | None = None


@dataclass(slots=True, eq=False)
class Component:
    """A component of a project, kept in Jira or in Compass."""

    id: str
    project: Project
    name: str
    description: str = ""
    lead: User | None = None
    source: ComponentSource = "jira"


@dataclass(slots=True, eq=False)
class Worklog:
    """Work that somebody logged on an issue; times are seconds since the epoch."""

    id: str
    issue: Issue
    author: User
    started: float
    seconds: int
    created: float
    updated: float
    text: str = ""


type Planned = Version | Component

KEEP: Any = object()
"""What is passed for something that stays as it is."""


class PlanningState:
    """What a site holds of versions, components and worklogs. Nothing here makes an event."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[str, Version] = {}
        self.components: dict[str, Component] = {}
        self.worklogs: dict[str, Worklog] = {}
        # What nobody documents can be had both ways.
        self.merged_to_is_id = False
        self.version_merge_sends_event = False
        self.worklogs_send_issue_events = False

    def version_of(self, version_id: str) -> Version:
        """A version that must be there, seen or not."""
        if (version := self.versions.get(version_id)) is None:
            raise KeyError(f"No version {version_id}")
        return version

    def component_of(self, component_id: str) -> Component:
        """A component that must be there, seen or not."""
        if (component := self.components.get(component_id)) is None:
            raise KeyError(f"No component {component_id}")
        return component

    def worklog_of(self, worklog_id: str) -> Worklog:
        """A worklog that must be there, seen or not."""
        if (worklog := self.worklogs.get(worklog_id)) is None:
            raise KeyError(f"No worklog {worklog_id}")
        return worklog

    def versions_of(self, project: Project) -> list[Version]:
        """The versions of a project, in its order."""
        return [version for version in self.versions.values() if version.project is project]

    def components_of(self, project: Project) -> list[Component]:
        """The components of a project, of either source."""
        return [item for item in self.components.values() if item.project is project]

    def drop_planning(self, project: Project) -> None:
        """Take what a project that is deleted had planned out of the site."""
        for version in self.versions_of(project):
            del self.versions[version.id]
        for component in self.components_of(project):
            del self.components[component.id]

    def set_planned(
        self,
        issue: Issue,
        fix_versions: Iterable[str] = KEEP,
        affected_versions: Iterable[str] = KEEP,
        components: Iterable[str] = KEEP,
    ) -> list[Row]:
        """Put an issue into versions and components of its project; the changelog's items."""
        fixed, affected, parts = issue.fix_versions, issue.affected_versions, issue.components
        if fix_versions is not KEEP:
            fixed = _beside(issue, map(self.version_of, fix_versions))
        if affected_versions is not KEEP:
            affected = _beside(issue, map(self.version_of, affected_versions))
        if components is not KEEP:
            parts = _beside(issue, map(self.component_of, components))
        items = [
            *_changes("Fix Version", "fixVersions", issue.fix_versions, fixed),
            *_changes("Version", "versions", issue.affected_versions, affected),
            *_changes("Component", "components", issue.components, parts),
        ]
        issue.fix_versions, issue.affected_versions, issue.components = fixed, affected, parts
        return items

    def leave_planned(self, issue: Issue) -> list[Row]:
        """Take an issue out of all versions and components, as it leaves their project."""
        return self.set_planned(issue, [], [], [])

    def planned_term(self, field: str, text: str, *, quoted: bool = False) -> str | None:
        """The term of a version or component for what JQL says; None for what can't be seen.

        A number in quotes is a name first, and one without an id.
        """
        among: Iterable[Planned] = (
            self.components.values() if field == "component" else self.versions.values()
        )
        found = {term for item in among if item.project.visible for term in terms((item,))}
        tried = (text, f"name:{text.lower()}")
        return next((term for term in (tried[::-1] if quoted else tried) if term in found), None)


def terms(items: Iterable[Planned]) -> tuple[str, ...]:
    """What JQL compares: versions and components are named by id and by name."""
    return tuple(term for item in items for term in (item.id, f"name:{item.name.lower()}"))


def _beside[T: Version | Component](issue: Issue, items: Iterable[T]) -> list[T]:
    found = list({item.id: item for item in items}.values())
    for item in found:
        if item.project is not issue.project:
            raise ValueError(f"{item.name} isn't of the project of {issue.key}")
    return found


def _changes(
    field: str, field_id: str, old: Sequence[Planned], new: Sequence[Planned]
) -> list[Row]:
    """One item for each that was taken away or put there, as Jira writes them."""
    gone = [item for item in old if item not in new]
    come = [item for item in new if item not in old]
    nothing = (None, None)
    return [
        *(changed(field, (item.id, item.name), nothing, field_id) for item in gone),
        *(changed(field, nothing, (item.id, item.name), field_id) for item in come),
    ]
