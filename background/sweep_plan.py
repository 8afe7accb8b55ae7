"""What a sweep has to do: decided from what Port has and what Jira has, without I/O."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Sized
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
from port.entities import EntityKey, key_of, targets_of
from port.listed import Listed
from port.mapping.resources import blueprint_of, kind_of, label


@dataclass
class Read:
    """What was read of Jira: of which blueprints all, and which resources failed.

    `failed` and `done` are resources; `unmapped` those with a row that couldn't be mapped. `named`:
    by names alone, of which an account that Jira doesn't know gets fewer without a word.
    """

    complete: set[str] = field(default_factory=set)
    incomplete: set[str] = field(default_factory=set)
    any_incomplete: bool = False
    failed: dict[str, Exception] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    unmapped: set[str] = field(default_factory=set)
    named: bool = False
    wrong: Wrong = field(default_factory=Wrong)

    def lacks(self, resource: ResourceConfig) -> None:
        """Not all that a resource makes is known."""
        blueprint = blueprint_of(resource)
        self.any_incomplete |= blueprint is None
        self.incomplete |= set() if blueprint is None else {blueprint}

    @property
    def sure(self) -> set[str]:
        """The blueprints of which everything was read."""
        return set() if self.any_incomplete else self.complete - self.incomplete


@dataclass
class Plan:
    """What Port has too much, and what a limit keeps for somebody to look at.

    `stubs` are too much unless something that stays relates to them.
    """

    extra: list[Listed] = field(default_factory=list)
    over_limit: dict[str, list[Listed]] = field(default_factory=dict)
    stubs: list[Listed] = field(default_factory=list)

    @property
    def absent(self) -> list[Listed]:
        """All that nothing in Jira stands for."""
        return [*self.extra, *self.stubs, *(one for of in self.over_limit.values() for one in of)]


def plan(
    listed: Iterable[Listed],
    *,
    blueprints: Collection[str],
    limit_percent: float,
    detailed: bool = True,
    explained: Collection[EntityKey] = (),
) -> Plan:
    """Compare. `blueprints` are those of which everything was read.

    What is `explained` (an issue of a project that is gone) doesn't count for the limit. Where Port
    isn't known to tell more than names (`detailed`), what looks like a stub counts like all others.
    """
    of: dict[str, list[Listed]] = {blueprint: [] for blueprint in blueprints}
    for one in listed:
        if one.blueprint in of:
            of[one.blueprint].append(one)
    found = Plan()
    for blueprint, every in of.items():
        full = [one for one in every if not (detailed and one.is_stub)]
        extra = [one for one in full if not one.is_expected]
        counted = [one for one in extra if one.key not in explained]
        if counted and len(counted) * 100 > limit_percent * len(full):
            found.over_limit[blueprint] = extra
            extra = []
        found.extra += [one for one in extra if not one.is_stub]
        kept = {one.key for one in found.over_limit.get(blueprint, ())}
        found.stubs += [
            one for one in every if one.is_stub and not one.is_expected and one.key not in kept
        ]
    return found


def unneeded(
    stubs: Iterable[Listed], pointing: Iterable[Entity], gone: Collection[EntityKey]
) -> list[Listed]:
    """Stubs that nothing relates to but what goes: a fresh resync wouldn't make them."""
    needed = {to for one in pointing if key_of(one) not in gone for to in targets_of(one)}
    return [stub for stub in stubs if stub.identifier not in needed]


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
    listed: Callable[[EntityKey], Listed | None],
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
        for known in [listed(key_of(entity))]
        for others in [named_issues(targets_of(entity) ^ {*(known.targets if known else ())})]
    ]


def gone_news(entities: Iterable[Listed], mapping: PortAppConfig) -> list[ChangedIssue]:
    """Issues that are too much in Port: others may show them, and no event told of it."""
    of_issues = {
        blueprint_of(resource)
        for resource in mapping.resources
        if is_of_issues(resource) and goes_by_own_name(resource)
    }
    return [
        ChangedIssue(
            one.identifier,
            changed=None,
            gone=True,
            subtasks=True,
            shown_by=frozenset(named_issues(one.targets)),
            compared=True,
        )
        for one in entities
        if one.blueprint in of_issues
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


def projects_named_by(one: Listed) -> set[str]:
    """The keys of projects that an entity's name and its relations point at, by their form."""
    return {key for name in (one.identifier, *one.targets) if (key := project_key(name))}


def over_limit_message(blueprint: str, entities: Sequence[Listed], percent: float) -> str:
    """Why nothing of a blueprint is deleted, and what to do."""
    shown = ", ".join(one.identifier for one in entities[:10])
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
