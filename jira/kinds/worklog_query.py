"""Which worklogs a selector means, and how much of each."""

from dataclasses import dataclass
from datetime import datetime

from pydantic.v1 import BaseModel, Field

from jira.jql import bounded
from jira.kinds.issue_reader import IssueQuery
from jira.kinds.kind import Selector
from jira.payloads import Row

FIELDS = ("worklog", "updated")


@dataclass(frozen=True)
class WorklogQuery:
    """Which issues' worklogs, started when (ms since 1970, exclusive), and how much of each."""

    jql: str | None = None
    started_after: int | None = None
    started_before: int | None = None
    expand: str = ""

    @property
    def issues(self) -> IssueQuery:
        """The issues with the worklogs that come along: up to 20 of each."""
        return IssueQuery(self.jql, FIELDS)

    def asked(self) -> dict[str, str | int]:
        """The parameters of a list of worklogs."""
        asked: dict[str, str | int | None] = {
            "startedAfter": self.started_after,
            "startedBefore": self.started_before,
            "expand": self.expand or None,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def takes(self, worklog: Row) -> bool:
        """Whether a list with these parameters would have the worklog."""
        if self.started_after is None and self.started_before is None:
            return True
        started = datetime.fromisoformat(str(worklog["started"])).timestamp() * 1000
        after = self.started_after is None or started > self.started_after
        return after and (self.started_before is None or started < self.started_before)


class WorklogParams(BaseModel):
    """What Jira is asked for with an issue's worklogs; `started_after` is taken as well."""

    class Config:
        """Mappings in use have either spelling."""

        allow_population_by_field_name = True

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


class WorklogSelector(Selector):
    """Which worklogs, and how much of each."""

    jql: str | None = Field(
        title="JQL",
        description="The query that selects the issues whose worklogs are read. Empty means all.",
        default="updated >= -1w",
    )
    api_query_params: WorklogParams | None = Field(
        alias="apiQueryParams",
        title="API query parameters",
        description="When the work began, and what Jira adds to each worklog.",
        default=None,
    )


def query_of(selector: WorklogSelector) -> WorklogQuery:
    """What a selector reads."""
    more = selector.api_query_params or WorklogParams()
    return WorklogQuery(
        bounded(selector.jql), more.started_after, more.started_before, more.expand or ""
    )
