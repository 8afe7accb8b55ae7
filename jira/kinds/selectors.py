"""What a mapping can say: the selectors of each kind, in pydantic v1 like the framework's."""

from typing import Any, Literal

from port_ocean.core.handlers.port_app_config.models import (
    PortAppConfig,
    ResourceConfig,
    Selector,
)
from pydantic.v1 import BaseModel, Field, validator

from kinds import Kinds

DEFAULT_ISSUE_JQL = "(statusCategory != Done) OR (created >= -1w) OR (updated >= -1w)"


class JiraProjectSelector(Selector):
    """Which projects, and how much of each."""

    expand: str = Field(
        title="Expand",
        description="What Jira adds to each project, as a comma-separated list.",
        default="insight",
    )


class JiraProjectConfig(ResourceConfig):
    """A resource of kind `project`."""

    kind: Literal["project"]
    selector: JiraProjectSelector


class JiraIssueSelector(Selector):
    """Which issues, and how much of each."""

    jql: str | None = Field(
        title="JQL",
        description="The query that selects issues. Empty means all issues.",
        default=DEFAULT_ISSUE_JQL,
    )
    fields: str | None = Field(
        title="Fields",
        description="The fields to read, as a comma-separated list; *all for every field.",
        default="*all",
    )
    expand: str | None = Field(
        title="Expand",
        description="What Jira adds to each issue, as a comma-separated list.",
        default=None,
    )


class JiraIssueConfig(ResourceConfig):
    """A resource of kind `issue`."""

    kind: Literal["issue"]
    selector: JiraIssueSelector


class JiraUserConfig(ResourceConfig):
    """A resource of kind `user`."""

    kind: Literal["user"]


class JiraTeamSelector(Selector):
    """How much of each team."""

    include_members: bool = Field(
        alias="includeMembers",
        title="Include members",
        description="Whether each team's members are read too: one more request for each team.",
        default=False,
    )


class JiraTeamConfig(ResourceConfig):
    """A resource of kind `team`."""

    kind: Literal["team"]
    selector: JiraTeamSelector


class JiraReleaseConfig(ResourceConfig):
    """A resource of kind `release`."""

    kind: Literal["release"]


class JiraBoardSelector(Selector):
    """Which boards."""

    board_type: Literal["scrum", "kanban", "simple"] | None = Field(
        alias="boardType",
        title="Board type",
        description="Only boards of this type: scrum, kanban or simple. Empty means all.",
        default=None,
    )
    project_key: str | None = Field(
        alias="projectKey",
        title="Project key",
        description="Only boards that show this project. Empty means all.",
        default=None,
    )


class JiraBoardConfig(ResourceConfig):
    """A resource of kind `board`."""

    kind: Literal["board"]
    selector: JiraBoardSelector


class JiraSprintSelector(Selector):
    """Which sprints."""

    sprint_state: list[Literal["active", "closed", "future"]] | None = Field(
        alias="sprintState",
        title="Sprint states",
        description="Only sprints in these states: active, closed, future. null means all.",
        default=["active"],
    )

    @validator("sprint_state")
    def _each_once(cls, states: list[str] | None) -> list[str] | None:  # noqa: N805
        return _named_once(states, "sprintState")


class JiraSprintConfig(ResourceConfig):
    """A resource of kind `sprint`."""

    kind: Literal["sprint"]
    selector: JiraSprintSelector


class JiraBacklogSelector(Selector):
    """Which issues of the backlogs, how much of each, and by which API."""

    jql: str | None = Field(
        title="JQL",
        description="The query that selects issues of the backlogs. Empty means all.",
        default="updated >= -1w OR statusCategory != Done",
    )
    fields: list[str] | None = Field(
        title="Fields",
        description="The fields to read, as a list. Empty means those that Jira shows.",
        default=None,
    )
    use_software_api: bool = Field(
        alias="useSoftwareApi",
        title="Use the software API",
        description="Read backlogs by /rest/software/1.0; off for the agile API, which ends.",
        default=True,
    )


