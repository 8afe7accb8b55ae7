"""The stand-in Port's limits and the life of its tokens."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.port.api import PortApi
from sandbox.port.catalog import PortCatalog
from sandbox.port.limits import BULK_UPSERTS, OTHERS, REAL, TOKENS, UPSERTS, Limit, PortLimits


class Clock:
    now = 1_700_000_000.25

    def __call__(self) -> float:
        return self.now


def limits(**given: Limit) -> tuple[PortLimits, Clock]:
    clock = Clock()
    made = PortLimits(clock)
    made.limits |= given
    return made, clock


def taken(made: PortLimits, n: int, group: str = BULK_UPSERTS) -> int:
    return sum(made.take(group) for _ in range(n))


def test_a_window_has_so_many_requests_and_another_one_follows():
    made, clock = limits(**{BULK_UPSERTS: Limit(30, 30)})
    assert taken(made, 40) == 30
    assert made.refused == {BULK_UPSERTS: 10}
    clock.now += 299
    assert taken(made, 1) == 0, "what was saved meanwhile is of the same window"
    clock.now += 1
    assert taken(made, 40) == 30


def test_a_burst_is_only_a_part_of_a_window():
    made, clock = limits(**{UPSERTS: Limit(300, 10)})
    assert taken(made, 40, UPSERTS) == 10
    clock.now += 5
    assert taken(made, 40, UPSERTS) == 5
    clock.now += 1000
    assert taken(made, 40, UPSERTS) == 10


def test_groups_do_not_share():
    made, _ = limits(**{BULK_UPSERTS: Limit(1, 1), UPSERTS: Limit(1, 1)})
    assert taken(made, 2) == taken(made, 2, UPSERTS) == 1


def test_headers_tell_the_window():
    made, clock = limits(**{BULK_UPSERTS: Limit(30, 30)})
    taken(made, 12)
    clock.now += 10
    assert made.headers(BULK_UPSERTS) == {
        "x-ratelimit-period": "300",
        "x-ratelimit-limit": "30",
        "x-ratelimit-remaining": "18",
        "x-ratelimit-reset": "1700000301",
    }


def test_limits_can_be_switched_off():
    made, _ = limits(**{BULK_UPSERTS: Limit(3, 3)})
    made.enforced = False
    assert taken(made, 40) == 40
    assert made.refused == {}
    assert made.headers(BULK_UPSERTS)["x-ratelimit-remaining"] == "0"


def test_limits_are_scaled_together_and_a_window_never_lasts_longer_than_the_period():
    made, clock = limits()
    taken(made, 3_500)
    made.scale(0.002, 10.0)
    assert made.limits[BULK_UPSERTS] == Limit(70, 7)
    assert made.limits[TOKENS] == Limit(1, 1)
    assert float(made.headers(BULK_UPSERTS)["x-ratelimit-reset"]) - clock.now <= 11


@pytest.fixture
def api() -> PortApi:
    return PortApi(PortCatalog(), client_id="id", client_secret="secret")


@pytest.fixture
async def http(api: PortApi) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(api.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://port.test") as client:
        yield client


async def token(http: httpx.AsyncClient) -> Any:
    body = {"clientId": "id", "clientSecret": "secret"}
    return await http.post("/v1/auth/access_token", json=body)


async def test_ports_real_limits_are_the_default(api: PortApi, http: httpx.AsyncClient) -> None:
    assert api.limits.limits == REAL
    answers = [await token(http) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[-1].headers["x-ratelimit-limit"] == "100"
    assert answers[-1].headers["x-ratelimit-remaining"] == "90"
    assert api.limits.refused == {TOKENS: 1}


async def test_every_answer_of_the_api_has_the_headers(
    api: PortApi, http: httpx.AsyncClient
) -> None:
    refused = await http.get("/v1/organization")
    assert refused.status_code == 401
    assert refused.headers["x-ratelimit-remaining"] == str(REAL[OTHERS].requests - 1)
    assert "x-ratelimit-limit" not in (await http.post("/logs")).headers


async def test_a_token_ends_when_it_says(api: PortApi, http: httpx.AsyncClient) -> None:
    api.tokens.life_seconds = 60
    given = (await token(http)).json()
    assert given["expiresIn"] == 60
    headers = {"Authorization": f"Bearer {given['accessToken']}"}
    assert (await http.get("/v1/organization", headers=headers)).status_code == 200
    api.tokens.life_seconds = -1
    ended = (await token(http)).json()["accessToken"]
    headers = {"Authorization": f"Bearer {ended}"}
    assert (await http.get("/v1/organization", headers=headers)).status_code == 401
