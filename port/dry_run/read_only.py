"""An HTTP client for Port that lets reads through and nothing else."""

import re
from typing import Any

import httpx

from jira.errors import JiraError

_READS = re.compile(
    r"^.*?/v\d+/(auth/access_token|entities/search|blueprints/[^/]+/entities/search"
    r"|blueprints/entities/datasource-entities)$"
)
"""What is asked with POST and changes nothing. https://docs.port.io/api-reference/"""


class WouldWriteError(JiraError):
    """Something was about to be written although nothing may be."""


def is_read(method: str, url: str) -> bool:
    """Whether a request to Port leaves everything as it is."""
    path = httpx.URL(url).path
    return method == "GET" or (method == "POST" and _READS.match(path) is not None)


class ReadOnlyHttp:
    """Takes the place of Port's HTTP client; whoever would write with it gets a WouldWriteError."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def get(self, url: str, **kwargs: Any) -> httpx.Response:
        """As httpx."""
        return await self._http.get(url, **kwargs)

    async def post(self, url: str, **kwargs: Any) -> httpx.Response:
        """As httpx, for what only reads. Raises WouldWriteError."""
        if not is_read("POST", url):
            raise WouldWriteError(f"POST {httpx.URL(url).path} would write to Port")
        return await self._http.post(url, **kwargs)

    def __getattr__(self, name: str) -> Any:
        raise WouldWriteError(f"{name.upper()} may write to Port, and nothing may be written")
