"""What answers can hide: an unknown account, a sign-on page, links to the gateway."""

import json
import re
from functools import partial

import httpx
import jq
import pytest
import respx

from client import JiraClient
from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraError,
    JiraUnavailableError,
)
from jira.http.api import JiraApi
from jira.http.auth import BasicAuthentication
from jira.http.transport import MAX_RETRIES
from jira.jql import ALL_ISSUES
from jira.kinds.issue import DEFAULT_JQL, IssueSelector
from jira.kinds.kind import Selector
from kinds import Kinds
from port.mapping.resources import CONFIGS

SITE = "https://site.example.com"
CLOUD_ID = "00000000-1111-4222-8333-444444444444"
GATEWAY = f"https://api.atlassian.com/ex/jira/{CLOUD_ID}"
PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>"
ISSUE = "/rest/api/3/issue/10001"
SEARCH = "/rest/api/3/search/jql"
DATE = re.compile(r"\b\d{4}[-/]\d{1,2}[-/]\d{1,2}\b")
RELATIVE = re.compile(r"[<>]=? -\d+[mhdw]\b")


def api_of(http, host=SITE, site=SITE) -> JiraApi:
    return JiraApi(http, BasicAuthentication(host, "user-1@example.com", "the-token"), site)


@pytest.fixture
def client(http):
    return JiraClient(api_of(http), "org-1")


def selector_of(kind: Kinds, **settings: object) -> Selector:
    model = CONFIGS[kind].__fields__["selector"].type_
    made: Selector = model.parse_obj({"query": "true", **settings})
    return made


def anonymous(request: httpx.Request) -> httpx.Response:
    """Every list is empty and every status is 200; only one endpoint tells."""
    path = request.url.path
    if path == "/rest/api/3/myself":
        return httpx.Response(401, json={"errorMessages": ["Client must be authenticated."]})
    if path in ("/rest/api/3/users/search", "/rest/api/3/issuetype"):
        return httpx.Response(200, json=[])
    rows = {SEARCH: "issues", "/gateway/api/public/teams/v1/org/org-1/teams": "entities"}
    return httpx.Response(200, json={rows.get(path, "values"): [], "isLast": True, "total": 0})


async def read_all(kind: Kinds, client: JiraClient) -> list[object]:
    return [page async for page in client.read_all(kind, selector_of(kind))]


async def reconciled(client: JiraClient) -> object:
    every = IssueSelector(query="true", jql="")
    return await client.kinds[Kinds.ISSUE].find(["10001"], every)


READS = {kind.value: partial(read_all, kind) for kind in Kinds}
READS_AND_FINDS = {**READS, "reconciled issues": reconciled}


@pytest.mark.parametrize("read", READS.values(), ids=list(READS))
async def test_an_account_that_jira_does_not_know_is_no_empty_site(client, read):
    """The kind fails, and what fails deletes nothing."""
    with respx.mock(base_url=SITE) as router:
        router.route().mock(side_effect=anonymous)
        with pytest.raises(JiraAuthenticationError):
            await read(client)


@pytest.mark.parametrize("read", READS_AND_FINDS.values(), ids=list(READS_AND_FINDS))
async def test_a_rejected_login_in_a_header_is_no_empty_site(client, read):
    with respx.mock(base_url=SITE) as router:
        answer = {"issues": [], "values": [], "isLast": True}
        headers = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
        route = router.route().respond(200, json=answer, headers=headers)
        with pytest.raises(JiraAuthenticationError, match="AUTHENTICATED_FAILED"):
            await read(client)
        assert route.call_count == 1


@pytest.mark.parametrize(
    ("status", "error", "words", "attempts"),
    [
        (200, JiraAnswerError, "HTML page", 1),
        (401, JiraAuthenticationError, "401", 1),
        (429, JiraUnavailableError, "429", MAX_RETRIES + 1),
        (503, JiraUnavailableError, "503", MAX_RETRIES + 1),
    ],
)
@pytest.mark.parametrize("read", READS_AND_FINDS.values(), ids=list(READS_AND_FINDS))
async def test_a_page_of_html_is_an_error_whatever_its_status(
    client, read, status, error, words, attempts
):
    with respx.mock(base_url=SITE) as router:
        route = router.route().respond(status, html=PAGE)
        with pytest.raises(error, match=words):
            await read(client)
        assert route.call_count == attempts


