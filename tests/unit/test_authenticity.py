"""Who is believed: the door, and otherwise nothing but the signature over the raw bytes."""

import ast
import hashlib
import hmac
from pathlib import Path
from types import SimpleNamespace

import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookRequestAdapter

from jira.signature import HEADER, App
from webhook_processors import authenticity as module
from webhook_processors.authenticity import is_authentic
from webhook_processors.processors import PROCESSORS
from webhook_processors.queued_event import DELIVERY_ID, QueuedEvent

BODY = b'{"webhookEvent": "user_created"}'
SECRET = "the-secret"


@pytest.fixture(autouse=True)
def allowed(monkeypatch):
    settings = SimpleNamespace(allow_unsigned_webhooks=False, app=None)
    monkeypatch.setattr(module, "get_settings", lambda: settings)
    monkeypatch.setattr(module, "webhook_secrets", lambda: (SECRET,))
    monkeypatch.setattr(module, "app_webhooks", lambda: settings.app)
    return settings


def signed(body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    return {HEADER: "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def streamed(headers: dict[str, str], *, raw: bool = True) -> WebhookEvent:
    """As an event comes that didn't come by the door."""
    headers = {DELIVERY_ID: "d-1"} | headers
    request = WebhookRequestAdapter(BODY, headers) if raw else None
    return WebhookEvent("trace", {"webhookEvent": "user_created"}, headers, request)


async def processors_say(event: WebhookEvent) -> set[bool]:
    made = [processor(event.clone()) for processor in PROCESSORS]
    return {await p.authenticate(p.event.payload, p.event.headers) for p in made}


async def test_what_the_door_let_in_is_not_verified_again(monkeypatch):
    """Eleven processors would hash it eleven times."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was hashed again")

    monkeypatch.setattr(module, "verify", never)
    event = QueuedEvent(BODY, {})
    assert await is_authentic(event)
    assert await processors_say(event) == {True}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (streamed(signed()), True),
        (streamed({"X-Hub-Signature": signed()[HEADER]}), True),
        (streamed(signed(BODY + b" ")), False),
        (streamed(signed(secret="another")), False),
        (streamed({}), False),
        (streamed({HEADER: "sha256="}), False),
        (streamed(signed(), raw=False), False),
    ],
)
async def test_what_came_another_way_is_verified_over_its_raw_bytes(event, expected, log):
    assert await is_authentic(event) is expected
    assert await processors_say(event) == {expected}
    warned = [line for line in log if line.startswith("WARNING")]
    assert bool(warned) is not expected
    assert all("Refused the delivery 'd-1'" in line for line in warned)


async def test_what_came_another_way_may_be_unsigned_where_that_is_allowed(allowed):
    allowed.allow_unsigned_webhooks = True
    assert await is_authentic(streamed({}))
    assert not await is_authentic(streamed(signed(secret="another")))


async def test_what_came_another_way_may_be_a_hint_of_what_an_app_is_told_of(allowed):
    allowed.app = App()
    foreign = streamed({})
    assert not await is_authentic(foreign)
    issue = WebhookEvent("trace", {"webhookEvent": "jira:issue_updated"}, {}, None)
    issue._original_request = WebhookRequestAdapter(BODY, {})
    assert await is_authentic(issue)
    assert await is_authentic(streamed(signed()))


def test_only_doors_make_what_is_believed():
    """A queued event says by its class alone that it was let in."""
    product = Path(__file__).parents[2]
    rooms = ("jira", "port", "background", "webhook_processors")
    files = [*product.glob("*.py"), *(file for r in rooms for file in (product / r).rglob("*.py"))]
    makers = {
        file.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "QueuedEvent"
    }
    # The second is the one for what comes through Redis: it verifies, too.
    assert makers == {"door.py", "stream_fields.py"}
