"""One request: a refused login is repeated only with another token, and links lead to the site."""

from typing import Any

import httpx
import pytest
import respx
from port_ocean.exceptions.clients import BlockedIPError

from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraUnavailableError,
)
from jira.http.api import SERVER_INFO, TENANT_INFO, JiraApi, find_cloud_id

SITE = "https://site.atlassian.net"
GATEWAY = "https://api.atlassian.com/ex/jira/0a1b-2c3d"
PATH = "/rest/api/3/thing"


class FakeAuthentication:
    """A token that the test renews."""

    uses_gateway = True

    def __init__(self) -> None:
        self.token = "token-1"
        self.sent = ""
        self.host = GATEWAY
        self.error: Exception | None = None

    async def base_url(self) -> str:
        return self.host

    def headers(self) -> dict[str, str]:
        if self.error:
            raise self.error
        self.sent = self.token
        return {"Authorization": f"Bearer {self.token}"}

    def renewed(self) -> bool:
        return self.token != self.sent

    def describe(self) -> str:
        return "a token"

    def expires(self) -> None:
        return None


class Server:
    """Lets in who has the right token."""

    def __init__(self, router: respx.MockRouter, authentication: FakeAuthentication) -> None:
        self.router = router
        self.authentication = authentication
        self.good = {"token-1"}
        self.renews_at: int | None = None
        self.tokens: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.tokens.append(request.headers["authorization"].removeprefix("Bearer "))
        if len(self.tokens) == self.renews_at:
            self.authentication.token = "token-2"
        if self.tokens[-1] not in self.good:
            return httpx.Response(401, json={})
        return httpx.Response(200, json={"ok": True})


@pytest.fixture
def authentication():
    return FakeAuthentication()


@pytest.fixture
def router():
    with respx.mock(assert_all_called=False) as made:
        yield made


@pytest.fixture
def server(router, authentication):
    made = Server(router, authentication)
    router.route(path__regex=f"{PATH}$").mock(side_effect=made.answer)
    return made


@pytest.fixture
async def http():
    async with httpx.AsyncClient() as made:
        yield made


@pytest.fixture
async def api(http, authentication):
    return JiraApi(http, authentication, SITE)


CALLS = [
    pytest.param(lambda api: api.get(PATH), id="get"),
    pytest.param(lambda api: api.read_by_post(PATH, {}), id="read_by_post"),
    pytest.param(lambda api: api.post(PATH, {}), id="post"),
    pytest.param(lambda api: api.put(PATH, {}), id="put"),
    pytest.param(lambda api: api.delete(PATH), id="delete"),
]


@pytest.mark.parametrize("call", CALLS)
async def test_a_token_that_ran_out_while_it_was_sent_is_followed_by_the_new_one(api, server, call):
    """A refused request did nothing: even a creation may be sent again."""
    server.good = {"token-2"}
    server.renews_at = 1
    assert await call(api) == {"ok": True}
    assert server.tokens == ["token-1", "token-2"]


@pytest.mark.parametrize("call", CALLS)
async def test_a_refused_login_is_not_repeated_with_the_same_token(api, server, call):
    """Failed logins in a row lock the account."""
    server.good = set()
    with pytest.raises(JiraAuthenticationError):
        await call(api)
    assert server.tokens == ["token-1"]


async def test_a_refused_login_is_repeated_once_and_no_more(api, server):
    server.good = set()
    server.renews_at = 1
    with pytest.raises(JiraAuthenticationError):
        await api.get(PATH)
    assert server.tokens == ["token-1", "token-2"]


async def test_the_next_request_has_its_own_second_try(api, server, authentication):
    server.renews_at = 1
    server.good = {"token-2"}
    await api.get(PATH)
    authentication.token = "token-3"
    server.good = {"token-3"}
    assert await api.get(PATH) == {"ok": True}
    assert server.tokens == ["token-1", "token-2", "token-3"]


async def test_a_rejected_login_that_comes_with_200_is_treated_alike(api, router, authentication):
    answers = [
        httpx.Response(200, json=[], headers={"x-seraph-loginreason": "AUTHENTICATED_FAILED"}),
        httpx.Response(200, json={"ok": True}),
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        authentication.token = "token-2"
        return answers.pop(0)

    router.get(f"{GATEWAY}{PATH}").mock(side_effect=answer)
    assert await api.get(PATH) == {"ok": True}


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, JiraPermissionError), (404, JiraNotFoundError), (503, JiraUnavailableError)],
)
async def test_another_failure_is_not_repeated_for_a_new_token(
    api, router, authentication, status, error
):
    def answer(request: httpx.Request) -> httpx.Response:
        authentication.token = "token-2"
        return httpx.Response(status, json={})

    route = router.get(f"{GATEWAY}{PATH}").mock(side_effect=answer)
    with pytest.raises(error):
        await api.get(PATH)
    assert route.call_count == 1


