"""The kind `release`: how a project's versions are read, and what an event about one means."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.concurrency import Gatherer, batched
from jira.http.api import JiraApi
from jira.kinds.found import found_by_id
from jira.kinds.kind import Found, Kind, Known
from jira.kinds.lists import offset_pages
from jira.kinds.project import ProjectReader
from jira.payloads import Row, plausible_id
from jira.planning_events import IdSubject, release_subjects
from jira.under_parent import each_by_id, under_each
from kinds import Kinds

if TYPE_CHECKING:
    from client import JiraClient

OF_PROJECT = "/rest/api/3/project/{key}/version"
ONE = "/rest/api/3/version/{id}"
MAX_PER_PAGE = 50
ROWS_TOGETHER = 200


class ReleaseReader:
    """Reads versions, each with `__projectKey`, the key its project has now.

    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/
    Every method raises JiraError.
    """

    def __init__(self, api: JiraApi, projects: ProjectReader) -> None:
        self._api = api
        self._projects = projects
        self._gatherer = Gatherer(self._find)

    async def pages(self) -> AsyncIterator[list[Row]]:
        """The versions of all live projects."""
        async for page in batched(self._by_project(), ROWS_TOGETHER):
            yield page

    async def find(self, ids: Iterable[str]) -> dict[str, Row | None]:
        """Versions by id; None for one that is gone, or whose project isn't live."""
        return await self._gatherer.get(None, ids)

    async def _by_project(self) -> AsyncIterator[list[Row]]:
        projects = self._projects.pages("")
        async for _, rows in under_each(
            projects, self._of_project, what="releases", of=lambda row: f"project {row['key']}"
        ):
            yield rows

    async def _of_project(self, project: Row) -> list[Row]:
        key = str(project["key"])
        pages = offset_pages(self._api, OF_PROJECT, "values", {}, size=MAX_PER_PAGE, key=key)
        return [{**row, "__projectKey": project["key"]} async for rows in pages for row in rows]

    async def _find(self, _: None, ids: list[str]) -> dict[str, Row | None]:
        found = await each_by_id(ids, self._one, what="release")
        homes = {str(row["projectId"]) for row in found.values() if row and row.get("projectId")}
        projects = await self._projects.find(sorted(homes), "")
        for release_id, row in found.items():
            if row is not None:
                project = projects.get(str(row.get("projectId")))
                found[release_id] = project and {**row, "__projectKey": project["key"]}
        return found

    async def _one(self, release_id: str) -> Row | None:
        row: Any = await self._api.get(ONE, id=release_id)
        return row if isinstance(row, dict) and str(row.get("id")) == release_id else None


async def read_all(client: "JiraClient", resource: ResourceConfig) -> AsyncIterator[list[Row]]:
    """Every release of every live project; the kind has no selector of its own."""
    async for page in client.verified(client.releases.pages()):
        yield page


async def resolve(
    client: "JiraClient", subjects: Sequence[IdSubject], resource: ResourceConfig
) -> Found:
    """Read the releases again: a merged one is gone, and the one it went into has changed."""
    return found_by_id(subjects, await client.releases.find([s.id for s in subjects]))


async def by_identifiers(
    client: "JiraClient", identifiers: list[str], resource: ResourceConfig
) -> Known:
    """Read releases that Port has under these ids."""
    return Known.of(await client.releases.find(filter(plausible_id, identifiers)))


RELEASE = Kind(
    kind=Kinds.RELEASE,
    events=(
        "jira:version_created",
        "jira:version_updated",
        "jira:version_deleted",
        "jira:version_released",
        "jira:version_unreleased",
        "jira:version_moved",
    ),
    touched_by=("jira:version_",),
    subjects=release_subjects,
    read_all=read_all,
    resolve=resolve,
    by_identifiers=by_identifiers,
)
