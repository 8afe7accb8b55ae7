"""What a request to Jira says, where it goes and when: over the framework's own client."""

import asyncio
import json

import httpx
import pytest
import respx
from port_ocean.exceptions.clients import BlockedIPError

from jira.errors import JiraError, JiraRequestError, JiraUnavailableError
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
