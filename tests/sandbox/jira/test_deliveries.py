"""Delivering events to the webhooks that are registered."""

import json

import httpx
import pytest

from sandbox.jira.api import JiraApi
from sandbox.jira.deliveries import Deliveries, signature
from sandbox.jira.site import JiraSite

HOOKS = "/rest/webhooks/1.0/webhook"
HOOK = {
    "name": "Hook",
    "url": "http://listener.test/hook",
    "events": ["jira:issue_created", "project_created"],
    "filters": {},
    "secret": "first",
}


@pytest.fixture
def site():
    return JiraSite()


@pytest.fixture
async def client(site):
    async with JiraApi(site, email="account@example.com", token="right").client() as client:
        yield client


class Listener:
    """Answers with the statuses it was given, then with 200; None drops the connection."""

    def __init__(self, *statuses: int | None) -> None:
        self.statuses = list(statuses)
        self.requests: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status = self.statuses.pop(0) if self.statuses else 200
        if status is None:
            raise httpx.ConnectError("refused")
        return httpx.Response(status)


@pytest.fixture
async def deliveries_to(site):
    running = []

    async def start(listener, **settings):
        deliveries = Deliveries(
            site, retry_delay=0.0, transport=httpx.MockTransport(listener), **settings
        )
        await deliveries.start()
        running.append(deliveries)
        return deliveries

    yield start
    for deliveries in running:
        await deliveries.stop()


def test_the_signature_is_that_of_the_documentation():
    assert signature("It's a Secret to Everybody", b"Hello World!") == (
        "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    )


async def test_what_is_registered_is_delivered_signed(client, site, deliveries_to):
    listener = Listener()
    deliveries = await deliveries_to(listener)
    site.create_project("AB")
    await client.post(HOOKS, json=HOOK)
    site.create_issue("AB", summary="naïve ✓")
    site.edit_issue("AB-1", summary="not registered for")
    await deliveries.settled()
    [request] = listener.requests
    assert "naïve ✓".encode() in request.content
    assert request.headers["x-hub-signature"] == signature("first", request.content)
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.headers["x-atlassian-webhook-flow"] == "Primary"
    assert "x-atlassian-webhook-retry" not in request.headers
    assert json.loads(request.content)["webhookEvent"] == "jira:issue_created"
    [delivery] = deliveries.log
    assert delivery.identifier == request.headers["x-atlassian-webhook-identifier"]
    assert delivery.ok


async def test_deliveries_are_retried_under_the_same_name(site, deliveries_to):
    site.add_webhook("Hook", HOOK["url"], HOOK["events"])
    listener = Listener(503, None, 429)
    deliveries = await deliveries_to(listener)
    site.create_project("AB")
    await deliveries.settled()
    assert len({one.headers["x-atlassian-webhook-identifier"] for one in listener.requests}) == 1
    retries = [one.headers.get("x-atlassian-webhook-retry") for one in listener.requests]
    assert retries == [None, "1", "2", "3"]
    assert (deliveries.log[0].attempts, deliveries.log[0].status) == (4, 200)
    assert "x-hub-signature" not in listener.requests[0].headers


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (401, 1), (404, 1), (500, 6), (408, 6)])
async def test_retries_end(site, deliveries_to, status, tries):
    site.add_webhook("Hook", HOOK["url"], HOOK["events"])
    listener = Listener(*[status] * 10)
    deliveries = await deliveries_to(listener)
    site.create_project("AB")
    await deliveries.settled()
    assert len(listener.requests) == tries
    assert not deliveries.log[0].ok


async def test_deliveries_can_be_doubled_shuffled_delayed_or_off(site, deliveries_to):
    site.add_webhook("Hook", HOOK["url"], ["project_created"])
    listener = Listener()
    deliveries = await deliveries_to(listener, parallel=1)
    deliveries.shuffle, deliveries.duplicate, deliveries.max_delay = True, 1.0, 0.01
    keys = [f"P{number}" for number in range(10)]
    for key in keys:
        site.create_project(key)
    deliveries.enabled = False
    site.create_project("LOST")
    await deliveries.settled()
    order = [json.loads(one.content)["project"]["key"] for one in listener.requests]
    assert sorted(order) == sorted(keys * 2)
    assert order != sorted(order)
    assert len({one.headers["x-atlassian-webhook-identifier"] for one in listener.requests}) == 10


@pytest.mark.parametrize("as_it_happened", [False, True])
async def test_a_late_one_goes_as_the_webhook_says_now_or_as_it_said_then(
    client, site, deliveries_to, as_it_happened
):
    await client.post(HOOKS, json=HOOK)
    [hook] = site.webhooks.values()

    class Moving(Listener):
        async def __call__(self, request: httpx.Request) -> httpx.Response:
            hook.url, hook.secret = "http://elsewhere.test/hook", "second"
            return await super().__call__(request)

    listener = Moving(503)
    deliveries = await deliveries_to(listener)
    deliveries.as_it_happened = as_it_happened
    site.create_project("AB")
    await deliveries.log[0].tried.wait()
    await deliveries.settled()
    last = listener.requests[-1]
    host, secret = ("listener.test", "first") if as_it_happened else ("elsewhere.test", "second")
    assert last.url.host == host
    assert last.headers["x-hub-signature"] == signature(secret, last.content)


async def test_filtered_and_disabled_webhooks_get_nothing(client, site, deliveries_to):
    jql = {"issue-related-events-section": "project = AB"}
    await client.post(HOOKS, json=HOOK | {"filters": jql})
    await client.post(HOOKS, json=HOOK | {"enabled": False})
    deliveries = await deliveries_to(Listener())
    site.create_project("AB")
    await deliveries.settled()
    assert deliveries.log == []
