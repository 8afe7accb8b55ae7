"""Deliveries in the stream's fields: whose they are, and why one is nobody's."""

import hashlib
import hmac
import json
import time
from functools import partial

import pytest

from jira.signature import App, DeliveryRefusedError
from sandbox.jira.deliveries import token
from webhook_processors.queued_event import DELIVERY_ID
from webhook_processors.stream_fields import (
    NotForUsError,
    event_of,
    headers_of,
    path_of,
    waited,
)

SECRET = "the-secret"
APP_SECRET = "a-client-secret-of-enough-length-0123"
URL = "https://port.example.com/integration/webhook"
BODY = '{"webhookEvent": "user_created", "name": "\\u00fc and ü"}'


def fields(body: bytes = BODY.encode(), **changed: str) -> dict[str, str]:
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature": f"sha256={digest}", "X-Atlassian-Webhook-Identifier": "d-1"}
    text = body.decode("utf-8", "surrogateescape")
    return {"payload": text, "headers": json.dumps(headers)} | changed


def test_a_signed_delivery_is_an_event_with_the_very_bytes():
    event, is_hint = event_of(fields(), (SECRET,), allow_unsigned=False)
    assert not is_hint
    assert event.body == BODY.encode()
    assert event.headers[DELIVERY_ID] == "d-1"
    assert event.payload["webhookEvent"] == "user_created"


@pytest.mark.parametrize(
    "changed",
    [{"payload": BODY + " "}, {"headers": "{}"}, {"headers": '{"x-hub-signature": "sha256="}'}],
)
def test_one_that_is_not_signed_with_our_secret_is_refused(changed):
    with pytest.raises(DeliveryRefusedError):
        event_of(fields(**changed), (SECRET,), allow_unsigned=False)


def test_an_unsigned_one_is_taken_where_that_is_allowed():
    event, _ = event_of({"payload": BODY}, (), allow_unsigned=True)
    assert event.payload


def of_app(now: float, ago: float = 0.0, **claims: object) -> dict[str, str]:
    """A delivery of an app's webhook that lies in the stream for so many seconds."""
    bearer = f"Bearer {token(APP_SECRET, URL, **claims)}"
    queued = str(int((now - ago) * 1e9))
    return {"payload": BODY, "headers": json.dumps({"Authorization": bearer}), "queuedAt": queued}


def test_a_token_had_to_hold_when_the_delivery_came():
    """It may lie in Redis for hours, where Port or Jira is away."""
    now = time.time()
    app, soon = App.at(URL, APP_SECRET), int(now) - 3600 + 180
    for ago, holds in ((3600.0, True), (0.0, False)):
        read = partial(event_of, of_app(now, ago, exp=soon), (), allow_unsigned=False, app=app)
        if holds:
            assert not read(now=lambda: now)[1]
        else:
            with pytest.raises(DeliveryRefusedError, match="no longer holds"):
                read(now=lambda: now)


def test_without_the_client_secret_one_of_an_app_is_a_hint():
    event, is_hint = event_of(of_app(time.time()), (), allow_unsigned=False, app=App.at(URL, ""))
    assert (event.payload["webhookEvent"], is_hint) == ("user_created", True)


@pytest.mark.parametrize(
    ("field", "seconds"), [(None, 0.0), ("", 0.0), ("x", 0.0), ("90", 10.0), ("200", 0.0)]
)
def test_how_long_it_lay_there_is_known_or_nothing(field, seconds):
    assert waited(f"{field}000000000" if field and field != "x" else field, 100.0) == seconds


@pytest.mark.parametrize("body", [b"[]", b"no JSON", b"", b'"\xff"', b"[" * 100_000])
def test_one_that_is_no_json_object_is_nobodys(body):
    with pytest.raises(NotForUsError, match="payload is not a JSON object"):
        event_of(fields(body), (SECRET,), allow_unsigned=False)


@pytest.mark.parametrize("headers", ["[]", "{", "[" * 100_000])
def test_headers_that_are_none_are_said(headers):
    with pytest.raises(NotForUsError, match="headers are not a JSON object"):
        headers_of(headers)


@pytest.mark.parametrize(
    "field", ["integration/webhook", "/integration/webhook/", "live-events/u/integration/webhook"]
)
def test_a_path_is_that_of_the_processors(field):
    assert path_of(field, {"/webhook"}) == "/webhook"


@pytest.mark.parametrize("field", [None, "", "integration/other", "integration"])
def test_another_path_is_nobodys(field):
    with pytest.raises(NotForUsError, match="webhookPath"):
        path_of(field, {"/webhook"})
