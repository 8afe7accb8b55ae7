"""What the tests of the stand-in Port over HTTP share: one with two blueprints, and a client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from sandbox.port.api import PortApi
from sandbox.port.catalog import PortCatalog

UA = "port-ocean/jira/1.0.0/my-id/exporter"
WRITE = {"upsert": "true", "merge": "true", "create_missing_related_entities": "true"}


async def login(client: httpx.AsyncClient) -> None:
    """Have a client send a token."""
    body = {"clientId": "id", "clientSecret": "secret"}
    token = (await client.post("/v1/auth/access_token", json=body)).json()
    assert token["expiresIn"] == 3 * 3600
    client.headers["Authorization"] = f"{token['tokenType']} {token['accessToken']}"


def issue(number: int, **properties: Any) -> dict[str, Any]:
    """An entity that is still to be written."""
    relations = {"project": "P"}
    return {"identifier": f"A-{number}", "properties": properties, "relations": relations}


async def bulk(client: httpx.AsyncClient, *entities: Any, **params: str) -> Any:
    """Port's answer to a bulk of issues."""
    path = "/v1/blueprints/issue/entities/bulk"
    return await client.post(path, json={"entities": entities}, params=WRITE | params)


def made_api() -> PortApi:
    """A Port of issues, which need a project."""
    catalog = PortCatalog()
    catalog.create_blueprint({"identifier": "project"})
    catalog.create_blueprint(
        {
            "identifier": "issue",
            "schema": {"properties": {"n": {"type": "number"}}},
            "relations": {"project": {"target": "project", "required": True}},
        }
    )
    return PortApi(catalog, client_id="id", client_secret="secret")


@asynccontextmanager
async def logged_in(api: PortApi) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a token."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(api.app),
        base_url="http://port.test",
        headers={"User-Agent": UA},
    ) as client:
        await login(client)
        yield client
