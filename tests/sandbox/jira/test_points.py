"""What requests cost by Jira's points, and what becomes of an app that has none left."""

from types import SimpleNamespace

import httpx
import pytest

from sandbox.jira.api import JiraApi
from sandbox.jira.points import cost
from sandbox.jira.site import JiraSite

SEARCH = "/rest/api/3/search/jql"
BULK = "/rest/api/3/issue/bulkfetch"
HALF_PAST = 1_760_002_200.0
"""Half past nine, UTC."""


@pytest.fixture
def clock():
    return SimpleNamespace(now=HALF_PAST)


@pytest.fixture
def site(clock):
    site = JiraSite()
    site.clock = lambda: clock.now
    site.fill(6, projects=2, users=7)
    site.fill_agile(boards=2, sprints=3)
    site.fill_planning(worklogs=4)
    site.fill_teams(2)
    return site


@pytest.fixture
def app(api: JiraApi):
    """A client that comes with the token of an OAuth app."""
    api.oauth_token = "app"
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=api.app),
        base_url=f"{api.site.base_url}/ex/jira/{api.cloud_id}",
        headers={"Authorization": "Bearer app"},
    )


def search(**body: object) -> tuple[str, str, dict[str, object]]:
    return "POST", SEARCH, {"jql": "created >= -1d", **body}


PRICES = [
    (search(fields=["id"], maxResults=4), 1 + 4),
    (search(fields=["summary"], maxResults=4), 1 + 4),
    (search(jql='labels = "none"'), 1),
    (search(jql="nonsense ~~"), 1),
    (("POST", BULK, {"issueIdsOrKeys": ["AB-1", "AB-2", "AB-9"]}), 1 + 2),
    (("GET", "/rest/api/3/issue/AB-1", None), 1 + 1),
    (("GET", "/rest/api/3/issue/AB-99", None), 1),
    (("GET", "/rest/api/3/project/search", None), 1 + 2),
    (("GET", "/rest/api/3/project/AB/version", None), 1 + 2),
    (("GET", "/rest/api/3/users/search?maxResults=5", None), 1 + 5 * 2),
    (("GET", "/rest/api/3/myself", None), 1 + 1 * 2),
    (("GET", "/rest/api/3/mypermissions?permissions=ADMINISTER,BROWSE_PROJECTS", None), 1 + 4),
    (("GET", "/rest/api/3/issuetype", None), 1 + 5),
    (("GET", "/rest/api/3/issue/AB-1/worklog", None), 1 + 1),
    (("POST", "/rest/api/3/worklog/list", {"ids": [1]}), 1),
    (("GET", "/rest/agile/1.0/board", None), 1 + 4),
    (("GET", "/rest/agile/1.0/board/1/sprint", None), 1 + 3),
    (("GET", "/rest/agile/1.0/sprint/1", None), 1 + 1),
    (("DELETE", "/rest/webhooks/1.0/webhook/1", None), 1),
    (("GET", "/gateway/api/public/teams/v1/org/nobody/teams", None), 0),
    (("GET", "/_edge/tenant_info", None), 0),
]


@pytest.mark.parametrize(("asked", "price"), PRICES, ids=lambda value: str(value)[:50])
async def test_a_request_costs_what_it_does_and_what_it_brings(client, api, asked, price):
    method, path, body = asked
    await client.request(method, path, json=body)
    assert api.requests[-1].points == price


def test_a_write_costs_one_point():
    assert cost("/rest/webhooks/1.0/webhook", 201, 0) == 1


async def test_only_an_app_has_a_quota(client, app, api):
    api.points.enforced, api.points.quota = True, 2
    for _ in range(3):
        answer = await client.get("/rest/api/3/myself")
        assert answer.status_code == 200
        assert not [name for name in answer.headers if "ratelimit" in name]
    assert api.points.left == 2
    assert (await app.get("/rest/api/3/myself")).status_code == 200
    assert (await app.get("/rest/api/3/myself")).status_code == 429


async def test_the_credentials_of_an_app_are_looked_at(app, api):
    api.oauth_token = "another"
    assert (await app.get("/rest/api/3/myself")).status_code == 401


async def test_an_app_is_shut_out_until_the_full_hour(app, api, clock):
    api.points.enforced, api.points.quota = True, 10
    await app.post(SEARCH, json={"jql": "created >= -1d", "maxResults": 6})
    assert api.points.left == 3
    # What it costs is known when it is answered: the last one may take more than there is.
    assert (await app.get("/rest/agile/1.0/board")).status_code == 200
    assert api.points.left == 0
    for path in ("/rest/api/3/myself", "/rest/agile/1.0/board"):
        refused = await app.get(path)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1800"
        assert refused.headers["x-ratelimit-reset"] == "2025-10-09T10:00Z"
        assert refused.headers["ratelimit-reason"] == "jira-quota-global-based"
        assert refused.headers["ratelimit"] == '"global-app-quota";r=0;t=1800'
    assert api.points.refused == 2
    clock.now += 1799
    assert (await app.get("/rest/api/3/myself")).status_code == 429
    clock.now += 1
    assert (await app.get("/rest/api/3/myself")).status_code == 200
    assert list(api.points.by_window.values()) == [12, 3]


async def test_what_is_left_is_told_when_it_is_little(app, api):
    api.points.told, api.points.quota = True, 10
    answer = await app.get("/rest/agile/1.0/board/1/sprint")
    assert answer.headers["ratelimit-policy"] == '"global-app-quota";q=10;w=3600'
    assert "ratelimit" not in answer.headers
    answer = await app.get("/rest/agile/1.0/board")
    assert answer.headers["ratelimit"] == '"global-app-quota";r=1;t=1800'
    assert answer.headers["x-ratelimit-nearlimit"] == "true"
    # Nobody is refused for it.
    await app.get("/rest/agile/1.0/board")
    assert (await app.get("/rest/agile/1.0/board")).status_code == 200


async def test_headers_come_in_all_their_forms(app, api):
    api.points.told, api.points.beta, api.points.quota = True, True, 4
    api.points.policy, api.points.beside_burst = "tenant-app-quota", True
    answer = await app.get("/rest/agile/1.0/board")
    burst, quota = answer.headers["beta-ratelimit-policy"].split(", ")
    assert burst.startswith('"jira-burst-based";q=')
    assert quota == '"tenant-app-quota";q=4;w=3600'
    assert answer.headers["beta-ratelimit"].endswith(', "tenant-app-quota";r=0;t=1800')
    assert answer.headers["x-beta-ratelimit-nearlimit"] == "true"
    api.points.enforced, api.points.beta = True, False
    refused = await app.get("/rest/agile/1.0/board")
    assert refused.headers["ratelimit-reason"] == "jira-quota-tenant-based"
