"""Who keeps the webhook in Jira: the integration, or somebody by hand, and that is said."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from loguru import logger

from jira.http.api import JiraApi
from jira.settings import JiraSettings
from telemetry import metrics
from webhook_processors import keeping
from webhook_processors.keeping import webhook_keeper

URL = "https://port.example.com/integration/webhook"
EVENTS = ("user_created", "jira:issue_created")
SECRET = "a-secret-word"


@pytest.fixture
def said() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lambda message: lines.append(message.record["message"]))
    yield lines
    logger.remove(sink)


@pytest.fixture
def made(monkeypatch) -> list[Any]:
    """What keepers are made with."""
    arguments: list[Any] = []

    def keeper(*given: Any) -> object:
        arguments.append(given)
        return object()

    monkeypatch.setattr(keeping, "WebhookKeeper", keeper)
    monkeypatch.setattr(keeping, "AppWebhookKeeper", keeper)
    return arguments


def missed() -> None:
    """What an app wasn't told of."""


def keeper_of(
    *,
    url: str | None = URL,
    manages: bool = True,
    gateway: bool = False,
    app: bool = False,
    client_secret: str = "",
) -> object:
    settings = SimpleNamespace(
        webhook_url=url,
        manage_webhooks=manages,
        identifier="my-jira",
        oauth_token_file=Path("token") if app else None,
        oauth_client_secret=client_secret,
    )
    api = SimpleNamespace(authentication=SimpleNamespace(uses_gateway=gateway or app))
    known = cast(JiraSettings, settings), cast(JiraApi, api)
    return webhook_keeper(*known, EVENTS, SECRET, asyncio.Event(), missed)


def test_the_integration_keeps_its_own(made, said):
    assert keeper_of() is not None
    ((_, wanted, settled),) = made
    assert (wanted.name, wanted.url) == ("my-jira-Port-Ocean-Events-Webhook", URL)
    assert (wanted.events, wanted.secret) == (EVENTS, SECRET)
    assert not settled.is_set()
    assert said == []


def test_an_app_keeps_its_own_of_the_events_that_jira_tells_it_of(made, said):
    assert keeper_of(app=True, client_secret="shared") is not None
    ((_, wanted, _, told),) = made
    assert (wanted.url, wanted.events, told) == (URL, ("jira:issue_created",), missed)
    assert said == []


def test_that_an_app_s_events_cannot_be_verified_is_said(made, said):
    assert keeper_of(app=True) is not None
    assert len(made) == 1
    assert "oauthClientSecret is not set" in said[0]


@pytest.mark.parametrize(
    ("given", "state", "words"),
    [
        ({"url": None}, metrics.NO_ADDRESS, "OCEAN__BASE_URL is not set"),
        ({"url": None, "manages": False}, metrics.NO_ADDRESS, "OCEAN__BASE_URL is not set"),
        ({"manages": False}, metrics.BY_HAND, f"manageWebhooks is off: .*{URL}"),
        ({"app": True, "manages": False}, metrics.BY_HAND, "manageWebhooks is off"),
        ({"app": True, "url": None}, metrics.NO_ADDRESS, "OCEAN__BASE_URL is not set"),
        ({"gateway": True}, metrics.BY_HAND, f"make the webhook by hand .*{URL}"),
    ],
)
def test_where_nothing_keeps_it_that_is_said(made, said, given, state, words):
    assert keeper_of(**given) is None
    assert made == []
    assert metrics.WEBHOOK_STATE.now == state
    (sentence,) = said
    assert SECRET not in sentence
    assert re.search(words, sentence)
