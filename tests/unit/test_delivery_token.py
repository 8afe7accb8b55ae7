"""Tokens of deliveries to an app: Jira's are taken, all others aren't."""

import time
from collections.abc import Callable, Mapping

import pytest

from jira.delivery_token import MAX_LENGTH, NO_QUERY, TokenError, bearer_of, check_token, query_hash
from sandbox.jira.deliveries import token

SECRET = "a-client-secret-of-enough-length-0123"
URL = "https://port.example.com/integration/webhook"
PATHS = ("/integration/webhook", "/webhook")


def since_now(claims: Mapping[str, object], *names: str) -> dict[str, object]:
    """Claims of which some are seconds from now on: a test may run long after it was collected."""
    now = int(time.time())
    return {name: now + int(str(of)) if name in names else of for name, of in claims.items()}


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"exp": -30},
        {"qsh": query_hash("/webhook")},
        {"qsh": NO_QUERY},
        {"qsh": None},
        {"exp": 1_000_000_000},
        {"aud": "somebody", "sub": 5, "context": {}},
    ],
    ids=str,
)
def test_what_the_app_s_secret_signed_is_taken(claims: dict[str, object]) -> None:
    made = token(SECRET, URL, **since_now(claims, "exp"))
    assert check_token(made, SECRET, PATHS)["iss"] == "sandbox"


@pytest.mark.parametrize(
    ("claims", "why"), [({"exp": -3600}, "no longer holds"), ({"nbf": 3600}, "not signed")], ids=str
)
def test_what_holds_no_longer_or_not_yet_is_not(claims: dict[str, object], why: str) -> None:
    with pytest.raises(TokenError, match=why):
        check_token(token(SECRET, URL, **since_now(claims, "exp", "nbf")), SECRET, PATHS)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: token("another-secret-of-enough-length-01234", URL), "not signed"),
        (lambda: token(SECRET, "https://port.example.com/else"), "another request"),
        (lambda: token(SECRET, URL) + "x", "not signed"),
        (lambda: token(SECRET, URL).rpartition(".")[0] + ".", "not signed"),
        (lambda: "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.", "not signed"),
        (lambda: "", "not signed"),
        (lambda: "a.b.c", "not signed"),
        (lambda: "ä.ö.ü", "not signed"),
        (lambda: "x" * (MAX_LENGTH + 1), "longer"),
    ],
)
def test_what_anybody_else_made_is_not(make: Callable[[], str], why: str) -> None:
    made = make()
    with pytest.raises(TokenError, match=why) as error:
        check_token(made, SECRET, PATHS)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"authorization": "Bearer abc"}, "abc"),
        ({"authorization": "  bearer   abc "}, "abc"),
        ({"authorization": "Basic abc"}, None),
        ({"authorization": "Bearer"}, None),
        ({"authorization": ""}, None),
        ({}, None),
    ],
)
def test_where_the_token_is(headers: dict[str, str], found: str | None) -> None:
    assert bearer_of(headers) == found
