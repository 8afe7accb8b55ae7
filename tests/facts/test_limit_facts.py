"""Pauses that Jira asks for, and who we say we are: by token, by file, through a proxy."""

import asyncio
import base64
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

import httpx
import pytest
import respx

from jira.errors import JiraAnswerError, JiraAuthenticationError, JiraUnavailableError
from jira.http.api import JiraApi, find_cloud_id
from jira.http.auth import BasicAuthentication, BearerAuthentication

SITE = "https://your-site.atlassian.net"
CLOUD_ID = "00000000-1111-4222-8333-444444444444"
GATEWAY = f"https://api.atlassian.com/ex/jira/{CLOUD_ID}"
TENANT = f"{SITE}/_edge/tenant_info"
PATH = "/rest/api/3/myself"
ME = {"accountId": "user-1"}
EMAIL, TOKEN = "user-1@example.com", "the-token"


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text("first\n")
    return path


def basic(http, host: str) -> JiraApi:
    return JiraApi(http, BasicAuthentication(host, EMAIL, TOKEN), SITE)


def bearer(http, token_file, host: str = GATEWAY) -> JiraApi:
    found = BearerAuthentication(host, token_file, partial(find_cloud_id, http))
    return JiraApi(http, found, SITE)


def sent(route: respx.Route) -> list[str]:
    return [call.request.headers.get("authorization", "") for call in route.calls]


# Pauses


def in_seconds(seconds: int) -> str:
    return str(seconds)


def as_date(seconds: int) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds + 1), usegmt=True)


def as_iso(seconds: int) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds + 1)).isoformat(timespec="seconds")


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", [in_seconds, as_date, as_iso])
async def test_a_pause_is_kept_in_whatever_form_it_comes(http, clock, status, form):
    with respx.mock() as router:
        refusal = httpx.Response(status, headers={"Retry-After": form(40)})
        router.get(f"{SITE}{PATH}").side_effect = [refusal, httpx.Response(200, json=ME)]
        assert await basic(http, SITE).get(PATH) == ME
    assert 40 <= clock.time < 60


async def test_a_pause_without_a_header_is_still_a_pause(http, clock):
    with respx.mock() as router:
        answers = [httpx.Response(429), httpx.Response(200, json=ME)]
        router.get(f"{SITE}{PATH}").side_effect = answers
        assert await basic(http, SITE).get(PATH) == ME
    assert clock.time >= 1


@pytest.mark.parametrize(
    ("reason", "all_wait"), [("jira-burst-based", False), ("jira-quota-tenant-based", True)]
)
async def test_the_reason_says_who_has_to_wait(http, clock, reason, all_wait):
    api = basic(http, SITE)
    headers = {"Retry-After": "100", "RateLimit-Reason": reason}
    with respx.mock() as router:
        router.post(f"{SITE}/limited").respond(429, headers=headers)
        router.get(f"{SITE}{PATH}").respond(json=ME)
        with pytest.raises(JiraUnavailableError):
            await api.post("/limited", {})
        assert clock.time == 0, "a creation isn't repeated, so nobody has waited yet"
        await api.get(PATH)
        assert clock.time == (100 if all_wait else 0)
        with pytest.raises(JiraUnavailableError):
            await api.post("/limited", {})
        assert clock.time == 100


# Who we are


@pytest.mark.parametrize("host", [SITE, GATEWAY])
async def test_an_api_token_goes_with_its_email_to_the_host_that_is_set(http, host):
    """A classic one belongs to the site, one with scopes to the gateway."""
    with respx.mock() as router:
        route = router.get(f"{host}{PATH}").respond(json=ME)
        assert await basic(http, host).get(PATH) == ME
    assert sent(route) == ["Basic " + base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()]


async def test_an_oauth_token_goes_to_the_gateway_under_the_sites_cloud_id(http, token_file):
    with respx.mock() as router:
        tenant = router.get(TENANT).respond(json={"cloudId": CLOUD_ID})
        route = router.get(f"{GATEWAY}{PATH}").respond(json=ME)
        api = bearer(http, token_file, SITE)
        assert [await api.get(PATH), await api.get(PATH)] == [ME, ME]
    assert sent(route) == ["Bearer first"] * 2
    assert sent(tenant) == [""], "asked once, and without the token"


