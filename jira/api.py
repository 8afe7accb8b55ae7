"""One request to Jira."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx
from port_ocean.exceptions.clients import BlockedIPError

from jira.auth import Authentication
from jira.errors import JiraRequestError, JiraUnavailableError
from jira.responses import read_answer
from jira.transport import ENDPOINT

Query = Mapping[str, str | int | bool | Sequence[str]]


class JiraApi:
    """Sends requests and turns answers into JSON or into a JiraError.

    A path is a template (`/rest/api/3/project/{key}/version`) and its values are quoted here;
    the template is also what the rate limiter counts by.
    """

    def __init__(self, http: httpx.AsyncClient, authentication: Authentication) -> None:
        self._http = http
        self._authentication = authentication

    async def get(self, path: str, query: Query | None = None, **values: str) -> Any:
        """Read. Raises JiraError."""
        return await self._send("GET", path, values, query=query, repeatable=True)

    async def read_by_post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Read by a POST, which may be repeated like a GET. Raises JiraError."""
        return await self._send("POST", path, {}, body=body, repeatable=True)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Create; sent once, since a repeated one could create twice. Raises JiraError."""
        return await self._send("POST", path, {}, body=body, repeatable=False)

    async def put(self, path: str, body: Mapping[str, Any], **values: str) -> Any:
        """Change. Raises JiraError."""
        return await self._send("PUT", path, values, body=body, repeatable=True)

    async def delete(self, path: str, **values: str) -> Any:
        """Remove. Raises JiraError."""
        return await self._send("DELETE", path, values, repeatable=True)

    async def _send(
        self,
        method: str,
        template: str,
        values: Mapping[str, str],
        *,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        repeatable: bool,
    ) -> Any:
        if any(not value.strip(".") for value in values.values()):
            # An empty segment, or dots that would climb to another path.
            raise JiraRequestError(f"{method} {template} can't be asked for {dict(values)}.")
        path = template.format(**{name: quote(value, safe="") for name, value in values.items()})
        try:
            response = await self._http.request(
                method,
                f"{self._authentication.base_url}{path}",
                params=dict(query) if query else None,
                json=body,
                headers=self._authentication.headers(),
                extensions={
                    ENDPOINT: f"{method} {template}",
                    "retryable": repeatable,
                    "skip_retry": not repeatable,
                },
            )
        except (httpx.HTTPError, httpx.InvalidURL, BlockedIPError) as error:
            raise JiraUnavailableError(
                f"{method} {path} got no answer from {self._authentication.base_url} "
                f"({type(error).__name__}: {error or 'no more is known'}). "
                "Check the network, the proxy settings and jiraHost."
            ) from error
        return read_answer(method, path, response.status_code, response.headers, response.content)
