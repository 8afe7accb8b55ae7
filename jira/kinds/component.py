"""The kind `component`: how a project's components are read. No event tells of them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.concurrency import batched
from jira.http.api import JiraApi
from jira.kinds.kind import Kind, Known, nothing_found
from jira.kinds.lists import offset_pages
from jira.kinds.project import ProjectReader
from jira.kinds.selectors import JiraComponentConfig
from jira.payloads import Row, no_subjects, plausible_id
from jira.under_parent import each_by_id, under_each
from kinds import Kinds

if TYPE_CHECKING:
    from client import JiraClient

OF_PROJECT = "/rest/api/3/project/{key}/component"
ONE = "/rest/api/3/component/{id}"
MAX_PER_PAGE = 50
ROWS_TOGETHER = 200
PROJECT_EXPAND = "insight"
"""As the kind `project` has it unless told otherwise: `__project` is the same row."""


@dataclass(frozen=True)
class ComponentQuery:
    """Where components are kept (jira, compass, auto), and what their names hold."""

    source: str = "jira"
    name_filter: str | None = None


class ComponentReader:
    """Reads components, each with `__project`, the whole row of its project.

    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-components/
    Every method raises JiraError.
    """

    def __init__(self, api: JiraApi, projects: ProjectReader) -> None:
        self._api = api
        self._projects = projects

    async def pages(self, query: ComponentQuery) -> AsyncIterator[list[Row]]:
        """The components of all live projects."""
        async for page in batched(self._by_project(query), ROWS_TOGETHER):
            yield page

    async def of_project(self, project: Row) -> list[Row]:
        """The components of a project, as its issues show them."""
        return await self._of_project(ComponentQuery(), project)

    async def find(self, ids: Iterable[str], query: ComponentQuery) -> dict[str, Row | None]:
        """Components by id; None for one that is gone or that the query leaves out."""
        found = await each_by_id(ids, self._one, what="component")
        keys = {str(row["project"]) for row in found.values() if row is not None}
        projects = await self._projects.find_keys(sorted(keys), PROJECT_EXPAND)
        lists = await asyncio.gather(*(self._of_project(query, project) for project in projects))
        rows = {str(row["id"]): row for listed in lists for row in listed}
        return {name: rows.get(name) for name in found}

    async def _by_project(self, query: ComponentQuery) -> AsyncIterator[list[Row]]:
        async for _, rows in under_each(
            self._projects.pages(PROJECT_EXPAND),
            partial(self._of_project, query),
            what="components",
            of=lambda row: f"project {row['key']}",
        ):
            yield rows

    async def _of_project(self, query: ComponentQuery, project: Row) -> list[Row]:
        key = str(project["key"])
        asked = {"componentSource": query.source}
        if query.name_filter:
            asked["query"] = query.name_filter
        pages = offset_pages(self._api, OF_PROJECT, "values", asked, size=MAX_PER_PAGE, key=key)
        return [{**row, "__project": project} async for rows in pages for row in rows]

    async def _one(self, component_id: str) -> Row | None:
        row: Any = await self._api.get(ONE, id=component_id)
        return row if isinstance(row, dict) and row.get("project") else None


def _query(resource: ResourceConfig) -> ComponentQuery:
    selector = cast(JiraComponentConfig, resource).selector
    return ComponentQuery(selector.component_source, selector.name_filter)


async def read_all(client: "JiraClient", resource: ResourceConfig) -> AsyncIterator[list[Row]]:
    """Every component of the selector, of every live project."""
    async for page in client.verified(client.components.pages(_query(resource))):
        yield page


async def by_identifiers(
    client: "JiraClient", identifiers: list[str], resource: ResourceConfig
) -> Known:
    """Read components that Port has under these ids."""
    return Known.of(
        await client.components.find(filter(plausible_id, identifiers), _query(resource))
    )


COMPONENT = Kind(
    kind=Kinds.COMPONENT,
    events=(),
    touched_by=(),
    subjects=no_subjects,
    read_all=read_all,
    resolve=nothing_found,
    by_identifiers=by_identifiers,
)
