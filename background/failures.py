"""What fails of background work: told apart from Jira or Port being down, so that it costs only
itself.
"""

from collections.abc import Collection

import httpx
from port_ocean.core.handlers.port_app_config.models import PortAppConfig

from client import JiraClient
from jira.errors import JiraError
from port.entities import is_transient
from port.failing import Failing
from port.mapping.resources import blueprint_of, label


class Failures:
    """Takes one failure after the other, and notes those that are somebody's own."""

    def __init__(self, client: JiraClient, failing: Failing) -> None:
        self._client = client
        self.failing = failing

    async def note(self, what: str, error: Exception, *, behind: bool = False) -> None:
        """It alone failed; raises as `raise_outage`.

        `behind`: the resource fell behind by it.
        """
        await self.raise_outage(error)
        self.failing.note(what, error, whole=True)
        if behind:
            self.failing.fell_behind(what)

    async def raise_outage(self, error: Exception) -> None:
        """Raise where a failure isn't a resource's own: Port fails, or Jira isn't there for us."""
        if isinstance(error, httpx.HTTPError) and is_transient(error):
            raise error
        if isinstance(error, JiraError):
            await self._client.verify_credentials()

    def fall_behind(self, blueprints: Collection[str], mapping: PortAppConfig) -> None:
        """What was written without a relation that can be made by now has to be read as a whole."""
        for index, resource in enumerate(mapping.resources):
            if blueprint_of(resource) in blueprints:
                self.failing.fell_behind(label(resource, index))
