"""The kind `component`: how a project's components are read."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from pydantic.v1 import Field

from jira.answers import Answers, Said, Unread, that_row
from jira.asks import Ask, few
from jira.concurrency import batched
from jira.errors import JiraAnswerError
from jira.http.api import JiraApi
from jira.kept import Kept
from jira.kinds.kind import Pages, Selector
from jira.kinds.lists import offset_pages
from jira.kinds.project import PROJECTS, ProjectKind
from jira.kinds.seen import Seen
from jira.kinds.under_projects import KindUnderProjects
from jira.payloads import Row
from jira.under_parent import each_by_id, one_page, under_each
from kinds import Kinds

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


class ComponentSelector(Selector):
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


class ComponentKind(KindUnderProjects[ComponentSelector]):
    """Components, each with `__project`, the whole row of its project.

    No event tells of them: the sweep keeps them up to date.

    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-components/
    """

    name = Kinds.COMPONENT

    def __init__(self, api: JiraApi, projects: ProjectKind) -> None:
        self._api = api
        self._projects = projects
        self.seen = Seen()
        self._lately = Kept[list[Row]]()

    def asks(self) -> Sequence[Ask]:
        """The components of a project, and one of them."""
        components = Ask(OF_PROJECT, "values", few, under=PROJECTS, by="key")
        return [PROJECTS, components, Ask(ONE, under=components)]

    async def pages(self, selector: ComponentSelector) -> Pages:
        """The components of all live projects."""
        async for page in batched(self._by_project(query_of(selector)), ROWS_TOGETHER):
            yield page

    async def shown_in(self, project: Row) -> list[Row]:
        """The components of a project, as its issues show them.

        Asked for only where a sweep, or whoever it was, didn't read them within some minutes.
        """
        key = str(project["key"])
        kept = self._lately.get([key])
        return kept[key] if kept else await self._of_project(ComponentQuery(), project)

    async def of_project(self, project: Row, selector: ComponentSelector) -> list[Row]:
        """Those of the selector."""
        return await self._of_project(query_of(selector), project, exact=True)

    def query(self, selector: ComponentSelector) -> ComponentQuery:
        """Where they are kept, and what their names hold."""
        return query_of(selector)

    async def find(self, ids: Iterable[str], selector: ComponentSelector) -> Answers:
        """By id; None for one that is gone or that the selector leaves out."""
        query = query_of(selector)
        found = await each_by_id(ids, self._one, what="component")
        homes = {name: str(row["project"]) for name, row in found.items() if isinstance(row, dict)}
        projects = await self._projects.find_keys(sorted({*homes.values()}), PROJECT_EXPAND)
        unread = Unread()
        lists = self._of_each(one_page(projects), query, unread)
        listed = {str(project["key"]): rows async for project, rows in lists}
        unlisted = {str(project["key"]) for project in projects} - listed.keys()
        rows = {str(row["id"]): row for of_project in listed.values() for row in of_project}
        said: dict[str, Said] = dict(found)
        for name, key in homes.items():
            said[name] = unread.why if key in unlisted else rows.get(name)
        return Answers.of(said)

    async def _by_project(self, query: ComponentQuery) -> Pages:
        async for project, rows in self._of_each(self._projects.listed(PROJECT_EXPAND), query):
            yield self.note(project, query, rows)

    def _of_each(
        self, projects: Pages, query: ComponentQuery, unread: Unread | None = None
    ) -> AsyncIterator[tuple[Row, list[Row]]]:
        """Of all projects; of some, where it is noted in `unread` what failed."""
        some = unread is not None
        return under_each(
            projects,
            partial(self._of_project, query, exact=some),
            what="components",
            of=lambda row: f"project {row['key']}",
            unread=unread,
            every=not some,
        )

    async def _of_project(
        self, query: ComponentQuery, project: Row, *, exact: bool = False
    ) -> list[Row]:
        key, moment = str(project["key"]), self._lately.moment
        asked = {"componentSource": query.source}
        if query.name_filter:
            asked["query"] = query.name_filter
        pages = offset_pages(
            self._api, OF_PROJECT, "values", asked, size=MAX_PER_PAGE, exact=exact, key=key
        )
        found = [row async for rows in pages for row in rows]
        if query == ComponentQuery():
            self._lately.put(moment, [(key, [_shown(row) for row in found])])
        return [{**row, "__project": project} for row in found]

    async def _one(self, component_id: str) -> Row | None:
        answer = await self._api.get(ONE, id=component_id)
        row = that_row(answer, "id", component_id, f"GET {ONE}")
        if row is not None and not row.get("project"):
            raise JiraAnswerError(f"GET {ONE} doesn't tell the project of {component_id}.")
        return row


def _shown(component: Row) -> Row:
    """What issues show of it."""
    return {name: component.get(name) for name in ("id", "name", "description")}


def query_of(selector: ComponentSelector) -> ComponentQuery:
    """What a selector reads."""
    return ComponentQuery(selector.component_source, selector.name_filter)
