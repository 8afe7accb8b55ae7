"""What is asked, what is delivered and what fails is counted at the place where it happens."""

import asyncio
from typing import Any

import httpx
import pytest

from client import JiraClient
from jira.errors import (
    JiraAuthenticationError,
    JiraPermissionError,
    JiraUnavailableError,
    MappingError,
)
from jira.http.limiter import Limiter
from jira.http.transport import ENDPOINT, LimitedTransport
from port.failing import MAX_SCRAPED, Failing
from telemetry import metrics
from tests.unit.helpers.counted import growth, shown
from tests.unit.helpers.door_house import EVENT, MADE_UP, House
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.port_account import Account, house

TEMPLATE = "GET /rest/api/3/project/{key}"
BULK = "http://port.test/v1/blueprints/jiraIssue/entities/bulk"


def jira(answer: Any, limiter: Limiter | None = None) -> httpx.AsyncClient:
    transport = LimitedTransport(httpx.MockTransport(answer), limiter or Limiter(3))
    return httpx.AsyncClient(transport=transport)


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody is there", request=request)


@pytest.mark.parametrize("status", [200, 401, 429, 503])
async def test_a_request_to_jira_is_counted_by_its_template_and_status(status):
    async with jira(lambda _: httpx.Response(status)) as http:
        with (
            growth("requests_total", endpoint=TEMPLATE, status=str(status)) as asked,
            growth("request_seconds_count", endpoint=TEMPLATE) as timed,
        ):
            for key in ("AB", "CD"):
                url = f"https://site.example.com/rest/api/3/project/{key}"
                await http.get(url, extensions={ENDPOINT: TEMPLATE})
    assert (asked.by, timed.by) == (2, 2)


async def test_a_path_makes_no_series():
    with growth("requests_total", endpoint="other", status="200") as other:
        async with jira(lambda _: httpx.Response(200)) as http:
            await http.get("https://site.example.com/rest/api/3/project/AB")
    assert other.by == 1


async def test_a_request_that_nobody_answers_is_counted_as_that():
    async with jira(unreachable) as http:
        with (
            growth("requests_total", endpoint=TEMPLATE, status="none") as unanswered,
            pytest.raises(httpx.ConnectError),
        ):
            await http.get("https://site.example.com", extensions={ENDPOINT: TEMPLATE})
    assert unanswered.by == 1


async def test_what_a_pause_of_jiras_costs_is_counted(monkeypatch):
    time = [0.0]

    async def sleep(seconds: float) -> None:
        time[0] += seconds

    monkeypatch.setattr(asyncio, "sleep", sleep)
    limiter = Limiter(3, now=lambda: time[0], jitter=lambda _: 0.0)
    limiter.observe(TEMPLATE, 429, {"retry-after": "7"})
    with growth("throttled_seconds_total", limit="jira_pause") as paused:
        async with limiter.place(TEMPLATE):
            pass
    assert paused.by == pytest.approx(7)


async def test_what_our_own_pace_costs_is_counted(monkeypatch):
    time = [0.0]

    async def sleep(seconds: float) -> None:
        time[0] += seconds

    monkeypatch.setattr(asyncio, "sleep", sleep)
    limiter = Limiter(3, 10, now=lambda: time[0])
    with growth("throttled_seconds_total", limit="jira_pace") as paced:
        for _ in range(21):
            async with limiter.place(TEMPLATE):
                pass
    assert paced.by == pytest.approx(time[0])
    assert paced.by > 1.5


async def test_a_request_to_port_is_counted_by_what_port_limits_and_so_is_the_wait():
    left = [429, 200]
    account = Account(answer=lambda _: httpx.Response(left.pop(0), headers={"retry-after": "20"}))
    group = "bulk upserts"
    with (
        house(account) as made,
        growth("port_requests_total", group=group, status="200") as taken,
        growth("port_requests_total", group=group, status="429") as refused,
        growth("throttled_seconds_total", limit="port") as waited,
    ):
        await made.port.client.post(BULK, headers=await made.port.auth.headers())
    assert (taken.by, refused.by) == (1, 1)
    assert waited.by == pytest.approx(20, abs=1)


@pytest.mark.parametrize(
    ("status", "state"), [(401, "refused"), (403, "refused"), (200, "accepted")]
)
async def test_port_says_whether_it_takes_our_credentials(status, state):
    refused = None if status == 200 else lambda _: httpx.Response(status)
    with house(Account(token_answer=refused)) as made:
        await asyncio.gather(made.port.get_org_id(), return_exceptions=True)
    assert metrics.PORT_CREDENTIALS.now == state
    assert shown(metrics.CREDENTIALS)["port", state] == 1


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"accountId": "a"}, "accepted"),
        (JiraAuthenticationError("401"), "refused"),
        (JiraUnavailableError("503"), "accepted"),
    ],
)
async def test_jira_says_whether_it_knows_us(answer, state):
    metrics.JIRA_CREDENTIALS.is_now(metrics.ACCEPTED)
    client = JiraClient(FakeApi.scripted(answer).api)
    await asyncio.gather(client.verify_credentials(), return_exceptions=True)
    assert metrics.JIRA_CREDENTIALS.now == state


@pytest.mark.parametrize(
    ("body", "headers", "room", "status"),
    [
        (EVENT, None, True, "200"),
        (EVENT, None, False, "503"),
        (EVENT, MADE_UP, True, "401"),
        (b"[]", None, True, "400"),
    ],
)
async def test_a_delivery_is_counted_by_its_answer(body, headers, room, status):
    door = House()
    door.room = room
    with growth("deliveries_total", status=status) as answered:
        await door.send(body, headers=headers)
    assert answered.by == 1


def test_what_fails_is_shown_by_the_sort_of_its_cause():
    now = [100.0]
    failing = Failing(lambda: now[0])
    failing.note("board (resource 7 of the mapping)", JiraPermissionError("403: No."))
    now[0] = 160.0
    failing.note("board (resource 7 of the mapping)", JiraPermissionError("403: AB-1 never."))
    failing.note("Blueprint x", MappingError("a mistake"))
    assert shown(metrics.FAILING) == {
        ("board (resource 7 of the mapping)", "JiraPermissionError"): 60.0,
        ("Blueprint x", "MappingError"): 0.0,
    }
    failing.works("Blueprint x")
    assert len(shown(metrics.FAILING)) == 1


def test_of_too_much_that_fails_the_oldest_is_shown():
    now = [0.0]
    failing = Failing(lambda: now[0])
    for number in range(MAX_SCRAPED + 20):
        now[0] += 1
        failing.note(f"Blueprint {number}", MappingError("a mistake"))
    names = {what for what, _ in shown(metrics.FAILING)}
    assert names == {f"Blueprint {number}" for number in range(MAX_SCRAPED)}


def test_what_waits_for_jira_or_port_is_shown_while_it_does():
    failing = Failing()
    assert (shown(metrics.HELD_BACK), failing.waits) == ({(): 0}, False)
    failing.outage("issue", ConnectionError())
    failing.outage("project", ConnectionError())
    assert (shown(metrics.HELD_BACK), failing.waits) == ({(): 2}, True)
    failing.outage_over("issue")
    assert shown(metrics.HELD_BACK) == {(): 1}
