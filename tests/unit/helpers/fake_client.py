"""A site whose client answers as it would, and a mapping to read it by."""

import asyncio
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any, cast

from client import JiraClient
from jira.errors import JiraAuthenticationError, JiraUnavailableError
from jira.kinds.selectors import JiraIssueSelector, JiraPortAppConfig

Row = dict[str, Any]


def mapping(*kinds: str, **mappings: Any) -> JiraPortAppConfig:
    """A resource of each kind; unless `mappings` says otherwise its blueprint has its name."""
    return JiraPortAppConfig.parse_obj(
        {
            "resources": [
                {
                    "kind": kind,
                    "selector": {"query": "true"},
                    "port": {
                        "entity": {
                            "mappings": {
                                "identifier": ".key",
                                "blueprint": f'"{kind}"',
                                **mappings,
                            }
                        }
                    },
                }
                for kind in kinds
            ]
        }
    )


def resource(kind: str, **selector: Any) -> Any:
    """The resource of a mapping with this kind alone."""
    [found] = mapping(kind).resources
    return found.copy(update={"selector": found.selector.copy(update=selector)})


ISSUES, PROJECTS, USERS = resource("issue"), resource("project"), resource("user")


class FakeClient:
    """Issues, projects and users, with the names that once led to them."""

    def __init__(self) -> None:
        self.by_id: dict[str, Row] = {}
        self.outside: set[str] = set()
        self.former: dict[str, str] = {}
        self.live: dict[str, Row] = {}
        self.accounts: dict[str, Row] = {}
        self.down = False
        self.bad_credentials = False
        self.account = "account-1"
        self.expands: set[str] = set()
        self.keys_asked: list[list[str]] = []
        self.issues = SimpleNamespace(by_keys=self.by_keys)
        self.former_keys: dict[str, set[str]] = {}
        self.put_away: set[str] = set()
        self.projects = SimpleNamespace(
            find=self.find_projects,
            find_keys=self.find_project_keys,
            keys_of=lambda project_id: self.former_keys.get(project_id, set()),
            is_put_away=self.is_put_away,
        )

    @property
    def client(self) -> JiraClient:
        return cast(JiraClient, self)

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

    async def verify_credentials(self) -> str:
        await self.answer()
        if self.bad_credentials:
            raise JiraAuthenticationError("401")
        return self.account

    async def issue_selector(self, resource: Any) -> JiraIssueSelector:
        """The selector as the mapping has it."""
        return cast(JiraIssueSelector, resource.selector)

    async def find_issues(self, ids: Iterable[str], selector: JiraIssueSelector) -> dict[str, Row]:
        await self.answer()
        there = self.by_id
        return {i: there[i] for i in ids if i in there and i not in self.outside}

    async def by_keys(self, keys: Iterable[str]) -> list[Row]:
        await self.answer()
        keys = list(keys)
        self.keys_asked.append(keys)
        present = {row["key"]: row for row in self.by_id.values()}
        found = {}
        for name in keys:
            row = present.get(name) or self.by_id.get(self.former.get(name, name))
            if row:
                found[row["id"]] = row
        return list(found.values())

    async def find_projects(self, ids: Sequence[str], expand: str) -> dict[str, Row]:
        await self.answer()
        self.expands.add(expand)
        return {i: self.live[i] for i in ids if i in self.live}

    async def find_project_keys(self, keys: Sequence[str], expand: str) -> list[Row]:
        await self.answer()
        self.expands.add(expand)
        return [row for row in self.live.values() if row["key"] in keys]

    async def is_put_away(self, key: str) -> bool:
        await self.answer()
        return key in self.put_away

    async def get_single_user(self, account_id: str) -> Row | None:
        await self.answer()
        return self.accounts.get(account_id)
