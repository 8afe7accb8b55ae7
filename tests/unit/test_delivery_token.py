"""Tokens of deliveries to an app: Jira's are taken, all others aren't."""

import time

import pytest

from jira.delivery_token import MAX_LENGTH, NO_QUERY, TokenError, bearer_of, check_token, query_hash
from sandbox.jira.deliveries import token

SECRET = "a-client-secret-of-enough-length-0123"
URL = "https://port.example.com/integration/webhook"
PATHS = ("/integration/webhook", "/webhook")


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"exp": int(time.time()) - 30},
        {"qsh": query_hash("/webhook")},
        {"qsh": NO_QUERY},
        {"qsh": None},
        {"exp": 4_000_000_000},
        {"aud": "somebody", "sub": 5, "context": {}},
    ],
    ids=str,
)
def test_what_the_app_s_secret_signed_is_taken(claims: dict[str, object]) -> None:
    assert check_token(token(SECRET, URL, **claims), SECRET, PATHS)["iss"] == "sandbox"


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (token("another-secret-of-enough-length-01234", URL), "not signed"),
        (token(SECRET, URL, exp=int(time.time()) - 3600), "no longer holds"),
        (token(SECRET, URL, nbf=int(time.time()) + 3600), "not signed"),
        (token(SECRET, "https://port.example.com/else"), "another request"),
        (token(SECRET, URL) + "x", "not signed"),
        (token(SECRET, URL).rpartition(".")[0] + ".", "not signed"),
        ("eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.", "not signed"),
        ("", "not signed"),
        ("a.b.c", "not signed"),
        ("ä.ö.ü", "not signed"),
        ("x" * (MAX_LENGTH + 1), "longer"),
    ],
    ids=lambda value: value[-20:],
)
def test_what_anybody_else_made_is_not(made: str, why: str) -> None:
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
