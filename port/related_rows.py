"""What an event touches besides its subject, read again.

A project's issues carry its name and vanish and come back with it; what pointed at a deleted
entity lost that relation in Port, while a fresh resync would have it, or a stub.
"""

from collections.abc import AsyncIterator, Iterable, Sequence

from port_ocean.core.handlers.port_app_config.models import (
    EntityMapping,
    MappingsConfig,
    PortAppConfig,
    ResourceConfig,
)
from port_ocean.core.handlers.webhook.webhook_event import WebhookEvent, WebhookEventRawResults
from port_ocean.core.models import Entity

from client import JiraClient
from jira.jql import restrict
from jira.kinds.issue import query_of
from jira.kinds.kind import Kind
from jira.kinds.registry import KINDS
from jira.kinds.selectors import JiraIssueConfig
from jira.payloads import Row, event_name, project_subjects
from kinds import Kinds
from port.mapping.fields_read import may_read


def projects_of(events: Iterable[WebhookEvent]) -> list[str]:
    """The ids of the projects that the events are about, each once."""
    ids = (
        subject.id
        for event in events
        if event_name(event.payload).startswith("project_")
        for subject in project_subjects(event.payload)
        if subject.id
    )
    return list(dict.fromkeys(ids))


def compared_after(events: Iterable[WebhookEvent]) -> tuple[Kinds, ...]:
    """The kinds of which the events tell that something changed, but not what."""
    names = {event_name(event.payload) for event in events}
    return tuple(
        kind.kind
        for kind in KINDS.values()
        if kind.compared_after and any(name.startswith(kind.compared_after) for name in names)
    )


async def project_issues(
    client: JiraClient, project_id: str, mapping: PortAppConfig, fields: Sequence[str] = ()
) -> AsyncIterator[list[WebhookEventRawResults]]:
    """The issues of a live project, page by page; nothing for one that isn't live."""
    if await client.projects.find([project_id], ""):
        clause = restrict(None, "project", [project_id])
        async for results in issues_where(client, clause, mapping, fields):
            yield results


async def issues_where(
    client: JiraClient, clause: str | None, mapping: PortAppConfig, fields: Sequence[str] = ()
) -> AsyncIterator[list[WebhookEventRawResults]]:
    """The issues of each selector (for which a JQL clause holds, too), page by page.

    With `fields`, only for mappings that may read one of these.
    """
    for index, resource in enumerate(mapping.resources):
        if not isinstance(resource, JiraIssueConfig) or (fields and not may_read(resource, fields)):
            continue
        query = await query_of(client, resource, clause)
        async for rows in client.issues.pages(query):
            yield [results_of(resource, index, rows)]


def reads(mapping: PortAppConfig, fields: Sequence[str]) -> bool:
    """Whether the mapping of issues may read one of these fields."""
    return any(
        may_read(resource, fields)
        for resource in mapping.resources
        if isinstance(resource, JiraIssueConfig)
    )


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
        known = await kind.by_identifiers(client, list(named), resource)
        results.append(results_of(resource, index, known.rows))
        gone += [named[name] for name in known.gone]
    return results, gone


def identity_only(resource: ResourceConfig) -> ResourceConfig:
    """The resource with a mapping that gives just blueprint and identifier: enough to delete.

    A deleted row is what an event carried, often without the fields that properties are made of.
    """
    mapping = resource.port.entity.mappings
    identity = EntityMapping.parse_obj(
        {"identifier": mapping.identifier, "blueprint": mapping.blueprint}
    )
    port = resource.port.copy(update={"entity": MappingsConfig(mappings=identity)})
    return resource.copy(update={"port": port})


def kind_of(resource: ResourceConfig) -> Kind | None:
    """Our kind of a resource; None for one we don't know."""
    return KINDS.get(Kinds(resource.kind)) if resource.kind in set(Kinds) else None


def blueprint_of(resource: ResourceConfig) -> str | None:
    """The blueprint that a resource always maps to; None where it is computed per row."""
    expression = resource.port.entity.mappings.blueprint.strip()
    literal = expression.strip("\"'")
    return literal if len(expression) == len(literal) + 2 and literal else None


def details_of(mapping: PortAppConfig) -> dict[str, list[str]]:
    """For each blueprint, what the mapping writes: as Port's search wants it named."""
    details: dict[str, list[str]] = {}
    for resource in mapping.resources:
        mapped = resource.port.entity.mappings
        if (blueprint := blueprint_of(resource)) is not None:
            names = details.setdefault(blueprint, [])
            names += [f"properties.{name}" for name in mapped.properties]
            names += [f"relations.{name}" for name in mapped.relations]
    return {blueprint: list(dict.fromkeys(names)) for blueprint, names in details.items()}


def results_of(resource: ResourceConfig, index: int, rows: list[Row]) -> WebhookEventRawResults:
    """Rows to be updated, as the framework wants them."""
    results = WebhookEventRawResults(updated_raw_results=rows, deleted_raw_results=[])
    results.resource = resource
    results.resource_index = index
    return results
