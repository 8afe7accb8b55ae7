"""Versions: what a site holds of them, their rows, what people do to them, their endpoints."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.endpoints import API, PAGES, listed, refuse
from sandbox.jira.entities import Issue, Project, Version
from sandbox.jira.formats import Row
from sandbox.jira.jql.fields import JqlField
from sandbox.jira.jql.parser import Operand
from sandbox.jira.project_parts import (
    Parts,
    ProjectParts,
    UnderProject,
    beside,
    named_like,
    part_changes,
    refuse_as_other,
    refuse_twice,
    replace_part,
    seen,
    term_of,
    terms,
)
from sandbox.jira.rows import Rows
from sandbox.jira.state import KEEP, IssueField

_STATUSES = frozenset(("released", "unreleased", "archived"))
# A day that isn't set comes last.
_LAST = "9999"
_ORDER: dict[str, Callable[[Version], str]] = {
    "name": lambda version: version.name.lower(),
    "description": lambda version: version.description.lower(),
    "startDate": lambda version: version.start_date or _LAST,
    "releaseDate": lambda version: version.release_date or _LAST,
}


_FUNCTIONS = {"releasedversions": "released", "unreleasedversions": "unreleased"}


class Versions(ProjectParts):
    """Versions, named by id; dates are days such as 2026-01-31. Changes send Jira's events."""

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        self._versions = Parts[Version]()
        self.versions = self._versions.by_id
        # What nobody documents can be had both ways.
        self.merged_to_is_id = False
        self.version_merge_sends_event = False
        self.issue_fields["fixVersions"] = IssueField(
            lambda issue: self._briefs(issue.fix_versions)
        )
        self.issue_fields["versions"] = IssueField(
            lambda issue: self._briefs(issue.affected_versions)
        )
        self.jql_fields["fixversion"] = JqlField(
            lambda issue: _terms(issue.fix_versions), self._version_term
        )
        self.jql_fields["affectedversion"] = JqlField(
            lambda issue: _terms(issue.affected_versions), self._version_term
        )

    def _version_term(self, operand: Operand) -> str | None:
        if operand.function:
            return _FUNCTIONS.get(operand.text.lower())
        return term_of(operand, self.versions)

    def _briefs(self, versions: Iterable[Version]) -> list[Row]:
        return [version_brief(self.rows, version) for version in versions]

    def version_of(self, version_id: str) -> Version:
        """A version that must be there, seen or not."""
        if (version := self.versions.get(version_id)) is None:
            raise KeyError(f"No version {version_id}")
        return version

    def versions_of(self, project: Project) -> list[Version]:
        """The versions of a project, in its order."""
        return self._versions.of(project)

    @property
    def today(self) -> str:
        """The day it is for the account."""
        return datetime.fromtimestamp(self.now(), self.zone).date().isoformat()

    def add_version(self, project_key: str, name: str | None = None) -> Version:
        """Add a version without an event."""
        project = self.project_of(project_key)
        number = self.next_id()
        version = Version(number, project, name or f"{project.key} {number}")
        refuse_twice(version.name, self.versions_of(project))
        self._versions.put_last(version)
        return version

    def drop_versions(self, project: Project) -> None:
        """Take the versions of a project that is deleted out of the site, without events."""
        for version in self.versions_of(project):
            self._versions.take_out(version)

    def set_versions(
        self, issue: Issue, fix: Iterable[str] = KEEP, affected: Iterable[str] = KEEP
    ) -> list[Row]:
        """Put an issue into versions of its project; the changelog's items."""
        old = issue.fix_versions, issue.affected_versions
        fixes = old[0] if fix is KEEP else beside(issue, map(self.version_of, fix))
        affects = old[1] if affected is KEEP else beside(issue, map(self.version_of, affected))
        issue.fix_versions, issue.affected_versions = fixes, affects
        return [
            *part_changes("Fix Version", "fixVersions", old[0], fixes),
            *part_changes("Version", "versions", old[1], affects),
        ]

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
            refuse_twice(name, self.versions_of(version.project), besides=version)
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
        self._versions.take_out(version)
        self._versions.put_last(version)
        self._version_event("jira:version_moved", version)
        return version

    def delete_version(self, version_id: str, *, merge_into: str | None = None) -> None:
        """Delete a version: issues lose it or get the other, without events of their own."""
        version = self.version_of(version_id)
        other = self.version_of(merge_into) if merge_into else None
        refuse_as_other(version, other)
        carriers = self._before(version)
        for issue in carriers:
            replace_part(issue.fix_versions, version, other)
            replace_part(issue.affected_versions, version, other)
        self.forget_rows(carriers)
        self._versions.take_out(version)
        body: Row = {"version": version_event(self.rows, version, self.today)}
        if other is not None:
            whole = version_event(self.rows, other, self.today)
            body["mergedTo"] = int(other.id) if self.merged_to_is_id else whole
        self.emit("jira:version_deleted", body)
        if other is not None and self.version_merge_sends_event:
            self.emit("jira:version_merged", body)

    def _version_event(self, event: str, version: Version) -> None:
        self.emit(event, {"version": version_event(self.rows, version, self.today)})


