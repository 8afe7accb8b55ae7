"""What an administrator may write, and what is said about what they may not."""

from typing import Any

import pytest

from jira.errors import SettingsError
from jira.settings import JiraSettings, is_unencrypted, normalize_host

CONFIG = {
    "jira_host": "https://site.atlassian.net",
    "atlassian_user_email": "user-1@example.com",
    "atlassian_user_token": "the-token",
}


def settings(base_url: str | None = "https://port.example.com", **changes: Any) -> JiraSettings:
    return JiraSettings.from_config({**CONFIG, **changes}, identifier="jira-1", base_url=base_url)


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("https://site.atlassian.net", "https://site.atlassian.net"),
        ("https://site.atlassian.net/", "https://site.atlassian.net"),
        ("https://site.atlassian.net//", "https://site.atlassian.net"),
        ("site.atlassian.net", "https://site.atlassian.net"),
        ("site.atlassian.net/", "https://site.atlassian.net"),
        ("http://site.atlassian.net", "https://site.atlassian.net"),
        ("HTTPS://site.atlassian.net", "https://site.atlassian.net"),
        ("http://site.jira.com", "https://site.jira.com"),
        ("https://jira.example.com", "https://jira.example.com"),
        ("http://jira.example.com", "http://jira.example.com"),
        ("jira.example.com:8443", "https://jira.example.com:8443"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        (
            "https://api.atlassian.com/ex/jira/0a1b-2c3d",
            "https://api.atlassian.com/ex/jira/0a1b-2c3d",
        ),
        (
            "http://api.atlassian.com/ex/jira/0a1b-2c3d/",
            "https://api.atlassian.com/ex/jira/0a1b-2c3d",
        ),
    ],
)
def test_a_good_host_is_put_right(given, host):
    assert normalize_host(given) == host


@pytest.mark.parametrize("given", ["http://evil-atlassian.net", "http://atlassian.net.example.com"])
def test_only_atlassians_own_hosts_are_known_to_speak_https(given):
    assert normalize_host(given) == given


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("", "is missing"),
        ("ftp://site.atlassian.net", "scheme 'ftp'"),
        ("://site.atlassian.net", "scheme ''"),
        ("https://", "not an address"),
        ("https:///path", "not an address"),
        ("https://:443", "not an address"),
        ("https://site.atlassian.net:port", "not an address"),
        ("https://site.atlassian.net:99999", "not an address"),
        ("https://my site.atlassian.net", "not an address"),
        ("https://[::1", "not an address"),
        ("https://[not-an-ip]", "not an address"),
        ("https://site.atlassian.net:-1", "not an address"),
        ("https://site\u2100.atlassian.net", "not an address"),
        ("a.atlassian.net,b.atlassian.net", "not an address"),
        ("a.atlassian.net;b.atlassian.net", "not an address"),
        ("https://site.atlassian.net/jira/projects", "path '/jira/projects'"),
        ("https://site.atlassian.net/rest/api/3", "path '/rest/api/3'"),
        ("https://api.atlassian.com/ex/jira/", "path '/ex/jira'"),
        ("https://api.atlassian.com/ex/jira/a/b", "path '/ex/jira/a/b'"),
        ("https://api.atlassian.com/ex/confluence/a", "path"),
        ("https://site.atlassian.net?x=1", "after '?'"),
        ("https://site.atlassian.net/#/top", "'#'"),
    ],
)
def test_a_bad_host_is_refused_with_the_reason(given, problem):
    with pytest.raises(SettingsError) as refused:
        normalize_host(given)
    assert str(refused.value).startswith("jiraHost ")
    assert problem in str(refused.value)
    assert "https://your-site.atlassian.net" in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        "https://user-1:the-token@site.atlassian.net",
        "https://the-token@site.atlassian.net",
        "https://:the-token@site.atlassian.net/jira",
        "user-1:the-token@site.atlassian.net",
        "https://user-1%40example.com:the-token@site.atlassian.net?x=1",
        "https://the-token@",
        "the-token@site.atlassian.net:port",
        "https://site.atlassian.net/the-token@",
        "https://site.atlassian.net?the-token@",
        "https://site.atlassian.net#user-1:the-token@",
        "https://user-1:the-token/@site.atlassian.net",
        "user-1:the-token#@site.atlassian.net",
        "user-1@example.com:the-token",
        "://user-1:the-token@site.atlassian.net",
        "ftp://user-1:the-token@site.atlassian.net",
        "https://user-1:the-token@[::1",
        "https://user-1:the-token@site.atlassian.net:99999",
    ],
)
def test_a_host_with_credentials_is_refused_without_showing_them(given):
    with pytest.raises(SettingsError, match=r"^jiraHost .*expected the address") as e:
        normalize_host(given)
    assert "the-token" not in str(e.value)
    assert "user-1" not in str(e.value)
    assert e.value.__cause__ is None, "a traceback would show the address"


