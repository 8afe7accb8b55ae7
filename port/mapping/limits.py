"""What the catalog learns late by a mapping's queries, in sentences for whoever wrote them."""

from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig

from jira.jql_reads import Date, JqlReads, reads_of
from port.deletions import goes_by_own_name
from port.mapping.resources import JiraIssueConfig, blueprint_of, label


def query_reads(resource: ResourceConfig) -> JqlReads:
    """What a resource's query reads; nothing where it has none."""
    return reads_of(str(getattr(resource.selector, "jql", None) or ""))


def dates_looked_at(resource: ResourceConfig) -> frozenset[Date]:
    """The dates in a query of issues of which it can be asked what they passed by.

    Where an entity isn't called like its issue, or its blueprint is computed, only a comparison of
    all tells which ones are too much.
    """
    if not isinstance(resource, JiraIssueConfig) or blueprint_of(resource) is None:
        return frozenset()
    asked = goes_by_own_name(resource) and resource.enable_delete
    return query_reads(resource).dates if asked else frozenset()


def has_calendar(mapping: PortAppConfig) -> bool:
    """Whether a query of issues has a date of the calendar."""
    return any(
        isinstance(resource, JiraIssueConfig) and query_reads(resource).calendar
        for resource in mapping.resources
    )


def limits_of(mapping: PortAppConfig) -> list[str]:
    """A sentence for each resource whose query is changed by what no event tells."""
    found = []
    for index, resource in enumerate(mapping.resources):
        reads = query_reads(resource)
        late = list(reads.untold)
        late += sorted({date.field for date in reads.dates - dates_looked_at(resource)})
        if reads.calendar and not isinstance(resource, JiraIssueConfig):
            late.append("a date of the calendar")
        if late:
            found.append(
                f"{label(resource, index)}: no event tells when {', '.join(dict.fromkeys(late))} "
                "in its query lets something in or out; that shows with the next sweep"
            )
    return found
