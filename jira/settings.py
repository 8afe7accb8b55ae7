"""The integration's settings, checked once at start."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jira.errors import SettingsError

GATEWAY = "https://api.atlassian.com/ex/jira"
GATEWAY_PATH = re.compile(r"^/ex/jira/[0-9A-Za-z-]+$")
"""The path by which api.atlassian.com names a site: `/ex/jira/<cloudId>`."""

PREFIX = "OCEAN__INTEGRATION__CONFIG__"
LEAST_SECRET = 16
"""Characters of a secret that somebody thinks up."""

ATLASSIAN_DOMAINS = (".atlassian.net", ".atlassian.com", ".jira.com")

EXPECTED_HOST = "expected the address of a Jira Cloud site, such as https://your-site.atlassian.net"


@dataclass(frozen=True)
class JiraSettings:
    """What the integration was told, put right where that is safe.

    `host` has a scheme and no slash at the end. `webhook_url` is None where Jira can't reach us.
    """

    host: str
    email: str
    token: str = field(repr=False)
    identifier: str
    webhook_url: str | None
    oauth_token_file: Path | None = None
    organization_id: str = ""
    webhook_secret: str = field(default="", repr=False)
    webhook_secret_previous: str = field(default="", repr=False)
    oauth_client_secret: str = field(default="", repr=False)
    manage_webhooks: bool = True
    allow_unsigned_webhooks: bool = False
    max_concurrent_requests: int = 10
    rate_share_percent: int = 80
    quota_share_percent: int = 50
    port_rate_share_percent: int = 60
    only_mapped_fields: bool = True
    single_pass_mapping: bool = True
    webhook_queue_limit: int = 10_000
    unverified_megabytes: int = 64
    sweep_interval_minutes: int = 60
    sweep_delete_limit_percent: int = 50
    sweep_requests_per_minute: int = 300
    search_index_lag_seconds: int = 15
    status_token: str = field(default="", repr=False)

    @classmethod
    def from_config(
        cls,
        config: Mapping[str, Any],
        *,
        identifier: str,
        base_url: str | None,
        oauth_token_file: str | None = None,
    ) -> "JiraSettings":
        """Read the framework's `integration.config` (snake_case names).

        With a file that holds an OAuth token, e-mail and API token aren't needed. Raises
        SettingsError, naming the setting as administrators write it.
        """
        read = _optional if oauth_token_file else _required
        return cls(
            host=normalize_host(_text(config, "jira_host")),
            email=read(config, "atlassian_user_email", "the e-mail of the API token's owner"),
            token=read(config, "atlassian_user_token", "an API token of that account"),
            oauth_token_file=Path(oauth_token_file) if oauth_token_file else None,
            organization_id=_text(config, "atlassian_organization_id"),
            identifier=identifier,
            webhook_url=f"{base_url.rstrip('/')}/integration/webhook" if base_url else None,
            webhook_secret=_text(config, "webhook_secret"),
            webhook_secret_previous=_text(config, "webhook_secret_previous"),
            oauth_client_secret=_text(config, "oauth_client_secret"),
            manage_webhooks=config.get("manage_webhooks") is not False,
            allow_unsigned_webhooks=config.get("allow_unsigned_webhooks") is True,
            max_concurrent_requests=_number(config, "max_concurrent_requests", 10),
            rate_share_percent=_number(config, "jira_rate_share", 80, most=100),
            quota_share_percent=_number(config, "jira_quota_share", 50, most=100),
            port_rate_share_percent=_number(config, "port_rate_share", 60, most=100),
            only_mapped_fields=config.get("only_mapped_fields") is not False,
            single_pass_mapping=config.get("single_pass_mapping") is not False,
            webhook_queue_limit=_number(config, "webhook_queue_limit", 10_000),
            # Below it, the largest delivery of Jira's could never be read.
            unverified_megabytes=_number(config, "unverified_bytes_limit", 64, least=32),
            sweep_interval_minutes=_number(config, "sweep_interval", 60, least=0),
            sweep_delete_limit_percent=_number(config, "sweep_delete_limit", 50, least=0),
            sweep_requests_per_minute=_number(config, "sweep_requests_per_minute", 300, least=0),
            search_index_lag_seconds=_number(config, "search_index_lag", 15, least=0),
            status_token=_secret(config, "status_token"),
        )


@dataclass(frozen=True)
class DoorSettings:
    """Those settings that decide which deliveries come in."""

    token: str = field(repr=False)
    secret: str = field(repr=False)
    secret_previous: str = field(repr=False)
    app_secret: str = field(default="", repr=False)
    allow_unsigned: bool = False
    unverified_megabytes: int = 64

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "DoorSettings":
        """Read the framework's `integration.config` (snake_case names). Raises SettingsError."""
        return cls(
            token=_text(config, "atlassian_user_token"),
            secret=_text(config, "webhook_secret"),
            secret_previous=_text(config, "webhook_secret_previous"),
            app_secret=_text(config, "oauth_client_secret"),
            allow_unsigned=config.get("allow_unsigned_webhooks") is True,
            # Below it, the largest delivery of Jira's could never be read.
            unverified_megabytes=_number(config, "unverified_bytes_limit", 64, least=32),
        )


