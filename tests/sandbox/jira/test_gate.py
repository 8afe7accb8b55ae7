"""What every request passes: credentials and the log."""

from typing import Any

import pytest

from sandbox.jira.site import JiraSite

SEARCH = "/rest/api/3/search/jql"
BULK = "/rest/api/3/issue/bulkfetch"


@pytest.fixture
def site():
    site = JiraSite()
    site.fill(3, projects=2, users=7)
    return site


@pytest.mark.parametrize("expired", [False, True])
async def test_bad_credentials_look_like_an_empty_site(api, site, expired):
    api.token_valid, api.anonymous_header = not expired, True
    async with api.client(None if expired else "wrong") as client:
        assert (await client.get("/rest/api/3/myself")).status_code == 401
        found = await client.post(SEARCH, json={"jql": 'project = "AB"'})
        assert found.json() == {"issues": [], "isLast": True}
        assert found.headers["x-seraph-loginreason"] == "AUTHENTICATED_FAILED"
        bulk = await client.post(BULK, json={"issueIdsOrKeys": ["AB-1"]})
        assert bulk.json() == {"issues": [], "issueErrors": []}
        assert (await client.get("/rest/api/3/project/search")).json()["values"] == []
        assert (await client.get("/rest/api/3/users/search")).json() == []


async def test_requests_are_logged(client, api):
    api.latency, api.latency_per_issue = 0.001, 0.0001
    await client.post(SEARCH, json={"jql": "created > -1d"})
    await client.get("/rest/api/3/myself?x=1")
    first, second = api.requests
    assert (first.method, first.path, first.status) == ("POST", SEARCH, 200)
    assert first.body == {"jql": "created > -1d"}
    assert second.query == [("x", "1")]
    assert (api.count(), api.count(SEARCH), api.max_in_flight) == (2, 1, 1)


async def test_a_client_that_went_away_before_its_body_was_read_asked_for_nothing(api):
    """It would count as a request without a body, which Atlassian's OpenAPI doesn't allow."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise AssertionError(f"nobody is there for {message}")

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/rest/api/3/search/jql",
        "query_string": b"",
        "headers": [],
    }
    await api.app(scope, receive, send)
    assert api.requests == []
