"""The webhooks of an app, as the stand-in keeps them: as strict as Atlassian says."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.jira.api import JiraApi
from sandbox.jira.app_webhooks import HOOKS, LIFE_SECONDS, MOST, clauses_of
from sandbox.jira.deliveries import Deliveries
from sandbox.jira.site import JiraSite
from sandbox.openapi import OpenApiCheck

URL = "http://listener.test/hook"
ALL = 'project != "NOBODY"'


@pytest.fixture
def site() -> JiraSite:
    site = JiraSite()
    for key in ("AB", "CD"):
        site.create_project(key)
    return site


@pytest.fixture
def api(site: JiraSite) -> JiraApi:
    api = JiraApi(site, email="account@example.com", token="right", openapi=OpenApiCheck())
    api.oauth_token = "of the app"
    return api


@pytest.fixture
async def app(api: JiraApi, site: JiraSite) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": "Bearer of the app"}
    transport = httpx.ASGITransport(app=api.app)
    async with httpx.AsyncClient(
        transport=transport, base_url=site.base_url, headers=headers
    ) as client:
        yield client
    assert api.violations() == []


def body(*filters: str, url: str = URL, events: tuple[str, ...] = ("jira:issue_created",)) -> Any:
    return {"url": url, "webhooks": [{"events": list(events), "jqlFilter": f} for f in filters]}


async def register(app: httpx.AsyncClient, *filters: str, **more: Any) -> list[dict[str, Any]]:
    answer = (await app.post(HOOKS, json=body(*filters, **more))).raise_for_status().json()
    found: list[dict[str, Any]] = answer["webhookRegistrationResult"]
    return found


async def test_each_is_registered_or_refused_for_itself(app: httpx.AsyncClient) -> None:
    results = await register(app, ALL, "watchCount = 3", 'project = "AB" AND status = Done')
    assert ["createdWebhookId" in result for result in results] == [True, False, True]
    assert results[1]["errors"] == ["The clause watchCount is unsupported."]
    page = (await app.get(HOOKS)).json()
    assert [row["jqlFilter"] for row in page["values"]] == [ALL, 'project = "AB" AND status = Done']


async def test_there_are_so_many_at_most_and_one_address(app: httpx.AsyncClient) -> None:
    results = await register(app, *[ALL] * (MOST + 1))
    assert ["errors" in result for result in results] == [False] * MOST + [True]
    [result] = await register(app, ALL, url="http://other.test")
    assert "single URL" in result["errors"][0]


async def test_a_deletion_takes_effect_later(app: httpx.AsyncClient, site: JiraSite) -> None:
    now = site.now()
    site.clock = lambda: now
    [made] = await register(app, ALL)
    ids = {"webhookIds": [made["createdWebhookId"], 5]}
    answer = await app.request("DELETE", HOOKS, json=ids)
    assert answer.status_code == 202
    assert len(site.app_webhooks()) == 1
    site.clock = lambda: now + site.deletion_seconds
    assert site.app_webhooks() == []


async def test_they_end_unless_they_are_prolonged(app: httpx.AsyncClient, site: JiraSite) -> None:
    now = site.now()
    site.clock = lambda: now
    made = await register(app, ALL, 'project = "AB"')
    site.clock = lambda: now + LIFE_SECONDS - 10
    answer = await app.put(f"{HOOKS}/refresh", json={"webhookIds": [made[0]["createdWebhookId"]]})
    assert answer.json()["expirationDate"] == int((now + 2 * LIFE_SECONDS - 10) * 1000)
    site.clock = lambda: now + LIFE_SECONDS + 10
    payload = {"issue": {"key": "AB-1"}}
    told = site.told_app_webhooks("jira:issue_created", payload)
    assert [hook.jql for hook in told] == [ALL]


async def test_only_apps_may_ask(api: JiraApi) -> None:
    async with api.client() as client:
        assert (await client.get(HOOKS)).status_code == 403


async def test_unknown_projects_in_filters_can_be_refused(
    app: httpx.AsyncClient, site: JiraSite
) -> None:
    site.filters_may_name_unknown_projects = False
    results = await register(app, ALL, 'project != "AB"')
    assert ["errors" in result for result in results] == [True, False]


async def test_what_passes_a_filter_is_delivered_with_a_token(
    app: httpx.AsyncClient, site: JiraSite
) -> None:
    requests: list[httpx.Request] = []

    async def listen(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200)

    site.client_secret = "shared"
    await register(app, 'project = "AB"')
    deliveries = Deliveries(site, transport=httpx.MockTransport(listen))
    await deliveries.start()
    site.create_issue("AB")
    site.create_issue("CD")
    await deliveries.settled()
    await deliveries.stop()
    [request] = requests
    assert b'"AB-1"' in request.content
    assert request.headers["authorization"].startswith("Bearer ")
    assert "x-hub-signature" not in request.headers


@pytest.mark.parametrize("jql", ["", "project IS EMPTY", "project ~ AB", "ORDER BY key", "a = 1"])
def test_other_filters_than_atlassian_lists_are_refused(jql: str) -> None:
    with pytest.raises(ValueError, match="unsupported"):
        clauses_of(jql)


@pytest.mark.parametrize(
    ("jql", "clauses"),
    [
        ("project = AB", [("project", True, ["AB"])]),
        ('project not in ("AB", CD)', [("project", False, ["AB", "CD"])]),
        (
            "status = Done AND issuetype != Bug",
            [("status", True, ["Done"]), ("issuetype", False, ["Bug"])],
        ),
    ],
)
def test_the_filters_that_it_lists(jql: str, clauses: list[Any]) -> None:
    assert clauses_of(jql) == clauses
