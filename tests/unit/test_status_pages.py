"""/metrics and /health/ready: both answer by themselves, and nothing else does."""

from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry, Gauge
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from telemetry.health import Health, Reason
from telemetry.pages import StatusPages
from telemetry.status.page import StatusPage
from tests.unit.helpers.status_world import quiet


async def framework(_: Any) -> PlainTextResponse:
    return PlainTextResponse("the framework's")


@pytest.fixture
def state() -> dict[str, Health]:
    return {"health": Health(True)}


@pytest.fixture
def client(state: dict[str, Health], request: pytest.FixtureRequest) -> httpx.AsyncClient:
    registries = [CollectorRegistry(), CollectorRegistry()]
    for registry, name in zip(registries, ("theirs", "ours"), strict=True):
        Gauge(name, "A gauge", registry=registry).set(1)
    app = StatusPages(
        Starlette(routes=[Route("/{path:path}", framework, methods=["GET", "POST"])]),
        prefix=getattr(request, "param", ""),
        registries=registries,
        health=lambda: state["health"],
        version="1.2.3",
        status=StatusPage("", quiet),
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here")


@pytest.mark.parametrize("path", ["/metrics", "/metrics/"])
async def test_metrics_shows_the_frameworks_and_ours(client, path):
    answer = await client.get(path)
    assert "theirs 1.0" in answer.text
    assert "ours 1.0" in answer.text


@pytest.mark.parametrize(
    ("accept", "content_type", "end"),
    [
        ("*/*", "text/plain; version=0.0.4", "\n"),
        ("application/openmetrics-text;version=1.0.0", "application/openmetrics-text", "# EOF\n"),
    ],
)
async def test_a_scraper_gets_the_form_that_it_asks_for(client, accept, content_type, end):
    answer = await client.get("/metrics", headers={"accept": accept})
    assert answer.headers.get_list("content-type")[0].startswith(content_type)
    assert len(answer.headers.get_list("content-type")) == 1
    assert answer.text.endswith(end)
    assert ("# EOF" in answer.text) is (end != "\n")


async def test_ready_says_what_is_wrong_and_goes_on(client, state):
    state["health"] = Health(True, (Reason.QUEUE_FULL,))
    answer = await client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "healthy",
        "check": "ready",
        "core_version": "1.2.3",
        "reasons": ["queue_full"],
    }


async def test_not_ready_is_a_503(client, state):
    state["health"] = Health(False, (Reason.STARTING,))
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "not_ready")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health/live"),
        ("GET", "/metricsx"),
        ("GET", "/a/metrics"),
        ("POST", "/metrics"),
        ("POST", "/integration/status"),
        ("GET", "/integration/statusx"),
    ],
)
async def test_everything_else_is_the_frameworks(client, method, path):
    assert (await client.request(method, path)).text == "the framework's"


@pytest.mark.parametrize("client", ["/jira"], indirect=True)
@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/jira/metrics", True),
        ("/metrics", False),
        ("/jira/integration/status", True),
        ("/integration/status", False),
    ],
)
async def test_the_pages_are_where_the_frameworks_prefix_has_them(client, path, ours):
    assert ((await client.get(path)).text != "the framework's") is ours
