"""The endpoints of versions, components and worklogs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira_entities import Project, Row
from sandbox.jira_paging import page_of
from sandbox.jira_planning_rows import component_row, version_row, worklog_row
from sandbox.jira_search_api import refuse

if TYPE_CHECKING:
    from sandbox.jira_api import JiraApi

API = "/rest/api/3"
MAX_PAGE = 50
MAX_WORKLOGS = 5000


class PlanningApi:
    """What is read under projects and issues."""

    def __init__(self, api: "JiraApi") -> None:
        self.api = api
        self.site = api.site

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(f"{API}/project/{{id}}/version", self._versions),
            Route(f"{API}/version/{{id}}", self._version),
            Route(f"{API}/project/{{id}}/component", self._components),
            Route(f"{API}/component/{{id}}", self._component),
            Route(f"{API}/issue/{{id}}/worklog", self._worklogs),
            Route(f"{API}/issue/{{id}}/worklog/{{worklog}}", self._worklog),
            Route(f"{API}/worklog/list", self._listed, methods=["POST"]),
        ]

    async def _versions(self, request: Request) -> Response:
        project = self._project(request)
        if isinstance(project, Response):
            return project
        found = [item for item in self.site.versions.values() if item.project is project]
        return self._page(request, [version_row(self.site.rows, item) for item in found])

    async def _version(self, request: Request) -> Response:
        found = self.site.versions.get(request.path_params["id"])
        if found is None or not found.project.visible or not request.scope["jira.authenticated"]:
            return refuse(404, "Could not find version for id " + request.path_params["id"])
        return JSONResponse(version_row(self.site.rows, found))

    async def _components(self, request: Request) -> Response:
        project = self._project(request)
        if isinstance(project, Response):
            return project
        source = request.query_params.get("componentSource", "jira")
        text = request.query_params.get("query", "").lower()
        found = [
            item
            for item in self.site.components.values()
            if item.project is project
            and source in (item.source, "auto")
            and (text in item.name.lower() or text in item.description.lower())
        ]
        return self._page(request, [component_row(self.site.rows, item) for item in found])

    async def _component(self, request: Request) -> Response:
        found = self.site.components.get(request.path_params["id"])
        if found is None or not found.project.visible or not request.scope["jira.authenticated"]:
            return refuse(404, f"The component with id {request.path_params['id']} does not exist.")
        return JSONResponse(component_row(self.site.rows, found))

    async def _worklogs(self, request: Request) -> Response:
        issue = self.site.find_issue(request.path_params["id"])
        if issue is None or not request.scope["jira.authenticated"]:
            return refuse(404, "Issue does not exist or you do not have permission to see it.")
        query = request.query_params
        after, before = query.get("startedAfter"), query.get("startedBefore")
        found = [
            item
            for item in issue.worklogs
            if (after is None or item.started * 1000 > int(after))
            and (before is None or item.started * 1000 < int(before))
        ]
        start, size = page_of(request, MAX_WORKLOGS, MAX_WORKLOGS)
        rows = [worklog_row(self.site.rows, item) for item in found[start : start + size]]
        return JSONResponse(
            {"startAt": start, "maxResults": size, "total": len(found), "worklogs": rows}
        )

    async def _worklog(self, request: Request) -> Response:
        issue = self.site.find_issue(request.path_params["id"])
        found = self.site.worklogs.get(request.path_params["worklog"])
        if found is None or found.issue is not issue or not request.scope["jira.authenticated"]:
            return refuse(404, "Cannot find worklog with that id.")
        return JSONResponse(worklog_row(self.site.rows, found))

    async def _listed(self, request: Request) -> Response:
        ids = [str(number) for number in request.scope["jira.body"].get("ids", ())]
        if not request.scope["jira.authenticated"]:
            return refuse(401, "Client must be authenticated to access this resource.")
        found = [item for name in ids if (item := self.site.worklogs.get(name)) is not None]
        return JSONResponse(
            [worklog_row(self.site.rows, item) for item in found if item.issue.visible]
        )

    def _project(self, request: Request) -> Project | Response:
        name = request.path_params["id"]
        project = self.site.find_project(name)
        if project is None or not project.visible or not request.scope["jira.authenticated"]:
            return refuse(404, f"No project could be found with key '{name}'.")
        if project.fault is not None:
            return refuse(project.fault, "This project is not to be read.")
        return project

    def _page(self, request: Request, rows: Sequence[Row]) -> Response:
        start, size = page_of(request, MAX_PAGE)
        return JSONResponse(
            {
                "self": f"{self.site.base_url}{request.url.path}?{request.url.query}",
                "maxResults": size,
                "startAt": start,
                "total": len(rows),
                "isLast": start + size >= len(rows),
                "values": list(rows[start : start + size]),
            }
        )