def version_row(rows: Rows, version: Version, today: str) -> Row:
    """A version as its endpoints show it."""
    row = version_brief(rows, version)
    for day, name in ((version.start_date, "startDate"), (version.release_date, "releaseDate")):
        if day is not None:
            row[name] = day
            row[f"user{name[0].upper()}{name[1:]}"] = _written(day)
    due = version.release_date
    overdue = due is not None and due < today and not version.released
    return row | {"overdue": overdue, "projectId": int(version.project.id)}


def version_event(rows: Rows, version: Version, today: str) -> Row:
    """A version as an event carries it: in the older API's form."""
    link = f"{rows.base_url}/rest/api/2/version/{version.id}"
    return version_row(rows, version, today) | {"self": link}


def _terms(versions: Iterable[Version]) -> tuple[str, ...]:
    items = list(versions)
    return (*terms(items), *("released" if item.released else "unreleased" for item in items))


def version_brief(rows: Rows, version: Version) -> Row:
    """A version as an issue shows it."""
    row = {
        "self": rows.link(f"version/{version.id}"),
        "id": version.id,
        "description": version.description,
        "name": version.name,
        "archived": version.archived,
        "released": version.released,
    }
    if version.release_date is not None:
        row["releaseDate"] = version.release_date
    return row


def _written(day: str) -> str:
    """A day as people see it."""
    return date.fromisoformat(day).strftime("%d/%b/%y")


class VersionEndpoints(UnderProject[Versions]):
    """The versions of a project, and one by id."""

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(f"{API}/project/{{id}}/version", self.under(self._versions)),
            Route(f"{API}/version/{{id}}", self._version),
        ]

    def _versions(self, request: Request, project: Project) -> Response:
        statuses = listed(request, "status")
        if statuses - _STATUSES:
            return refuse(400, f"Unknown status: {', '.join(sorted(statuses - _STATUSES))}")
        found = [
            version
            for version in named_like(request, self.site.versions_of(project))
            if not statuses or _status(version) in statuses
        ]
        order = request.query_params.get("orderBy", "sequence")
        if (key := _ORDER.get(order.lstrip("+-"))) is not None:
            found.sort(key=key)
        if order.startswith("-"):
            found.reverse()
        today = self.site.today
        return PAGES.answer(
            request,
            self.faults,
            found,
            lambda version: version_row(self.site.rows, version, today),
            base_url=self.site.base_url,
        )

    async def _version(self, request: Request) -> Response:
        version = self.site.versions.get(request.path_params["id"])
        if version is None or not seen(request, version):
            return refuse(404, f"Could not find version for id '{request.path_params['id']}'.")
        if version.project.fault is not None:
            return refuse(version.project.fault, f"Version {version.id} can't be read.")
        return JSONResponse(version_row(self.site.rows, version, self.site.today))


def _status(version: Version) -> str:
    if version.archived:
        return "archived"
    return "released" if version.released else "unreleased"
