"""What happens to a request before the stand-in Port reads it: records, limits, faults, tokens."""

import asyncio
import base64
import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.port.limits import PortLimits, group_of

_ENTITY_CALL = re.compile(
    r"^/v1/(entities/search|blueprints/entities/datasource-entities"
    r"|blueprints/[^/]+/(entities|bulk/entities|all-entities)(/.*)?)$"
)
_BELOW_BLUEPRINT = re.compile(r"^/v1/blueprints/([^/]+)/")
# Handlers leave the number of entities of a call here.
N_ENTITIES = "sandbox.n_entities"
TOKEN_PATH = "/v1/auth/access_token"  # noqa: S105 - a path


@dataclass(slots=True)
class PortRequest:
    """One request that reached the stand-in, with the status it got (0 while it runs)."""

    method: str
    path: str
    query: str
    user_agent: str
    at: float = field(default_factory=time.monotonic)
    status: int = 0
    n_entities: int = 0

    @property
    def about_entities(self) -> bool:
        """Whether it reads or writes entities."""
        return bool(_ENTITY_CALL.match(self.path))


@dataclass
class PortFaults:
    """Switches that make the stand-in slow, refusing or silent.

    `only` limits a switch, by its name, to the paths that begin with a prefix:
    `only["fail_status"] = "/v1/entities/search"`.
    """

    latency: float = 0.0
    down: bool = False
    fail_status: int | None = None
    fail_times: int | None = None
    hang: asyncio.Event | None = None
    fail_entities: set[str] = field(default_factory=set)
    fail_deletes: set[str] = field(default_factory=set)
    missing_blueprints: set[str] = field(default_factory=set)
    only: dict[str, str] = field(default_factory=dict)

    def concerns(self, switch: str, path: str) -> bool:
        """Whether a switch is meant for a path."""
        return path.startswith(self.only.get(switch, ""))

    def misses(self, path: str) -> bool:
        """Whether a path is below a blueprint that isn't there."""
        found = _BELOW_BLUEPRINT.match(path)
        return found is not None and found[1] in self.missing_blueprints

    async def strike(self, path: str) -> int | None:
        """Delay a request as told; return the status to refuse it with, if any."""
        if self.latency and self.concerns("latency", path):
            await asyncio.sleep(self.latency)
        if self.hang is not None and self.concerns("hang", path):
            await self.hang.wait()
        if self.down and self.concerns("down", path):
            return 503
        if self.fail_status is None or not self.concerns("fail_status", path):
            return None
        if self.fail_times is not None:
            if self.fail_times <= 0:
                return None
            self.fail_times -= 1
        return self.fail_status


class PortTokens:
    """Access tokens that were given out and are still good.

    `life_seconds` is a switch: how long the next ones are.
    """

    def __init__(self) -> None:
        self.life_seconds = 3 * 3600.0
        self._ends: dict[str, float] = {}

    def issue(self, client_id: str) -> str:
        """Give out a token; it has the shape of a JWT of a machine user."""
        now = int(time.time())
        claims = {"orgId": "org_sandbox", "isMachine": True, "sub": client_id}
        token = ".".join(
            (
                _segment({"alg": "HS256", "typ": "JWT"}),
                _segment({**claims, "iat": now, "exp": now + int(self.life_seconds)}),
                secrets.token_urlsafe(32),
            )
        )
        self._ends[token] = time.monotonic() + self.life_seconds
        return token

    def knows(self, authorization: str) -> bool:
        """Whether an Authorization header carries a good token."""
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and time.monotonic() < self._ends.get(token, 0.0)

    def expire(self) -> None:
        """Make all tokens bad."""
        self._ends.clear()


class Gate:
    """ASGI middleware: records each request, applies limits and faults, checks the token."""

    def __init__(
        self,
        app: ASGIApp,
        faults: PortFaults,
        tokens: PortTokens,
        limits: PortLimits,
        arrived: Callable[[PortRequest], None],
    ) -> None:
        self._app = app
        self._faults = faults
        self._tokens = tokens
        self._limits = limits
        self._arrived = arrived

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        record = PortRequest(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            user_agent=headers.get("user-agent", ""),
        )
        self._arrived(record)
        group = group_of(record.method, record.path)
        taken = group is None or self._limits.take(group)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                record.n_entities = scope.get(N_ENTITIES, 0)
                if group is not None:
                    MutableHeaders(scope=message).update(self._limits.headers(group))
            await send(message)

        answer: ASGIApp
        if not taken:
            answer = _refusal(429, "too_many_requests")
        elif (status := await self._faults.strike(record.path)) is not None:
            answer = _refusal(status, "sandbox_fault")
        elif self._faults.misses(record.path):
            answer = _refusal(404, "not_found")
        elif record.path != TOKEN_PATH and not self._tokens.knows(headers.get("authorization", "")):
            answer = _refusal(401, "unauthorized")
        else:
            answer = self._app
        await answer(scope, receive, sending)


def _refusal(status: int, error: str) -> JSONResponse:
    body = {"ok": False, "error": error, "message": f"refused with {status}"}
    return JSONResponse(body, status_code=status)


def _segment(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
