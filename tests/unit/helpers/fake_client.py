"""A site whose client answers as it would, and a mapping to read it by."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, cast

from client import JiraClient
from jira.answers import Unread
from jira.errors import JiraAuthenticationError, JiraUnavailableError
from jira.http.api import JiraApi
from jira.kinds.board import BoardKind
from jira.kinds.epic import EpicKind
from jira.kinds.issue import IssueKind
from jira.kinds.issue_reader import SMALLEST, IssueQuery, IssueReader
from jira.kinds.kind import Selector
from jira.kinds.project import ProjectKind
from jira.kinds.shown import Shown
from jira.kinds.user import UserKind
from jira.kinds.worklog import WorklogKind
from kinds import Kinds
from port.mapping.resources import JiraPortAppConfig

Row = dict[str, Any]


NAMES = {"user": ".accountId", "team": ".teamId"}


def mapping(*kinds: str, **mappings: Any) -> JiraPortAppConfig:
    """A resource of each kind; unless `mappings` says otherwise its blueprint has its name."""
    return JiraPortAppConfig.parse_obj(
        {
            # Tests of limits set their own.
            "entityDeletionThreshold": 1,
            "resources": [
                {
                    "kind": kind,
                    "selector": {"query": "true"},
                    "port": {
                        "entity": {
                            "mappings": {
                                "identifier": NAMES.get(kind, ".key"),
                                "blueprint": f'"{kind}"',
                                **mappings,
                            }
                        }
                    },
                }
                for kind in kinds
            ],
        }
    )


def resource(kind: str, **selector: Any) -> Any:
    """The resource of a mapping with this kind alone."""
    [found] = mapping(kind).resources
    return found.copy(update={"selector": found.selector.copy(update=selector)})


ISSUES, PROJECTS, USERS = (resource(kind).selector for kind in ("issue", "project", "user"))


class FakeReader(IssueReader):
    """Reads a site's issues; the kind that asks it is the real one."""

    def __init__(self, site: "FakeClient") -> None:
        self.site = site
        self.shown = Shown()

    async def find(self, ids: Iterable[str], query: IssueQuery) -> dict[str, Row]:
        await self.site.answer()
        there = self.site.by_id
        return {i: there[i] for i in ids if i in there and i not in self.site.outside}

    async def by_keys(
        self, keys: Iterable[str], fields: Sequence[str] = SMALLEST, *, unread: Unread
    ) -> list[Row]:
        await self.site.answer()
        keys = list(keys)
        self.site.keys_asked.append(keys)
        present = {row["key"]: row for row in self.site.by_id.values()}
        found = {}
        for name in keys:
            row = present.get(name) or self.site.by_id.get(self.site.former.get(name, name))
            if row:
                found[row["id"]] = row
        return list(found.values())

    async def names(self, query: IssueQuery) -> AsyncIterator[list[Row]]:
        self.site.asked.append(f"names {query.jql}")
        inside = [row for i, row in self.site.by_id.items() if i not in self.site.outside]
        async for page in self.site.listed([{"id": r["id"], "key": r["key"]} for r in inside]):
            yield page

    async def pages(
        self,
        query: IssueQuery,
        projects: Mapping[str, int] | None = None,
        unread: Unread | None = None,
    ) -> AsyncIterator[list[Row]]:
        """Those that changed: a sweep asks for no others."""
        self.site.asked.append(f"pages {query.jql}")
        changed = [row for row in self.site.by_id.values() if row.get("changed")]
        async for page in self.site.listed(changed):
            yield page


class FakeProjects(ProjectKind):
    """The real kind over a site's projects."""

    def __init__(self, site: "FakeClient") -> None:
        self.site = site
        self.in_catalog = None
        self.unsure = set()

    def told_of(self, project_id: str, moment: float) -> None:
        """No event is about one."""

    def all_was_read(self, since: float) -> None:
        self.in_catalog = {name: str(row["key"]) for name, row in self.site.live.items()}

    def keys_of(self, project_id: str) -> set[str]:
        return self.site.former_keys.get(project_id, set())

    async def listed(self, expand: str = "") -> AsyncIterator[list[Row]]:
        async for page in self.site.listed(list(self.site.live.values())):
            yield page

    async def live(self, ids: Sequence[str], expand: str = "") -> dict[str, Row]:
        await self.site.answer()
        self.site.expands.add(expand)
        return {i: self.site.live[i] for i in ids if i in self.site.live}

    async def find_keys(self, keys: Sequence[str], expand: str = "") -> list[Row]:
        await self.site.answer()
        self.site.expands.add(expand)
        return [row for row in self.site.live.values() if row["key"] in keys]

    async def is_put_away(self, key: str) -> bool:
        await self.site.answer()
        return key in self.site.put_away


class FakeUsers(UserKind):
    """The real kind over a site's users."""

    def __init__(self, site: "FakeClient") -> None:
        self.site = site

    async def pages(self, selector: Selector) -> AsyncIterator[list[Row]]:
        async for page in self.site.listed(list(self.site.accounts.values())):
            yield page

    async def _one(self, account_id: str) -> Row | None:
        await self.site.answer()
        return self.site.accounts.get(account_id)


class FakeClient(JiraClient):
    """Issues, projects and users, with the names that once led to them.

    Lists come by two rows to a page.
    """

    def __init__(self) -> None:
        self.by_id: dict[str, Row] = {}
        self.outside: set[str] = set()
        self.former: dict[str, str] = {}
        self.live: dict[str, Row] = {}
        self.accounts: dict[str, Row] = {}
        self.down = False
        self.breaks_off = False
        self.bad_credentials = False
        self.account = "account-1"
        self.asked: list[str] = []
        self.expands: set[str] = set()
        self.keys_asked: list[list[str]] = []
        self.former_keys: dict[str, set[str]] = {}
        self.put_away: set[str] = set()
        self.reader: Any = FakeReader(self)
        self.projects = FakeProjects(self)
        self.issues = IssueKind(self.reader, self.projects)
        self.boards = BoardKind(cast(JiraApi, None))
        self.worklogs = WorklogKind(cast(JiraApi, None), self.reader)
        self.epics = EpicKind(cast(JiraApi, None), self.reader, self.boards)
        self.knows_catalog = False
        self.kinds = {
            Kinds.ISSUE: self.issues,
            Kinds.PROJECT: self.projects,
            Kinds.USER: FakeUsers(self),
        }

    @property
    def client(self) -> JiraClient:
        return self

    def issue(self, issue_id: str, key: str, *, former: Sequence[str] = ()) -> Row:
        self.by_id[issue_id] = {"id": issue_id, "key": key, "fields": {"summary": "now"}}
        self.former |= dict.fromkeys(former, issue_id)
        return self.by_id[issue_id]

    def project(self, project_id: str, key: str) -> Row:
        self.live[project_id] = {"id": project_id, "key": key, "name": "now"}
        return self.live[project_id]

    async def answer(self) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise JiraUnavailableError("503")

    async def listed(self, rows: Sequence[Row]) -> AsyncIterator[list[Row]]:
        await self.answer()
        for start in range(0, len(rows), 2):
            yield list(rows[start : start + 2])
            if self.breaks_off:
                raise JiraUnavailableError("503")

    async def verify_credentials(self) -> str:
        await self.answer()
        if self.bad_credentials:
            raise JiraAuthenticationError("401")
        return self.account
