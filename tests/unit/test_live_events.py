"""What settings and the right to manage webhooks mean for live events."""

from typing import Any

import pytest

from jira.live_events import live_events
from jira.needs import Finding, Permission, of_permission
from jira.settings import JiraSettings

URL = "https://port.example.com"
MAY = Finding(True)
MAY_NOT = of_permission(Permission.ADMINISTER, {Permission.ADMINISTER: False})


def app(base_url: str | None = URL, **config: Any) -> JiraSettings:
    return settings(base_url, oauth_token_file="token", **config)


def settings(
    base_url: str | None = URL, oauth_token_file: str | None = None, **config: Any
) -> JiraSettings:
    given = {
        "jira_host": "https://site.example.com",
        "atlassian_user_email": "bot@example.com",
        "atlassian_user_token": "token",
        **config,
    }
    return JiraSettings.from_config(
        given, identifier="my-jira", base_url=base_url, oauth_token_file=oauth_token_file
    )


OFF: dict[str, Any] = {"manage_webhooks": False}


@pytest.mark.parametrize(
    ("given", "uses_gateway", "may_manage", "can_come", "words"),
    [
        (settings(), False, MAY, True, ["The webhook can be managed."]),
        (settings(None), False, MAY, False, ["OCEAN__BASE_URL is not set"]),
        (settings("http://localhost:8000"), False, MAY, False, ["may not reach", "port 8000"]),
        (settings(), False, MAY_NOT, False, ["'Administer Jira'", "docs/webhook.md"]),
        (settings("http://a"), False, MAY_NOT, False, ["may not reach", "'Administer Jira'"]),
        (settings(), False, Finding(None, "Down."), False, ["can't be managed: Down."]),
        (settings(**OFF), False, Finding(None), True, ["manageWebhooks is off", "by hand"]),
        (settings(), True, Finding(None), True, ["an API token with scopes", "by hand"]),
        (app(), True, MAY, True, ["The app's webhooks can be managed", "sweeps find"]),
        (app(), True, Finding(False, "No scope."), False, ["can't be managed: No scope."]),
        (app("http://a"), True, MAY, False, ["may not reach"]),
        (app(None), True, MAY, False, ["OCEAN__BASE_URL is not set"]),
        (app(**OFF), True, Finding(None), True, ["manageWebhooks is off", "by hand"]),
        (settings(**OFF), True, Finding(None), True, ["manageWebhooks is off"]),
        (settings("http://a", **OFF), False, Finding(None), False, ["may not reach", "by hand"]),
    ],
)
def test_what_is_in_their_way_is_said(
    given: JiraSettings, uses_gateway: bool, may_manage: Finding, can_come: bool, words: list[str]
) -> None:
    found = live_events(given, uses_gateway=uses_gateway, may_manage=may_manage)
    assert found.can_come is can_come
    assert [part for part in words if part not in found.words] == []