def test_a_host_with_credentials_is_told_where_they_belong():
    with pytest.raises(SettingsError, match=r"password.*atlassianUserEmail and atlassianUserToken"):
        normalize_host("https://user-1:the-token@site.atlassian.net")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("jira_host", "jiraHost"),
        ("atlassian_user_email", "atlassianUserEmail"),
        ("atlassian_user_token", "atlassianUserToken"),
    ],
)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_setting_is_named_as_it_is_written(name, shown, value):
    with pytest.raises(SettingsError, match=f"^{shown} is missing") as refused:
        settings(**{name: value})
    assert "the-token" not in str(refused.value)


BOUNDS = [
    ("max_concurrent_requests", "maxConcurrentRequests", 10),
    ("webhook_queue_limit", "webhookQueueLimit", 10_000),
]


@pytest.mark.parametrize(("name", "shown", "default"), BOUNDS)
@pytest.mark.parametrize(
    "value", [0, -1, "0", "-3", "", " ", "many", "1e3", 1.5, "1.5", True, False, [], {}, "+5"]
)
def test_a_bound_that_is_no_number_of_at_least_one_is_refused_in_words(name, shown, default, value):
    """The framework's own words would be a traceback."""
    with pytest.raises(SettingsError) as refused:
        settings(**{name: value})
    assert str(refused.value) == f"{shown} is {value!r}: expected a whole number of at least 1."


@pytest.mark.parametrize(("name", "shown", "default"), BOUNDS)
@pytest.mark.parametrize(("value", "expected"), [(1, 1), ("25", 25), (50_000, 50_000)])
def test_a_bound_is_a_number_or_its_digits(name, shown, default, value, expected):
    assert getattr(settings(**{name: value}), name) == expected


@pytest.mark.parametrize(("name", "shown", "default"), BOUNDS)
def test_a_bound_that_is_not_set_has_its_default(name, shown, default):
    assert getattr(settings(), name) == getattr(settings(**{name: None}), name) == default


SHARES = [
    ("jira_rate_share", "jiraRateShare", "rate_share_percent", 80),
    ("jira_quota_share", "jiraQuotaShare", "quota_share_percent", 50),
    ("port_rate_share", "portRateShare", "port_rate_share_percent", 60),
]


@pytest.mark.parametrize(("name", "shown", "field", "default"), SHARES)
@pytest.mark.parametrize(("value", "expected"), [(None, None), (1, 1), ("100", 100), (35, 35)])
def test_the_share_of_a_rate_limit_is_a_percentage(name, shown, field, default, value, expected):
    assert getattr(settings(**{name: value}), field) == (expected or default)


@pytest.mark.parametrize(("name", "shown", "field", "default"), SHARES)
@pytest.mark.parametrize("value", [0, 101, "1000", -5, "half", 0.5])
def test_a_share_of_a_rate_limit_that_is_none_is_refused_in_words(
    name, shown, field, default, value
):
    with pytest.raises(SettingsError) as refused:
        settings(**{name: value})
    said = f"{shown} is {value!r}: expected a whole number from 1 to 100."
    assert str(refused.value) == said


@pytest.mark.parametrize(("value", "expected"), [(None, 64), (32, 32), ("100", 100), (5000, 5000)])
def test_the_limit_of_unverified_bytes_is_in_megabytes(value, expected):
    assert settings(unverified_bytes_limit=value).unverified_megabytes == expected


@pytest.mark.parametrize("value", [0, 31, "31", -64, "64 MB", 64.5, True, ""])
def test_a_limit_that_the_largest_delivery_would_never_pass_is_refused_in_words(value):
    with pytest.raises(SettingsError) as refused:
        settings(unverified_bytes_limit=value)
    said = f"unverifiedBytesLimit is {value!r}: expected a whole number of at least 32."
    assert str(refused.value) == said