async def test_a_cloud_id_in_the_host_is_not_asked_for(http, token_file):
    with respx.mock() as router:
        route = router.get(f"{GATEWAY}{PATH}").respond(json=ME)
        await bearer(http, token_file).get(PATH)
        assert router.calls.call_count == 1
    assert route.called


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, json={}), JiraAnswerError),
        (httpx.Response(200, json=[]), JiraAnswerError),
        (httpx.Response(200, json={"cloudId": ""}), JiraAnswerError),
        (httpx.Response(200, html="<html></html>"), JiraAnswerError),
        (httpx.Response(503), JiraUnavailableError),
    ],
)
async def test_without_a_cloud_id_nothing_is_asked_of_the_gateway(http, token_file, answer, error):
    with respx.mock() as router:
        router.get(TENANT).mock(return_value=answer)
        with pytest.raises(error):
            await bearer(http, token_file, SITE).get(PATH)


async def test_a_token_that_is_renewed_is_used_from_then_on(http, token_file):
    with respx.mock() as router:
        route = router.get(f"{GATEWAY}{PATH}").respond(json=ME)
        api = bearer(http, token_file)
        await api.get(PATH)
        token_file.write_text("second\n")
        await api.get(PATH)
    assert sent(route) == ["Bearer first", "Bearer second"]


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        ([None], ["first"]),
        (["first"], ["first"]),
        (["second"], ["first", "second"]),
        (["second", "third"], ["first", "second"]),
    ],
)
async def test_a_401_is_repeated_once_and_only_with_another_token(
    http, token_file, written, tokens
):
    """`written` is what the file comes to hold while each request is under way."""
    left = list(written)

    def refuse(request: httpx.Request) -> httpx.Response:
        if left and (token := left.pop(0)):
            token_file.write_text(token)
        return httpx.Response(401)

    with respx.mock() as router:
        route = router.get(f"{GATEWAY}{PATH}").mock(side_effect=refuse)
        with pytest.raises(JiraAuthenticationError, match="at most a year"):
            await bearer(http, token_file).get(PATH)
    assert sent(route) == [f"Bearer {token}" for token in tokens]


async def test_a_401_that_a_renewed_token_ends_is_no_error(http, token_file):
    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["authorization"] == "Bearer second":
            return httpx.Response(200, json=ME)
        token_file.write_text("second")
        return httpx.Response(401)

    with respx.mock() as router:
        router.get(f"{GATEWAY}{PATH}").mock(side_effect=answer)
        assert await bearer(http, token_file).get(PATH) == ME


async def test_a_401_of_an_api_token_is_never_repeated(http):
    with respx.mock() as router:
        route = router.get(f"{SITE}{PATH}").respond(401)
        with pytest.raises(JiraAuthenticationError, match="at most a year"):
            await basic(http, SITE).get(PATH)
    assert route.call_count == 1


@pytest.mark.parametrize("content", [None, "", " \n"])
async def test_without_a_token_nothing_is_asked(http, token_file, content):
    if content is None:
        token_file.unlink()
    else:
        token_file.write_text(content)
    with respx.mock() as router:
        with pytest.raises(JiraAuthenticationError, match="OCEAN__OAUTH_ACCESS_TOKEN_FILE_PATH"):
            await bearer(http, token_file).get(PATH)
        assert router.calls.call_count == 0


# Proxies


@asynccontextmanager
async def proxy():
    """A proxy that answers by itself, and the first lines of what it was asked."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.split(b"\r\n")[0].decode())
        if head.startswith(b"CONNECT"):
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        else:
            body = json.dumps(ME).encode()
            length = str(len(body)).encode()
            kind = b"Content-Type: application/json\r\n"
            writer.write(b"HTTP/1.1 200 OK\r\n" + kind + b"Content-Length: " + length + b"\r\n\r\n")
            writer.write(body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}", asked


@pytest.fixture
async def asked(framework, monkeypatch):
    """What a proxy that the environment names is asked."""
    async with proxy() as (url, lines):
        monkeypatch.setenv("HTTP_PROXY", url)
        monkeypatch.setenv("HTTPS_PROXY", url)
        yield lines


async def test_requests_go_through_the_proxy_of_the_environment(asked, http):
    assert await basic(http, "http://site.example.com").get(PATH) == ME
    assert asked == [f"GET http://site.example.com{PATH} HTTP/1.1"]


async def test_a_proxy_that_refuses_is_a_jira_that_gives_no_answer(asked, http):
    with pytest.raises(JiraUnavailableError, match="proxy settings"):
        await basic(http, SITE).get(PATH)
    assert set(asked) == {"CONNECT your-site.atlassian.net:443 HTTP/1.1"}
