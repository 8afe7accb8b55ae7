"""Port's search over all that it has; the framework's own is for what this integration made."""

from typing import Any

from port_ocean.clients.port.client import PortClient
from port_ocean.clients.port.utils import handle_port_status_code
from port_ocean.core.models import Entity

IN_ONE_RULE = 1000
"""Identifiers that a rule names: tens of thousands are more than a body may hold."""


async def search(port: PortClient, rules: list[dict[str, Any]]) -> list[Entity]:
    """The entities for which all rules hold, whoever made them.

    Raises httpx.HTTPError. https://docs.port.io/search-and-query/
    """
    response = await port.client.post(
        f"{port.auth.api_url}/entities/search",
        json={"combinator": "and", "rules": rules},
        headers=await port.auth.headers(),
        params={"include": ["blueprint", "identifier", "title", "properties", "relations"]},
        extensions={"retryable": True},
    )
    handle_port_status_code(response)
    return [Entity.parse_obj(row) for row in response.json()["entities"]]


def is_of(blueprint: str) -> dict[str, str]:
    """A rule: of that blueprint."""
    return {"property": "$blueprint", "operator": "=", "value": blueprint}


def is_called(names: list[str]) -> list[dict[str, Any]]:
    """Rules of which one holds for what is called one of the names; each fits into a body."""
    return [
        {
            "property": "$identifier",
            "operator": "in",
            "value": names[start : start + IN_ONE_RULE],
        }
        for start in range(0, len(names), IN_ONE_RULE)
    ]