FROM_ZERO = [
    ("sweep_interval", "sweepInterval", "sweep_interval_minutes", 60),
    ("sweep_delete_limit", "sweepDeleteLimit", "sweep_delete_limit_percent", 50),
    ("sweep_requests_per_minute", "sweepRequestsPerMinute", "sweep_requests_per_minute", 300),
    ("search_index_lag", "searchIndexLag", "search_index_lag_seconds", 15),
]


@pytest.mark.parametrize(("name", "shown", "read", "default"), FROM_ZERO)
@pytest.mark.parametrize(("value", "expected"), [(0, 0), ("0", 0), (1, 1), ("25", 25)])
def test_a_sweep_can_be_given_zero(name, shown, read, default, value, expected):
    """No sweeps by interval; nothing deleted that isn't explained; an index that never lags."""
    assert getattr(settings(**{name: value}), read) == expected


@pytest.mark.parametrize(("name", "shown", "read", "default"), FROM_ZERO)
def test_a_sweep_that_is_not_set_has_its_default(name, shown, read, default):
    assert getattr(settings(), read) == getattr(settings(**{name: None}), read) == default


@pytest.mark.parametrize(("name", "shown", "read", "default"), FROM_ZERO)
@pytest.mark.parametrize("value", [-1, "-1", "", "often", 1.5, True])
def test_a_sweep_that_is_no_number_is_refused_in_words(name, shown, read, default, value):
    with pytest.raises(SettingsError) as refused:
        settings(**{name: value})
    assert str(refused.value) == f"{shown} is {value!r}: expected a whole number of at least 0."


def test_the_settings_show_no_secret_when_they_are_printed():
    found = settings(
        webhook_secret="word-1", webhook_secret_previous="word-2", status_token="word-3" * 3
    )
    assert (found.webhook_secret, found.webhook_secret_previous) == ("word-1", "word-2")
    for secret in ("the-token", "word-1", "word-2", "word-3"):
        assert secret not in repr(found)


@pytest.mark.parametrize("value", [None, "", "  ", "x" * 16, f" {'x' * 16} "])
def test_a_token_for_the_status_page_is_long_or_there_is_none(value):
    assert settings(status_token=value).status_token == (value or "").strip()


@pytest.mark.parametrize("value", ["x", "x" * 15, f"  {'x' * 15}  "])
def test_one_that_may_be_guessed_is_refused_without_being_told(value):
    with pytest.raises(SettingsError, match=r"^statusToken is too short") as refused:
        settings(status_token=value)
    assert value.strip() * 2 not in str(refused.value)
    assert "xx" not in str(refused.value)


def test_the_defaults_of_what_is_left_out():
    found = settings()
    assert found.manage_webhooks is True
    assert found.allow_unsigned_webhooks is False
    assert (found.webhook_secret, found.webhook_secret_previous) == ("", "")


@pytest.mark.parametrize("value", [None, "", False, 0, "true", "yes", 1])
def test_unsigned_deliveries_are_allowed_by_nothing_but_true(value):
    assert settings(allow_unsigned_webhooks=value).allow_unsigned_webhooks is False
    assert settings(allow_unsigned_webhooks=True).allow_unsigned_webhooks is True


def test_blanks_around_a_pasted_value_are_no_part_of_it():
    found = settings(
        jira_host=" https://site.atlassian.net/ \n",
        atlassian_user_email=" user-1@example.com ",
        atlassian_user_token="the-token\n",
        webhook_secret=" s ",
    )
    assert (found.host, found.email) == (CONFIG["jira_host"], CONFIG["atlassian_user_email"])
    assert (found.token, found.webhook_secret) == ("the-token", "s")


@pytest.mark.parametrize("base_url", ["https://port.example.com", "https://port.example.com/"])
def test_the_webhooks_address(base_url):
    assert settings(base_url).webhook_url == "https://port.example.com/integration/webhook"


@pytest.mark.parametrize("base_url", [None, ""])
def test_without_a_base_url_jira_cannot_reach_us(base_url):
    assert settings(base_url).webhook_url is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("https://site.atlassian.net", False),
        ("http://localhost:8080", False),
        ("http://127.0.0.1", False),
        ("http://127.9.9.9:80", False),
        ("http://[::1]:8080", False),
        ("http://jira.example.com", True),
        ("http://192.0.2.1", True),
        ("http://localhost.example.com", True),
    ],
)
def test_whether_the_token_travels_in_the_clear(host, expected):
    assert is_unencrypted(host) is expected