async def test_without_a_token_nothing_is_sent(api, server, authentication):
    authentication.sent = authentication.token
    authentication.error = JiraAuthenticationError("no token in the file")
    with pytest.raises(JiraAuthenticationError, match="no token in the file"):
        await api.get(PATH)
    assert server.tokens == []


def row(host: str) -> dict[str, Any]:
    return {
        "self": f"{host}/rest/api/3/issue/1",
        "fields": {"avatar": [f"{host}/secure/a.png"], "summary": f"see {host}/browse/AB-1"},
    }


@pytest.mark.parametrize("cloud_id", ["0a1b-2c3d", "ffff"])
async def test_links_to_the_gateway_become_links_to_the_site(api, router, cloud_id):
    """A browser can't follow them, and the default mapping makes its links of them."""
    given = row(f"https://api.atlassian.com/ex/jira/{cloud_id}")
    router.get(f"{GATEWAY}{PATH}").respond(json=given)
    assert await api.get(PATH) == row(SITE)


@pytest.mark.parametrize(
    "host",
    [SITE, "https://api.atlassian.com/ex/confluence/1", "https://api.example.com/ex/jira/1"],
)
async def test_other_links_stay_as_they_are(api, router, host):
    router.get(f"{GATEWAY}{PATH}").respond(json=row(host))
    assert await api.get(PATH) == row(host)


async def test_where_only_the_gateway_is_known_jira_is_asked_for_the_site_once(
    http, authentication, router
):
    api = JiraApi(http, authentication)
    route = router.get(f"{GATEWAY}{SERVER_INFO}").respond(
        json={"baseUrl": f"{SITE}/", "self": GATEWAY}
    )
    router.get(f"{GATEWAY}{PATH}").respond(json=row(GATEWAY))
    for _ in range(2):
        assert await api.get(PATH) == row(SITE)
    assert route.call_count == 1


async def test_where_no_link_is_to_the_gateway_nobody_is_asked_for_the_site(
    http, authentication, router
):
    route = router.get(f"{GATEWAY}{SERVER_INFO}").respond(500)
    router.get(f"{GATEWAY}{PATH}").respond(json=row(SITE))
    assert await JiraApi(http, authentication).get(PATH) == row(SITE)
    assert not route.called


@pytest.mark.parametrize("info", [{}, {"baseUrl": None}, [], None, {"baseUrl": 7}])
async def test_a_site_that_is_not_told_is_an_error_and_no_link_is_wrong(
    http, authentication, router, info
):
    router.get(f"{GATEWAY}{SERVER_INFO}").respond(json=info)
    router.get(f"{GATEWAY}{PATH}").respond(json=row(GATEWAY))
    with pytest.raises(JiraAnswerError, match="site's address"):
        await JiraApi(http, authentication).get(PATH)


async def test_the_cloud_id_of_a_site(http, router):
    route = router.get(f"{SITE}{TENANT_INFO}").respond(json={"cloudId": "0a1b-2c3d"})
    assert await find_cloud_id(http, SITE) == "0a1b-2c3d"
    assert "authorization" not in route.calls.last.request.headers


@pytest.mark.parametrize("info", [{}, {"cloudId": ""}, {"cloudId": None}, {"cloudId": 7}, []])
async def test_a_site_without_a_cloud_id_is_an_error(http, router, info):
    router.get(f"{SITE}{TENANT_INFO}").respond(json=info)
    with pytest.raises(JiraAnswerError, match=f"{TENANT_INFO} of {SITE}"):
        await find_cloud_id(http, SITE)


@pytest.mark.parametrize("error", [httpx.ConnectError("no such host"), BlockedIPError("10.0.0.1")])
async def test_a_site_that_does_not_answer_has_no_cloud_id_for_now(http, router, error):
    router.get(f"{SITE}{TENANT_INFO}").mock(side_effect=error)
    with pytest.raises(JiraUnavailableError, match=SITE):
        await find_cloud_id(http, SITE)


@pytest.mark.parametrize(
    ("status", "error"), [(404, JiraNotFoundError), (503, JiraUnavailableError)]
)
async def test_a_refused_look_up_is_an_error(http, router, status, error):
    router.get(f"{SITE}{TENANT_INFO}").respond(status, json={})
    with pytest.raises(error):
        await find_cloud_id(http, SITE)
