"""Which requests are sent again, how often, and which never: over the framework's own client."""

import asyncio

import httpx
import pytest
import respx

from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.http.patience import one_attempt
from jira.http.transport import LONGEST_RETRY_SECONDS, MAX_RETRIES
from tests.unit.helpers.jira_over_http import (
    CREATE,
    DELETE,
    GET,
    HOST,
    PATH,
    PUT,
    READ,
    made_api,
    passing_clock,
)

ATTEMPTS = MAX_RETRIES + 1
TRANSIENT = [408, 429, 500, 502, 503, 504]
BROKEN_OFF = [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadTimeout, httpx.ReadError]


@pytest.fixture
def clock(monkeypatch):
    return passing_clock(monkeypatch)


@pytest.fixture
async def api(monkeypatch, clock):
    async with made_api(monkeypatch, clock) as made:
        yield made


@pytest.fixture
def server():
    with respx.mock(base_url=HOST, assert_all_called=False) as router:
        yield router


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


async def test_waiting_between_attempts_grows_but_not_without_end(api, server, clock):
    server.get(PATH).respond(500)
    with pytest.raises(JiraUnavailableError):
        await api.get(PATH)
    assert len(clock.slept) == MAX_RETRIES
    assert clock.slept[-1] > clock.slept[0]
    assert max(clock.slept) <= LONGEST_RETRY_SECONDS


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