def normalize_host(given: str) -> str:
    """The site's address with a scheme and no slash at the end. Raises SettingsError."""
    if not given:
        raise SettingsError(f"jiraHost is missing: {EXPECTED_HOST}.")
    text = given if "://" in given else f"https://{given}"
    try:
        parts = urlsplit(text)
        port = parts.port
        hostname = parts.hostname or ""
    except ValueError:
        raise SettingsError(f"jiraHost is not an address: {EXPECTED_HOST}.") from None
    path = parts.path.rstrip("/")
    if "@" in text:
        # Not shown: it may hold a password.
        raise SettingsError(
            "jiraHost holds a user name or password, which belong into atlassianUserEmail and "
            f"atlassianUserToken: {EXPECTED_HOST}."
        )
    shown = f"{parts.scheme}://{parts.netloc}{parts.path}"
    if parts.scheme not in ("http", "https"):
        problem = f"has the scheme {parts.scheme!r}"
    elif not hostname or re.search(r"[\s,;]", parts.netloc):
        problem = "is not an address"
    elif parts.query or parts.fragment:
        problem = "has something after '?' or '#'"
    elif path and not GATEWAY_PATH.match(path):
        problem = f"has the path {path!r}"
    elif hostname.endswith(ATLASSIAN_DOMAINS):
        # Atlassian's own hosts speak https only; a token must not travel in the clear first.
        return (
            f"https://{hostname}{path}"
            if port in (None, 80, 443)
            else f"https://{parts.netloc}{path}"
        )
    else:
        return f"{parts.scheme}://{parts.netloc}{path}"
    raise SettingsError(f"jiraHost is {shown!r}, which {problem}: {EXPECTED_HOST}.")


def unknown_settings(environ: Iterable[str], known: Iterable[str]) -> list[str]:
    """A sentence for each variable of ours that no setting has: most often a slip of the pen."""
    names = {name.upper() for name in known}
    sentences = []
    for variable in sorted(environ):
        name = variable.upper().removeprefix(PREFIX)
        if not variable.upper().startswith(PREFIX) or name in names:
            continue
        close = get_close_matches(name, names, n=1)
        meant = f"; did you mean {PREFIX}{close[0]}?" if close else ""
        sentences.append(f"{variable} is no setting of this integration and is ignored{meant}")
    return sentences


def is_gateway(host: str) -> bool:
    """Whether the address is one of Atlassian's gateway (or looks like one, on a stand-in)."""
    return GATEWAY_PATH.match(urlsplit(host).path) is not None


def is_unencrypted(host: str) -> bool:
    """Whether the API token travels in the clear to another machine."""
    parts = urlsplit(host)
    hostname = parts.hostname or ""
    if parts.scheme == "https" or hostname == "localhost":
        return False
    try:
        return not ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return True


def _text(config: Mapping[str, Any], name: str) -> str:
    return str(config.get(name) or "").strip()


def _secret(config: Mapping[str, Any], name: str) -> str:
    """One that nobody guesses, or none."""
    value = _text(config, name)
    if value and len(value) < LEAST_SECRET:
        raise SettingsError(
            f"{_shown(name)} is too short: expected at least {LEAST_SECRET} characters, which "
            "nobody guesses."
        )
    return value


def _number(
    config: Mapping[str, Any], name: str, default: int, *, least: int = 1, most: int | None = None
) -> int:
    value = config.get(name)
    text = str(default if value is None else value)
    if not re.fullmatch("[0-9]{1,9}", text) or not least <= int(text) <= (most or int(text)):
        bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise SettingsError(f"{_shown(name)} is {value!r}: expected a whole number {bounds}.")
    return int(text)


def _shown(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _optional(config: Mapping[str, Any], name: str, _: str) -> str:
    return _text(config, name)


def _required(config: Mapping[str, Any], name: str, expected: str) -> str:
    value = _text(config, name)
    if not value:
        raise SettingsError(
            f"{_shown(name)} is missing: expected {expected} ({PREFIX}{name.upper()})."
        )
    return value
