"""The endpoints of versions and components."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.entities import Project, Row
from sandbox.jira.paging import page_of
from sandbox.jira.planning_rows import component_row, listed_component, version_row
from sandbox.jira.planning_state import Component, Planned, Version
from sandbox.jira.search_api import refuse
from sandbox.jira.worklogs_api import WorklogApi

if TYPE_CHECKING:
    from sandbox.jira.api import JiraApi

API = "/rest/api/3"
MAX_PAGE = 50
_STATUSES = frozenset(("released", "unreleased", "archived"))
_SOURCES = frozenset(("jira", "compass", "auto"))
# A day that isn't set comes last.
_LAST = "9999"
_VERSION_ORDER: dict[str, Callable[[Version], str]] = {
    "name": lambda version: version.name.lower(),
    "description": lambda version: version.description.lower(),
    "startDate": lambda version: version.start_date or _LAST,
    "releaseDate": lambda version: version.release_date or _LAST,
}

type Endpoint = Callable[[Request], Awaitable[Response]]


class PlanningApi:
    """What is read under projects, and (by way of `WorklogApi`) under issues."""

    def __init__(self, api: "JiraApi") -> None:
        self.api = api
        self.site = api.site
        self._work = WorklogApi(api)

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(f"{API}/project/{{id}}/version", self._under(self._versions)),
            Route(f"{API}/version/{{id}}", self._version),
            Route(f"{API}/project/{{id}}/component", self._under(self._components)),
            Route(f"{API}/component/{{id}}", self._component),
            *self._work.routes(),
        ]

    def _under(self, answer: Callable[[Request, Project], Response]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            name = request.path_params["id"]
            project = self.site.find_project(name)
            if project is None or not project.visible or not request.scope["jira.authenticated"]:
                return refuse(404, f"No project could be found with key '{name}'.")
            if project.fault is not None:
                return refuse(project.fault, f"Project {project.key} can't be read.")
            return answer(request, project)

        return endpoint

    # Versions

    def _versions(self, request: Request, project: Project) -> Response:
        statuses = {part for part in request.query_params.get("status", "").split(",") if part}
        if statuses - _STATUSES:
            return refuse(400, f"Unknown status: {', '.join(sorted(statuses - _STATUSES))}")
        found = [
            version
            for version in _named_like(request, self.site.versions_of(project))
            if not statuses or _status(version) in statuses
        ]
        order = request.query_params.get("orderBy", "sequence")
        if (key := _VERSION_ORDER.get(order.lstrip("+-"))) is not None:
            found.sort(key=key)
        if order.startswith("-"):
            found.reverse()
        today = self.site.today
        return self._page(
            request, found, lambda version: version_row(self.site.rows, version, today)
        )

    async def _version(self, request: Request) -> Response:
        version = self.site.versions.get(request.path_params["id"])
        if version is None or not self._seen(request, version):
            return refuse(404, f"Could not find version for id '{request.path_params['id']}'.")
        if version.project.fault is not None:
            return refuse(version.project.fault, f"Version {version.id} can't be read.")
        return JSONResponse(version_row(self.site.rows, version, self.site.today))

    # Components

    def _components(self, request: Request, project: Project) -> Response:
        source = request.query_params.get("componentSource", "jira")
        if source not in _SOURCES:
            return refuse(400, f"Unknown component source: {source}")
        own = self.site.components_of(project)
        if source == "auto":
            # A project that has components in Compass was opted into it.
            source = "compass" if any(item.source == "compass" for item in own) else "jira"
        found = [item for item in _named_like(request, own) if item.source == source]
        found.sort(key=lambda item: item.name.lower())
        return self._page(
            request, found, lambda item: listed_component(self.site.rows, item, self._count(item))
        )

    async def _component(self, request: Request) -> Response:
        name = request.path_params["id"]
        component = self.site.components.get(name)
        if component is None or not self._seen(request, component):
            return refuse(404, f"The component with id {name} does not exist.")
        if component.project.fault is not None:
            return refuse(component.project.fault, f"Component {component.id} can't be read.")
        return JSONResponse(component_row(self.site.rows, component))

    def _count(self, component: Component) -> int:
        return sum(
            component in issue.components and issue.visible for issue in self.site.issues.values()
        )

    # Both

    @staticmethod
    def _seen(request: Request, item: Planned) -> bool:
        return item.project.visible and bool(request.scope["jira.authenticated"])

    def _page[T](self, request: Request, rows: Sequence[T], make: Callable[[T], Row]) -> Response:
        start, size = page_of(request, MAX_PAGE)
        if fault := self.api.faults.take("short_pages", request.method, request.url.path):
            size = min(size, fault.size)
        here = f"{self.site.base_url}{request.url.path}"
        page: Row = {
            "self": f"{here}?{request.url.query}",
            "maxResults": size,
            "startAt": start,
            "total": len(rows),
            "isLast": start + size >= len(rows),
            "values": [make(row) for row in rows[start : start + size]],
        }
        if not page["isLast"]:
            rest = [item for item in request.query_params.multi_items() if item[0] != "startAt"]
            page["nextPage"] = f"{here}?{urlencode([*rest, ('startAt', str(start + size))])}"
        return JSONResponse(page)


def _named_like[T: Version | Component](request: Request, items: Iterable[T]) -> list[T]:
    """Those whose name or description holds the asked text."""
    text = request.query_params.get("query", "").lower()
    return [item for item in items if text in item.name.lower() or text in item.description.lower()]


def _status(version: Version) -> str:
    if version.archived:
        return "archived"
    return "released" if version.released else "unreleased"
