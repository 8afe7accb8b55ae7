"""Projects: what people do to them, with the events that Jira sends, and their endpoints."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.endpoints import API, Endpoints, Pages, knows, refuse
from sandbox.jira.entities import Project
from sandbox.jira.formats import Row, stamp
from sandbox.jira.issues import Issues

_PAGES = Pages(most=100)


class Projects(Issues):
    """Changes of projects, named by key; what is in a project goes and comes with it."""

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        # What nobody documents can be had both ways.
        self.project_search_404 = False

    def create_project(self, key: str, name: str | None = None) -> Project:
        """Create a project."""
        project = self.add_project(key, name or f"Project {key}")
        self._project_event("project_created", project)
        return project

    def rename_project(self, key: str, *, name: str) -> Project:
        """Give a project another name."""
        project = self.project_of(key)
        self.remember(self.issues_in(project))
        project.name = name
        self.forget_rows(self.issues.values())
        self._project_event("project_updated", project)
        return project

    def change_project_key(self, key: str, new_key: str) -> Project:
        """Give a project another key: every issue key changes, and the old ones redirect."""
        project = self.project_of(key)
        if self._project_keys.get(new_key.upper(), project.id) != project.id:
            raise ValueError(f"Project key {new_key} is or was in use")
        own = self.issues_in(project)
        self.remember(own)
        project.previous_keys.append(project.key)
        project.key = new_key
        self._project_keys[new_key.upper()] = project.id
        for issue in own:
            issue.key = f"{new_key}-{issue.number}"
        self.forget_rows(self.issues.values())
        self._project_event("project_updated", project)
        return project

    def trash_project(self, key: str) -> Project:
        """Move a project to the trash."""
        return self._set_project_status(key, "deleted", "project_soft_deleted")

    def archive_project(self, key: str) -> Project:
        """Archive a project."""
        return self._set_project_status(key, "archived", "project_archived")

    def restore_project(self, key: str) -> Project:
        """Bring a project back from the trash or the archive."""
        if (status := self.project_of(key).status) == "live":
            raise ValueError(f"Project {key} is live")
        return self._set_project_status(key, "live", f"project_restored_{status}")

    def delete_project(self, key: str) -> None:
        """Delete a project for good, from the trash or directly."""
        project = self.project_of(key)
        own = self.issues_in(project)
        self.remember(own)
        for issue in own:
            self.forget_rows(self.around(issue))
            self.drop_issue(issue)
        self.drop_versions(project)
        self.drop_components(project)
        project.status = "deleted"
        del self.projects[project.id]
        self._project_event("project_deleted", project)

    def hide_project(self, key: str, *, hidden: bool = True) -> Project:
        """Take the account's permission to browse a project away, or give it back: no event."""
        project = self.project_of(key)
        self.remember(self.issues_in(project))
        project.hidden = hidden
        return project

    def _set_project_status(self, key: str, status: str, event: str) -> Project:
        project = self.project_of(key)
        self.remember(self.issues_in(project))
        project.status = status
        project.changed_at = self.now()
        self._project_event(event, project)
        return project

    def _project_event(self, event: str, project: Project) -> None:
        self.emit(event, {"project": self.rows.project_event(project)})


class ProjectEndpoints(Endpoints[Projects]):
    """All projects, and one by id or key."""

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(f"{API}/project/search", self._projects),
            Route(f"{API}/project/{{id}}", self._project),
        ]

    async def _projects(self, request: Request) -> Response:
        query = request.query_params
        keys, ids = set(query.getlist("keys")), set(query.getlist("id"))
        if max(len(keys), len(ids)) > 50:
            return refuse(400, "At most 50 keys or ids can be given.")
        statuses = set(query.getlist("status")) or {"live"}
        text = query.get("query", "").lower()
        found = [
            project
            for project in self.site.projects.values()
            if project.status in statuses
            and not project.hidden
            and (not keys or project.key in keys)
            and (not ids or project.id in ids)
            and (text in project.key.lower() or text in project.name.lower())
        ]
        if not knows(request):
            found = []
        elif not found and (keys or ids) and self.site.project_search_404:
            return refuse(404, "No project was found.")
        order = query.get("orderBy", "key")
        found.sort(
            key=lambda project: project.name if order.endswith("name") else project.key,
            reverse=order.startswith("-"),
        )
        rows = self._maker(query.get("expand", ""))
        return _PAGES.answer(request, self.faults, found, rows, base_url=self.site.base_url)

    async def _project(self, request: Request) -> Response:
        name = request.path_params["id"]
        project = self.site.find_project(name)
        if project is None or project.hidden or project.status == "deleted" or not knows(request):
            return refuse(404, f"No project could be found with key '{name}'.")
        expand = request.query_params.get("expand", "") + ",lead"
        return JSONResponse(self._maker(expand)(project))

    def _maker(self, expand: str) -> Callable[[Project], Row]:
        """What makes a project's row with the parts that were asked for."""
        wanted = {part.strip() for part in expand.split(",")}

        def make(project: Project) -> Row:
            row = self.site.rows.project_details(project, lead="lead" in wanted)
            if "insight" in wanted:
                own = self.site.issues_in(project)
                row["insight"] = {"totalIssueCount": len(own)}
                if own:
                    latest = max(issue.updated for issue in own)
                    row["insight"]["lastIssueUpdateTime"] = stamp(latest)
            return row

        return make
