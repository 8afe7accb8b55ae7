"""The probe against a whole site: each permission, scope and setting taken away once."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from port_ocean.core.probe import (
    ProbeCheckStatus,
    ProbeConfig,
    ProbeContext,
    ProbeStatus,
)

from client import JiraClient
from jira.http.api import JiraApi
from jira.http.auth import BasicAuthentication
from jira.settings import JiraSettings
from kinds import Kinds
from port.mapping.resources import JiraPortAppConfig
from port.probe import probe
from sandbox.jira.api import JiraApi as StandIn
from sandbox.jira.faults import Fault
from sandbox.jira.site import JiraSite
from sandbox.openapi import OpenApiCheck
from sandbox.servers import HttpServer

ALL = set(Kinds)
BOARDS = {Kinds.BOARD, Kinds.SPRINT, Kinds.EPIC, Kinds.BACKLOG}
ISSUES = {Kinds.ISSUE, Kinds.WORKLOG, Kinds.EPIC, Kinds.BACKLOG}
UNDER_PROJECTS = {Kinds.PROJECT, Kinds.RELEASE, Kinds.COMPONENT}
SCOPES = {
    *("read:jira-work", "read:jira-user"),
    *("read:board-scope:jira-software", "read:board-scope.admin:jira-software"),
    *("read:epic:jira-software", "read:sprint:jira-software"),
    *("read:issue-details:jira", "read:project:jira"),
}
"""What docs/permissions.md asks for."""
BASE_URL = "https://port.example.com"


@dataclass(frozen=True)
class Lack:
    """Something that is missing: which kinds can't be read for it, and in which words."""

    name: str
    take: Callable[[StandIn], None]
    kinds: set[Kinds]
    words: str = ""
    live_events: str = "The webhook can be managed."
    settings: dict[str, Any] = field(default_factory=dict)
    by_scopes: bool = False
    status: ProbeCheckStatus = ProbeCheckStatus.FAILURE
    ended: ProbeStatus = ProbeStatus.COMPLETED


def without(permission: str) -> Callable[[StandIn], None]:
    return lambda api: api.site.deny(permission)


def no_software(api: StandIn) -> None:
    api.site.has_software = False


def with_scopes(*left_out: str) -> Callable[[StandIn], None]:
    return lambda api: setattr(api, "scopes", SCOPES - set(left_out))


def fault(path: str, **how: Any) -> Callable[[StandIn], None]:
    def take(api: StandIn) -> None:
        api.faults.add(Fault(how.pop("kind", "status"), path, **how))

    return take


def both(*takes: Callable[[StandIn], None]) -> Callable[[StandIn], None]:
    def take(api: StandIn) -> None:
        for each in takes:
            each(api)

    return take


def scope(name: str, kinds: set[Kinds]) -> Lack:
    return Lack(name, with_scopes(name), kinds | {Kinds.TEAM}, name, by_scopes=True)


NOTHING = Lack("nothing", lambda api: None, set())
BY_SCOPES = Lack("no scope", with_scopes(), {Kinds.TEAM}, "classic API token", by_scopes=True)
LACKS = (
    NOTHING,
    Lack(
        "BROWSE_PROJECTS", without("BROWSE_PROJECTS"), ALL - {Kinds.USER, Kinds.TEAM}, "'Browse p"
    ),
    Lack("USER_PICKER", without("USER_PICKER"), {Kinds.USER}, "'Browse users and groups'"),
    Lack("ADMINISTER", without("ADMINISTER"), set(), live_events="'Administer Jira'"),
    Lack("Jira Software", no_software, BOARDS, "access to Jira Software"),
    Lack(
        "organization",
        lambda api: None,
        {Kinds.TEAM},
        "atlassianOrganizationId",
        settings={"atlassian_organization_id": ""},
    ),
    Lack(
        "this organization",
        lambda api: None,
        {Kinds.TEAM},
        "404",
        settings={"atlassian_organization_id": "another"},
    ),
    Lack(
        "membership of the organization",
        fault("/gateway/", status=403),
        {Kinds.TEAM},
        "to be in the organization",
    ),
    Lack("right to list worklogs", fault("/rest/api/3/worklog/list", status=403), {Kinds.WORKLOG}),
    Lack(
        "a good token",
        lambda api: setattr(api, "token_valid", False),
        ALL,
        "atlassianUserToken",
        live_events="",
        ended=ProbeStatus.FAILED,
    ),
    Lack(
        "Jira",
        fault("/rest/api/3/myself", kind="html"),
        ALL,
        "jiraHost",
        live_events="",
        status=ProbeCheckStatus.UNKNOWN,
        ended=ProbeStatus.FAILED,
    ),
    Lack(
        "an answer",
        fault("/rest/api/3/users/search", kind="truncated"),
        {Kinds.USER},
        "broken JSON",
        status=ProbeCheckStatus.UNKNOWN,
    ),
    Lack("permissions in words", fault("/rest/api/3/mypermissions", status=400), set()),
    Lack(
        "permissions in words, and rows",
        both(without("BROWSE_PROJECTS"), fault("/rest/api/3/mypermissions", status=400)),
        ALL - {Kinds.USER, Kinds.TEAM},
        "doesn't say whether the account has the permission 'Browse projects'",
        status=ProbeCheckStatus.UNKNOWN,
    ),
    BY_SCOPES,
    scope("read:jira-work", ISSUES | UNDER_PROJECTS),
    scope("read:board-scope:jira-software", BOARDS),
    scope("read:board-scope.admin:jira-software", BOARDS),
    scope("read:issue-details:jira", BOARDS),
    scope("read:project:jira", BOARDS),
    scope("read:epic:jira-software", {Kinds.EPIC}),
    scope("read:sprint:jira-software", {Kinds.SPRINT}),
    Lack(
        "read:jira-user",
        with_scopes("read:jira-user"),
        ALL,
        "lacks read:jira-user",
        live_events="",
        by_scopes=True,
        ended=ProbeStatus.FAILED,
    ),
)


