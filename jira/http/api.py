"""One request to Jira."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
from port_ocean.exceptions.clients import BlockedIPError

from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.http.auth import Authentication
from jira.http.patience import is_one_attempt
from jira.http.points import points_at_most, points_of
from jira.http.quota import Quota
from jira.http.responses import read_answer
from jira.http.transport import ENDPOINT, POINTS

Query = Mapping[str, str | int | bool | Sequence[str]]

SERVER_INFO = "/rest/api/3/serverInfo"
TENANT_INFO = "/_edge/tenant_info"
_GATEWAY_LINK = re.compile(rb"https:\\?/\\?/api\.atlassian\.com\\?/ex\\?/jira\\?/[0-9A-Za-z-]+")


class JiraApi:
    """Sends requests and turns answers into JSON or into a JiraError.

    A path is a template (`/rest/api/3/project/{key}/version`) and its values are quoted here;
    the template is also what the rate limiter counts by. Links to the gateway in an answer are
    turned into links to the site, which is where people's browsers have to go.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        authentication: Authentication,
        site: str | None = None,
        quota: Quota | None = None,
    ) -> None:
        """`site` is the address that browsers use; None where Jira has to be asked for it.

        `quota` is there where Jira counts points.
        """
        self._http = http
        self.quota = quota
        self.authentication = authentication
        self._site = site.encode() if site else None

    async def get(self, path: str, query: Query | None = None, **values: str) -> Any:
        """Read. Raises JiraError."""
        return (await self._send("GET", path, values, query=query, repeatable=True)).json

    async def read_by_post(self, path: str, body: Mapping[str, Any], **values: str) -> Any:
        """Read by a POST, which may be repeated like a GET. Raises JiraError."""
        return (await self.read_measured(path, body, **values)).json

    async def read_measured(self, path: str, body: Mapping[str, Any], **values: str) -> "Answer":
        """As `read_by_post`, with the size of the answer. Raises JiraError."""
        return await self._send("POST", path, values, body=body, repeatable=True)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Create; sent once, since a repeated one could create twice. Raises JiraError."""
        return (await self._send("POST", path, {}, body=body, repeatable=False)).json

    async def put(self, path: str, body: Mapping[str, Any], **values: str) -> Any:
        """Change. Raises JiraError."""
        return (await self._send("PUT", path, values, body=body, repeatable=True)).json

    async def delete(self, path: str, body: Mapping[str, Any] | None = None, **values: str) -> Any:
        """Remove. Raises JiraError."""
        return (await self._send("DELETE", path, values, body=body, repeatable=True)).json

    async def _send(
        self,
        method: str,
        template: str,
        values: Mapping[str, str],
        *,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        repeatable: bool,
    ) -> "Answer":
        if any(not value.strip(".") for value in values.values()):
            # An empty segment, or dots that would climb to another path.
            raise JiraRequestError(f"{method} {template} can't be asked for {dict(values)}.")
        path = template.format(**{name: quote(value, safe="") for name, value in values.items()})
        endpoint = f"{method} {template}"
        options = {
            "params": dict(query) if query else None,
            "json": body,
            "extensions": {
                ENDPOINT: endpoint,
                POINTS: points_at_most(endpoint, query, body),
                "retryable": repeatable,
                "skip_retry": not repeatable or is_one_attempt(),
            },
        }
        try:
            return await self._attempt(method, path, options)
        except JiraAuthenticationError:
            # Once more, and only with another token: failed logins in a row lock the account.
            if not self.authentication.renewed():
                raise
            return await self._attempt(method, path, options)

    async def _attempt(self, method: str, path: str, options: dict[str, Any]) -> "Answer":
        base_url = await self.authentication.base_url()
        headers = self.authentication.headers()
        try:
            response = await self._http.request(
                method, f"{base_url}{path}", headers=headers, **options
            )
        except (httpx.HTTPError, httpx.InvalidURL, BlockedIPError) as error:
            raise unanswered(method, path, base_url, error) from error
        content = response.content
        if _GATEWAY_LINK.search(content) and path != SERVER_INFO:
            content = _GATEWAY_LINK.sub(await self._site_address(), content)
        endpoint, admitted = (options["extensions"][name] for name in (ENDPOINT, POINTS))
        points = admitted
        try:
            found = read_answer(method, path, response.status_code, response.headers, content)
            points = points_of(endpoint, found)
        except JiraAuthenticationError as error:
            error.endpoint = endpoint
            raise
        finally:
            if self.quota is not None and not response.is_error:
                self.quota.cost(admitted, points)
        return Answer(found, len(content))

    async def _site_address(self) -> bytes:
        if self._site is None:
            info = await self.get(SERVER_INFO)
            address = info.get("baseUrl") if isinstance(info, dict) else None
            if not isinstance(address, str):
                raise JiraAnswerError(f"GET {SERVER_INFO} doesn't tell the site's address.")
            self._site = address.rstrip("/").encode()
        return self._site


class Answer(NamedTuple):
    """What Jira said, and how many bytes that took."""

    json: Any
    size: int


async def find_cloud_id(http: httpx.AsyncClient, host: str) -> str:
    """The cloud id of a site, which anybody may ask for. Raises JiraError.

    https://support.atlassian.com/jira/kb/retrieve-my-atlassian-sites-cloud-id/
    """
    try:
        response = await http.get(f"{host}{TENANT_INFO}")
    except (httpx.HTTPError, httpx.InvalidURL, BlockedIPError) as error:
        raise unanswered("GET", TENANT_INFO, host, error) from error
    info = read_answer("GET", TENANT_INFO, response.status_code, response.headers, response.content)
    cloud_id = info.get("cloudId") if isinstance(info, dict) else None
    if not isinstance(cloud_id, str) or not cloud_id:
        raise JiraAnswerError(f"GET {TENANT_INFO} of {host} doesn't tell a cloud id.")
    return cloud_id


def unanswered(method: str, path: str, base_url: str, error: Exception) -> JiraError:
    """The error for a request that got no answer."""
    return JiraUnavailableError(
        f"{method} {path} got no answer from {base_url} "
        f"({type(error).__name__}: {error or 'no more is known'}). "
        "Check the network, the proxy settings and jiraHost."
    )
