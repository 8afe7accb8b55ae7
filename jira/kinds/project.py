"""The kind `project`: how projects are read, and what an event says of them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic.v1 import Field

from jira.answers import Answers
from jira.asks import Ask, few
from jira.concurrency import Gatherer
from jira.errors import JiraNotFoundError
from jira.events import Family, events_of
from jira.http.api import JiraApi
from jira.kinds.kind import Found, Kind, Known, Pages, Selector
from jira.kinds.lists import offset_pages
from jira.payloads import ProjectSubject, Row, plausible_id, project_key, project_subjects
from kinds import Kinds

SEARCH = "/rest/api/3/project/search"
ONE = "/rest/api/3/project/{key}"
MAX_PER_PAGE = 100
MAX_NAMED = 50
"""The ids or keys that one search may name."""
PROJECTS = Ask(SEARCH, "values", few)


class ProjectSelector(Selector):
    """Which projects, and how much of each."""

    expand: str = Field(
        title="Expand",
        description="What Jira adds to each project, as a comma-separated list.",
        default="insight",
    )


class ProjectKind(Kind[ProjectSelector, ProjectSubject]):
    """Live projects: those in the trash or the archive are no part of the catalog.

    One endpoint for one project and for all, since only this one knows `expand=insight`.
    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
    """

    name = Kinds.PROJECT
    own_names = (".key", ".id")
    events = events_of(Family.PROJECT)
    touched_by = (Family.PROJECT, Family.ISSUE)

    def __init__(self, api: JiraApi) -> None:
        self._api = api
        self._gatherer = Gatherer(self._find_ids)
        # An event about a project whose key changed doesn't tell the key it had.
        self._keys: dict[str, set[str]] = {}
        self._sizes: Mapping[str, int] = {}
        self._listed: dict[str, str] | None = None
        self.in_catalog: dict[str, str] | None = None
        """The key that each project has in the catalog; None before all was read."""
        self.unsure: set[str] = set()
        """The ids of those of which the catalog may have something under any of their keys."""
        # When an event of a project came the last time, by its id (monotonic seconds).
        self._told_of: dict[str, float] = {}

    def asks(self) -> Sequence[Ask]:
        """The list, and one project."""
        return [PROJECTS, Ask(ONE, under=PROJECTS, by="key")]

    @staticmethod
    def subjects(payload: Any) -> Sequence[ProjectSubject]:
        """The project of an event, or those whose number of issues it changed."""
        return project_subjects(payload)

    @classmethod
    def is_name(cls, identifier: str) -> bool:
        """A key or an id."""
        return project_key(identifier) == identifier or plausible_id(identifier) is not None

    def keys_of(self, project_id: str) -> set[str]:
        """Every key that a project had in the life of this process, as far as it was read."""
        return self._keys.get(project_id, set())

    async def pages(self, selector: ProjectSelector) -> Pages:
        """All live projects that the account may see."""
        async for page in self.listed(selector.expand):
            yield page

    async def listed(self, expand: str = "") -> Pages:
        """All live projects, with what `expand` adds to each."""
        sizes: dict[str, int] = {}
        keys: dict[str, str] = {}
        async for page in self._search({}, expand):
            for row in page:
                count = (row.get("insight") or {}).get("totalIssueCount")
                known = self._sizes.get(str(row["id"]), 0)
                sizes[str(row["id"])] = count if isinstance(count, int) else known
                keys[str(row["id"])] = str(row["key"])
            yield page
        self._sizes, self._listed = sizes, keys

    def told_of(self, project_id: str, moment: float) -> None:
        """An event of a project came then (monotonic seconds)."""
        self._told_of[project_id] = moment

    def all_was_read(self, since: float) -> None:
        """Everything is in the catalog as it was when projects were listed the last time.

        But for projects of which events came `since` then: some of it may have been read before
        them, and some after.
        """
        self.in_catalog = None if self._listed is None else {**self._listed}
        self._told_of = {name: at for name, at in self._told_of.items() if at >= since}
        self.unsure |= self._told_of.keys()

    async def sizes(self) -> Mapping[str, int]:
        """How many issues each live project has, about; by id, and as far as is known."""
        return self._sizes or await self.sizes_anew()

    async def sizes_anew(self) -> Mapping[str, int]:
        """The same, of those projects that are there now."""
        async for _ in self.listed("insight"):
            pass
        return self._sizes

    async def find(self, ids: Iterable[str], selector: ProjectSelector) -> Answers:
        """By id; None for one that isn't live."""
        wanted = list(dict.fromkeys(ids))
        rows = await self.live(wanted, selector.expand)
        return Answers({name: rows.get(name) for name in wanted})

    async def resolve(self, subjects: Sequence[ProjectSubject], selector: ProjectSelector) -> Found:
        """Read the projects by id, which a renamed key doesn't change; not live means deleted."""
        rows = await self.live([s.id for s in subjects if s.id], selector.expand)
        by_key = [s.key for s in subjects if not s.id and s.key]
        found = [*rows.values(), *await self.find_keys(by_key, selector.expand)]
        keys = {str(row["key"]) for row in found}
        gone = [
            {**subject.row, "key": key}
            for subject in subjects
            for key in {subject.key, *self.keys_of(subject.id or "")}
            if key and key not in keys
        ]
        return Found(found, gone)

    async def by_identifiers(self, identifiers: Sequence[str], selector: ProjectSelector) -> Known:
        """By keys or ids; gone are those of no live project."""
        ids = [name for name in identifiers if plausible_id(name)]
        keys = [name for name in identifiers if self.is_name(name) and name not in ids]
        rows = {**await self.live(ids, selector.expand)}
        rows |= {str(row["id"]): row for row in await self.find_keys(keys, selector.expand)}
        left = {name for row in rows.values() for name in (str(row["key"]), str(row["id"]))}
        return Known(list(rows.values()), [name for name in (*ids, *keys) if name not in left])

    async def live(self, ids: Sequence[str], expand: str = "") -> dict[str, Row]:
        """The live projects among these ids, by id."""
        return await self._gatherer.get(expand, ids)

    async def find_keys(self, keys: Sequence[str], expand: str = "") -> list[Row]:
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
            pages = self._search({by: list(names)}, expand, exact=True)
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
        self,
        query: dict[str, Sequence[str]],
        expand: str,
        *,
        status: str = "live",
        exact: bool = False,
    ) -> Pages:
        asked: dict[str, str | Sequence[str]] = {**query, "status": status}
        if expand:
            asked["expand"] = expand
        seen: set[str] = set()
        async for rows in offset_pages(
            self._api, SEARCH, "values", asked, size=MAX_PER_PAGE, exact=exact
        ):
            new = [row for row in rows if str(row.get("id")) not in seen]
            seen.update(str(row.get("id")) for row in new)
            for row in new:
                self._keys.setdefault(str(row.get("id")), set()).add(str(row.get("key")))
            if new:
                yield new
