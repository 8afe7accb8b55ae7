"""The kind `release`: how a project's versions are read, and what an event says of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from jira.answers import Answers, Said, that_row
from jira.asks import Ask, few
from jira.concurrency import Gatherer, batched
from jira.events import Family, events_of
from jira.http.api import JiraApi
from jira.kinds.kind import Pages, Selector
from jira.kinds.lists import offset_pages
from jira.kinds.project import PROJECTS, ProjectKind
from jira.kinds.seen import Seen
from jira.kinds.under_projects import KindUnderProjects
from jira.payloads import IdSubject, Row, release_subjects
from jira.under_parent import each_by_id, under_each
from kinds import Kinds

OF_PROJECT = "/rest/api/3/project/{key}/version"
ONE = "/rest/api/3/version/{id}"
MAX_PER_PAGE = 50
ROWS_TOGETHER = 200


class ReleaseKind(KindUnderProjects[Selector]):
    """Versions, each with `__projectKey`, the key its project has now.

    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/
    """

    name = Kinds.RELEASE
    events = events_of(Family.VERSION)
    touched_by = (Family.VERSION,)

    def __init__(self, api: JiraApi, projects: ProjectKind) -> None:
        self._api = api
        self._projects = projects
        self._gatherer = Gatherer(self._find)
        self.seen = Seen()

    def asks(self) -> Sequence[Ask]:
        """The releases of a project, and one of them."""
        releases = Ask(OF_PROJECT, "values", few, under=PROJECTS, by="key")
        return [PROJECTS, releases, Ask(ONE, under=releases)]

    @staticmethod
    def subjects(payload: Any) -> Sequence[IdSubject]:
        """The release of an event: a merged one is gone, and the one it went into has changed."""
        return release_subjects(payload)

    async def pages(self, selector: Selector) -> Pages:
        """The versions of all live projects."""
        async for page in batched(self._by_project(), ROWS_TOGETHER):
            yield page

    async def find(self, ids: Iterable[str], selector: Selector) -> Answers:
        """Versions by id; None for one that is gone, or whose project isn't live."""
        return Answers.of(await self._gatherer.get(None, ids))

    async def _by_project(self) -> Pages:
        projects = self._projects.listed()
        async for project, rows in under_each(
            projects, self._of_project, what="releases", of=lambda row: f"project {row['key']}"
        ):
            yield self.note(project, None, rows)

    async def of_project(self, project: Row, selector: Selector) -> list[Row]:
        """All of them."""
        return await self._of_project(project, exact=True)

    def query(self, selector: Selector) -> None:
        """There is one way alone."""

    async def _of_project(self, project: Row, *, exact: bool = False) -> list[Row]:
        key = str(project["key"])
        pages = offset_pages(
            self._api, OF_PROJECT, "values", {}, size=MAX_PER_PAGE, exact=exact, key=key
        )
        return [{**row, "__projectKey": project["key"]} async for rows in pages for row in rows]

    async def _find(self, _: None, ids: list[str]) -> dict[str, Said]:
        found = await each_by_id(ids, self._one, what="release")
        rows = [row for row in found.values() if isinstance(row, dict)]
        homes = {str(row["projectId"]) for row in rows if row.get("projectId")}
        projects = await self._projects.live(sorted(homes))
        for release_id, row in found.items():
            if isinstance(row, dict):
                project = projects.get(str(row.get("projectId")))
                found[release_id] = project and {**row, "__projectKey": project["key"]}
                self.seen.some(None, str(row.get("projectId")), [release_id], {release_id: ""})
        return found

    async def _one(self, release_id: str) -> Row | None:
        answer = await self._api.get(ONE, id=release_id)
        return that_row(answer, "id", release_id, f"GET {ONE}")
