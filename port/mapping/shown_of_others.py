"""What a resource's rows show of other issues: found in its expressions, without I/O.

A row holds pieces of others: its parent's summary and status, its sub-tasks', its links'. An
expression is followed as jq would run it, with places of the row instead of values. Conservative
on purpose: what is handed on whole, or can't be followed, counts as read whole.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.changed_issues import TIMES
from port.mapping.expressions import UnclearError, texts
from port.mapping.jq_follow import follow
from port.mapping.jq_places import PLAIN, Reads, items_of


class Relation(StrEnum):
    """Where a row shows something of other issues; the name of the field in a row of an issue."""

    PARENT = "parent"
    SUBTASKS = "subtasks"
    LINKS = "issuelinks"
    SUMS = "sums"
    """Times that Jira adds up over an issue and its sub-tasks."""
    INSIGHT = "insight"
    """Of a project: how many issues it has, and when one changed last."""


Names = frozenset[str] | None
"""What is read of another issue: names of its fields, `key` and `times`; None for anything."""
LAST_CHANGE = "lastIssueUpdateTime"
"""What a project shows of its issues, and any event of an issue changes."""
SUMS = frozenset(
    (
        *("aggregatetimespent", "aggregatetimeestimate", "aggregatetimeoriginalestimate"),
        "aggregateprogress",
    )
)
EPIC = "epic"
"""What a board's row shows of the epic that is the issue's parent."""
EVERYTHING: Mapping[Relation, Names] = dict.fromkeys(Relation)


def shown_of_others(resource: ResourceConfig) -> Mapping[Relation, Names]:
    """What a resource reads of other issues, by the relation; what it doesn't read is absent."""
    return _shown(resource, resource.port.entity.mappings.dict(exclude_none=True))


def shown_beside_relations(resource: ResourceConfig) -> Mapping[Relation, Names]:
    """The same without its relations to other entities, of which Port tells where they point."""
    mapped = resource.port.entity.mappings.dict(exclude_none=True)
    searches = {name: to for name, to in mapped["relations"].items() if not isinstance(to, str)}
    return _shown(resource, {**mapped, "relations": searches})


def _shown(resource: ResourceConfig, mapped: Mapping[str, Any]) -> Mapping[Relation, Names]:
    expressions = (resource.selector.query, *texts(mapped))
    return shown_by(expressions, resource.port.items_to_parse)


def shows(
    read: Mapping[Relation, Names], relation: Relation, changed: Collection[str] | None
) -> bool:
    """Whether rows may look different where this of another issue changed; None for anything."""
    if relation not in read or changed is None:
        return relation in read
    names = read[relation]
    return bool(changed) if names is None else not names.isdisjoint(changed)


@lru_cache(maxsize=64)
def shown_by(expressions: tuple[str, ...], items: str | None) -> Mapping[Relation, Names]:
    """What expressions read of other issues; with `items`, each of a row's items is a row."""
    reads = Reads()
    try:
        item = PLAIN
        if items is not None:
            item = items_of(follow(items, reads))
        for expression in expressions:
            reads.whole(follow(expression, reads, item))
    except (UnclearError, RecursionError):
        return EVERYTHING
    if reads.everything:
        return EVERYTHING
    found: dict[Relation, Names] = {
        Relation(name): None if read is None else frozenset(read)
        for name, read in reads.of.items()
        if name in set(Relation)
    }
    if EPIC in reads.fields:
        found[Relation.PARENT] = None
    if reads.fields & SUMS:
        found[Relation.SUMS] = frozenset((TIMES,))
    return found
