"""What requests cost on their way: each attempt, by its answer; and a quota that is used up."""

import json
import time
from typing import Any

import httpx
import pytest

from jira.errors import JiraAnswerError, JiraUnavailableError
from jira.http.api import JiraApi
from jira.http.auth import BasicAuthentication
from jira.http.limiter import Limiter
from jira.http.purpose import Purpose, asked_for
from jira.http.quota import Quota
from jira.http.transport import LimitedTransport
from tests.unit.helpers.simulated import loop_time, simulated

HOST = "https://site.example.com"
SEARCH = "/rest/api/3/search/jql"
HOUR = 3600.0
BEGIN = 1_000_000 * HOUR + 2700.0
"""A quarter of an hour before the full hour."""


class Site:
    """Gives one answer after the other."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[float] = []
        self.quota = Quota(50, lambda: BEGIN + loop_time())
        limiter = Limiter(10, now=loop_time, jitter=lambda most: 0.0)
        transport = LimitedTransport(httpx.MockTransport(self.answer), limiter, self.quota)
        who = BasicAuthentication(HOST, "me@example.com", "token")
        self.api = JiraApi(httpx.AsyncClient(transport=transport), who, HOST, self.quota)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(loop_time())
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def used(self) -> float:
        return self.quota.an_hour - self.quota.left()


def issues(count: int, **headers: str) -> httpx.Response:
    rows = [{"id": str(n)} for n in range(count)]
    return httpx.Response(200, content=json.dumps({"issues": rows}), headers=headers)


def refusal(reason: str, **headers: str) -> httpx.Response:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(429, headers={"ratelimit-reason": reason, **told})


async def search(site: Site, most: int = 100) -> Any:
    return await site.api.read_by_post(SEARCH, {"jql": "x", "maxResults": most})


def test_a_good_answer_costs_what_is_in_it():
    async def run() -> None:
        site = Site(issues(7))
        with asked_for(Purpose.RESYNC):
            await search(site)
        assert site.quota.spent[Purpose.RESYNC] == site.used == 8

    simulated(run())


@pytest.mark.parametrize("status", [400, 401, 404, 500, 503])
def test_a_refusal_costs_the_request(status):
    async def run() -> None:
        site = Site(httpx.Response(status))
        with pytest.raises(Exception, match=str(status)):
            await search(site)
        assert site.used == 1

    simulated(run())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, content=b'{"issues": [{"id"'), JiraAnswerError),
        (httpx.ReadError("broken off"), JiraUnavailableError),
    ],
)
def test_what_can_not_be_read_may_have_cost_all_that_was_asked_for(answer, error):
    async def run() -> None:
        site = Site(answer)
        with pytest.raises(error):
            await search(site)
        assert site.used == 101

    simulated(run())


@pytest.mark.parametrize("reason", ["jira-quota-global-based", "jira-quota-tenant-based"])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "120"}, 120),
        ({"ratelimit": '"global-app-quota";r=0;t=300'}, 300),
        ({"beta_ratelimit": '"tenant-app-quota";r=0;t=300, "jira-burst-based";t=1'}, 300),
        ({}, 900),
    ],
)
def test_a_quota_that_is_used_up_pauses_everything_until_its_reset(
    monkeypatch, reason, headers, seconds
):
    """Without any header that says when that is, it is at the full hour."""
    monkeypatch.setattr(time, "time", lambda: BEGIN + loop_time())

    async def run() -> None:
        site = Site(refusal(reason, **headers), httpx.Response(200, content=b"{}"))
        with pytest.raises(JiraUnavailableError):
            await search(site)
        await site.api.get("/rest/api/3/myself")
        assert site.asked == [0, pytest.approx(seconds)]

    simulated(run())


@pytest.mark.parametrize("reason", ["jira-burst-based", "jira-cost-based", ""])
def test_another_limit_pauses_its_endpoint_alone(reason):
    """`jira-cost-based` is one that nobody documents; what it is about, the endpoint shows."""

    async def run() -> None:
        site = Site(
            refusal(reason, retry_after="60"), httpx.Response(200, content=b"{}"), issues(1)
        )
        with pytest.raises(JiraUnavailableError):
            await search(site)
        await site.api.get("/rest/api/3/myself")
        await search(site)
        assert site.asked == [0, 0, pytest.approx(60)]

    simulated(run())


def test_what_jira_says_is_left_is_heeded_from_then_on():
    """Other sites of the app have used it up: a sweep waits, and live events go on."""

    async def run() -> None:
        told = {"ratelimit": '"global-app-quota";r=900;t=900'}
        site = Site(issues(1, **told), issues(1), issues(1))
        await search(site)
        assert site.quota.wait(Purpose.SWEEP, 10) > 800
        with asked_for(Purpose.LIVE):
            await search(site)
        with asked_for(Purpose.SWEEP):
            await search(site)
        assert site.asked[:2] == [0, 0]
        assert 900 < site.asked[2] < 910

    simulated(run())
