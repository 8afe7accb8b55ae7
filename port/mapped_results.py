"""What rows come to: entities to be written, and those that should go."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.handlers.webhook.webhook_event import WebhookEventRawResults
from port_ocean.core.models import Entity

from jira.payloads import Row
from kinds import Kinds
from port.deletions import goes_by_own_name, without
from port.mapping.resources import identity_only, kind_of
from port.mapping.row_mapper import RowMapper


@dataclass
class MappedResults:
    """The entities of rows: to be written, and those that should go.

    That is rows that the resource's query leaves out, and rows that are gone; not what any
    resource maps. What the rows of the kinds `unclear` no longer give can't be asked for by name.
    """

    upserts: list[Entity] = field(default_factory=list)
    goes: list[Entity] = field(default_factory=list)
    unclear: set[Kinds] = field(default_factory=set)
    errors: list[tuple[ResourceConfig, Exception]] = field(default_factory=list)


async def map_results(
    results: Iterable[WebhookEventRawResults], mapper: RowMapper
) -> MappedResults:
    """Map all rows of a resource at once."""
    found = MappedResults()
    for resource, updated, deleted in _by_resource(results):
        mapped = await mapper.map(resource, updated)
        found.upserts += mapped.passed
        found.errors += [(resource, error) for error in mapped.errors]
        if goes_by_own_name(resource):
            identified = await mapper.map(identity_only(resource), deleted)
            found.goes += [*mapped.failed, *identified.passed, *identified.failed]
        elif (kind := kind_of(resource)) is not None:
            found.unclear.add(kind)
    found.goes = without(found.goes, found.upserts)
    return found


def _by_resource(
    results: Iterable[WebhookEventRawResults],
) -> list[tuple[ResourceConfig, list[Row], list[Row]]]:
    """The rows to update and those that are gone; all of a resource together, each once."""
    found: dict[int, tuple[ResourceConfig, dict[int, Row], dict[int, Row]]] = {}
    for result in results:
        if result.has_resource:
            of = result.resource
            _, updated, deleted = found.setdefault(id(of), (of, {}, {}))
            # Events of one subject share the row that was read for them: map it once.
            updated |= {id(row): row for row in result.updated_raw_results}
            deleted |= {id(row): row for row in result.deleted_raw_results}
    return [(of, [*up.values()], [*gone.values()]) for of, up, gone in found.values()]
