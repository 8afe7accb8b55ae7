"""Which requests are sent again, how often, and which never: over the framework's own client."""

import asyncio
import json
import ssl
from types import SimpleNamespace

import httpx
import port_ocean.helpers.async_client
import port_ocean.helpers.retry
import pytest
import respx
from port_ocean.exceptions.clients import BlockedIPError

import jira.http.limiter
from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.http.api import JiraApi
from jira.http.auth import BasicAuthentication
from jira.http.limiter import Limiter
from jira.http.patience import one_attempt
from jira.http.transport import LONGEST_RETRY_SECONDS, MAX_RETRIES, build_http_client

CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""One for all tests: making it takes longer than a test."""
HOST = "https://site.example.com"
PATH = "/rest/api/3/thing"
ATTEMPTS = MAX_RETRIES + 1

TRANSIENT = [408, 429, 500, 502, 503, 504]
BROKEN_OFF = [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadTimeout, httpx.ReadError]

GET = pytest.param(lambda api: api.get(PATH), id="get")
READ = pytest.param(lambda api: api.read_by_post(PATH, {"a": 1}), id="read_by_post")
PUT = pytest.param(lambda api: api.put(PATH, {"a": 1}), id="put")
DELETE = pytest.param(lambda api: api.delete(PATH), id="delete")
CREATE = pytest.param(lambda api: api.post(PATH, {"a": 1}), id="post")


class Clock:
    """Sleeping passes the time at once."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    stand_in = SimpleNamespace(sleep=clock.sleep, Semaphore=asyncio.Semaphore)
    monkeypatch.setattr(port_ocean.helpers.retry, "asyncio", stand_in)
    monkeypatch.setattr(jira.http.limiter, "asyncio", stand_in)
    return clock


