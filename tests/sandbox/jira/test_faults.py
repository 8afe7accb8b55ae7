"""Each fault, as a client sees it."""

import asyncio
import socket
from email.utils import parsedate_to_datetime

import httpx
import pytest
import uvicorn

from sandbox.jira.api import JiraApi
from sandbox.jira.faults import SCOPE_MISSING, Fault
from sandbox.jira.site import JiraSite

SEARCH = "/rest/api/3/search/jql"
BULK = "/rest/api/3/issue/bulkfetch"
USERS = "/rest/api/3/users/search"
MYSELF = "/rest/api/3/myself"
BODY = {"jql": "created > -1d", "maxResults": 10}


@pytest.fixture
def api():
    site = JiraSite()
    site.fill(25, users=4)
    return JiraApi(site, email="account@example.com", token="right")


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429, 500, 502, 503])
async def test_a_status_so_many_times_after_so_many(api, client, status):
    api.faults.add(Fault("status", path=MYSELF, status=status, times=1, after=1))
    seen = [(await client.get(MYSELF)).status_code for _ in range(3)]
    assert seen == [200, status, 200]
    assert api.requests[1].status == status
    assert (await client.get(USERS)).status_code == 200


async def test_a_429_says_when_in_each_form(api, client):
    answers = []
    for form in ("seconds", "date", "iso"):
        api.faults.add(
            Fault("status", status=429, retry_after=7, retry_form=form, reason="jira-quota-global")
        )
        answers.append(await client.get(MYSELF))
        api.faults.clear()
    assert answers[0].headers["retry-after"] == "7"
    assert parsedate_to_datetime(answers[1].headers["retry-after"]).tzinfo is not None
    assert answers[2].headers["retry-after"].endswith("Z")
    assert answers[0].headers["ratelimit-reason"] == "jira-quota-global"
    assert answers[0].headers["x-ratelimit-remaining"] == "0"
    api.faults.add(Fault("status", status=429, html=True))
    bare = await client.get(MYSELF)
    assert bare.text.startswith("<!DOCTYPE html>")
    assert "retry-after" not in bare.headers


async def test_html_and_truncated_json_with_200(api, client):
    api.faults.add(Fault("html", path=MYSELF))
    api.faults.add(Fault("truncated", path=USERS))
    page, half = await client.get(MYSELF), await client.get(USERS)
    assert (page.status_code, half.status_code) == (200, 200)
    for answer in (page, half):
        with pytest.raises(ValueError):
            answer.json()


async def test_a_hanging_request_goes_on_when_released(api, client):
    api.faults.add(Fault("hang", path=MYSELF))
    asked = asyncio.create_task(client.get(MYSELF))
    done, _ = await asyncio.wait({asked}, timeout=0.05)
    assert not done
    api.faults.clear()
    assert (await asked).status_code == 200


async def test_a_reset_and_a_client_that_leaves_on_a_real_connection(api):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(api.app, log_level="warning", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        async with httpx.AsyncClient(
            base_url=url, auth=("account@example.com", "right"), trust_env=False
        ) as client:
            assert (await client.get(MYSELF)).status_code == 200
            api.faults.add(Fault("reset", path=MYSELF, times=1))
            with pytest.raises(httpx.TransportError):
                await client.get(MYSELF)
            api.faults.add(Fault("hang", path=MYSELF, times=1))
            with pytest.raises(httpx.ReadTimeout):
                await client.get(MYSELF, timeout=0.05)
            assert (await client.get(MYSELF)).status_code == 200
        server.should_exit = True
        await serving
    assert api.in_flight == 0


async def test_a_reset_in_process(api, client):
    api.faults.add(Fault("reset"))
    with pytest.raises(httpx.ReadError):
        await client.get(MYSELF)


async def test_pages_can_be_short(api, client):
    api.faults.add(Fault("short_pages", size=3))
    page = (await client.post(SEARCH, json=BODY)).json()
    assert (len(page["issues"]), page["isLast"]) == (3, False)
    assert len((await client.get("/rest/api/3/project/search")).json()["values"]) == 3


async def test_a_token_can_repeat(api, client):
    api.faults.add(Fault("repeat_token", path=SEARCH))
    first = (await client.post(SEARCH, json=BODY)).json()
    body = BODY | {"nextPageToken": first["nextPageToken"]}
    second = (await client.post(SEARCH, json=body)).json()
    assert second["nextPageToken"] == first["nextPageToken"]
    assert second["isLast"] is False


async def test_an_empty_page_can_have_a_token(api, client):
    api.faults.add(Fault("empty_page", path=SEARCH, after=1, times=1))
    token, sizes = None, []
    while True:
        body = BODY | ({"nextPageToken": token} if token else {})
        page = (await client.post(SEARCH, json=body)).json()
        sizes.append(len(page["issues"]))
        assert page.get("nextPageToken") != token
        if page["isLast"]:
            break
        token = page["nextPageToken"]
    assert sizes == [10, 0, 10, 5]


async def test_the_last_page_can_have_a_token(api, client):
    api.faults.add(Fault("last_with_token", path=SEARCH))
    page = (await client.post(SEARCH, json=BODY | {"maxResults": 50})).json()
    assert page["isLast"] is True
    assert page["nextPageToken"]


async def test_users_can_repeat(api, client):
    params = {"startAt": 5, "maxResults": 2}
    assert (await client.get(USERS, params=params)).json() == []
    api.faults.add(Fault("repeat_page", path=USERS))
    last = (await client.get(USERS, params={"startAt": 3, "maxResults": 2})).json()
    assert (await client.get(USERS, params=params)).json() == last


async def test_an_endpoint_has_its_own_rate(api, client):
    api.faults.add(Fault("rate", per_second=2, path="/rest/api/3/issue/"))
    seen = [await client.get(f"/rest/api/3/issue/AB-{number}") for number in (1, 2, 3)]
    assert [answer.status_code for answer in seen] == [200, 200, 429]
    assert seen[2].headers["ratelimit-reason"] == "jira-burst-based"
    assert seen[2].headers["retry-after"] == "1"
    assert (await client.get(MYSELF)).status_code == 200


async def test_bulkfetch_can_fail_for_single_issues(api, client):
    api.faults.add(Fault("issue_errors", ids=["AB-1"]))
    answer = (await client.post(BULK, json={"issueIdsOrKeys": ["AB-1", "AS-1"]})).json()
    assert [row["key"] for row in answer["issues"]] == ["AS-1"]
    assert answer["issueErrors"][0]["id"] == api.site.issue_of("AB-1").id


async def test_a_fault_of_one_user_leaves_the_others(api, client):
    one, other = list(api.site.users)[:2]
    path = "/rest/api/3/user"
    api.faults.add(Fault("status", path, query={"accountId": one}, status=500))
    assert (await client.get(path, params={"accountId": one})).status_code == 500
    assert (await client.get(path, params={"accountId": other})).status_code == 200


async def test_a_missing_scope_is_a_401_of_its_own_shape_and_only_there(api, client):
    api.faults.add(Fault("status", "/rest/agile/", status=401, body=SCOPE_MISSING))
    answer = await client.get("/rest/agile/1.0/board")
    assert (answer.status_code, answer.json()) == (401, SCOPE_MISSING)
    assert (await client.get(MYSELF)).status_code == 200
