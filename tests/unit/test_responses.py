"""What an answer means: a wrong reading of one empties a catalog."""

import json
from typing import Any

import pytest

from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraForeignAnswerError,
    JiraNotFoundError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.http.responses import MAX_WORDS, read_answer, words

JSON = {"content-type": "application/json;charset=UTF-8"}
HTML = {"content-type": "text/html;charset=UTF-8"}
PAGE = b"<!DOCTYPE html><html><body>Log in</body></html>"


def read(status: int, body: bytes = b"{}", headers: dict[str, str] = JSON) -> Any:
    return read_answer("GET", "/rest/x", status, headers, body)


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize("value", [{"a": 1}, [], [{"a": None}], "text", 0, None])
def test_a_good_answer_is_its_json(status, value):
    assert read(status, json.dumps(value).encode()) == value


@pytest.mark.parametrize("status", [200, 202, 204])
def test_an_empty_answer_is_none(status):
    assert read(status, b"", {}) is None


def test_text_that_is_not_ascii():
    assert read(200, '{"name": "Grüße 世界"}'.encode()) == {"name": "Grüße 世界"}


@pytest.mark.parametrize("text", ['{"a": "\\ud83d"}', '{"a": NaN}', '{"a": [1, Infinity]}'])
def test_what_only_a_lenient_reader_takes_is_read_all_the_same(text):
    assert repr(read(200, text.encode())) == repr(json.loads(text))


REFUSALS = [
    (301, JiraForeignAnswerError),
    (302, JiraForeignAnswerError),
    (400, JiraRequestError),
    (401, JiraAuthenticationError),
    (403, JiraPermissionError),
    (404, JiraNotFoundError),
    (405, JiraRequestError),
    (408, JiraUnavailableError),
    (409, JiraRequestError),
    (410, JiraRequestError),
    (413, JiraRequestError),
    (422, JiraRequestError),
    (425, JiraUnavailableError),
    (429, JiraUnavailableError),
    (500, JiraUnavailableError),
    (502, JiraUnavailableError),
    (503, JiraUnavailableError),
    (504, JiraUnavailableError),
    (599, JiraUnavailableError),
]


@pytest.mark.parametrize(("status", "error"), REFUSALS)
def test_a_refusal_says_what_was_asked_and_what_jira_said(status, error):
    body = json.dumps({"errorMessages": ["Not today."], "errors": {"jql": "too long"}}).encode()
    with pytest.raises(error) as raised:
        read(status, body)
    assert type(raised.value) is error
    for part in ("GET /rest/x", str(status), "Not today.", "jql: too long"):
        assert part in str(raised.value)


@pytest.mark.parametrize(("status", "error"), REFUSALS)
@pytest.mark.parametrize(("headers", "body"), [(HTML, PAGE), (JSON, PAGE), ({}, b""), (JSON, b"{")])
def test_a_refusal_without_readable_words_is_the_same_error(status, error, headers, body):
    with pytest.raises(error, match=f"GET /rest/x was answered with {status}") as raised:
        read(status, body, headers)
    assert "<" not in str(raised.value)


@pytest.mark.parametrize("status", [200, 401, 403])
@pytest.mark.parametrize(
    "reason",
    [
        "AUTHENTICATED_FAILED",
        "authenticated_failed",
        "OUT, AUTHENTICATED_FAILED",
        "AUTHENTICATION_DENIED",
        "authentication_denied",
    ],
)
def test_failed_credentials_are_seen_in_the_header_whatever_the_status(status, reason):
    """Jira answers an unknown account like an anonymous one: 200 and an empty site."""
    with pytest.raises(JiraAuthenticationError, match="atlassianUserToken"):
        read(status, b'{"issues": []}', {**JSON, "x-seraph-loginreason": reason})


def test_which_of_the_two_it_was_is_said():
    """AUTHENTICATION_DENIED means a CAPTCHA, which no new token helps against."""
    with pytest.raises(JiraAuthenticationError, match="AUTHENTICATION_DENIED"):
        read(200, b"[]", {**JSON, "x-seraph-loginreason": "AUTHENTICATION_DENIED"})


def test_good_credentials_are_not_mistaken_for_failed_ones():
    assert read(200, b"[]", {**JSON, "x-seraph-loginreason": "OK"}) == []


@pytest.mark.parametrize(
    ("headers", "body"),
    [(HTML, PAGE), (JSON, PAGE), ({}, b"\n  <html></html>"), (HTML, b"Please wait")],
)
def test_a_page_with_200_is_an_error_and_not_an_empty_answer(headers, body):
    with pytest.raises(JiraAnswerError, match=r"GET /rest/x .*HTML"):
        read(200, body, headers)


@pytest.mark.parametrize(
    "body", [b'{"issues": [{"id": "1"}', b"[", b"not json", b"\xff\xfe\xfa", b"   "]
)
def test_broken_json_is_an_error(body):
    with pytest.raises(JiraAnswerError, match=rf"GET /rest/x .*broken JSON \({len(body)} bytes"):
        read(200, body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errorMessages": ["One.", "Two."]}, "One. Two."),
        ({"errorMessages": [], "errors": {"key": "is taken"}}, "key: is taken"),
        ({"errorMessages": ["One.", None, 5]}, "One."),
        ({"errorMessages": None, "errors": None}, ""),
        ({"errorMessages": "One."}, ""),
        ({"errorMessages": 5, "message": "Two."}, "Two."),
        ({"errorMessages": {"a": "b"}, "errors": {"key": "is taken"}}, "key: is taken"),
        ({"errorMessages": [["One."], {"a": 1}]}, ""),
        ({"errors": {"key": None}}, "key: None"),
        ({"errors": {"key": ["a"]}}, "key: ['a']"),
        ({"message": ["Two."]}, ""),
        ({"errors": ["x"]}, ""),
        ({"message": "Rate limit exceeded."}, "Rate limit exceeded."),
        ({"message": None}, ""),
        ({"errorMessages": ["two\n  lines"]}, "two lines"),
        ({}, ""),
        ([], ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_jiras_words(body, said):
    assert words(JSON, json.dumps(body).encode()) == said


def test_long_words_are_cut():
    body = json.dumps({"errorMessages": ["x" * 5000]}).encode()
    assert words(JSON, body) == "x" * MAX_WORDS
