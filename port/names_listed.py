"""What the framework holds to a resync's end: names, of what was written and what Port has."""

from typing import Any

from port_ocean.clients.port.client import PortClient
from port_ocean.clients.port.types import UserAgentType
from port_ocean.clients.port.utils import handle_port_status_code
from port_ocean.core.models import Entity

from jira.http.bodies import parsed
from port.name_alone import name_alone, reduced
from port.pages import in_turns
from port.resync import RESYNC

PAGE = 2000
"""Whole entities come, whatever is wanted: five thousand of a few kilobytes are 100 MB at once."""


def list_names(port: PortClient) -> None:
    """Have the framework's list at a resync's end hold names, which are all that it looks at.

    Whole, the entities of a large site are as much memory as everything else together. Nobody else
    asks for what is from `before` a moment.
    """
    whole = port.search_entities

    async def search_entities(
        user_agent_type: UserAgentType,
        query: dict[Any, Any] | None = None,
        parameters_to_include: list[str] | None = None,
        before: str | None = None,
    ) -> list[Entity]:
        if query is None and before is not None:
            return await names_before(port, user_agent_type, before)
        return await whole(user_agent_type, query, parameters_to_include, before)

    port.search_entities = search_entities  # type: ignore[method-assign]


def keep_names(port: PortClient) -> None:
    """Have the framework keep little of each entity of a resync: its own reduction is a kilobyte.

    Outside of a resync that is for whoever goes on with the entities.
    """
    reduce_entity = port._reduce_entity

    def _reduce_entity(entity: Entity) -> Entity:
        return reduce_entity(entity) if RESYNC.get(None) is None else reduced(entity)

    port._reduce_entity = _reduce_entity  # type: ignore[method-assign]


async def names_before(port: PortClient, agent: UserAgentType, before: str) -> list[Entity]:
    """The names of what this integration has in Port and wrote last before a moment (ISO 8601).

    Asks as the framework does. Raises httpx.HTTPError, or ValueError for what is no answer of
    Port's: a shorter list than Port has never comes back.
    """
    asked = {
        "datasource_prefix": f"port-ocean/{port.auth.integration_type}/",
        "datasource_suffix": f"/{port.auth.integration_identifier}/{agent.value}",
        "limit": PAGE,
        "before": before,
    }
    found: list[Entity] = []
    begin: str | None = None
    while True:
        response = await port.client.post(
            f"{port.auth.api_url}/blueprints/entities/datasource-entities",
            json=asked | ({"from": begin} if begin else {}),
            headers=await port.auth.headers(agent),
            extensions={"retryable": True},
        )
        handle_port_status_code(response)
        answer = parsed(response.content)
        del response
        try:
            async for rows in in_turns(answer["entities"]):
                found += [name_alone(row["blueprint"], row["identifier"]) for row in rows]
            begin = answer.get("next")
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("Port's list of what is from this integration is none") from error
        if not begin:
            return found
