"""What a sweep has to do: decided from what Port has and what Jira has, without I/O."""

from collections.abc import Collection, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field

from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.models import Entity

from background.sweep_found import Wrong
from client import KINDS
from jira.changed_issues import ChangedIssue
from jira.errors import JiraUnavailableError
from jira.kinds.of_issues import KindOfIssues
from jira.payloads import Row, project_key
from port.deletions import goes_by_own_name
from port.entities import EntityKey, has_details, is_stub, key_of, targets_of
from port.mapping.resources import blueprint_of, kind_of, label


@dataclass
class Read:
    """What Jira has, as entities: all of them by name, and of which blueprints that is all.

    `detailed`: whether Port told more than names. `failed` and `done` are resources; `unmapped`
    those with a row that couldn't be mapped.
    """

    detailed: bool = True
    expected: set[EntityKey] = field(default_factory=set)
    complete: set[str] = field(default_factory=set)
    incomplete: set[str] = field(default_factory=set)
    failed: dict[str, Exception] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    unmapped: set[str] = field(default_factory=set)
    wrong: Wrong = field(default_factory=Wrong)


@dataclass
class Plan:
    """Entities that Port has too many, and those that a limit keeps for somebody to look at."""

    extra: list[Entity] = field(default_factory=list)
    over_limit: dict[str, list[Entity]] = field(default_factory=dict)


def plan(
    at_port: Iterable[Entity],
    expected: Collection[EntityKey],
    *,
    blueprints: Collection[str],
    limit_percent: float,
    explained: Collection[EntityKey] = (),
) -> Plan:
    """Compare. `blueprints` are those of which everything was read.

    A stub stays as long as something that stays points at it, as after a fresh resync. What is
    `explained` (an issue of a project that is gone) doesn't count for the limit.
    """
    entities = list(at_port)
    # Where Port tells nothing but names, nothing can be known to be a stub.
    stub = is_stub if has_details(entities) else _never
    absent = [e for e in entities if e.blueprint in blueprints and key_of(e) not in expected]
    found = Plan()
    for blueprint in blueprints:
        full = [e for e in entities if e.blueprint == blueprint and not stub(e)]
        extra = [e for e in absent if e.blueprint == blueprint and not stub(e)]
        counted = [e for e in extra if key_of(e) not in explained]
        if counted and len(counted) * 100 > limit_percent * len(full):
            found.over_limit[blueprint] = extra
    kept = {key_of(e) for extra in found.over_limit.values() for e in extra}
    goes = {key_of(e) for e in absent if key_of(e) not in kept}
    # A stub stays for what stays; one that only other stubs or entities that go point at doesn't.
    needed = {t for e in entities if key_of(e) not in goes for t in targets_of(e)}
    found.extra = [
        e for e in absent if key_of(e) in goes and not (stub(e) and str(e.identifier) in needed)
    ]
    return found


def is_outage(failed: Mapping[str, Exception], done: Sized) -> bool:
    """Whether Jira is down, although it knows us: unrelated reads failed, and no other succeeded.

    `failed` and `done` are resources.
    """
    return (
        not done
        and len(failed) > 1
        and all(isinstance(error, JiraUnavailableError) for error in failed.values())
    )


def news_of(
    resource: ResourceConfig,
    rows: Sequence[Row],
    wrong: Sequence[Entity],
    at_port: Mapping[EntityKey, Entity],
) -> list[ChangedIssue]:
    """Issues whose entities Port has otherwise: others may show that, and no event told of it.

    What only one of both entities relates to shows it now, or did. Where an entity isn't called
    like its issue it may be any of the rows.
    """
    if not wrong:
        return []
    if not goes_by_own_name(resource):
        return [ChangedIssue(str(row["id"]), changed=None, compared=True) for row in rows]
    return [
        ChangedIssue(
            str(entity.identifier), changed=None, shown_by=frozenset(others), compared=True
        )
        for entity in wrong
        for known in [at_port.get(key_of(entity))]
        for others in [named_issues(targets_of(entity) ^ (targets_of(known) if known else set()))]
    ]


def gone_news(entities: Iterable[Entity], mapping: PortAppConfig) -> list[ChangedIssue]:
    """Issues that are too much in Port: others may show them, and no event told of it."""
    of_issues = {
        blueprint_of(resource)
        for resource in mapping.resources
        if is_of_issues(resource) and goes_by_own_name(resource)
    }
    return [
        ChangedIssue(
            str(entity.identifier),
            changed=None,
            gone=True,
            subtasks=True,
            shown_by=frozenset(named_issues(targets_of(entity))),
            compared=True,
        )
        for entity in entities
        if entity.blueprint in of_issues
    ]


def made_of(blueprints: Collection[str], mapping: PortAppConfig) -> list[str]:
    """What the log calls the resources that make entities of these blueprints, and of no others."""
    return [
        label(resource, index)
        for index, resource in enumerate(mapping.resources)
        if blueprint_of(resource) in blueprints
    ]


def is_of_issues(resource: ResourceConfig) -> bool:
    """Whether a row of the resource is an issue."""
    kind = kind_of(resource)
    return kind is not None and issubclass(KINDS[kind], KindOfIssues)


def named_issues(names: Iterable[str]) -> set[str]:
    """Those of some identifiers that may be names of issues."""
    return {name for name in names if KindOfIssues.is_name(name)}


def projects_named_by(entity: Entity) -> set[str]:
    """The keys of projects that an entity's name and its relations point at, by their form."""
    names = {str(entity.identifier), *targets_of(entity)}
    return {key for name in names if (key := project_key(name))}


def _never(_: Entity) -> bool:
    return False


def grouped(entities: Iterable[Entity]) -> Mapping[EntityKey, Entity]:
    """Entities by what makes them one of their kind."""
    return {key_of(entity): entity for entity in entities}


def over_limit_message(blueprint: str, entities: Sequence[Entity], percent: float) -> str:
    """Why nothing of a blueprint is deleted, and what to do."""
    shown = ", ".join(str(entity.identifier) for entity in entities[:10])
    return (
        f"The sweep would delete {len(entities)} entities of {blueprint} ({shown}…), more than "
        f"sweepDeleteLimit and the mapping's entityDeletionThreshold allow ({percent:.0f} %): "
        "nothing is deleted. If they are really gone from Jira, raise both or start a resync."
    )


def is_named_plainly(resource: ResourceConfig) -> bool:
    """Whether a row of id and key alone surely gives the same name as a whole one."""
    return (
        blueprint_of(resource) is not None
        and not resource.port.items_to_parse
        and resource.selector.query.strip() == "true"
        and str(resource.port.entity.mappings.identifier).strip() in (".key", ".id")
    )
