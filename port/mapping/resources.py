"""What a mapping can say: a resource of each kind, in pydantic v1 like the framework's, and what
can be told from one without I/O.
"""

from typing import Any, Literal, get_args

from port_ocean.core.handlers.port_app_config.models import (
    EntityMapping,
    MappingsConfig,
    PortAppConfig,
    ResourceConfig,
    Selector,
)
from pydantic.v1 import Field, validator

from initialize_client import whole_issues
from jira.kinds.backlog import BacklogSelector
from jira.kinds.board import BoardSelector
from jira.kinds.component import ComponentSelector
from jira.kinds.epic import EpicSelector
from jira.kinds.issue import IssueSelector, names_its_fields, narrowed
from jira.kinds.project import ProjectSelector
from jira.kinds.sprint import SprintSelector
from jira.kinds.team import TeamSelector
from jira.kinds.worklog_query import WorklogSelector
from kinds import Kinds
from port.mapping.fields_read import fields_read


class JiraProjectConfig(ResourceConfig):
    """A resource of kind `project`."""

    kind: Literal["project"]
    selector: ProjectSelector


class JiraIssueConfig(ResourceConfig):
    """A resource of kind `issue`."""

    kind: Literal["issue"]
    selector: IssueSelector


class JiraUserConfig(ResourceConfig):
    """A resource of kind `user`."""

    kind: Literal["user"]


class JiraTeamConfig(ResourceConfig):
    """A resource of kind `team`."""

    kind: Literal["team"]
    selector: TeamSelector


class JiraReleaseConfig(ResourceConfig):
    """A resource of kind `release`."""

    kind: Literal["release"]


class JiraBoardConfig(ResourceConfig):
    """A resource of kind `board`."""

    kind: Literal["board"]
    selector: BoardSelector


class JiraSprintConfig(ResourceConfig):
    """A resource of kind `sprint`."""

    kind: Literal["sprint"]
    selector: SprintSelector


class JiraBacklogConfig(ResourceConfig):
    """A resource of kind `backlog`."""

    kind: Literal["backlog"]
    selector: BacklogSelector


class JiraEpicConfig(ResourceConfig):
    """A resource of kind `epic`."""

    kind: Literal["epic"]
    selector: EpicSelector


class JiraWorklogConfig(ResourceConfig):
    """A resource of kind `worklog`."""

    kind: Literal["worklog"]
    selector: WorklogSelector


class JiraComponentConfig(ResourceConfig):
    """A resource of kind `component`."""

    kind: Literal["component"]
    selector: ComponentSelector


JiraConfig = (
    JiraProjectConfig
    | JiraIssueConfig
    | JiraUserConfig
    | JiraTeamConfig
    | JiraReleaseConfig
    | JiraBoardConfig
    | JiraSprintConfig
    | JiraBacklogConfig
    | JiraEpicConfig
    | JiraWorklogConfig
    | JiraComponentConfig
)
CONFIGS: dict[str, type[ResourceConfig]] = {
    get_args(config.__fields__["kind"].outer_type_)[0]: config for config in get_args(JiraConfig)
}


class UnknownKindConfig(ResourceConfig):
    """A resource of a kind that isn't ours: the framework reports it when it resyncs."""

    @validator("kind")
    def _not_one_of_ours(cls, kind: str) -> str:  # noqa: N805
        # Without this a resource of ours with a mistake in its selector would pass as unknown,
        # and lose its selector without a word.
        if kind in CONFIGS:
            raise ValueError(f"the selector of this {kind} resource is not valid")
        return kind


class JiraPortAppConfig(PortAppConfig):
    """The whole mapping."""

    # Else the framework can't list our kinds, since one of the models takes any.
    allow_custom_kinds = True

    resources: list[JiraConfig | UnknownKindConfig] = Field(  # type: ignore[assignment]
        default_factory=list,
        title="Resources",
        description="What is read from Jira, and the entities made of it.",
    )

    @validator("resources", pre=True, each_item=True)
    def _of_its_kind(cls, resource: Any) -> Any:  # noqa: N805
        # Left to the union, one mistake would be reported once for every kind there is.
        kind = resource.get("kind") if isinstance(resource, dict) else None
        config = CONFIGS.get(kind) if isinstance(kind, str) else None
        return resource if config is None else config.parse_obj(resource)


def label(resource: ResourceConfig, index: int) -> str:
    """What the log calls a resource."""
    return f"{resource.kind} (resource {index + 1} of the mapping)"


def name_of(resource: ResourceConfig, mapping: PortAppConfig) -> str:
    """What the log calls a resource of the mapping."""
    places = [index for index, other in enumerate(mapping.resources) if other == resource]
    return label(resource, places[0]) if places else resource.kind


def row_of(resource_label: str) -> str:
    """What the log calls a row of a resource that can't be mapped."""
    return f"A row of {resource_label}"


async def selector_of(resource: ResourceConfig) -> Selector:
    """What is read for a resource: its selector, for issues narrowed to the fields it maps.

    Not where it names its fields itself, where it isn't plain which it maps, or where rows are
    wanted as they are.
    """
    selector = resource.selector
    if not isinstance(selector, IssueSelector) or names_its_fields(selector):
        return selector
    fields = None if await whole_issues() else fields_read(resource)
    return selector if fields is None else narrowed(selector, fields)


def kind_of(resource: ResourceConfig) -> Kinds | None:
    """The kind of a resource; None for one we don't know."""
    return Kinds(resource.kind) if resource.kind in set(Kinds) else None


def blueprint_of(resource: ResourceConfig) -> str | None:
    """The blueprint that a resource always maps to; None where it is computed per row."""
    expression = resource.port.entity.mappings.blueprint.strip()
    literal = expression.strip("\"'")
    return literal if len(expression) == len(literal) + 2 and literal else None


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


def relations_of(mapping: PortAppConfig) -> dict[str, list[str]] | None:
    """For each blueprint, the relations that the mapping writes; None where one is computed."""
    if any(blueprint_of(resource) is None for resource in mapping.resources):
        return None
    prefix = "relations."
    return {
        blueprint: [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
        for blueprint, names in details_of(mapping).items()
    }
