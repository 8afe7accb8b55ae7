"""Deliveries in the stream's fields: whose they are, and why one is nobody's."""

import hashlib
import hmac
import json

import pytest

from jira.signature import DeliveryRefusedError
from webhook_processors.queued_event import DELIVERY_ID
from webhook_processors.stream_fields import NotForUsError, event_of, headers_of, path_of

SECRET = "the-secret"
BODY = '{"webhookEvent": "user_created", "name": "\\u00fc and ü"}'


def fields(body: bytes = BODY.encode(), **changed: str) -> dict[str, str]:
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature": f"sha256={digest}", "X-Atlassian-Webhook-Identifier": "d-1"}
    text = body.decode("utf-8", "surrogateescape")
    return {"payload": text, "headers": json.dumps(headers)} | changed


def test_a_signed_delivery_is_an_event_with_the_very_bytes():
    event = event_of(fields(), (SECRET,), allow_unsigned=False)
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
    assert event_of({"payload": BODY}, (), allow_unsigned=True).payload


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