@asynccontextmanager
async def standing_in() -> AsyncIterator[tuple[StandIn, str]]:
    """A stand-in Jira with something of every kind, and its address."""
    site = JiraSite()
    site.fill_every_kind(30)
    api = StandIn(site, email="bot@example.com", token="right", openapi=OpenApiCheck())
    async with HttpServer(api.app) as server:
        site.base_url = server.url
        yield api, server.url


async def probed(
    lack: Lack, api: StandIn, url: str, kinds: list[str] | None = None
) -> tuple[ProbeContext, list[str]]:
    host = f"{url}/ex/jira/{api.cloud_id}" if lack.by_scopes else url
    given = {
        "jira_host": host,
        "atlassian_user_email": "bot@example.com",
        "atlassian_user_token": "right",
        "atlassian_organization_id": api.site.organization_id,
        **lack.settings,
    }
    settings = JiraSettings.from_config(given, identifier="my-jira", base_url=BASE_URL)
    async with httpx.AsyncClient(trust_env=False) as http:
        authentication = BasicAuthentication(host, settings.email, settings.token)
        jira = JiraApi(http, authentication, None if lack.by_scopes else host)
        client = JiraClient(jira, settings.organization_id)
        context = ProbeContext()
        await context.initialize(JiraPortAppConfig, ProbeConfig(kinds=kinds))
        unreadable = await probe(context, client, settings, kinds or set(Kinds))
        await context.finalize()
    assert api.violations() == []
    return context, unreadable


@pytest.mark.parametrize("lack", LACKS, ids=[lack.name for lack in LACKS])
async def test_what_is_missing_is_said_of_those_kinds_that_need_it(lack: Lack) -> None:
    async with standing_in() as (api, url):
        lack.take(api)
        context, unreadable = await probed(lack, api, url)
        asked = api.count()
    found = {check.kind: check for check in context.checks}
    assert set(found) == ALL
    assert {kind for kind, check in found.items() if check.status != "SUCCESS"} == lack.kinds
    assert sorted(unreadable) == sorted(lack.kinds)
    for kind in lack.kinds:
        check = found[kind]
        assert check.status is lack.status
        # Without scopes teams can't be read at all, whatever else is missing.
        if kind is not Kinds.TEAM or lack.kinds == {Kinds.TEAM}:
            assert lack.words in (check.message or "")
    assert context.status is lack.ended
    assert lack.live_events in (context.message or "") or lack.by_scopes
    assert asked < 40


async def test_only_what_is_asked_for_is_looked_at() -> None:
    async with standing_in() as (api, url):
        context, unreadable = await probed(NOTHING, api, url, ["user", "project"])
        paths = {entry.path for entry in api.requests}
    assert [check.kind for check in context.checks] == ["project", "user"]
    assert unreadable == []
    assert not any("/agile/" in path or "/search/jql" in path for path in paths)


async def test_an_empty_site_can_be_read_and_what_was_not_tried_is_told_to_a_scoped_token() -> None:
    site = JiraSite()
    api = StandIn(site, email="bot@example.com", token="right", openapi=OpenApiCheck())
    async with HttpServer(api.app) as server:
        classic, unreadable = await probed(NOTHING, api, server.url)
        api.scopes = set(SCOPES)
        scoped, _ = await probed(BY_SCOPES, api, server.url)
    assert unreadable == []
    assert {check.message for check in classic.checks} == {"Can be read."}
    [sprint] = [check for check in scoped.checks if check.kind == "sprint"]
    assert "it needs read:sprint:jira-software" in (sprint.message or "")
