"""Rows of resources, as they are written: all of them, or those that Port has a name for."""

from collections.abc import AsyncGenerator, Iterable

from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from client import JiraClient
from jira.payloads import Row
from kinds import Kinds
from port.mapping.resources import blueprint_of, kind_of, selector_of


async def all_rows(client: JiraClient, resource: ResourceConfig) -> AsyncGenerator[list[Row], None]:
    """Every row of a resource, page by page. Raises JiraError, at the end at the latest."""
    async for page in client.read_all(Kinds(resource.kind), await selector_of(resource)):
        yield page


async def related(
    client: JiraClient, entities: Iterable[Entity], mapping: PortAppConfig
) -> tuple[list[WebhookEventRawResults], list[Entity]]:
    """Entities of ours that Port has, read in Jira by the names they have in Port.

    Returns the rows that are there, and the entities that nothing in Jira stands for any more;
    of these, one that another resource still maps stays.
    """
    by_name: dict[str, dict[str, Entity]] = {}
    for entity in entities:
        by_name.setdefault(str(entity.blueprint), {})[str(entity.identifier)] = entity
    results = []
    gone = []
    for index, resource in enumerate(mapping.resources):
        kind = kind_of(resource)
        named = by_name.get(blueprint_of(resource) or "")
        if kind is None or not named:
            continue
        selector = await selector_of(resource)
        known = await client.kinds[kind].by_identifiers(list(named), selector)
        results.append(results_of(resource, index, known.rows))
        gone += [named[name] for name in known.gone]
    return results, gone


def results_of(resource: ResourceConfig, index: int, rows: list[Row]) -> WebhookEventRawResults:
    """Rows to be updated, as the framework wants them."""
    results = WebhookEventRawResults(updated_raw_results=rows, deleted_raw_results=[])
    results.resource = resource
    results.resource_index = index
    return results
