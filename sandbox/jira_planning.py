"""What people do to versions, components and worklogs, each with the events Jira sends for it."""

from collections.abc import Iterable
from typing import Any

from sandbox.jira_changes import IssueChanges
from sandbox.jira_entities import Issue, Row, User, changed
from sandbox.jira_planning_rows import version_row, worklog_row
from sandbox.jira_planning_state import Component, ComponentSource, Planned, Version, Worklog

_KEEP: Any = object()


class PlanningChanges(IssueChanges):
    """Changes of versions, components and worklogs, named by id."""

    # Versions

    def create_version(self, project_key: str, name: str | None = None, **about: str) -> Version:
        """Plan a version; `about` may hold description, start_date and release_date."""
        version = self.add_version(project_key, name, **about)
        self._version_event("jira:version_created", version)
        return version

    def add_version(self, project_key: str, name: str | None = None, **about: Any) -> Version:
        """Add a version without an event."""
        number = self.next_id()
        project = self.project_of(project_key)
        version = Version(number, project, name or f"{project.key} {number}", **about)
        self.versions[number] = version
        return version

    def change_version(
        self, version_id: str, *, name: str = _KEEP, description: str = _KEEP
    ) -> Version:
        """Change what is said about a version."""
        version = self.version_of(version_id)
        carriers = self._before(version)
        version.name = version.name if name is _KEEP else name
        version.description = version.description if description is _KEEP else description
        self.forget_rows(carriers)
        self._version_event("jira:version_updated", version)
        return version

    def release_version(self, version_id: str) -> Version:
        """Release a version."""
        return self._set_released(version_id, released=True)

    def unrelease_version(self, version_id: str) -> Version:
        """Take a release back."""
        return self._set_released(version_id, released=False)

    def move_version(self, version_id: str) -> Version:
        """Put a version elsewhere in the project's order."""
        version = self.version_of(version_id)
        self._version_event("jira:version_moved", version)
        return version

    def delete_version(self, version_id: str, *, merge_into: str | None = None) -> None:
        """Delete a version: issues lose it or get the other, without events of their own."""
        version = self.version_of(version_id)
        other = self.version_of(merge_into) if merge_into else None
        carriers = self._before(version)
        for issue in carriers:
            for versions in (issue.fix_versions, issue.affected_versions):
                _replace(versions, version, other)
        self.forget_rows(carriers)
        del self.versions[version_id]
        body: Row = {"version": version_row(self.rows, version)}
        if other is not None:
            body["mergedTo"] = other.id if self.merged_to_is_id else version_row(self.rows, other)
        self.emit("jira:version_deleted", body)
        if other is not None and self.version_merge_sends_event:
            self.emit("jira:version_merged", body)

    def _set_released(self, version_id: str, *, released: bool) -> Version:
        version = self.version_of(version_id)
        carriers = self._before(version)
        version.released = released
        self.forget_rows(carriers)
        self._version_event(
            "jira:version_released" if released else "jira:version_unreleased", version
        )
        return version

    def _version_event(self, event: str, version: Version) -> None:
        self.emit(event, {"version": version_row(self.rows, version)})

    # Components: no event tells of them, nor of the issues that show them

    def create_component(
        self,
        project_key: str,
        name: str | None = None,
        *,
        source: ComponentSource = "jira",
        description: str = "",
        lead: User | None = None,
    ) -> Component:
        """Make a component."""
        number, project = self.next_id(), self.project_of(project_key)
        title = name or f"Component {number}"
        component = Component(number, project, title, description, lead, source)
        self.components[number] = component
        return component

    def change_component(
        self, component_id: str, *, name: str = _KEEP, description: str = _KEEP
    ) -> Component:
        """Change what is said about a component."""
        component = self.component_of(component_id)
        carriers = self._before(component)
        component.name = component.name if name is _KEEP else name
        component.description = component.description if description is _KEEP else description
        self.forget_rows(carriers)
        return component

    def delete_component(self, component_id: str, *, move_to: str | None = None) -> None:
        """Delete a component: issues lose it or get the other."""
        component = self.component_of(component_id)
        other = self.component_of(move_to) if move_to else None
        carriers = self._before(component)
        for issue in carriers:
            _replace(issue.components, component, other)
        self.forget_rows(carriers)
        del self.components[component_id]

    # Issues

    def plan_issue(
        self,
        issue: str,
        *,
        fix_versions: Iterable[str] = _KEEP,
        affected_versions: Iterable[str] = _KEEP,
        components: Iterable[str] = _KEEP,
    ) -> Issue:
        """Put an issue into versions and components of its project."""
        found = self.issue_of(issue)
        self.remember([found])
        items: list[Row] = []
        if fix_versions is not _KEEP:
            new = [self.version_of(name) for name in fix_versions]
            items += _changes("Fix Version", found.fix_versions, new)
            found.fix_versions = new
        if affected_versions is not _KEEP:
            new = [self.version_of(name) for name in affected_versions]
            items += _changes("Version", found.affected_versions, new)
            found.affected_versions = new
        if components is not _KEEP:
            parts = [self.component_of(name) for name in components]
            items += _changes("Component", found.components, parts)
            found.components = parts
        self._touch(found)
        self.forget_rows([found])
        self._issue_event("jira:issue_updated", found, "issue_updated", items)
        return found

    def drop_issue(self, issue: Issue) -> None:
        """Take an issue out of the site with its worklogs."""
        for worklog in issue.worklogs:
            del self.worklogs[worklog.id]
        super().drop_issue(issue)

    def _before(self, item: Planned) -> list[Issue]:
        """The issues that show a version or component, remembered as they are."""
        carriers = [
            issue
            for issue in self.issues.values()
            if item in (*issue.fix_versions, *issue.affected_versions, *issue.components)
        ]
        self.remember(carriers)
        return carriers

    # Worklogs

    def add_worklog(
        self, issue: str, *, seconds: int = 3600, text: str = "", started: float | None = None
    ) -> Worklog:
        """Log work on an issue; `started` is in seconds since the epoch."""
        found = self.issue_of(issue)
        self.remember([found])
        self._touch(found)
        worklog = self.build_worklog(found, seconds=seconds, text=text, started=started)
        self._worklog_event("worklog_created", worklog)
        return worklog

    def build_worklog(
        self, issue: Issue, *, seconds: int, text: str = "", started: float | None = None
    ) -> Worklog:
        """Log work without an event."""
        moment = self.now()
        worklog = Worklog(
            self.next_id(), issue, self.me, started or moment, seconds, moment, moment, text
        )
        self.worklogs[worklog.id] = worklog
        issue.worklogs.append(worklog)
        self.forget_rows([issue])
        return worklog

    def change_worklog(self, worklog_id: str, *, seconds: int) -> Worklog:
        """Say that it was more or less work."""
        worklog = self.worklog_of(worklog_id)
        self.remember([worklog.issue])
        self._touch(worklog.issue)
        worklog.seconds, worklog.updated = seconds, self.now()
        self.forget_rows([worklog.issue])
        self._worklog_event("worklog_updated", worklog)
        return worklog

    def delete_worklog(self, worklog_id: str) -> None:
        """Take back that there was work."""
        worklog = self.worklog_of(worklog_id)
        self.remember([worklog.issue])
        self._touch(worklog.issue)
        worklog.issue.worklogs.remove(worklog)
        del self.worklogs[worklog_id]
        self.forget_rows([worklog.issue])
        self._worklog_event("worklog_deleted", worklog)

    def _worklog_event(self, event: str, worklog: Worklog) -> None:
        self.emit(event, {"worklog": worklog_row(self.rows, worklog)})
        if self.worklogs_send_issue_events:
            spent = changed("timespent", (None, None), (None, str(worklog.seconds)))
            self._issue_event("jira:issue_updated", worklog.issue, "issue_worklog_updated", [spent])


def _replace[T](items: list[T], old: T, new: T | None) -> None:
    if old in items:
        index = items.index(old)
        items[index : index + 1] = [new] if new is not None and new not in items else []


def _changes(field: str, old: Iterable[Planned], new: Iterable[Planned]) -> list[Row]:
    """One item for each that was taken away or put there, as Jira writes them."""
    before, after = list(old), list(new)
    gone = [item for item in before if item not in after]
    come = [item for item in after if item not in before]
    return [
        *(changed(field, (item.id, item.name), (None, None)) for item in gone),
        *(changed(field, (None, None), (item.id, item.name)) for item in come),
    ]
