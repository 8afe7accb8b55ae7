"""One request for a token at a time, in time, and only a few whatever happens."""

import asyncio
import contextvars
import threading

import httpx
import pytest

from port.http.authentication import AGAIN_SECONDS, Life
from tests.unit.helpers.port_account import Account, House, house


@pytest.mark.parametrize(
    ("seconds", "nearly_over", "over"),
    [(10_800, 10_500, 10_800), (3_600, 3_300, 3_600), (600, 540, 600), (10, 9, 10), (0, 0, 0)],
)
def test_a_token_is_renewed_in_the_last_tenth_of_its_life_or_the_last_five_minutes(
    seconds, nearly_over, over
):
    life = Life(100.0, seconds)
    assert not life.is_nearly_over(100 + nearly_over - 0.5)
    assert life.is_nearly_over(100 + nearly_over)
    assert not life.is_over(100 + over - 0.5)
    assert life.is_over(100 + over)


async def several(house: House, n: int = 23) -> list[str | BaseException]:
    calls = (house.port.get_org_id() for _ in range(n))
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_many_that_have_no_token_ask_for_one():
    with house() as made:
        assert await several(made) == ["org"] * 23
    assert made.account.asked_for_tokens() == 1


async def test_many_that_are_refused_together_ask_for_one():
    with house() as made:
        await made.port.get_org_id()
        made.account.good.clear()
        assert await several(made) == ["org"] * 23
    assert made.account.asked_for_tokens() == 2
    assert made.account.statuses.count(401) == 23
    assert made.slept == [], "a renewed token needs no pause"


async def test_what_may_not_be_repeated_is_repeated_with_another_token():
    with house() as made:
        await made.port.get_org_id()
        made.account.good.clear()
        answer = await made.port.client.post(
            "http://port.test/v1/pages", headers=await made.port.auth.headers()
        )
    assert answer.status_code == 200


async def test_a_refusal_that_comes_after_the_renewal_costs_no_token():
    with house() as made:
        old = await made.authentication.token
        await made.authentication.refresh_token()
        assert await made.authentication.renewed(old) == "Bearer t-2"
    assert made.account.asked_for_tokens() == 2


async def test_a_token_is_renewed_before_it_ends():
    with house() as made:
        await several(made)
        made.now += 10_500
        assert await several(made) == ["org"] * 23
    assert made.account.asked_for_tokens() == 2
    assert 401 not in made.account.statuses


async def test_while_a_token_is_renewed_in_time_the_others_go_on_with_the_present_one():
    with house() as made:
        await made.port.get_org_id()
        made.now += 10_500
        made.account.held = asyncio.Event()
        first = asyncio.create_task(made.port.get_org_id())
        await made.account.came(3)
        assert await several(made) == ["org"] * 23
        made.account.held.set()
        # The present one was good until then.
        assert await first == "org"


async def test_when_the_token_has_ended_all_wait_for_the_next_one():
    with house() as made:
        await made.port.get_org_id()
        made.now += 10_800
        made.account.held = asyncio.Event()
        calls = asyncio.create_task(several(made))
        await made.account.came(3)
        assert len(made.account.requests) == 3, "nothing goes out with a token that has ended"
        made.account.held.set()
        assert await calls == ["org"] * 23
    assert made.account.asked_for_tokens() == 2


async def test_a_token_that_ends_while_a_request_waits_is_replaced():
    with house() as made:
        headers = await made.port.auth.headers()
        made.now += 20_000
        answer = await made.port.client.get("http://port.test/v1/organization", headers=headers)
    assert answer.status_code == 200
    assert made.account.statuses == [200, 200, 200]


async def test_a_token_that_cannot_be_renewed_in_time_is_used_on_and_that_is_tried_again(log):
    with house() as made:
        await made.port.get_org_id()
        made.now += 10_500
        made.account.token_answer = lambda _: httpx.Response(400, text="not now")
        assert await several(made) == ["org"] * 23
        assert made.account.asked_for_tokens() == 2
        made.account.token_answer = None
        made.now += AGAIN_SECONDS
        await several(made)
    assert made.account.asked_for_tokens() == 3
    assert sum("ends soon and can't be renewed now" in line for line in log) == 1


async def test_who_waits_is_told_of_the_failure_and_the_next_one_asks_again():
    with house(Account(token_answer=lambda _: httpx.Response(400))) as made:
        found = await several(made)
        assert [type(each) for each in found] == [httpx.HTTPStatusError] * 23
        assert made.account.asked_for_tokens() == 1
        made.account.token_answer = None
        assert await made.port.get_org_id() == "org"


async def test_wrong_credentials_are_not_tried_again():
    account = Account(token_answer=lambda _: httpx.Response(401))
    with house(account) as made, pytest.raises(httpx.HTTPStatusError):
        await made.port.get_org_id()
    assert account.asked_for_tokens() == 1


async def test_when_who_asks_is_cancelled_another_one_asks():
    with house() as made:
        made.account.held = asyncio.Event()
        first = asyncio.create_task(made.port.get_org_id())
        await made.account.came(1)
        others = asyncio.create_task(several(made))
        impatient = asyncio.create_task(made.port.get_org_id())
        await asyncio.sleep(0)
        impatient.cancel()
        first.cancel()
        made.account.held.set()
        assert await others == ["org"] * 23
        assert (await asyncio.gather(first, impatient, return_exceptions=True)).count("org") == 0
    assert made.account.asked_for_tokens() == 2


async def test_a_port_that_refuses_everything_is_asked_for_few_tokens():
    account = Account()
    account.answer = lambda _: httpx.Response(401)
    with house(account) as made:
        begun = made.now
        while made.now < begun + 3600:
            found = await several(made, 5)
            assert all(isinstance(each, httpx.HTTPStatusError) for each in found)
            made.now += 1
        minutes = (made.now - begun) / 60
    assert account.asked_for_tokens() <= 2 + minutes, "five in five minutes, of Port's hundred"


async def test_threads_and_loops_ask_for_one_token_together():
    with house() as made:
        made.account.held = asyncio.Event()
        found: list[str] = []

        def elsewhere() -> None:
            found.append(asyncio.run(made.port.get_org_id()))

        here = asyncio.create_task(made.port.get_org_id())
        await made.account.came(1)
        threads = [threading.Thread(target=elsewhere) for _ in range(4)]
        for thread in threads:
            thread.start()
        made.account.held.set()
        assert await here == "org"
        for thread in threads:
            await asyncio.to_thread(thread.join)
    assert found == ["org"] * 4
    assert made.account.asked_for_tokens() == 1
    assert made.made == 5, "a connection belongs to its loop"


async def test_whatever_context_a_task_begins_in_it_has_the_one_client():
    with house() as made:
        for _ in range(3):
            await asyncio.create_task(made.port.get_org_id(), context=contextvars.Context())
    assert made.made == 1


def test_the_clients_of_loops_that_have_ended_are_forgotten():
    with house() as made:
        for _ in range(3):
            asyncio.run(made.port.get_org_id())
        assert len(made.http._clients) == 1
    assert made.account.asked_for_tokens() == 1
