"""The stand-in Port over HTTP: tokens, the integration with its resyncs, and switched-on faults."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.port.api import PortApi
from tests.sandbox.port.support import bulk, issue, logged_in, made_api


@pytest.fixture
def api() -> PortApi:
    return made_api()


@pytest.fixture
async def http(api: PortApi) -> AsyncIterator[httpx.AsyncClient]:
    async with logged_in(api) as client:
        yield client


async def test_only_given_tokens_are_good(api: PortApi, http: httpx.AsyncClient) -> None:
    wrong = {"clientId": "id", "clientSecret": "wrong"}
    assert (await http.post("/v1/auth/access_token", json=wrong)).status_code == 401
    assert (await http.get("/v1/organization")).json()["organization"]["featureFlags"] == []
    api.expire_tokens()
    assert (await http.get("/v1/organization")).status_code == 401


async def test_faults_can_be_limited(api: PortApi, http: httpx.AsyncClient) -> None:
    api.fail_status, api.fail_times = 502, 1
    api.only["fail_status"] = "/v1/blueprints"
    assert (await http.get("/v1/organization")).status_code == 200
    assert (await http.get("/v1/blueprints/issue")).status_code == 502
    assert (await http.get("/v1/blueprints/issue")).status_code == 200
    api.down = True
    assert (await http.get("/v1/organization")).status_code == 503
    api.clear_faults()
    assert (await http.get("/v1/organization")).status_code == 200
    assert api.count("/v1/blueprints") == 2
    assert api.count(entities_only=True) == 0


async def test_a_hanging_request_goes_on_when_told(api: PortApi, http: httpx.AsyncClient) -> None:
    api.hang = asyncio.Event()
    waiting = asyncio.create_task(bulk(http, issue(0)))
    await api.requested("/v1/blueprints/issue/")
    assert not waiting.done()
    assert api.requests[-1].status == 0
    api.hang.set()
    assert (await waiting).status_code == 200
    assert (api.requests[-1].n_entities, api.count(entities_only=True)) == (1, 1)


async def test_logs_are_kept(api: PortApi, http: httpx.AsyncClient) -> None:
    document = await create(http)
    url = document["logAttributes"]["ingestUrl"]
    await http.post(url, json={"logs": [{"message": "hello"}]})
    assert api.logs == [{"message": "hello"}]


async def create(client: httpx.AsyncClient) -> Any:
    body = {"installationId": "my-id", "installationAppType": "jira", "version": "1.0.0"}
    answer = await client.post("/v1/integration", json=body | {"config": {"resources": []}})
    return answer.json()["integration"]


async def test_the_integration_and_its_mapping(api: PortApi, http: httpx.AsyncClient) -> None:
    path = "/v1/integration/my-id"
    assert (await http.get(path)).status_code == 404
    api.set_mapping({"resources": ["preset"]})
    assert (await create(http))["config"] == {"resources": ["preset"]}
    await http.patch(path, json={"version": "2"})
    api.set_mapping({"resources": ["later"]})
    document = (await http.get(path)).json()["integration"]
    assert (document["version"], document["config"]) == ("2", {"resources": ["later"]})
    assert document == api.integration


async def report(client: httpx.AsyncClient, status: str, **state: str) -> Any:
    path = "/v1/integration/my-id/resync-state"
    answer = await client.patch(path, json={"status": status, **state})
    return answer.json()["integration"]["resyncState"]


async def asked(client: httpx.AsyncClient) -> Any:
    return (await client.get("/v1/integration/my-id/resync-request")).json()["request"]


async def test_a_request_is_newer_than_the_state_until_it_is_answered(
    api: PortApi, http: httpx.AsyncClient
) -> None:
    await create(http)
    assert await asked(http) is None
    state = await report(http, "completed")
    api.request_resync()
    request = await asked(http)
    assert request["updatedAt"] > state["updatedAt"]
    # One that began earlier is no answer.
    await report(http, "running", lastResyncStart="2020-01-01T00:00:00+00:00")
    await report(http, "completed")
    assert await asked(http) == request
    await report(http, "running", lastResyncStart="2999-01-01T00:00:00+00:00")
    await report(http, "completed")
    assert await asked(http) is None


async def test_resync_finished_counts_each_resync_once(
    api: PortApi, http: httpx.AsyncClient
) -> None:
    await create(http)
    waiting = asyncio.create_task(api.resync_finished(2))
    for status in ("running", "aborted", "aborted", "running", "completed"):
        assert not waiting.done()
        await report(http, status)
    assert await waiting == "completed"
    assert await api.resync_finished() == "aborted"
    with pytest.raises(TimeoutError, match="2 of 3 resyncs"):
        await api.resync_finished(3, timeout=0.01)
