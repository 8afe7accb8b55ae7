"""How a request says who we are, and where it goes.

A classic API token speaks to the site itself; a token with scopes, a service account and OAuth
speak to Atlassian's gateway, which names a site by its cloud id.
https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/
https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
"""

import base64
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from jira.errors import JiraAuthenticationError
from jira.settings import ATLASSIAN_DOMAINS, GATEWAY, is_gateway

_TOKEN = re.compile(r"[\x21-\x7e]+")
JWT_PARTS = 3
LATEST_EXPIRY = 32_503_680_000
"""The year 3000; a calendar ends somewhere."""

FindCloudId = Callable[[str], Awaitable[str]]


class Authentication(Protocol):
    """Where requests go and what they carry."""

    @property
    def uses_gateway(self) -> bool:
        """Whether the gateway is spoken to: webhooks can't be managed through it."""

    async def base_url(self) -> str:
        """The address that paths such as /rest/api/3/myself are appended to. Raises JiraError."""

    def headers(self) -> dict[str, str]:
        """The headers that prove who we are; made anew for each request. Raises JiraError."""

    def renewed(self) -> bool:
        """Whether the credentials changed since `headers` was called: then a 401 may be over."""

    def describe(self) -> str:
        """A phrase for the log, without anything personal or secret."""

    def expires(self) -> float | None:
        """When the credentials end (seconds since 1970), where they say so themselves."""


class BasicAuthentication:
    """E-mail and API token: on the site's own host, or on the gateway for a token with scopes."""

    def __init__(self, host: str, email: str, token: str) -> None:
        self._host = host
        self._value = base64.b64encode(f"{email}:{token}".encode()).decode("ascii")

    @property
    def uses_gateway(self) -> bool:
        """Whether jiraHost is an address of the gateway."""
        return is_gateway(self._host)

    async def base_url(self) -> str:
        """The host as it is set."""
        return self._host

    def headers(self) -> dict[str, str]:
        """The Authorization header."""
        return {"Authorization": f"Basic {self._value}"}

    def renewed(self) -> bool:
        """Never: a setting changes with a restart."""
        return False

    def expires(self) -> float | None:
        """Nobody tells when an API token ends."""
        return None

    def secrets(self) -> tuple[str, ...]:
        """What must never be read in a log."""
        return (self._value,)

    def describe(self) -> str:
        """Which kind of token is expected to be used."""
        kind = "an API token with scopes" if self.uses_gateway else "a classic API token"
        return f"e-mail and {kind} on {self._host}"


class BearerAuthentication:
    """An OAuth 2.0 access token from a file that somebody else renews."""

    def __init__(self, host: str, token_file: Path, find_cloud_id: FindCloudId) -> None:
        """`find_cloud_id` looks up the cloud id of a site's address."""
        self._host = host
        self._file = token_file
        self._find_cloud_id = find_cloud_id
        self._base_url: str | None = None
        self._read_at = 0
        self._token = ""

    uses_gateway = True

    async def base_url(self) -> str:
        """The gateway's address of the site; looked up once. Raises JiraError."""
        if self._base_url is None:
            hostname = urlsplit(self._host).hostname or ""
            on_site = hostname.endswith(ATLASSIAN_DOMAINS) and not is_gateway(self._host)
            self._base_url = (
                f"{GATEWAY}/{await self._find_cloud_id(self._host)}" if on_site else self._host
            )
        return self._base_url

    def headers(self) -> dict[str, str]:
        """The Authorization header. Raises JiraAuthenticationError where there is no token."""
        self._read()
        return {"Authorization": f"Bearer {self._token}"}

    def renewed(self) -> bool:
        """Whether the file holds another token than the one that was sent."""
        sent = self._token
        self._read_at = 0
        self._read()
        return self._token != sent

    def describe(self) -> str:
        """Where the token comes from."""
        return f"the OAuth access token in {self._file} for {self._host}"

    def expires(self) -> float | None:
        """As the token says that was sent last, if it is one that says so."""
        return expiry_in(self._token)

    def _read(self) -> None:
        try:
            changed_at = self._file.stat().st_mtime_ns
            if changed_at != self._read_at:
                self._token = self._file.read_text("utf-8-sig").strip()
                self._read_at = changed_at
        except UnicodeError:
            self._token = ""
        except OSError as error:
            raise JiraAuthenticationError(
                f"The OAuth access token can't be read from {self._file} "
                f"(OCEAN__OAUTH_ACCESS_TOKEN_FILE_PATH): {error.strerror}."
            ) from error
        if not _TOKEN.fullmatch(self._token):
            raise JiraAuthenticationError(
                f"The file {self._file} (OCEAN__OAUTH_ACCESS_TOKEN_FILE_PATH) holds no token: "
                "expected one line of printable ASCII."
            )


def expiry_in(token: str) -> float | None:
    """The moment (seconds since 1970) that a JWT says it expires at; None for any other token."""
    parts = token.split(".")
    if len(parts) != JWT_PARTS:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    moment = claims.get("exp") if isinstance(claims, dict) else None
    if isinstance(moment, bool) or not isinstance(moment, int | float):
        return None
    return float(moment) if 0 < moment < LATEST_EXPIRY else None
