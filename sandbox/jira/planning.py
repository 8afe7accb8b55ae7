"""What people do to versions and components, with the events that Jira sends for it."""

from datetime import datetime

from sandbox.jira.changes import IssueChanges
from sandbox.jira.entities import Issue, Row
from sandbox.jira.planning_rows import version_event
from sandbox.jira.planning_state import KEEP, Component, ComponentSource, Planned, Version


class PlanningChanges(IssueChanges):
    """Changes of versions and components, named by id; dates are days such as 2026-01-31."""

    @property
    def today(self) -> str:
        """The day it is for the account."""
        return datetime.fromtimestamp(self.now(), self.zone).date().isoformat()

    # Versions

    def create_version(
        self,
        project_key: str,
        name: str | None = None,
        *,
        description: str = "",
        start_date: str | None = None,
        release_date: str | None = None,
        archived: bool = False,
        released: bool = False,
    ) -> Version:
        """Plan a version."""
        version = self.add_version(project_key, name)
        version.description = description
        version.start_date, version.release_date = start_date, release_date
        version.archived, version.released = archived, released
        self._version_event("jira:version_created", version)
        return version

    def add_version(self, project_key: str, name: str | None = None) -> Version:
        """Add a version without an event."""
        project = self.project_of(project_key)
        number = self.next_id()
        version = Version(number, project, name or f"{project.key} {number}")
        _refuse_twice(version.name, self.versions_of(project))
        self.versions[number] = version
        return version

    def change_version(
        self,
        version_id: str,
        *,
        name: str = KEEP,
        description: str = KEEP,
        start_date: str | None = KEEP,
        release_date: str | None = KEEP,
        archived: bool = KEEP,
    ) -> Version:
        """Change what is said about a version."""
        version = self.version_of(version_id)
        if name is not KEEP and name != version.name:
            _refuse_twice(name, self.versions_of(version.project), besides=version)
        carriers = self._before(version)
        version.name = version.name if name is KEEP else name
        version.description = version.description if description is KEEP else description
        version.start_date = version.start_date if start_date is KEEP else start_date
        version.release_date = version.release_date if release_date is KEEP else release_date
        version.archived = version.archived if archived is KEEP else archived
        self.forget_rows(carriers)
        self._version_event("jira:version_updated", version)
        return version

    def release_version(self, version_id: str) -> Version:
        """Release a version, today unless it has a date; one that is released stays as it is."""
        version = self.version_of(version_id)
        if not version.released:
            carriers = self._before(version)
            version.released = True
            version.release_date = version.release_date or self.today
            self.forget_rows(carriers)
            self._version_event("jira:version_released", version)
        return version

    def unrelease_version(self, version_id: str) -> Version:
        """Take a release back."""
        version = self.version_of(version_id)
        if version.released:
            carriers = self._before(version)
            version.released = False
            self.forget_rows(carriers)
            self._version_event("jira:version_unreleased", version)
        return version

    def move_version(self, version_id: str) -> Version:
        """Put a version last in its project's order."""
        version = self.version_of(version_id)
        self.versions[version_id] = self.versions.pop(version_id)
        self._version_event("jira:version_moved", version)
        return version

    def delete_version(self, version_id: str, *, merge_into: str | None = None) -> None:
        """Delete a version: issues lose it or get the other, without events of their own."""
        version = self.version_of(version_id)
        other = self.version_of(merge_into) if merge_into else None
        _refuse_as_other(version, other)
        carriers = self._before(version)
        for issue in carriers:
            _replace(issue.fix_versions, version, other)
            _replace(issue.affected_versions, version, other)
        self.forget_rows(carriers)
        del self.versions[version_id]
        body: Row = {"version": version_event(self.rows, version, self.today)}
        if other is not None:
            whole = version_event(self.rows, other, self.today)
            body["mergedTo"] = int(other.id) if self.merged_to_is_id else whole
        self.emit("jira:version_deleted", body)
        if other is not None and self.version_merge_sends_event:
            self.emit("jira:version_merged", body)

    def _version_event(self, event: str, version: Version) -> None:
        self.emit(event, {"version": version_event(self.rows, version, self.today)})

    # Components: no event tells of them, nor of the issues that show them

    def create_component(
        self,
        project_key: str,
        name: str | None = None,
        *,
        source: ComponentSource = "jira",
        description: str | None = None,
        lead: str | None = None,
    ) -> Component:
        """Make a component; its lead is named by account id."""
        project = self.project_of(project_key)
        number = self.next_id()
        component = Component(
            id=number,
            project=project,
            name=name or f"Component {number}",
            description=description or "",
            lead=self.users[lead] if lead else None,
            source=source,
        )
        _refuse_twice(component.name, self.components_of(project))
        self.components[number] = component
        return component

    def change_component(
        self,
        component_id: str,
        *,
        name: str = KEEP,
        description: str = KEEP,
        lead: str | None = KEEP,
    ) -> Component:
        """Change what is said about a component."""
        component = self.component_of(component_id)
        if name is not KEEP and name != component.name:
            _refuse_twice(name, self.components_of(component.project), besides=component)
        carriers = self._before(component)
        component.name = component.name if name is KEEP else name
        component.description = component.description if description is KEEP else description
        if lead is not KEEP:
            component.lead = self.users[lead] if lead else None
        self.forget_rows(carriers)
        return component

    def delete_component(self, component_id: str, *, move_to: str | None = None) -> None:
        """Delete a component: issues lose it or get the other."""
        component = self.component_of(component_id)
        other = self.component_of(move_to) if move_to else None
        _refuse_as_other(component, other)
        carriers = self._before(component)
        for issue in carriers:
            _replace(issue.components, component, other)
        self.forget_rows(carriers)
        del self.components[component_id]

    def _before(self, item: Planned) -> list[Issue]:
        """The issues that show a version or component, remembered as they are."""
        carriers = [
            issue
            for issue in self.issues.values()
            if item in (*issue.fix_versions, *issue.affected_versions, *issue.components)
        ]
        self.remember(carriers)
        return carriers


def _refuse_twice(
    name: str, among: list[Version] | list[Component], besides: Planned | None = None
) -> None:
    if any(item.name.lower() == name.lower() for item in among if item is not besides):
        raise ValueError(f"The project has a {name} already")


def _refuse_as_other(item: Planned, other: Planned | None) -> None:
    if other is not None and (other is item or other.project is not item.project):
        raise ValueError(f"{other.name} isn't another one of the same project")


def _replace[T: Version | Component](items: list[T], old: T, new: T | None) -> None:
    if old in items:
        index = items.index(old)
        items[index : index + 1] = [new] if new is not None and new not in items else []
