"""How a request says who we are."""

import base64
from typing import Protocol


class Authentication(Protocol):
    """Where requests go and what they carry."""

    @property
    def base_url(self) -> str:
        """The address that paths such as /rest/api/3/myself are appended to."""

    def headers(self) -> dict[str, str]:
        """The headers that prove who we are; made anew for each request."""

    def describe(self) -> str:
        """A phrase for the log, without any secret."""


class BasicAuthentication:
    """E-mail and API token on the site's own host.

    https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/
    """

    def __init__(self, host: str, email: str, token: str) -> None:
        self.base_url = host
        self._value = base64.b64encode(f"{email}:{token}".encode()).decode("ascii")

    def headers(self) -> dict[str, str]:
        """The Authorization header."""
        return {"Authorization": f"Basic {self._value}"}

    def secrets(self) -> tuple[str, ...]:
        """What must never be read in a log."""
        return (self._value,)

    def describe(self) -> str:
        """A phrase for the log, without any secret."""
        return f"e-mail and API token on {self.base_url}"