def linked(host: str) -> dict[str, object]:
    return {
        "key": "AB-1",
        "self": f"{host}{ISSUE}",
        "fields": {"status": {"self": f"{host}/rest/api/3/status/1"}, "summary": "naïve ✓"},
    }


async def test_links_to_the_gateway_become_links_to_the_site(http):
    api = api_of(http, GATEWAY, None)
    with respx.mock() as router:
        router.get(f"{GATEWAY}{ISSUE}").respond(json=linked(GATEWAY))
        info = router.get(f"{GATEWAY}/rest/api/3/serverInfo").respond(json={"baseUrl": f"{SITE}/"})
        assert [await api.get(ISSUE), await api.get(ISSUE)] == [linked(SITE)] * 2
        assert info.call_count == 1, "the site's address is asked for once"


async def test_links_to_the_gateway_of_another_cloud_id_are_put_right_without_asking(http):
    with respx.mock() as router:
        answer = linked("https://api.atlassian.com/ex/jira/another-Id")
        router.get(f"{SITE}{ISSUE}").respond(json=answer)
        assert await api_of(http).get(ISSUE) == linked(SITE)


async def test_links_to_the_site_stay_and_nobody_is_asked(http):
    with respx.mock() as router:
        router.get(f"{GATEWAY}{ISSUE}").respond(json=linked(SITE))
        assert await api_of(http, GATEWAY, None).get(ISSUE) == linked(SITE)


@pytest.mark.parametrize("info", [{}, [], {"baseUrl": None}])
async def test_a_site_that_does_not_tell_its_address_is_an_error_and_no_wrong_link(http, info):
    with respx.mock() as router:
        router.get(f"{GATEWAY}{ISSUE}").respond(json=linked(GATEWAY))
        router.get(f"{GATEWAY}/rest/api/3/serverInfo").respond(json=info)
        with pytest.raises(JiraError, match="site's address"):
            await api_of(http, GATEWAY, None).get(ISSUE)


@pytest.mark.parametrize(
    ("kind", "url"), [("issue", f"{SITE}/browse/AB-1"), ("project", f"{SITE}/projects/AB-1")]
)
async def test_the_catalogs_links_lead_to_the_site(http, default_mapping, kind, url):
    [resource] = [row for row in default_mapping["resources"] if row["kind"] == kind]
    expression = resource["port"]["entity"]["mappings"]["properties"]["url"]
    with respx.mock() as router:
        router.get(f"{GATEWAY}{ISSUE}").respond(json=linked(GATEWAY))
        router.get(f"{GATEWAY}/rest/api/3/serverInfo").respond(json={"baseUrl": SITE})
        row = await api_of(http, GATEWAY, None).get(ISSUE)
    assert jq.compile(expression).input_value(row).first() == url


def test_our_own_queries_name_no_date(default_mapping):
    """A date is read in the account's time zone; a span is the same in all of them."""
    mapped = [
        row["selector"]["jql"] for row in default_mapping["resources"] if row["kind"] == "issue"
    ]
    for jql in (ALL_ISSUES, DEFAULT_JQL, *mapped):
        assert RELATIVE.search(jql), jql
        assert not DATE.search(jql), jql


async def test_every_query_that_is_sent_is_bounded(client):
    bodies = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(200, json={"issues": [], "isLast": True})

    with respx.mock(base_url=SITE) as router:
        router.post(SEARCH).mock(side_effect=answer)
        router.get("/rest/api/3/myself").respond(json={"accountId": "user-1"})
        router.get("/rest/api/3/project/search").respond(json={"values": [], "isLast": True})
        for jql in (None, "", "  ", "ORDER BY created", "order\nby created DESC"):
            pages = client.read_all(Kinds.ISSUE, selector_of(Kinds.ISSUE, jql=jql))
            assert [page async for page in pages] == []
    asked = [re.split(r"\sorder\s+by\s", body["jql"], flags=re.IGNORECASE) for body in bodies]
    assert {tuple(parts[:1]) for parts in asked} == {(ALL_ISSUES,)}
    assert all(len(parts) == 2 for parts in asked), "walked in an order that edits don't change"
    assert all(body["fields"] for body in bodies)
