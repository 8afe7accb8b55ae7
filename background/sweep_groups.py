"""Which resources are compared together, and so held in memory at once. Without I/O."""

from collections.abc import Collection
from dataclasses import dataclass

from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig

from kinds import Kinds
from port.deletions import uses_search_identifier
from port.mapping.resources import blueprint_of, kind_of


@dataclass(frozen=True)
class Group:
    """What makes the entities of the same blueprints, each resource with its place in the mapping.

    Of the blueprints that are `incomplete` something isn't read, so nothing of them is too much;
    `any_incomplete` where that may be any.
    """

    resources: tuple[tuple[int, ResourceConfig], ...]
    blueprints: frozenset[str]
    incomplete: frozenset[str] = frozenset()
    any_incomplete: bool = False

    @property
    def places(self) -> frozenset[int]:
        """Those of its resources in the mapping."""
        return frozenset(index for index, _ in self.resources)


def groups(mapping: PortAppConfig, kinds: Collection[Kinds]) -> list[Group]:
    """The resources of some kinds, each once.

    One that computes its blueprint may make an entity of any: then all are compared together.
    """
    by_blueprint: dict[str | None, list[tuple[int, ResourceConfig]]] = {}
    for index, resource in enumerate(mapping.resources):
        by_blueprint.setdefault(blueprint_of(resource), []).append((index, resource))
    if None in by_blueprint:
        by_blueprint = {None: list(enumerate(mapping.resources))}
    found = [_group(resources, kinds) for resources in by_blueprint.values()]
    return [group for group in found if group.resources]


def _group(resources: list[tuple[int, ResourceConfig]], kinds: Collection[Kinds]) -> Group:
    read = [(n, resource) for n, resource in resources if kind_of(resource) in kinds]
    unsure = {
        blueprint_of(resource)
        for _, resource in resources
        if kind_of(resource) not in kinds
        or not resource.enable_delete
        or uses_search_identifier(resource)
    }
    blueprints = frozenset(of for _, resource in read if (of := blueprint_of(resource)))
    return Group(
        tuple(read),
        blueprints,
        frozenset(of for of in unsure if of is not None),
        None in unsure,
    )
