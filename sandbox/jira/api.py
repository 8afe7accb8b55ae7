"""A stand-in for the REST API of a Jira Cloud site."""

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from sandbox.jira.backlogs import BacklogEndpoints
from sandbox.jira.boards import BoardEndpoints
from sandbox.jira.components import ComponentEndpoints
from sandbox.jira.endpoints import refuse
from sandbox.jira.epics import EpicEndpoints
from sandbox.jira.gate import Gate, GatedApi
from sandbox.jira.instance import InstanceEndpoints
from sandbox.jira.projects import ProjectEndpoints
from sandbox.jira.search import SearchEndpoints
from sandbox.jira.site import JiraSite
from sandbox.jira.sprints import SprintEndpoints
from sandbox.jira.teams import TeamEndpoints
from sandbox.jira.users import UserEndpoints
from sandbox.jira.versions import VersionEndpoints
from sandbox.jira.webhooks import WebhookEndpoints
from sandbox.jira.worklogs import WorklogEndpoints
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
            routes=[
                *InstanceEndpoints(site, self.faults).routes(),
                *UserEndpoints(site, self.faults).routes(),
                *SearchEndpoints(site, self.faults).routes(),
                *ProjectEndpoints(site, self.faults).routes(),
                *WebhookEndpoints(site, self.faults).routes(),
                *VersionEndpoints(site, self.faults).routes(),
                *ComponentEndpoints(site, self.faults).routes(),
                *WorklogEndpoints(site, self.faults).routes(),
                *BoardEndpoints(site, self.faults).routes(),
                *SprintEndpoints(site, self.faults).routes(),
                *EpicEndpoints(site, self.faults).routes(),
                *BacklogEndpoints(site, self.faults).routes(),
                *TeamEndpoints(site, self.faults).routes(),
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


async def _not_found(request: Request, error: Exception) -> Response:
    return refuse(404, f"No resource at {request.url.path}")
