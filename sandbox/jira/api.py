"""A stand-in for the REST API of a Jira Cloud site."""

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from sandbox.jira.endpoints import refuse
from sandbox.jira.gate import Gate, GatedApi
from sandbox.jira.site import ENDPOINTS, JiraSite
from sandbox.openapi import OpenApiCheck


class JiraApi(GatedApi):
    """Serves a site; `app` is the ASGI application."""

    def __init__(
        self, site: JiraSite, *, email: str, token: str, openapi: OpenApiCheck | None = None
    ) -> None:
        super().__init__(site, email=email, token=token, openapi=openapi)
        self.site = site
        site.me.email = email
        self.app = Starlette(
            routes=[route for served in ENDPOINTS for route in served(site, self.faults).routes()],
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


async def _not_found(request: Request, error: Exception) -> Response:
    return refuse(404, f"No resource at {request.url.path}")
