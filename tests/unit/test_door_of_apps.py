"""What an OAuth app's webhooks send: verified by its token, or taken as a hint."""

import time
from typing import Any

import pytest

from jira.signature import App, DeliveryRefusedError, verify
from sandbox.jira.deliveries import token
from tests.unit.helpers.door_house import EVENT, MADE_UP, PATH, House
from webhook_processors.hints import AT_ONCE

SECRET = "a-client-secret-of-enough-length-0123"
URL = f"https://port.example.com{PATH}"
APP = App(SECRET, (PATH,))
SECRETLESS = App("", (PATH,))
FOREIGN: dict[str, Any] = {"webhookEvent": "project_deleted", "project": {"id": 1}}


def bearer(secret: str = SECRET, **claims: object) -> dict[str, str]:
    return {"authorization": f"Bearer {token(secret, URL, **claims)}"}


async def test_what_the_app_s_secret_signed_comes_in_whatever_it_is_about() -> None:
    house = House(app=APP)
    assert (await house.send(EVENT, headers=bearer())).status_code == 200
    assert (await house.send(FOREIGN, headers=bearer())).status_code == 200
    assert len(house.queued) == 2


@pytest.mark.parametrize(
    "headers",
    [
        bearer("another-secret-of-enough-length-0123"),
        bearer(exp=int(time.time()) - 3600),
        {"authorization": "Bearer"},
        {"authorization": "Basic abc"},
        {},
        {**bearer(), **MADE_UP},
    ],
    ids=["another secret", "old", "empty", "another scheme", "none", "and a wrong signature"],
)
async def test_what_it_did_not_sign_stays_out(headers: dict[str, str]) -> None:
    house = House(app=APP)
    assert (await house.send(EVENT, headers=headers)).status_code == 401
    house.settled = False
    assert (await house.send(EVENT, headers=headers)).status_code == 503
    assert house.queued == []


def test_where_no_delivery_has_a_token_it_is_said_what_to_do() -> None:
    with pytest.raises(DeliveryRefusedError, match="leave oauthClientSecret empty"):
        verify(b"{}", {}, ["secret"], app=APP)


async def test_a_webhook_made_by_hand_is_signed_as_ever() -> None:
    for app in (APP, SECRETLESS):
        house = House(app=app)
        assert (await house.send(EVENT)).status_code == 200
        assert (await house.send(FOREIGN)).status_code == 200
        assert (await house.send(EVENT, headers=MADE_UP)).status_code == 401


@pytest.mark.parametrize("headers", [{}, bearer("nobody-knows-this-secret-0123456789")])
async def test_without_the_secret_all_are_hints_of_what_apps_are_told_of(
    headers: dict[str, str],
) -> None:
    house = House(app=SECRETLESS)
    assert (await house.send(EVENT, headers=headers)).status_code == 200
    assert (await house.send(FOREIGN, headers=headers)).status_code == 401
    assert (await house.send(b"[]", headers=headers)).status_code == 400
    assert len(house.queued) == 1


async def test_what_comes_too_fast_is_to_come_again() -> None:
    house = House(app=SECRETLESS)
    statuses = [(await house.send(EVENT, headers={})).status_code for _ in range(int(AT_ONCE) + 50)]
    assert statuses.count(200) == len(house.queued)
    assert statuses[-1] == 503
    assert (await house.send(EVENT, headers={})).headers["retry-after"]
    # What is signed doesn't suffer.
    assert (await house.send(EVENT)).status_code == 200


async def test_where_unsigned_ones_are_allowed_there_is_no_rate() -> None:
    house = House(app=SECRETLESS, allow_unsigned=True)
    assert (await house.send(FOREIGN, headers={})).status_code == 200


async def test_without_an_app_nothing_is_different() -> None:
    house = House()
    assert (await house.send(EVENT, headers=bearer())).status_code == 401
    assert (await house.send(EVENT, headers={})).status_code == 401


def test_a_body_that_is_there_whole_is_looked_at_in_the_same_way() -> None:
    assert verify(b"{}", bearer(), (), app=APP) is False
    assert verify(b"{}", {}, (), app=SECRETLESS) is True
    with pytest.raises(DeliveryRefusedError):
        verify(b"{}", {}, (), app=APP)


def test_the_secret_is_in_no_repr() -> None:
    assert SECRET not in repr(APP)
