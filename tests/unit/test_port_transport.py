"""What goes to Port waits for its limit, and what Port refuses for it is not lost."""

import asyncio
import ssl
from typing import Any

import httpx
import pytest
from port_ocean.clients.port.client import PortClient

from port.http.client import keep_to_limits
from port.http.transport import MOST_REFUSALS
from tests.unit.helpers.port_account import Account, house

BULK = "http://port.test/v1/blueprints/jiraIssue/entities/bulk"
SEARCH = "http://port.test/v1/entities/search"


def refusing(times: int, headers: dict[str, str] | None = None) -> Any:
    left = [times]

    def answer(_: httpx.Request) -> httpx.Response:
        left[0] -= 1
        return httpx.Response(429, headers=headers) if left[0] >= 0 else httpx.Response(200)

    return answer


@pytest.mark.parametrize("extensions", [{}, {"retryable": True}])
async def test_what_port_refuses_for_its_limit_goes_out_again(extensions):
    account = Account(answer=refusing(3, {"retry-after": "20"}))
    with house(account) as made:
        headers = await made.port.auth.headers()
        answer = await made.port.client.post(
            BULK, json={"entities": [1]}, headers=headers, extensions=extensions
        )
        assert answer.status_code == 200
        assert made.now == pytest.approx(1060, abs=0.1)
    assert {request.content for request in account.requests[1:]} == {b'{"entities":[1]}'}


async def test_a_refusal_pauses_everybody_of_its_group_and_no_other(log):
    account = Account(answer=refusing(8, {"retry-after": "20"}))
    with house(account) as made:
        headers = await made.port.auth.headers()
        post = made.port.client.post
        writes = [asyncio.create_task(post(BULK, headers=headers)) for _ in range(8)]
        await account.came(9)
        assert (await post(SEARCH, headers=headers)).status_code == 200
        assert {answer.status_code for answer in await asyncio.gather(*writes)} == {200}
    assert account.statuses.count(429) == 8
    said = [line for line in log if "Port's limit for" in line]
    assert len([line for line in said if "all of them wait 20.0 s" in line]) == 1
    assert all("bulk upserts (35000 in 300 s)" in line for line in said)


async def test_a_port_that_refuses_for_ever_is_given_up_in_the_end():
    account = Account(answer=lambda _: httpx.Response(429, headers={"retry-after": "20"}))
    with house(account) as made:
        headers = await made.port.auth.headers()
        answer = await made.port.client.post(BULK, headers=headers, extensions={"retryable": True})
    assert answer.status_code == 429
    assert account.statuses.count(429) == MOST_REFUSALS + 1


async def test_the_end_of_ports_window_is_no_reason_to_wait_after_another_failure():
    left = [503, 502, 200]
    headers = {"x-ratelimit-remaining": "30000", "x-ratelimit-reset": "290"}
    account = Account(answer=lambda _: httpx.Response(left.pop(0), headers=headers))
    with house(account) as made:
        answer = await made.port.client.get(
            "http://port.test/v1/organization", headers=await made.port.auth.headers()
        )
    assert answer.status_code == 200
    assert sum(made.slept) < 5


async def test_far_from_the_limits_nothing_sleeps():
    with house() as made:
        headers = await made.port.auth.headers()
        posts = (made.port.client.post(BULK, headers=headers) for _ in range(1_000))
        await asyncio.gather(*posts)
    assert made.slept == []


async def test_beyond_the_share_requests_wait_in_the_order_they_came():
    order: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        order.append(request.url.params["n"])
        return httpx.Response(200)

    with house(Account(answer=answer), share=10) as made:
        headers = await made.port.auth.headers()
        url = "http://port.test/v1/blueprints/jiraIssue/entities"
        numbers = [str(number) for number in range(60)]
        await asyncio.gather(
            *(made.port.client.post(url, params={"n": n}, headers=headers) for n in numbers)
        )
        # 20 at once, and 1,000 in five minutes.
        assert made.now == pytest.approx(1000 + 40 * 0.3, abs=1)
    assert order == numbers


async def test_requests_that_break_off_or_are_cancelled_leave_nothing_behind():
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone")

    with house(Account(answer=answer)) as made:
        headers = await made.port.auth.headers()
        with pytest.raises(httpx.ReadError):
            await made.port.client.post(BULK, headers=headers)
        call = asyncio.create_task(made.port.client.post(BULK, headers=headers))
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        under_way = [budget._under_way for budget in made.http._limits._budgets.values()]
    assert under_way == [0, 0]


async def test_logs_and_figures_carry_the_token_and_count_towards_no_limit():
    account = Account(answer=refusing(1))
    with house(account) as made:
        headers = await made.port.auth.headers()
        answer = await made.port.client.post("http://logs.test/logs", headers=headers)
        assert answer.status_code == 200
        assert len(made.http._limits._budgets) == 1, "the token's"


def test_certificates_are_read_once_for_the_clients_of_all_loops(framework, monkeypatch):
    read: list[ssl.SSLContext] = []
    make = ssl.create_default_context

    def create(**files: Any) -> ssl.SSLContext:
        read.append(make(**files))
        return read[-1]

    monkeypatch.setattr(ssl, "create_default_context", create)
    port = PortClient("https://port.test", "id", "secret", "my-id", "jira", "1.0.0")
    keep_to_limits(port, lambda: 60)
    made: Any = port.client

    async def client() -> Any:
        return made.aclose.__self__

    first = asyncio.run(client())
    assert asyncio.run(client()) is not first
    assert [context.verify_mode for context in read] == [ssl.CERT_REQUIRED]
