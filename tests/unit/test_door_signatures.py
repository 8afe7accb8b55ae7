"""Who is let in by what the headers say: signed, with a secret of ours, and JSON."""

import json

import pytest
from starlette.types import Message

from tests.unit.helpers.door_house import EVENT, MADE_UP, SECRETS, SIGNATURE, House, signed
from webhook_processors.queued_event import KEPT_HEADERS


@pytest.fixture
def house():
    return House()


async def test_of_the_headers_only_those_stay_that_are_asked_for_later(house):
    """A proxy adds dozens, and thousands of events may wait."""
    kept = {name: f"the {name}" for name in KEPT_HEADERS if name != "x-hub-signature"}
    kept["content-type"] = "application/json"
    await house.send(EVENT, **kept, **{"Cookie": "x" * 1000, "X-Forwarded-For": "192.0.2.1"})
    assert house.queued[0].headers.keys() == set(KEPT_HEADERS)


@pytest.mark.parametrize("secret", SECRETS)
async def test_what_is_signed_with_any_of_our_secrets_comes_in(house, secret):
    body = json.dumps(EVENT).encode()
    assert (await house.send(body, headers=signed(body, secret))).status_code == 200


@pytest.mark.parametrize("allow_unsigned", [True, False])
async def test_what_is_signed_with_another_secret_stays_out(allow_unsigned):
    house = House(allow_unsigned=allow_unsigned)
    assert (await house.send(b"{}", headers=signed(b"{}", "another"))).status_code == 401
    assert house.queued == []


async def test_what_is_not_signed_comes_in_where_that_is_allowed():
    house = House(allow_unsigned=True)
    assert (await house.send(EVENT, headers={})).status_code == 200
    assert len(house.queued) == 1


async def test_two_signatures_are_none(house):
    """Which one a proxy looked at, nobody knows."""
    body = b"{}"
    good, bad = signed(body)["X-Hub-Signature"], MADE_UP["X-Hub-Signature"]
    for pair in ((good, bad), (bad, good), (good, good)):

        async def receive() -> Message:
            raise AssertionError("it was read")

        headers = [(b"x-hub-signature", value.encode()) for value in pair]
        sent = await house.receive(receive, headers)
        assert sent[0]["status"] == 401


@pytest.mark.parametrize("headers", [{}, MADE_UP], ids=["unsigned", "wrong"])
async def test_a_delivery_that_is_not_ours_is_refused_and_not_queued(house, headers):
    answer = await house.send(EVENT, headers=headers)
    assert answer.status_code == 401
    assert house.queued == []


@pytest.mark.parametrize("headers", [{}, MADE_UP], ids=["unsigned", "wrong"])
async def test_until_the_webhook_has_our_secret_another_one_is_asked_to_come_again(
    house, headers, log
):
    """Jira never sends again what was answered 401: a change of the secret would cost events."""
    house.settled = False
    answers = [await house.send(EVENT, headers=headers) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {503}
    assert answers[0].headers["retry-after"] == "60"
    assert house.queued == []
    [warning] = [line for line in log if line.startswith("WARNING")]
    assert "Put off 1 deliveries" in warning
    assert (await house.send(EVENT)).status_code == 200
    house.settled = True
    assert (await house.send(EVENT, headers=headers)).status_code == 401


async def test_a_stranger_learns_nothing_from_a_refusal(house):
    """The body isn't even looked at before the signature."""
    answers = [await house.send(body, headers={}) for body in (b"{}", b"no json", b"[]")]
    assert len({(answer.status_code, answer.text) for answer in answers}) == 1


async def test_many_refusals_are_one_warning(house, log):
    for _ in range(5):
        await house.send(EVENT, headers={})
    assert len([line for line in log if line.startswith("WARNING")]) == 1


async def test_what_is_no_stranger_is_no_refusal_to_warn_about(house, log):
    await house.send(b"not json")
    await house.send(b"{}", **{"content-encoding": "gzip"})
    assert [line for line in log if line.startswith("WARNING")] == []


async def test_an_unsigned_delivery_is_refused_without_its_body_being_read(house):
    """A stranger can't make us hold 25 MB, nor keep a connection busy with a slow body."""

    async def receive() -> Message:
        raise AssertionError("it was read")

    sent = await house.receive(receive, [(b"content-type", b"application/json")])
    assert sent[0]["status"] == 401


@pytest.mark.parametrize(
    "header",
    [
        (b"content-encoding", b"gzip"),
        (b"Content-Encoding", b"identity, gzip"),
        (b"content-type", b"text/plain"),
        (b"Content-Type", b"application/x-www-form-urlencoded"),
        (b"content-type", b"application/jsonp"),
    ],
)
async def test_a_body_of_a_kind_that_jira_never_sends_is_refused_unread(house, header):
    async def receive() -> Message:
        raise AssertionError("it was read")

    sent = await house.receive(receive, [SIGNATURE, header])
    assert sent[0]["status"] == 415
    assert house.queued == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": ""},
        {"content-type": "application/json"},
        {"Content-Type": "Application/JSON; charset=UTF-8"},
        {"content-type": "application/vnd.atlassian+json"},
        {"content-encoding": "identity"},
        {"content-encoding": ""},
    ],
)
async def test_json_and_a_missing_type_are_let_in(house, headers):
    assert (await house.send(EVENT, **headers)).status_code == 200
    assert len(house.queued) == 1


async def test_a_stranger_is_not_told_which_types_are_taken(house):
    answer = await house.send(b"x", headers={"content-type": "text/plain"})
    assert answer.status_code == 401
