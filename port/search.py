"""Port's search over all that it has; the framework's own is for what this integration made."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus

from port_ocean.clients.port.client import PortClient
from port_ocean.clients.port.types import UserAgentType
from port_ocean.clients.port.utils import handle_port_status_code
from port_ocean.core.models import Entity

from jira.http.bodies import parsed

IN_ONE_RULE = 1000
"""Identifiers that a rule names: tens of thousands are more than a body may hold."""
PAGE = 1000
"""Port's limit for a page."""

type Rule = Mapping[str, Any]


def _source(part: str) -> Rule:
    return {"property": "$datasource", "operator": "contains", "value": part}


MADE_BY_PORT = _source("port-auto-")
"""How the data source of an entity begins that Port made for a relation."""


async def search(port: PortClient, rules: Sequence[Rule]) -> list[Entity]:
    """The entities for which all rules hold, whoever made them.

    Raises httpx.HTTPError. https://docs.port.io/search-and-query/
    """
    response = await port.client.post(
        f"{port.auth.api_url}/entities/search",
        json={"combinator": "and", "rules": [*rules]},
        headers=await port.auth.headers(),
        params={"include": ["blueprint", "identifier", "title", "properties", "relations"]},
        extensions={"retryable": True},
    )
    handle_port_status_code(response)
    return [Entity.parse_obj(row) for row in response.json()["entities"]]


async def page(
    port: PortClient,
    blueprint: str,
    rules: Sequence[Rule],
    *,
    begin: str | None = None,
    limit: int | None = None,
    include: Sequence[str] = (),
    retried: bool = True,
) -> tuple[list[Entity], str | None]:
    """A page of a blueprint's entities for which all rules hold, and where the next one begins.

    `include` are the fields that are wanted, all where it is empty. Raises httpx.HTTPError.
    """
    rows, following = await page_of_rows(
        port, blueprint, rules, begin=begin, limit=limit, include=include, retried=retried
    )
    return [Entity.parse_obj(row) for row in rows], following


async def page_of_rows(
    port: PortClient,
    blueprint: str,
    rules: Sequence[Rule],
    *,
    begin: str | None = None,
    limit: int | None = None,
    include: Sequence[str] = (),
    retried: bool = True,
) -> tuple[list[dict[str, Any]], str | None]:
    """The same, as Port's JSON.

    https://docs.port.io/api-reference/search-a-blueprints-entities/
    """
    body = {"query": {"combinator": "and", "rules": [*rules]}, "limit": limit or PAGE}
    response = await port.client.post(
        f"{port.auth.api_url}/blueprints/{quote_plus(blueprint)}/entities/search",
        json=body
        | ({"from": begin} if begin else {})
        | ({"include": [*include]} if include else {}),
        headers=await port.auth.headers(),
        extensions={"retryable": retried},
    )
    handle_port_status_code(response, should_log=False)
    answer = parsed(response.content)
    return answer.get("entities", []), answer.get("next")


async def pages(port: PortClient, blueprint: str, rules: Sequence[Rule]) -> list[Entity]:
    """All entities of a blueprint for which all rules hold. Raises httpx.HTTPError."""
    found, begin = await page(port, blueprint, rules)
    while begin:
        more, begin = await page(port, blueprint, rules, begin=begin)
        found += more
    return found


def by_us(port: PortClient) -> list[Rule]:
    """Rules: written by this integration, as the framework's own search has them."""
    return [
        _source(f"port-ocean/{port.auth.integration_type}/"),
        _source(f"/{port.auth.integration_identifier}/{UserAgentType.exporter.value}"),
    ]


def for_us(port: PortClient) -> list[Rule]:
    """Rules: made by Port for a relation that this integration wrote."""
    return [MADE_BY_PORT, _source(f"/{port.auth.integration_identifier}/")]


def of_ours(port: PortClient) -> Rule:
    """A rule: either of these. Nobody says whose it is when the one made it, the other filled it.

    Stubs are among them.
    """
    groups = [{"combinator": "and", "rules": rules} for rules in (by_us(port), for_us(port))]
    return {"combinator": "or", "rules": groups}


def is_of(blueprint: str) -> Rule:
    """A rule: of that blueprint."""
    return {"property": "$blueprint", "operator": "=", "value": blueprint}


def is_one_of(blueprints: Iterable[str]) -> Rule:
    """A rule: of one of these blueprints."""
    return {"combinator": "or", "rules": [is_of(blueprint) for blueprint in sorted(blueprints)]}


def is_called(names: Sequence[str]) -> list[Rule]:
    """Rules of which one holds for what is called one of the names; each fits into a body."""
    return [
        {"property": "$identifier", "operator": "in", "value": part} for part in in_parts(names)
    ]


def in_parts(names: Sequence[str]) -> list[list[str]]:
    """As many names as one rule may have, and again."""
    return [list(names[start : start + IN_ONE_RULE]) for start in range(0, len(names), IN_ONE_RULE)]