@pytest.fixture
def framework(monkeypatch):
    """As much of the framework's context as its client looks at."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    listener = SimpleNamespace(should_resync=True, should_process_webhooks=True)
    config = SimpleNamespace(
        disable_ip_outbound_blocker=True,
        ssl=SimpleNamespace(third_party=SimpleNamespace(verify=True, verify_mode=None)),
        event_listener=listener,
        integration=SimpleNamespace(incremental_sync_enabled=False),
        streaming=SimpleNamespace(enabled=True),
    )
    context = SimpleNamespace(config=config)
    monkeypatch.setattr(port_ocean.helpers.async_client, "ocean", context)
    monkeypatch.setattr(port_ocean.helpers.retry, "ocean", context)
    monkeypatch.setattr(
        port_ocean.helpers.async_client, "resolve_verify_param", lambda settings: CERTIFICATES
    )
    monkeypatch.setattr(
        port_ocean.helpers.retry, "get_monitor", lambda: SimpleNamespace(current_tracking_kind=None)
    )


@pytest.fixture
async def api(framework, clock):
    limiter = Limiter(3, now=clock.now, jitter=lambda most: 0.0)
    async with build_http_client(limiter, timeout=5) as http:
        yield JiraApi(http, BasicAuthentication(HOST, "user-1@example.com", "the-token"))


@pytest.fixture
def server():
    with respx.mock(base_url=HOST, assert_all_called=False) as router:
        yield router


async def test_a_request_says_who_we_are_and_what_we_take(api, server):
    route = server.get(PATH).respond(json={"a": 1})
    assert await api.get(PATH, {"expand": "x", "keys": ["A", "B"]}) == {"a": 1}
    request = route.calls.last.request
    assert request.headers["authorization"].startswith("Basic ")
    assert request.headers["accept"] == "application/json"
    assert request.url.query == b"expand=x&keys=A&keys=B"


async def test_a_body_is_sent_as_json(api, server):
    route = server.post(PATH).respond(json={})
    await api.read_by_post(PATH, {"jql": 'a = "ü"'})
    assert json.loads(route.calls.last.request.content) == {"jql": 'a = "ü"'}


@pytest.mark.parametrize("value", ["a/b", "a?b", "a#b", "a b", "%2e", "ü"])
async def test_a_value_in_a_path_can_not_leave_its_place(api, server, value):
    route = server.get(url__startswith=f"{HOST}/rest/project/").respond(json={})
    await api.get("/rest/project/{key}", key=value)
    path = route.calls.last.request.url.raw_path.decode().removeprefix("/rest/project/")
    assert not set(path) & set("/?# ")


@pytest.mark.parametrize("value", ["", ".", "..", "..."])
async def test_a_value_that_would_climb_to_another_path_is_refused_unasked(api, server, value):
    """Quoting leaves dots as they are, and a client resolves them."""
    route = server.route().respond(json={})
    with pytest.raises(JiraRequestError, match=r"DELETE /rest/webhook/\{id\} can't be asked"):
        await api.delete("/rest/webhook/{id}", id=value)
    assert route.call_count == 0


@pytest.mark.parametrize("value", ["a..b", ".a", "a."])
async def test_a_value_with_dots_in_it_is_a_value(api, server, value):
    route = server.get(f"/rest/project/{value}").respond(json=[7])
    assert await api.get("/rest/project/{key}", key=value) == [7]
    assert route.call_count == 1


@pytest.mark.parametrize("call", [GET, READ, PUT, DELETE, CREATE])
async def test_an_address_that_the_framework_blocks_is_a_jira_that_gives_no_answer(
    api, server, call
):
    """Not an error that nobody expects: live events then wait until it is put right."""
    server.route(path=PATH).mock(side_effect=BlockedIPError("203.0.113.7 is blocked"))
    with pytest.raises(JiraUnavailableError, match=r"BlockedIPError: 203\.0\.113\.7 is blocked"):
        await call(api)


@pytest.mark.parametrize("call", [GET, READ, PUT, DELETE])
@pytest.mark.parametrize("status", TRANSIENT)
async def test_what_can_be_over_soon_is_asked_again(api, server, clock, call, status):
    route = server.route(path=PATH).mock(
        side_effect=[httpx.Response(status), httpx.Response(status), httpx.Response(200, json=[7])]
    )
    assert await call(api) == [7]
    assert route.call_count == 3
    assert len(clock.slept) >= 2


@pytest.mark.parametrize("call", [GET, READ, PUT, DELETE])
@pytest.mark.parametrize("status", TRANSIENT)
async def test_what_is_not_over_ends_in_an_error(api, server, call, status):
    route = server.route(path=PATH).respond(status, json={"errorMessages": ["Not now."]})
    with pytest.raises(JiraUnavailableError, match=rf"{PATH} was answered with {status}: Not now"):
        await call(api)
    assert route.call_count == ATTEMPTS


@pytest.mark.parametrize("call", [GET, READ, PUT, DELETE])
@pytest.mark.parametrize("error", BROKEN_OFF)
async def test_a_connection_that_fails_is_tried_again(api, server, call, error):
    route = server.route(path=PATH).mock(side_effect=[error, httpx.Response(200, json=[7])])
    assert await call(api) == [7]
    assert route.call_count == 2


@pytest.mark.parametrize("call", [GET, READ, PUT, DELETE])
@pytest.mark.parametrize("error", BROKEN_OFF)
async def test_a_connection_that_keeps_failing_ends_in_an_error(api, server, call, error):
    route = server.route(path=PATH).mock(side_effect=error)
    with pytest.raises(JiraUnavailableError, match=f"{PATH} got no answer from {HOST}") as raised:
        await call(api)
    assert error.__name__ in str(raised.value)
    assert route.call_count == ATTEMPTS


class BreaksOff(httpx.AsyncByteStream):
    """A body whose connection is lost in the middle."""

    async def __aiter__(self):
        yield b'{"issues": ['
        raise httpx.ReadError("connection lost")


async def test_a_body_that_breaks_off_is_an_attempt_that_failed(api, server):
    """Otherwise half an answer would be read as broken JSON, or not at all."""
    route = server.get(PATH).mock(
        side_effect=[
            httpx.Response(200, stream=BreaksOff()),
            httpx.Response(200, json={"issues": []}),
        ]
    )
    assert await api.get(PATH) == {"issues": []}
    assert route.call_count == 2


@pytest.mark.parametrize("status", TRANSIENT)
async def test_a_creation_is_sent_once(api, server, clock, status):
    """The first one may have worked: a second would create a twin."""
    route = server.post(PATH).respond(status)
    with pytest.raises(JiraUnavailableError):
        await api.post(PATH, {})
    assert route.call_count == 1
    assert clock.slept == []


@pytest.mark.parametrize("error", BROKEN_OFF)
async def test_a_creation_whose_connection_fails_is_sent_once(api, server, error):
    route = server.post(PATH).mock(side_effect=error)
    with pytest.raises(JiraUnavailableError):
        await api.post(PATH, {})
    assert route.call_count == 1


@pytest.mark.parametrize("call", [GET, READ, PUT, DELETE, CREATE])
async def test_a_login_that_failed_is_never_repeated(api, server, call):
    """The framework would repeat it, and failed logins in a row lock the account."""
    route = server.route(path=PATH).respond(401)
    with pytest.raises(JiraAuthenticationError):
        await call(api)
    assert route.call_count == 1


@pytest.mark.parametrize("call", [GET, READ, PUT, DELETE, CREATE])
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, JiraAnswerError),
        (400, JiraRequestError),
        (403, JiraPermissionError),
        (404, JiraNotFoundError),
        (409, JiraRequestError),
        (410, JiraRequestError),
    ],
)
async def test_a_refusal_is_not_asked_again(api, server, call, status, error):
    route = server.route(path=PATH).respond(status, headers={"location": f"{HOST}/elsewhere"})
    with pytest.raises(error):
        await call(api)
    assert route.call_count == 1


async def test_a_pause_that_jira_asks_for_is_waited_out(api, server, clock):
    limited = httpx.Response(429, headers={"retry-after": "47"})
    server.get(PATH).mock(side_effect=[limited, httpx.Response(200, json=[7])])
    assert await api.get(PATH) == [7]
    assert clock.time >= 47


async def test_a_pause_is_shared_by_all_who_ask_the_same(api, server, clock):
    times: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        times.append(clock.time)
        if len(times) == 1:
            return httpx.Response(429, headers={"retry-after": "47"})
        return httpx.Response(200, json=[])

    server.get(path__startswith="/rest/issue/").mock(side_effect=answer)
    for key in ("AB-1", "AB-2", "AB-3"):
        await api.get("/rest/issue/{key}", key=key)
    assert times[0] == 0
    assert min(times[1:]) >= 47


async def test_waiting_between_attempts_grows_but_not_without_end(api, server, clock):
    server.get(PATH).respond(500)
    with pytest.raises(JiraUnavailableError):
        await api.get(PATH)
    assert len(clock.slept) == MAX_RETRIES
    assert clock.slept[-1] > clock.slept[0]
    assert max(clock.slept) <= LONGEST_RETRY_SECONDS


async def test_no_more_requests_at_once_than_the_limiter_lets(api, server):
    under_way = 0
    most = 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        under_way -= 1
        return httpx.Response(200, json=[])

    server.get(PATH).mock(side_effect=answer)
    await asyncio.gather(*(api.get(PATH) for _ in range(20)))
    assert most == 3


@pytest.mark.parametrize("status", [401, 403, 500])
async def test_an_error_never_shows_the_token(api, server, status):
    server.get(PATH).respond(status)
    with pytest.raises(JiraError) as raised:
        await api.get(PATH)
    assert "the-token" not in str(raised.value)
    assert "Basic" not in str(raised.value)


@pytest.mark.parametrize("call", [GET, READ])
@pytest.mark.parametrize("status", TRANSIENT)
async def test_a_read_of_a_live_event_is_sent_once(api, server, clock, call, status):
    """The event is tried again by its own means, and others don't wait for that."""
    route = server.route().respond(status)
    with one_attempt(), pytest.raises(JiraUnavailableError):
        await call(api)
    assert route.call_count == 1
    assert clock.slept == []
    with pytest.raises(JiraUnavailableError):
        await call(api)
    assert route.call_count == 1 + ATTEMPTS


async def test_what_is_begun_for_a_live_event_is_sent_once_too(api, server):
    route = server.route().respond(503)
    with one_attempt():
        begun = asyncio.create_task(api.get(PATH))
    with pytest.raises(JiraUnavailableError):
        await begun
    assert route.call_count == 1
