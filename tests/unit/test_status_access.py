"""Who may see the status page: this machine alone, or whoever has the token."""

import base64

import pytest

from telemetry.status.access import (
    HANDED_ON,
    HANDED_ON_PREFIXES,
    TO_DO,
    Access,
    Asked,
    access,
    is_from_here,
    is_same,
    token_in,
)

TOKEN = "a-token-of-a-test"


def asked(client: str | None = "127.0.0.1", version: str = "1.1", **headers: str) -> Asked:
    given = {"host": "localhost:8000"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return Asked(client, given, version)


def basic(password: str, user: str = "operator") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_somebody_on_this_machine_may(client):
    assert access(asked(client), "") is Access.ALLOWED


@pytest.mark.parametrize(
    "client",
    ["10.1.2.3", "172.17.0.1", "192.168.1.4", "8.8.8.8", "::ffff:10.1.2.3", "fe80::1",
     "", "a-name", "127.0.0.1.example.com", None],
)  # fmt: skip
def test_somebody_elsewhere_may_not(client):
    assert access(asked(client), "") is Access.NOT_FROM_HERE


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]"]
)
def test_under_a_name_of_this_machine(host):
    assert is_from_here(asked(host=host))


@pytest.mark.parametrize(
    "host", ["", "events.example.com", "localhost.example.com", "127.0.0.1.nip.io:8000", "10.0.0.4"]
)
def test_not_under_another_name_that_leads_here(host):
    """A page of a stranger's in a browser here, or a proxy that keeps the name."""
    assert not is_from_here(asked(host=host))


@pytest.mark.parametrize("header", [*sorted(HANDED_ON), *(f"{p}x" for p in HANDED_ON_PREFIXES)])
def test_not_through_a_proxy_on_this_machine(header):
    """Whatever it says, also that it was handed on for this machine itself."""
    headers = {"host": "localhost", header: "127.0.0.1"}
    assert not is_from_here(Asked("127.0.0.1", headers))


@pytest.mark.parametrize(
    "header", ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "cf-connecting-ip"]
)
def test_headers_that_are_known_to_be_sent_are_among_them(header):
    assert not is_from_here(Asked("127.0.0.1", {"host": "localhost", header: ""}))


def test_not_by_the_protocol_that_only_proxies_speak():
    assert not is_from_here(asked(version="1.0"))
    assert is_from_here(asked(version="2"))


@pytest.mark.parametrize("client", ["127.0.0.1", "203.0.113.9"])
@pytest.mark.parametrize(
    "authorization",
    [f"Bearer {TOKEN}", f"bearer   {TOKEN} ", basic(TOKEN), basic(TOKEN, "")],
)
def test_with_a_token_whoever_has_it_may_wherever_he_is(client, authorization):
    given = asked(client, authorization=authorization, x_forwarded_for="8.8.8.8", host="a.example")
    assert access(given, TOKEN) is Access.ALLOWED


@pytest.mark.parametrize("client", ["127.0.0.1", "203.0.113.9"])
def test_with_a_token_nobody_may_without_it(client):
    assert access(asked(client), TOKEN) is Access.NOTHING_GIVEN


@pytest.mark.parametrize(
    "authorization", [f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer ü", basic("another")]
)
def test_nor_with_another_one(authorization):
    assert access(asked(authorization=authorization), TOKEN) is Access.WRONG


@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", "Bearer ", basic(""), ""])
def test_where_none_is_set_none_lets_in(authorization):
    assert access(asked("203.0.113.9", authorization=authorization), "") is Access.NOT_FROM_HERE


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer   ", TOKEN, f"Token {TOKEN}", "Basic", "Basic %%%", "Basic aGFsbG8=",
     "Basic /w==", basic("")],
)  # fmt: skip
def test_what_gives_no_token(authorization):
    assert token_in(authorization) is None


def test_a_password_may_hold_a_colon():
    assert token_in(basic("a:b")) == "a:b"


def test_tokens_are_the_same_or_they_are_not():
    assert is_same("tökén", "tökén")
    assert not is_same("", "token")


def test_each_refusal_says_what_to_do():
    assert TO_DO.keys() == {*Access} - {Access.ALLOWED}
