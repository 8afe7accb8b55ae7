"""Settings beside e-mail and token: a file with an OAuth token, the gateway, slips of the pen."""

from pathlib import Path
from typing import Any

import pytest

from jira.errors import SettingsError
from jira.settings import PREFIX, JiraSettings, is_gateway, unknown_settings

KNOWN = ("jira_host", "sweep_interval", "sweep_delete_limit", "webhook_secret")


def settings(oauth_token_file: str | None, **config: Any) -> JiraSettings:
    return JiraSettings.from_config(
        {"jira_host": "https://site.atlassian.net", **config},
        identifier="jira-1",
        base_url=None,
        oauth_token_file=oauth_token_file,
    )


def test_with_an_oauth_token_neither_email_nor_token_is_needed():
    found = settings("token-file")
    assert found.oauth_token_file == Path("token-file")
    assert (found.email, found.token) == ("", "")


def test_an_email_and_token_beside_an_oauth_token_are_read_all_the_same():
    """The webhook's secret may be derived from the token."""
    found = settings(
        "token-file", atlassian_user_email="user-1@example.com", atlassian_user_token="the-token"
    )
    assert (found.email, found.token) == ("user-1@example.com", "the-token")


def test_the_host_is_needed_even_then():
    with pytest.raises(SettingsError, match=r"^jiraHost is missing"):
        settings("token-file", jira_host="")


@pytest.mark.parametrize("given", [None, ""])
def test_without_an_oauth_token_both_are_needed(given):
    with pytest.raises(SettingsError, match=r"^atlassianUserEmail is missing") as refused:
        settings(given)
    assert f"{PREFIX}ATLASSIAN_USER_EMAIL" in str(refused.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("https://api.atlassian.com/ex/jira/0a1b-2c3d", True),
        ("http://127.0.0.1:8080/ex/jira/0a1b-2c3d", True),
        ("https://site.atlassian.net", False),
        ("https://api.atlassian.com", False),
        ("https://api.atlassian.com/ex/jira", False),
        ("https://api.atlassian.com/ex/confluence/0a1b-2c3d", False),
        ("https://api.atlassian.com/ex/jira/0a1b-2c3d/rest", False),
    ],
)
def test_which_address_is_the_gateways(host, expected):
    assert is_gateway(host) is expected


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("SWEEP_INTERVALL", "SWEEP_INTERVAL"),
        ("SWEEPINTERVAL", "SWEEP_INTERVAL"),
        ("WEBHOOK_SECRETS", "WEBHOOK_SECRET"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_what_was_meant(variable, meant):
    [sentence] = unknown_settings([f"{PREFIX}{variable}"], KNOWN)
    assert sentence.startswith(f"{PREFIX}{variable} is no setting")
    assert f"did you mean {PREFIX}{meant}?" in sentence


def test_a_setting_like_no_other_is_told_without_a_guess():
    [sentence] = unknown_settings([f"{PREFIX}XYZ"], KNOWN)
    assert f"{PREFIX}XYZ" in sentence
    assert "mean" not in sentence


@pytest.mark.parametrize(
    "variable",
    [
        f"{PREFIX}JIRA_HOST",
        f"{PREFIX}jira_host",
        f"{PREFIX}jira_host".lower(),
        "OCEAN__PORT__CLIENT_ID",
        "OCEAN__INTEGRATION__IDENTIFIER",
        "SWEEP_INTERVALL",
        "HOME",
    ],
)
def test_what_is_a_setting_or_none_of_ours_is_not_mentioned(variable):
    assert unknown_settings([variable], KNOWN) == []


def test_a_value_is_never_shown():
    """It may be a secret under a wrong name."""
    sentences = unknown_settings({f"{PREFIX}TOKEN": "the-token", f"{PREFIX}ABC": "x"}, KNOWN)
    assert len(sentences) == 2
    assert "the-token" not in " ".join(sentences)
