"""A stand-in for the REST API of a Jira Cloud site."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.agile_api import AgileApi
from sandbox.jira.entities import ISSUE_TYPES, Project, Row, stamp
from sandbox.jira.faults import Faults
from sandbox.jira.gate import Gate, JiraRequest, authorized
from sandbox.jira.hooks_api import WebhookApi
from sandbox.jira.paging import page_of
from sandbox.jira.planning_api import PlanningApi
from sandbox.jira.search_api import BULK, SEARCH, SearchApi, refuse
from sandbox.jira.site import JiraSite
from sandbox.jira.teams_api import TeamsApi
from sandbox.openapi import OpenApiCheck

API = "/rest/api/3"
HOOKS = "/rest/webhooks/1.0/webhook"
MAX_PROJECTS, MAX_USERS = 100, 1000
_GLOBAL = frozenset(("ADMINISTER", "SYSTEM_ADMIN", "USER_PICKER", "BULK_CHANGE"))
_PROJECT = frozenset(
    (
        "BROWSE_PROJECTS",
        "ADMINISTER_PROJECTS",
        "EDIT_ISSUES",
        "CREATE_ISSUES",
        "VIEW_AGGREGATED_DATA",
    )
)


class JiraApi:
    """Serves a site; `app` is the ASGI application."""

    def __init__(
        self, site: JiraSite, *, email: str, token: str, openapi: OpenApiCheck | None = None
    ) -> None:
        self.site = site
        self.email = email
        self.token = token
        self.openapi = openapi
        self.token_valid = True
        self.anonymous_header = False
        self.project_search_404 = False
        # People saw 400 for a project that a list of boards can't find; the OpenAPI has no 404.
        self.board_project_404 = False
        self.latency = 0.0
        self.latency_per_issue = 0.0
        self.requests: list[JiraRequest] = []
        # Called as a request arrives, before it is looked at: a test can change the site then.
        self.on_request: Callable[[JiraRequest], None] | None = None
        self.in_flight = 0
        self.max_in_flight = 0
        self.faults = Faults()
        site.me.email = email
        search, hooks = SearchApi(self), WebhookApi(site)
        self.app = Starlette(
            routes=[
                Route("/_edge/tenant_info", self._tenant),
                Route(f"{API}/myself", self._myself),
                Route(f"{API}/mypermissions", self._permissions),
                Route(f"{API}/serverInfo", self._server),
                Route(SEARCH, search.search, methods=["POST"]),
                Route(BULK, search.bulk, methods=["POST"]),
                Route(f"{API}/issue/{{id}}", search.one),
                Route(f"{API}/issuetype", self._types),
                Route(f"{API}/users/search", self._users),
                Route(f"{API}/user", self._user),
                Route(f"{API}/project/search", self._projects),
                Route(f"{API}/project/{{id}}", self._project),
                Route(HOOKS, hooks.every, methods=["GET", "POST"]),
                Route(f"{HOOKS}/{{id}}", hooks.one, methods=["GET", "PUT", "DELETE"]),
                *PlanningApi(self).routes(),
                *AgileApi(self).routes(),
                *TeamsApi(self).routes(),
            ],
            middleware=[Middleware(Gate, api=self)],
            exception_handlers={404: _not_found},
        )

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """A client that reaches the API in process, with the right token unless another is said."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            base_url=self.site.base_url,
            auth=(self.email, self.token if token is None else token),
        )

    # What tests and benches look at

    def count(self, path_prefix: str = "") -> int:
        """How many requests came for paths that begin like this."""
        return sum(entry.path.startswith(path_prefix) for entry in self.requests)

    def violations(self) -> list[str]:
        """What was wrong with requests by Atlassian's OpenAPI."""
        return [problem for entry in self.requests for problem in entry.violations]

    def check(self, entry: JiraRequest) -> list[str]:
        """What is wrong with one request."""
        if self.openapi is None:
            return []
        return self.openapi.check(entry.method, entry.path, entry.query, entry.body)

    def knows(self, headers: Mapping[str, str]) -> bool:
        """Whether a request has credentials that are valid."""
        return self.token_valid and authorized(headers, self.email, self.token)

    # The account and the site

    async def _tenant(self, request: Request) -> Response:
        return JSONResponse({"cloudId": self.site.cloud_id})

    async def _myself(self, request: Request) -> Response:
        if not request.scope["jira.authenticated"]:
            return refuse(401, "Client must be authenticated to access this resource.")
        return JSONResponse(self.site.rows.account(self.site.me))

    async def _permissions(self, request: Request) -> Response:
        asked = [key for key in request.query_params.get("permissions", "").split(",") if key]
        if not asked:
            return refuse(400, "The 'permissions' query parameter is required.")
        rows: Row = {}
        for number, key in enumerate(asked, start=1):
            if key not in _GLOBAL | _PROJECT:
                return refuse(400, f"Unrecognized permission: {key}")
            admin = self.site.user_is_admin or key not in ("ADMINISTER", "SYSTEM_ADMIN")
            granted = request.scope["jira.authenticated"] and admin
            rows[key] = {
                "id": str(number),
                "key": key,
                "name": key.replace("_", " ").title(),
                "type": "GLOBAL" if key in _GLOBAL else "PROJECT",
                "description": "",
                "havePermission": granted and key not in self.site.denied_permissions,
            }
        return JSONResponse({"permissions": rows})

    async def _server(self, request: Request) -> Response:
        return JSONResponse(
            {
                "baseUrl": self.site.base_url,
                "version": "1001.0.0-SNAPSHOT",
                "versionNumbers": [1001, 0, 0],
                "deploymentType": "Cloud",
                "buildNumber": 100000,
                "serverTime": stamp(self.site.now()),
                "serverTitle": "Jira",
            }
        )

    async def _types(self, request: Request) -> Response:
        if not request.scope["jira.authenticated"]:
            return JSONResponse([])
        return JSONResponse([self.site.rows.issue_type(kind) for kind in ISSUE_TYPES])

    # Accounts

    async def _users(self, request: Request) -> Response:
        if not request.scope["jira.authenticated"]:
            return JSONResponse([])
        start, size = page_of(request, MAX_USERS)
        users = [user for user in self.site.users.values() if not user.deleted]
        if fault := self.faults.take("short_pages", request.method, request.url.path):
            size = min(size, fault.size)
        if (
            users
            and start >= len(users)
            and self.faults.take("repeat_page", request.method, request.url.path)
        ):
            start = max(0, len(users) - size)
        return JSONResponse([self.site.rows.account(user) for user in users[start : start + size]])

    async def _user(self, request: Request) -> Response:
        account_id = request.query_params.get("accountId")
        if account_id is None:
            return refuse(400, "The 'accountId' query parameter needs to be provided")
        user = self.site.users.get(account_id)
        if user is None or user.deleted or not request.scope["jira.authenticated"]:
            return refuse(
                404, "Specified user does not exist or you do not have required permissions"
            )
        return JSONResponse(self.site.rows.account(user))

    # Projects

    async def _projects(self, request: Request) -> Response:
        query = request.query_params
        start, size = page_of(request, MAX_PROJECTS)
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
        if not request.scope["jira.authenticated"]:
            found = []
        elif not found and (keys or ids) and self.project_search_404:
            return refuse(404, "No project was found.")
        order = query.get("orderBy", "key")
        found.sort(
            key=lambda project: project.name if order.endswith("name") else project.key,
            reverse=order.startswith("-"),
        )
        if fault := self.faults.take("short_pages", request.method, request.url.path):
            size = min(size, fault.size)
        chosen = found[start : start + size]
        page: Row = {
            "self": f"{self.site.base_url}{request.url.path}?{request.url.query}",
            "maxResults": size,
            "startAt": start,
            "total": len(found),
            "isLast": start + size >= len(found),
            "values": self._project_rows(chosen, query.get("expand", "")),
        }
        if not page["isLast"]:
            rest = [item for item in query.multi_items() if item[0] != "startAt"]
            again = urlencode([*rest, ("startAt", str(start + size))])
            page["nextPage"] = f"{self.site.base_url}{request.url.path}?{again}"
        return JSONResponse(page)

    async def _project(self, request: Request) -> Response:
        name = request.path_params["id"]
        project = self.site.find_project(name)
        if (
            project is None
            or project.hidden
            or project.status == "deleted"
            or not request.scope["jira.authenticated"]
        ):
            return refuse(404, f"No project could be found with key '{name}'.")
        expand = request.query_params.get("expand", "") + ",lead"
        return JSONResponse(self._project_rows([project], expand)[0])

    def _project_rows(self, projects: list[Project], expand: str) -> list[Row]:
        wanted = {part.strip() for part in expand.split(",")}
        rows = {
            project.id: self.site.rows.project_details(project, lead="lead" in wanted)
            for project in projects
        }
        if "insight" in wanted:
            latest: dict[str, tuple[int, float]] = {}
            for issue in self.site.issues.values():
                count, at = latest.get(issue.project.id, (0, 0.0))
                latest[issue.project.id] = (count + 1, max(at, issue.updated))
            for project_id, row in rows.items():
                count, at = latest.get(project_id, (0, 0.0))
                insight: dict[str, Any] = {"totalIssueCount": count}
                if count:
                    insight["lastIssueUpdateTime"] = stamp(at)
                row["insight"] = insight
        return list(rows.values())


async def _not_found(request: Request, error: Exception) -> Response:
    return refuse(404, f"No resource at {request.url.path}")
