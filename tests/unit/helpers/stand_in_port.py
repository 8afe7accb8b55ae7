"""The framework's own client for Port before the stand-in, without a network."""

from typing import Any, cast

import httpx
from port_ocean.clients.port.client import PortClient

from sandbox.port.api import PortApi
from sandbox.port.catalog import PortCatalog

OURS = "port-ocean/jira/1.0.0/mine/exporter"


class StandInPort:
    """Issues with parents and links, teams with a member, and projects; counts its searches."""

    def __init__(self) -> None:
        self.catalog = PortCatalog()
        for identifier, relations in {
            "issue": {"parent": {"target": "issue"}, "links": {"target": "issue", "many": True}},
            "project": {},
            "team": {"member": {"target": "issue"}},
        }.items():
            self.catalog.create_blueprint({"identifier": identifier, "relations": relations})
        self.api = PortApi(self.catalog)
        self.searches = 0
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.api.app), event_hooks={"request": [self._note]}
        )
        made = PortClient(
            "http://port.test", self.api.client_id, self.api.client_secret, "mine", "jira", "1.0.0"
        )
        self.client = cast(Any, made)
        self.client.client = self.client.auth.client = http

    async def _note(self, request: httpx.Request) -> None:
        if request.url.path.endswith("/search"):
            self.searches += 1

    def has(
        self, identifier: str, *, title: str | None = None, source: str = OURS, **relations: Any
    ) -> None:
        row = {"identifier": identifier, "relations": relations}
        self.catalog.upsert("issue", row | ({"title": title} if title else {}), user_agent=source)
