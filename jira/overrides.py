"""What a mapping can say: the selectors of each kind, in pydantic v1 like the framework's."""

from typing import Literal

from port_ocean.core.handlers.port_app_config.models import (
    PortAppConfig,
    ResourceConfig,
    Selector,
)
from pydantic.v1 import Field, validator

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


class UnknownKindConfig(ResourceConfig):
    """A resource of a kind that isn't ours: the framework reports it when it resyncs."""

    @validator("kind")
    def _not_one_of_ours(cls, kind: str) -> str:  # noqa: N805
        # Without this a resource of ours with a mistake in its selector would pass as unknown,
        # and lose its selector without a word.
        if kind in set(Kinds):
            raise ValueError(f"the selector of this {kind} resource is not valid")
        return kind


class JiraPortAppConfig(PortAppConfig):
    """The whole mapping."""

    resources: list[JiraProjectConfig | JiraIssueConfig | JiraUserConfig | UnknownKindConfig] = (
        Field(  # type: ignore[assignment]
            default_factory=list,
            title="Resources",
            description="What is read from Jira, and the entities made of it.",
        )
    )
