"""The kind `project`: how projects are read, and what a project event means."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.concurrency import Gatherer
from jira.errors import JiraNotFoundError
from jira.http.api import JiraApi
from jira.kinds.kind import Found, Kind, Known
from jira.kinds.lists import offset_pages
from jira.kinds.selectors import JiraProjectConfig
from jira.payloads import ProjectSubject, Row, project_subjects
from kinds import Kinds

if TYPE_CHECKING:
    from client import JiraClient

SEARCH = "/rest/api/3/project/search"
ONE = "/rest/api/3/project/{key}"
MAX_PER_PAGE = 100
MAX_NAMED = 50
"""The ids or keys that one search may name."""


class ProjectReader:
    """Reads live projects: those in the trash or the archive are no part of the catalog.

    One endpoint for one project and for all, since only this one knows `expand=insight`.
    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
    Every method raises JiraError.
    """

    def __init__(self, api: JiraApi) -> None:
        self._api = api
        self._gatherer = Gatherer(self._find_ids)
        # An event about a project whose key changed doesn't tell the key it had.
        self._keys: dict[str, set[str]] = {}
        self._sizes: Mapping[str, int] = {}

    def keys_of(self, project_id: str) -> set[str]:
        """Every key that a project had in the life of this process, as far as it was read."""
        return self._keys.get(project_id, set())

    async def pages(self, expand: str) -> AsyncIterator[list[Row]]:
        """All live projects that the account may see."""
        sizes: dict[str, int] = {}
        async for page in self._search({}, expand):
            for row in page:
                count = (row.get("insight") or {}).get("totalIssueCount")
                known = self._sizes.get(str(row["id"]), 0)
                sizes[str(row["id"])] = count if isinstance(count, int) else known
            yield page
        self._sizes = sizes

    async def sizes(self) -> Mapping[str, int]:
        """How many issues each live project has, about; by id, and as far as is known."""
        if not self._sizes:
            async for _ in self.pages("insight"):
                pass
        return self._sizes

    def forget_sizes(self) -> None:
        """One of the projects is no longer there: read them anew when they are asked for."""
        self._sizes = {}

    async def find(self, ids: Sequence[str], expand: str) -> dict[str, Row]:
        """The live projects among these ids, by id."""
        return await self._gatherer.get(expand, ids)

    async def find_keys(self, keys: Sequence[str], expand: str) -> list[Row]:
        """The live projects that have one of these keys now."""
        if not keys:
            return []
        return await self._find_all("keys", keys, expand)

    async def is_put_away(self, key: str) -> bool:
        """Whether Jira itself says where a project went: another key, the archive, the trash."""
        try:
            found = await self._api.get(ONE, key=key)
        except JiraNotFoundError:
            away = self._search({"keys": [key]}, "", status="deleted")
            try:
                return any([rows async for rows in away])
            except JiraNotFoundError:
                return False
        return isinstance(found, dict) and (found.get("key") != key or bool(found.get("archived")))

    async def _find_ids(self, expand: str, ids: list[str]) -> dict[str, Row]:
        return {str(row["id"]): row for row in await self._find_all("id", ids, expand)}

    async def _find_all(self, by: str, names: Sequence[str], expand: str) -> list[Row]:
        chunks = [names[i : i + MAX_NAMED] for i in range(0, len(names), MAX_NAMED)]
        found = await asyncio.gather(*(self._find_chunk(by, chunk, expand) for chunk in chunks))
        return [row for rows in found for row in rows]

    async def _find_chunk(self, by: str, names: Sequence[str], expand: str) -> list[Row]:
        try:
            pages = self._search({by: list(names)}, expand)
            rows = [row async for page in pages for row in page]
        except JiraNotFoundError:
            # 404 says that none was found; whether one unknown name is enough for it, nobody says.
            if len(names) == 1:
                return []
            one_by_one = (self._find_chunk(by, [name], expand) for name in names)
            return [row for rows in await asyncio.gather(*one_by_one) for row in rows]
        wanted = set(names)
        field = "id" if by == "id" else "key"
        return [row for row in rows if str(row.get(field)) in wanted]

    async def _search(
        self, query: dict[str, Sequence[str]], expand: str, *, status: str = "live"
    ) -> AsyncIterator[list[Row]]:
        asked: dict[str, str | Sequence[str]] = {**query, "status": status}
        if expand:
            asked["expand"] = expand
        seen: set[str] = set()
        async for rows in offset_pages(self._api, SEARCH, "values", asked, size=MAX_PER_PAGE):
            new = [row for row in rows if str(row.get("id")) not in seen]
            seen.update(str(row.get("id")) for row in new)
            for row in new:
                self._keys.setdefault(str(row.get("id")), set()).add(str(row.get("key")))
            if new:
                yield new


async def read_all(client: "JiraClient", resource: ResourceConfig) -> AsyncIterator[list[Row]]:
    """Every live project."""
    selector = cast(JiraProjectConfig, resource).selector
    async for page in client.get_paginated_projects({"expand": selector.expand}):
        yield page


async def resolve(
    client: "JiraClient", subjects: Sequence[ProjectSubject], resource: ResourceConfig
) -> Found:
    """Read the projects by id, which a renamed key doesn't change; not live means deleted."""
    expand = cast(JiraProjectConfig, resource).selector.expand
    rows = await client.projects.find([s.id for s in subjects if s.id], expand)
    rows_by_key = await client.projects.find_keys(
        [s.key for s in subjects if not s.id and s.key], expand
    )
    found = [*rows.values(), *rows_by_key]
    keys = {str(row["key"]) for row in found}
    gone = [
        {**subject.row, "key": key}
        for subject in subjects
        for key in {subject.key, *client.projects.keys_of(subject.id or "")}
        if key and key not in keys
    ]
    return Found(found, gone)


async def by_identifiers(
    client: "JiraClient", identifiers: list[str], resource: ResourceConfig
) -> Known:
    """Read projects that Port has under these keys; gone are those that aren't live."""
    expand = cast(JiraProjectConfig, resource).selector.expand
    rows = await client.projects.find_keys(identifiers, expand)
    left = {str(row["key"]) for row in rows}
    return Known(rows, [key for key in identifiers if key not in left])


PROJECT = Kind(
    kind=Kinds.PROJECT,
    events=(
        "project_created",
        "project_updated",
        "project_deleted",
        "project_soft_deleted",
        "project_restored_deleted",
        "project_archived",
        "project_restored_archived",
    ),
    touched_by=("project_", "jira:issue_"),
    subjects=project_subjects,
    read_all=read_all,
    resolve=resolve,
    by_identifiers=by_identifiers,
)
