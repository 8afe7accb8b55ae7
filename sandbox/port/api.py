"""A stand-in for Port's API, as far as an Ocean integration calls it."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.port.blueprints import PortError
from sandbox.port.catalog import PortCatalog
from sandbox.port.changes import Changes
from sandbox.port.entity_routes import PortEntityRoutes
from sandbox.port.faults import TOKEN_PATH, Gate, PortFaults, PortRequest, PortTokens
from sandbox.port.http import ok, read, refuse
from sandbox.port.integration import PortIntegration
from sandbox.port.limits import PortLimits

type Handler = Callable[[Request], Awaitable[Response]]


class PortApi(PortFaults):
    """Port's API over a catalog, as an ASGI application in `app`.

    The switches of `PortFaults` are attributes of it; `tokens` and `limits` have some, too.
    """

    def __init__(
        self,
        catalog: PortCatalog,
        *,
        client_id: str = "port-client-id",
        client_secret: str = "port-client-secret",  # noqa: S107 - nobody else's secret
    ) -> None:
        super().__init__()
        self.catalog = catalog
        self.client_id = client_id
        self.client_secret = client_secret
        self.feature_flags: list[str] = []
        self.provision_enabled: list[str] = []
        self.requests: list[PortRequest] = []
        self.logs: list[dict[str, Any]] = []
        self.metrics: list[dict[str, Any]] = []
        self.raw_batches: list[dict[str, Any]] = []
        self.examples: dict[str, list[Any]] = {}
        self.resources: dict[str, list[dict[str, Any]]] = {}
        self.heartbeats = 0
        self.state = PortIntegration()
        self.tokens = PortTokens()
        self.limits = PortLimits()
        self._arrivals = Changes()
        self._secrets: dict[str, dict[str, Any]] = {}
        self.entity_routes = PortEntityRoutes(catalog, self)
        self.app = Starlette(
            routes=self._routes(),
            middleware=[Middleware(Gate, self, self.tokens, self.limits, self._arrived)],
            exception_handlers={PortError: refuse},
        )

    # For tests and the demo

    @property
    def integration(self) -> dict[str, Any] | None:
        """The integration's document, None before it was created."""
        return self.state.document

    @property
    def resync_states(self) -> list[str]:
        """Every status that was reported for a resync, in order."""
        return self.state.resync_states

    @property
    def resyncs_ended(self) -> int:
        """How many resyncs have ended, however they ended."""
        return len(self.state.ended)

    def set_mapping(self, config: dict[str, Any]) -> None:
        """Set the mapping; before the integration exists it replaces its default."""
        self.state.set_mapping(config)

    def request_resync(self) -> None:
        """Ask the integration for a resync, which a POLLING listener sees at its next poll."""
        self.state.request_resync()

    async def resync_finished(
        self,
        n: int = 1,
        timeout: float = 120,  # noqa: ASYNC109 - the message says what was awaited
    ) -> str:
        """Wait until the n-th resync of this server's life has ended; return its status."""
        ended = self.state.ended
        await self.state.wait(
            lambda: len(ended) >= n, timeout, f"{len(ended)} of {n} resyncs had ended"
        )
        return ended[n - 1]

    def expire_tokens(self) -> None:
        """Make every token bad that was given out."""
        self.tokens.expire()

    def count(self, prefix: str = "", *, entities_only: bool = False) -> int:
        """Return how many requests came, under a path or about entities only."""
        return sum(
            request.path.startswith(prefix) and (not entities_only or request.about_entities)
            for request in self.requests
        )

    async def requested(
        self,
        prefix: str = "",
        n: int = 1,
        timeout: float = 30,  # noqa: ASYNC109 - the message says what was awaited
    ) -> None:
        """Wait until n requests under a path have come in, whatever became of them."""
        await self._arrivals.wait(
            lambda: self.count(prefix) >= n,
            timeout,
            lambda: f"{self.count(prefix)} of {n} requests for {prefix or 'anything'} had come",
        )

    def clear_faults(self) -> None:
        """Switch off every fault; requests that hang go on."""
        if self.hang is not None:
            self.hang.set()
        self.__dict__.update(vars(PortFaults()))

    def _arrived(self, request: PortRequest) -> None:
        self.requests.append(request)
        self._arrivals.wake()

    # Routes

    def _routes(self) -> list[Route]:
        def route(method: str, path: str, handler: Handler) -> Route:
            return Route(path, handler, methods=[method])

        integration = "/v1/integration/{identifier}"
        return [
            route("POST", TOKEN_PATH, self._token),
            route("GET", "/v1/organization", self._organization),
            route("GET", "/v1/organization/secrets/{name}", self._secret),
            route("POST", "/v1/organization/secrets", self._keep_secret),
            route("PATCH", "/v1/organization/secrets/{name}", self._keep_secret),
            route("GET", "/v1/integration/provision-enabled", self._provision_enabled),
            route("POST", "/v1/integration", self._create_integration),
            route("GET", integration, self._get_integration),
            route("PATCH", integration, self._patch_integration),
            route("DELETE", integration, self._delete_integration),
            route("PATCH", f"{integration}/config", self._patch_config),
            route("PATCH", f"{integration}/resync-state", self._patch_state),
            route("GET", f"{integration}/resync-request", self._resync_request),
            route("GET", f"{integration}/cursor", self._get_cursor),
            route("PUT", f"{integration}/cursor", self._keep_cursor),
            route("POST", f"{integration}/cursor", self._keep_cursor),
            route("POST", integration + "/kinds/{kind}/examples", self._keep_examples),
            route("POST", "/logs", self._keep_logs),
            route("POST", "/metrics/syncMetrics", self._keep_metrics),
            route("PUT", "/metrics/syncMetrics/{rest:path}", self._keep_metrics),
            route("POST", "/metrics/heartbeat", self._heartbeat),
            route("POST", "/ingest/lake/write/{rest:path}", self._keep_raw),
            route("POST", "/v1/lifecycle/{rest:path}", self._keep_resource),
            route("POST", "/v1/blueprints/{blueprint}/scorecards", self._keep_resource),
            route("POST", "/v1/actions", self._keep_resource),
            route("POST", "/v1/pages", self._keep_resource),
            *self.entity_routes.routes(),
        ]

    async def _token(self, request: Request) -> Response:
        given = await read(request)
        if (given.get("clientId"), given.get("clientSecret")) != (
            self.client_id,
            self.client_secret,
        ):
            raise PortError(401, "invalid_credentials", "the client id or secret is wrong")
        token = self.tokens.issue(self.client_id)
        life = int(self.tokens.life_seconds)
        return ok(accessToken=token, expiresIn=life, tokenType="Bearer")

    async def _organization(self, _: Request) -> Response:
        return ok(
            organization={
                "id": "org_sandbox",
                "name": "Sandbox",
                "featureFlags": self.feature_flags,
                "isBlocked": False,
            }
        )

    async def _secret(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._secrets:
            raise PortError(404, "not_found", f'secret "{name}" was not found')
        return ok(secret=self._secrets[name])

    async def _keep_secret(self, request: Request) -> Response:
        raw = await read(request)
        name = str(request.path_params.get("name") or raw.get("secretName"))
        # The value stays out, as in Port: it can't be read back.
        self._secrets[name] = {"secretName": name, "description": raw.get("description")}
        return ok(secret=self._secrets[name])

    async def _provision_enabled(self, _: Request) -> Response:
        return ok(integrations=self.provision_enabled)

    async def _create_integration(self, request: Request) -> Response:
        base = f"{request.url.scheme}://{request.url.netloc}"
        return ok(integration=self.state.create(await read(request), base))

    async def _get_integration(self, request: Request) -> Response:
        return ok(integration=self.state.require(request.path_params["identifier"]))

    async def _patch_integration(self, request: Request) -> Response:
        identifier = request.path_params["identifier"]
        return ok(integration=self.state.patch(identifier, await read(request)))

    async def _delete_integration(self, request: Request) -> Response:
        self.state.require(request.path_params["identifier"])
        self.state.document = None
        return ok()

    async def _patch_config(self, request: Request) -> Response:
        identifier = request.path_params["identifier"]
        config = (await read(request)).get("config") or {}
        document = self.state.patch(identifier, {"config": config})
        if request.headers.get("x-skip-resync") != "true":
            self.state.request_resync()
        return ok(integration=document)

    async def _patch_state(self, request: Request) -> Response:
        identifier = request.path_params["identifier"]
        return ok(integration=self.state.patch_state(identifier, await read(request)))

    async def _resync_request(self, request: Request) -> Response:
        self.state.require(request.path_params["identifier"])
        return ok(request=self.state.resync_request)

    async def _get_cursor(self, request: Request) -> Response:
        return ok(cursor=self.state.cursors.get(_cursor_key(request)))

    async def _keep_cursor(self, request: Request) -> Response:
        key = _cursor_key(request)
        if request.method == "PUT" and key not in self.state.cursors:
            raise PortError(404, "not_found", "there is no such cursor")
        self.state.cursors[key] = await read(request)
        return ok(cursor=self.state.cursors[key])

    async def _keep_examples(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        self.examples.setdefault(kind, []).extend((await read(request)).get("examples", []))
        return ok()

    async def _keep_logs(self, request: Request) -> Response:
        self.logs.extend((await read(request)).get("logs", []))
        return ok()

    async def _keep_metrics(self, request: Request) -> Response:
        raw = await read(request)
        self.metrics.extend(raw.get("syncKindsMetrics") or [raw.get("syncKindMetrics", {})])
        return ok()

    async def _heartbeat(self, _: Request) -> Response:
        self.heartbeats += 1
        return ok()

    async def _keep_raw(self, request: Request) -> Response:
        self.raw_batches.append(await read(request))
        return ok()

    async def _keep_resource(self, request: Request) -> Response:
        """Take actions, pages, scorecards and lifecycle notes, which nothing reads back."""
        parts = request.url.path.strip("/").split("/")
        kind = "scorecards" if "blueprint" in request.path_params else parts[1]
        self.resources.setdefault(kind, []).append(await read(request))
        return ok()


def _cursor_key(request: Request) -> tuple[str, str]:
    return request.query_params.get("kind", ""), request.query_params.get("index", "0")
