"""Rows of resources, as they are written: all of them, or those that Port has a name for."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, field

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from client import JiraClient
from jira.errors import JiraError
from jira.kinds.kind import Known
from jira.payloads import Row
from kinds import Kinds
from port.deletions import goes_by_own_name
from port.entities import EntityKey, key_of
from port.mapping.resources import blueprint_of, kind_of, selector_of
from port.mapping.row_mapper import RowMapper


@dataclass
class Looked:
    """What Jira says of entities that Port has.

    `alive` are entities as they are now, `gone` those that nothing in Jira stands for any more.
    `unsaid` are those that Jira can't be asked for by the name they have; what these came from is
    of the kinds `came_from`. Jira was asked for all others, and didn't say; reads of the kinds
    `failed` did. All of these stay.
    """

    alive: list[Entity] = field(default_factory=list)
    gone: list[Entity] = field(default_factory=list)
    unsaid: list[Entity] = field(default_factory=list)
    came_from: set[Kinds] = field(default_factory=set)
    failed: set[Kinds] = field(default_factory=set)


async def all_rows(client: JiraClient, resource: ResourceConfig) -> AsyncGenerator[list[Row], None]:
    """Every row of a resource, page by page. Raises JiraError, at the end at the latest."""
    async for page in client.read_all(Kinds(resource.kind), await selector_of(resource)):
        yield page


async def looked_up(
    client: JiraClient,
    entities: Iterable[Entity],
    mapping: PortAppConfig,
    mapper: RowMapper,
) -> Looked:
    """Entities of ours that Port has, read in Jira by the names they have in Port.

    An entity is gone where every resource that may make it goes by Jira's own names and Jira said
    so to each; where one resource can't tell, it is unsaid. Where a read fails nothing is said
    about what it would have told: a comparison of the kind makes up for it.
    """
    by_name: dict[str, dict[str, Entity]] = {}
    for entity in entities:
        by_name.setdefault(str(entity.blueprint), {})[str(entity.identifier)] = entity
    looked = Looked()
    told: set[EntityKey] = set()
    doubtful: set[EntityKey] = set()
    cannot_tell: set[EntityKey] = set()
    made_by: set[Kinds] = set()
    for resource in mapping.resources:
        kind = kind_of(resource)
        blueprint = blueprint_of(resource)
        # One that computes its blueprint may make an entity of any.
        may_make = list(by_name) if blueprint is None else [of for of in by_name if of == blueprint]
        asked = [(of, name) for of in may_make for name in by_name[of]]
        if kind is None or not goes_by_own_name(resource):
            cannot_tell.update(asked)
            made_by |= {kind} if kind is not None and asked else set()
            continue
        reader = client.kinds[kind]
        # What can't be its name it doesn't make, and has nothing to say about.
        names = list(dict.fromkeys(name for _, name in asked if reader.is_name(name)))
        if not names:
            continue
        try:
            known = await reader.by_identifiers(names, await selector_of(resource))
        except JiraError as error:
            known = Known(failed=error)
        if known.failed is not None:
            shown = ", ".join(names[:5])
            logger.warning(f"Not of all of {kind} {shown} something can be said: {known.failed}")
            looked.failed.add(kind)
        mapped = await mapper.map(resource, known.rows)
        looked.alive += mapped.passed
        said = {*known.gone, *(str(e.identifier) for e in (*mapped.passed, *mapped.failed))}
        told |= {key for key in asked if key[1] in said}
        doubtful |= {key for key in asked if key[1] in names and key[1] not in said}
    alive = {key_of(entity) for entity in looked.alive}
    for of, named in by_name.items():
        for key in ((of, name) for name in named):
            if key in alive or key in doubtful:
                continue
            if key in told and key not in cannot_tell:
                looked.gone.append(named[key[1]])
            else:
                looked.unsaid.append(named[key[1]])
                looked.came_from |= made_by if key in cannot_tell else set()
    return looked


def results_of(
    resource: ResourceConfig, index: int, rows: list[Row], gone: Sequence[Row] = ()
) -> WebhookEventRawResults:
    """Rows to be updated and rows that are gone, as the framework wants them."""
    results = WebhookEventRawResults(updated_raw_results=rows, deleted_raw_results=[*gone])
    results.resource = resource
    results.resource_index = index
    return results
