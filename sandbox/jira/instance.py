"""The endpoints that tell of the site itself and of what the account may do."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.endpoints import API, OBJECTS, Endpoints, array, knows, refuse
from sandbox.jira.formats import Row, stamp
from sandbox.jira.state import SiteState

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


class InstanceEndpoints(Endpoints[SiteState]):
    """The cloud id, the server, issue types and statuses, and the account's permissions."""

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route("/_edge/tenant_info", self._tenant),
            Route(f"{API}/mypermissions", self._permissions),
            Route(f"{API}/serverInfo", self._server),
            Route(f"{API}/issuetype", self._types),
            Route(f"{API}/status", self._statuses),
        ]

    async def _tenant(self, request: Request) -> Response:
        return JSONResponse({"cloudId": self.site.cloud_id})

    async def _permissions(self, request: Request) -> Response:
        asked = [key for key in request.query_params.get("permissions", "").split(",") if key]
        if not asked:
            return refuse(400, "The 'permissions' query parameter is required.")
        rows: Row = {}
        for number, key in enumerate(asked, start=1):
            if key not in _GLOBAL | _PROJECT:
                return refuse(400, f"Unrecognized permission: {key}")
            admin = self.site.user_is_admin or key not in ("ADMINISTER", "SYSTEM_ADMIN")
            granted = knows(request) and admin
            rows[key] = {
                "id": str(number),
                "key": key,
                "name": key.replace("_", " ").title(),
                "type": "GLOBAL" if key in _GLOBAL else "PROJECT",
                "description": "",
                "havePermission": granted and key not in self.site.denied_permissions,
            }
        request.scope[OBJECTS] = len(rows)
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
        if not knows(request):
            return array(request, [])
        return array(request, [self.site.rows.issue_type(it) for it in self.site.types.values()])

    async def _statuses(self, request: Request) -> Response:
        if not knows(request):
            return array(request, [])
        return array(request, [self.site.rows.status(it) for it in self.site.statuses.values()])