class JiraBacklogConfig(ResourceConfig):
    """A resource of kind `backlog`."""

    kind: Literal["backlog"]
    selector: JiraBacklogSelector


class JiraEpicSelector(Selector):
    """Which epics."""

    status: list[Literal["complete", "incomplete"]] | None = Field(
        title="Status",
        description="Only epics that are complete, or incomplete. null means all.",
        default=["incomplete"],
    )

    @validator("status")
    def _each_once(cls, status: list[str] | None) -> list[str] | None:  # noqa: N805
        return _named_once(status, "status")


class JiraEpicConfig(ResourceConfig):
    """A resource of kind `epic`."""

    kind: Literal["epic"]
    selector: JiraEpicSelector


class JiraWorklogParams(BaseModel):
    """What Jira is asked for with an issue's worklogs."""

    started_after: int | None = Field(
        alias="startedAfter",
        title="Started after",
        description="Only work that began after this moment, in milliseconds since 1970.",
        default=None,
    )
    started_before: int | None = Field(
        alias="startedBefore",
        title="Started before",
        description="Only work that began before this moment, in milliseconds since 1970.",
        default=None,
    )
    expand: str | None = Field(
        title="Expand",
        description="What Jira adds to each worklog, as a comma-separated list.",
        default=None,
    )


class JiraWorklogSelector(Selector):
    """Which worklogs, and how much of each."""

    jql: str | None = Field(
        title="JQL",
        description="The query that selects the issues whose worklogs are read. Empty means all.",
        default="updated >= -1w",
    )
    api_query_params: JiraWorklogParams | None = Field(
        alias="apiQueryParams",
        title="API query parameters",
        description="When the work began, and what Jira adds to each worklog.",
        default=None,
    )


class JiraWorklogConfig(ResourceConfig):
    """A resource of kind `worklog`."""

    kind: Literal["worklog"]
    selector: JiraWorklogSelector


class JiraComponentSelector(Selector):
    """Which components."""

    component_source: Literal["jira", "compass", "auto"] = Field(
        alias="componentSource",
        title="Component source",
        description="Where the components are kept: jira, compass, or auto for either.",
        default="jira",
    )
    name_filter: str | None = Field(
        alias="nameFilter",
        title="Name filter",
        description="Only components whose name or description holds this text. Empty means all.",
        default=None,
    )


class JiraComponentConfig(ResourceConfig):
    """A resource of kind `component`."""

    kind: Literal["component"]
    selector: JiraComponentSelector


class UnknownKindConfig(ResourceConfig):
    """A resource of a kind that isn't ours: the framework reports it when it resyncs."""

    @validator("kind")
    def _not_one_of_ours(cls, kind: str) -> str:  # noqa: N805
        # Without this a resource of ours with a mistake in its selector would pass as unknown,
        # and lose its selector without a word.
        if kind in set(Kinds):
            raise ValueError(f"the selector of this {kind} resource is not valid")
        return kind


CONFIGS: dict[str, type[ResourceConfig]] = {
    Kinds.PROJECT: JiraProjectConfig,
    Kinds.ISSUE: JiraIssueConfig,
    Kinds.USER: JiraUserConfig,
    Kinds.TEAM: JiraTeamConfig,
    Kinds.RELEASE: JiraReleaseConfig,
    Kinds.BOARD: JiraBoardConfig,
    Kinds.SPRINT: JiraSprintConfig,
    Kinds.BACKLOG: JiraBacklogConfig,
    Kinds.EPIC: JiraEpicConfig,
    Kinds.WORKLOG: JiraWorklogConfig,
    Kinds.COMPONENT: JiraComponentConfig,
}


class JiraPortAppConfig(PortAppConfig):
    """The whole mapping."""

    resources: list[
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
        | UnknownKindConfig
    ] = Field(  # type: ignore[assignment]
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


def _named_once(names: list[str] | None, setting: str) -> list[str] | None:
    if names is not None and not names:
        raise ValueError(f"{setting} is empty: name at least one, or null for all")
    if names is not None and len(set(names)) < len(names):
        raise ValueError(f"{setting} names {', '.join(names)}: name each only once")
    return names
