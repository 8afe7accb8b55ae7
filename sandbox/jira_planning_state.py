"""Versions, components and worklogs, as a Jira site holds them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sandbox.jira_entities import Project, User

if TYPE_CHECKING:
    from sandbox.jira_entities import Issue

type ComponentSource = Literal["jira", "compass"]


@dataclass(slots=True, eq=False)
class Version:
    """A version of a project; dates are days such as 2026-01-31."""

    id: str
    project: Project
    name: str
    description: str = ""
    archived: bool = False
    released: bool = False
    start_date: str | None = None
    release_date: str | None = None


@dataclass(slots=True, eq=False)
class Component:
    """A component of a project, kept in Jira or in Compass."""

    id: str
    project: Project
    name: str
    description: str = ""
    lead: User | None = None
    source: ComponentSource = "jira"


@dataclass(slots=True, eq=False)
class Worklog:
    """Work that somebody logged on an issue; times are seconds since the epoch."""

    id: str
    issue: "Issue"
    author: User
    started: float
    seconds: int
    created: float
    updated: float
    text: str = ""


type Planned = Version | Component


class PlanningState:
    """What a site holds of versions, components and worklogs. Nothing here makes an event."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[str, Version] = {}
        self.components: dict[str, Component] = {}
        self.worklogs: dict[str, Worklog] = {}
        # What nobody documents can be had both ways.
        self.merged_to_is_id = False
        self.version_merge_sends_event = False
        self.worklogs_send_issue_events = False

    def version_of(self, version_id: str) -> Version:
        """A version that must be there, seen or not."""
        if (version := self.versions.get(version_id)) is None:
            raise KeyError(f"No version {version_id}")
        return version

    def component_of(self, component_id: str) -> Component:
        """A component that must be there, seen or not."""
        if (component := self.components.get(component_id)) is None:
            raise KeyError(f"No component {component_id}")
        return component

    def worklog_of(self, worklog_id: str) -> Worklog:
        """A worklog that must be there, seen or not."""
        if (worklog := self.worklogs.get(worklog_id)) is None:
            raise KeyError(f"No worklog {worklog_id}")
        return worklog

    def planned_term(self, field: str, text: str) -> str | None:
        """The term of a version or component for what JQL says; None for what can't be seen."""
        among: Iterable[Planned] = (
            self.components.values() if field == "component" else self.versions.values()
        )
        found = {term for item in among if item.project.visible for term in terms((item,))}
        return next((term for term in (text, f"name:{text.lower()}") if term in found), None)


def terms(items: Iterable[Planned]) -> tuple[str, ...]:
    """What JQL compares: versions and components are named by id and by name."""
    return tuple(term for item in items for term in (item.id, f"name:{item.name.lower()}"))
