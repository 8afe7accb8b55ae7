"""The integration's settings, checked once at start."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from jira.errors import SettingsError

GATEWAY_PATH = re.compile(r"^/ex/jira/[0-9A-Za-z-]+$")
"""The path by which api.atlassian.com names a site: `/ex/jira/<cloudId>`."""

ATLASSIAN_DOMAINS = (".atlassian.net", ".atlassian.com", ".jira.com")

EXPECTED_HOST = "expected the address of a Jira Cloud site, such as https://your-site.atlassian.net"


@dataclass(frozen=True)
class JiraSettings:
    """What the integration was told, put right where that is safe.

    `host` has a scheme and no slash at the end. `webhook_url` is None where Jira can't reach us.
    """

    host: str
    email: str
    token: str
    identifier: str
    webhook_url: str | None
    webhook_secret: str = ""
    webhook_secret_previous: str = ""
    manage_webhooks: bool = True
    allow_unsigned_webhooks: bool = False
    max_concurrent_requests: int = 10

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], *, identifier: str, base_url: str | None
    ) -> "JiraSettings":
        """Read the framework's `integration.config` (snake_case names).

        Raises SettingsError, naming the setting as administrators write it.
        """
        concurrency = int(config.get("max_concurrent_requests") or 10)
        if concurrency < 1:
            raise SettingsError(
                f"maxConcurrentRequests is {concurrency}: expected a number of at least 1."
            )
        return cls(
            host=normalize_host(_text(config, "jira_host")),
            email=_required(config, "atlassian_user_email", "the e-mail of the API token's owner"),
            token=_required(config, "atlassian_user_token", "an API token of that account"),
            identifier=identifier,
            webhook_url=f"{base_url.rstrip('/')}/integration/webhook" if base_url else None,
            webhook_secret=_text(config, "webhook_secret"),
            webhook_secret_previous=_text(config, "webhook_secret_previous"),
            manage_webhooks=config.get("manage_webhooks") is not False,
            allow_unsigned_webhooks=config.get("allow_unsigned_webhooks") is True,
            max_concurrent_requests=concurrency,
        )


def normalize_host(given: str) -> str:
    """The site's address with a scheme and no slash at the end. Raises SettingsError."""
    if not given:
        raise SettingsError(f"jiraHost is missing: {EXPECTED_HOST}.")
    text = given if "://" in given else f"https://{given}"
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = -1
    path = parts.path.rstrip("/")
    if parts.scheme not in ("http", "https"):
        problem = f"has the scheme {parts.scheme!r}"
    elif not parts.hostname or port == -1 or re.search(r"[\s,;]", parts.netloc):
        problem = "is not an address"
    elif parts.username or parts.password:
        problem = "holds a user name or password, which belong into the other two settings"
        given = parts.hostname
    elif parts.query or parts.fragment:
        problem = "has something after '?' or '#'"
    elif path and not GATEWAY_PATH.match(path):
        problem = f"has the path {path!r}"
    else:
        # Atlassian's own hosts speak https only; a token must not travel in the clear first.
        scheme = "https" if parts.hostname.endswith(ATLASSIAN_DOMAINS) else parts.scheme
        return f"{scheme}://{parts.netloc}{path}"
    raise SettingsError(f"jiraHost is {given!r}, which {problem}: {EXPECTED_HOST}.")


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


def _required(config: Mapping[str, Any], name: str, expected: str) -> str:
    value = _text(config, name)
    if not value:
        head, *rest = name.split("_")
        shown = head + "".join(word.capitalize() for word in rest)
        raise SettingsError(
            f"{shown} is missing: expected {expected} (OCEAN__INTEGRATION__CONFIG__{name.upper()})."
        )
    return value
