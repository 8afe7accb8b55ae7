"""What every request to the stand-in Jira passes: the log, latency, credentials and faults."""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.jira.endpoints import OBJECTS, refuse
from sandbox.jira.faults import PAGE, SCOPE_MISSING, Fault, Faults
from sandbox.jira.points import Points, cost
from sandbox.jira.scopes import may_ask
from sandbox.jira.state import SiteState
from sandbox.openapi import OpenApiCheck


@dataclass
class JiraRequest:
    """A request as it was logged; `status` is 0 while it is under way or was never answered."""

    method: str
    path: str
    query: list[tuple[str, str]]
    body: Any | None
    status: int = 0
    # What it costs by Jira's points, whoever asks; nothing before it is answered.
    points: int = 0
    violations: list[str] = field(default_factory=list)
    at: float = field(default_factory=time.monotonic)
    in_flight: int = 1


class GatedApi:
    """What the gate goes by and writes down: credentials, latency, faults, and each request."""

    def __init__(
        self, site: SiteState, *, email: str, token: str, openapi: OpenApiCheck | None = None
    ) -> None:
        self.state = site
        self.cloud_id = site.cloud_id
        # What the token may ask; None for a classic one, which may all that the account may.
        self.scopes: set[str] | None = None
        self.email = email
        self.token = token
        # What an OAuth app comes with instead, where it may.
        self.oauth_token: str | None = None
        self.openapi = openapi
        self.token_valid = True
        self.anonymous_header = False
        self.latency = 0.0
        self.latency_per_issue = 0.0
        self.requests: list[JiraRequest] = []
        # Called as a request arrives, before it is looked at: a test can change the site then.
        self.on_request: Callable[[JiraRequest], None] | None = None
        self.in_flight = 0
        self.max_in_flight = 0
        self.faults = Faults()
        self.points = Points(lambda: site.now())

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
        if is_oauth(headers):
            return self.token_valid and headers["authorization"][7:].strip() == self.oauth_token
        return self.token_valid and authorized(headers, self.email, self.token)


_SOFTWARE = ("/rest/agile/", "/rest/software/")


class Gate:
    """ASGI middleware in front of the endpoints."""

    def __init__(self, app: ASGIApp, api: GatedApi) -> None:
        self.app = app
        self.api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log a request, and let it through as far as faults allow."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        api = self.api
        raw = await _read(receive)
        if raw is None:
            # Nobody waits for an answer, and nothing can be said about what was asked.
            return
        path = _local(scope["path"], api.cloud_id)
        query = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
        headers = _headers(scope)
        body, broken = _parse(raw)
        entry = JiraRequest(scope["method"], path, query, body)
        entry.violations = broken or api.check(entry)
        api.requests.append(entry)
        if api.on_request is not None:
            api.on_request(entry)
        api.in_flight += 1
        entry.in_flight = api.in_flight
        api.max_in_flight = max(api.max_in_flight, api.in_flight)
        inner: dict[str, Any] = {
            **scope,
            "path": path,
            "raw_path": path.encode(),
            "jira.authenticated": api.knows(headers),
            "jira.oauth": is_oauth(headers),
            "jira.body": body,
        }
        try:
            await self._answer(inner, entry, raw, receive, send)
        finally:
            api.in_flight -= 1

    async def _answer(
        self, scope: dict[str, Any], entry: JiraRequest, raw: bytes, receive: Receive, send: Send
    ) -> None:
        api, method, path, query = self.api, entry.method, entry.path, entry.query
        if api.latency > 0:
            await asyncio.sleep(api.latency)
        hangs = api.faults.take("hang", method, path, query)
        if hangs and not await _hang(hangs, receive):
            return
        if api.faults.take("reset", method, path, query):
            await _reset(receive)
            return
        again = _replay(raw, receive)
        quota = api.points if scope["jira.oauth"] else None
        if (refusal := self._refusal(entry, quota)) is not None:
            entry.status = refusal.status_code
            if quota is not None:
                refusal.headers.update(quota.headers())
            await refusal(scope, again, send)
            return
        parts: list[bytes] = []
        start: Message = {}

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self.app(scope, again, collect)
        content = b"".join(parts)
        if api.latency_per_issue > 0 and (count := scope.get("jira.issues", 0)):
            await asyncio.sleep(api.latency_per_issue * count)
        objects = scope.get("jira.issues", scope.get(OBJECTS, int(method == "GET")))
        entry.points = cost(path, start["status"], objects)
        if api.faults.take("truncated", method, path, query):
            content = content[: len(content) // 2]
        entry.status = start["status"]
        headers = [item for item in start["headers"] if item[0] != b"content-length"]
        headers.append((b"content-length", str(len(content)).encode()))
        if not scope["jira.authenticated"] and api.anonymous_header:
            headers.append((b"x-seraph-loginreason", b"AUTHENTICATED_FAILED"))
        if quota is not None:
            quota.spend(entry.points)
            headers += [(k.lower().encode(), v.encode()) for k, v in quota.headers().items()]
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _refusal(self, entry: JiraRequest, quota: Points | None) -> Response | None:
        faults, method, path, query = self.api.faults, entry.method, entry.path, entry.query
        if quota is not None and (refusal := quota.refusal()) is not None:
            return refusal
        if fault := faults.take("rate", method, path, query):
            refusal = fault.over_rate(method, path)
            if refusal is not None:
                return refusal
        if fault := faults.take("status", method, path, query):
            return fault.response()
        if faults.take("html", method, path, query):
            return HTMLResponse(PAGE)
        if self.api.scopes is not None and not may_ask(self.api.scopes, method, path):
            return JSONResponse(SCOPE_MISSING, 401)
        if path.startswith(_SOFTWARE) and not self.api.state.has_software:
            return refuse(403, "The user does not have a valid license for Jira Software.")
        return None


def is_oauth(headers: Mapping[str, str]) -> bool:
    """Whether a request comes from an OAuth app."""
    return headers.get("authorization", "").lower().startswith("bearer ")


def authorized(headers: Mapping[str, str], email: str, token: str) -> bool:
    """Whether a request carries these Basic credentials."""
    kind, _, value = headers.get("authorization", "").partition(" ")
    expected = base64.b64encode(f"{email}:{token}".encode()).decode()
    return kind.lower() == "basic" and value.strip() == expected


def _local(path: str, cloud_id: str) -> str:
    """The path on the site, for a request by way of `api.atlassian.com` too."""
    prefix = f"/ex/jira/{cloud_id}/"
    return path.removeprefix(prefix[:-1]) if path.startswith(prefix) else path


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _parse(raw: bytes) -> tuple[Any | None, list[str]]:
    if not raw:
        return None, []
    try:
        return json.loads(raw), []
    except ValueError:
        return None, ["the body is no JSON"]


async def _read(receive: Receive) -> bytes | None:
    """A request's body; None where the client went away before it was read."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(raw: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return again


async def _hang(fault: Fault, receive: Receive) -> bool:
    """Wait until the fault is switched off; False if the client went away before."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    release = asyncio.ensure_future(fault.released.wait())
    leave = asyncio.ensure_future(gone())
    try:
        await asyncio.wait((release, leave), return_when=asyncio.FIRST_COMPLETED)
        return release.done()
    finally:
        release.cancel()
        leave.cancel()


async def _reset(receive: Receive) -> None:
    """Drop the connection. ASGI has no way to say so, but uvicorn's receive knows its transport."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        # In process there is no connection: what the client would have seen.
        raise httpx.ReadError("Connection reset by peer")
    transport.abort()
    await asyncio.sleep(0)
