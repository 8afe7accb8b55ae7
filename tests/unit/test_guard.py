"""What the door's guard passes on: the right secrets, and the room in the right queue."""

import hashlib
import hmac
from typing import Any, cast

import pytest
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent

from jira.signature import HEADER, DeliveryRefusedError
from webhook_processors.guard import WebhookGuard
from webhook_processors.manager import JiraLiveEventsManager

BODY = b'{"webhookEvent": "user_created"}'


class FakeManager:
    def __init__(self, *, room: bool = True) -> None:
        self.room = room
        self.asked: list[tuple[str, WebhookEvent, int]] = []

    async def accept(self, path: str, event: WebhookEvent, size: int) -> bool:
        self.asked.append((path, event, size))
        return self.room


def guard(manager: Any = None, *, allow_unsigned: bool = False) -> WebhookGuard:
    return WebhookGuard(
        cast(JiraLiveEventsManager, manager or FakeManager()),
        "/webhook",
        ("present", "previous"),
        allow_unsigned=allow_unsigned,
    )


def signed(secret: str) -> dict[str, str]:
    return {HEADER: "sha256=" + hmac.new(secret.encode(), BODY, hashlib.sha256).hexdigest()}


@pytest.mark.parametrize("secret", ["present", "previous"])
def test_what_is_signed_with_any_of_our_secrets_comes_in(secret):
    guard().check_headers(signed(secret))
    guard().check(BODY, signed(secret))


@pytest.mark.parametrize("allow_unsigned", [False, True])
def test_what_is_signed_with_another_secret_stays_out(allow_unsigned):
    with pytest.raises(DeliveryRefusedError):
        guard(allow_unsigned=allow_unsigned).check(BODY, signed("another"))


def test_what_is_not_signed_stays_out_at_both_checks():
    with pytest.raises(DeliveryRefusedError):
        guard().check_headers({})
    with pytest.raises(DeliveryRefusedError):
        guard().check(BODY, {})


def test_what_is_not_signed_passes_both_checks_where_that_is_allowed():
    guard(allow_unsigned=True).check_headers({})
    guard(allow_unsigned=True).check(BODY, {})


@pytest.mark.parametrize("room", [True, False])
async def test_the_manager_decides_whether_there_is_room(room):
    manager = FakeManager(room=room)
    event = WebhookEvent("trace", {}, {})
    assert await guard(manager).accept(event, 32) is room
    assert manager.asked == [("/webhook", event, 32)]
