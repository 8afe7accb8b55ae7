"""Teams: of an organization, with their members where these are asked for."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from client import MYSELF, JiraClient
from jira.errors import (
    JiraAnswerError,
    JiraAuthenticationError,
    JiraPermissionError,
    JiraRequestError,
    JiraUnavailableError,
)
from jira.kinds.team import MEMBERS, TEAMS
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.fakes import FakeApi
from tests.unit.helpers.planning_site import GONE, all_rows, warnings

Row = dict[str, Any]
PLAIN, WITH_MEMBERS = resource("team"), resource("team", include_members=True)
LIST = TEAMS.format(org="org-1")
FORBIDDEN = JiraPermissionError("answered with 403")


def members_of(team: str) -> str:
    return MEMBERS.format(org="org-1", team=team)


class Site:
    """Two teams to a page, and two members; the last page of teams has a cursor as well."""

    def __init__(self, **members: int) -> None:
        self.members = {
            team: [{"accountId": f"{team}-{n}"} for n in range(count)]
            for team, count in members.items()
        }
        self.answers: dict[str, Any] = {}
        self.fake = FakeApi(self.answer)
        self.client = self.of("org-1")

    def of(self, organization: str) -> JiraClient:
        self.client = JiraClient(self.fake.api, 10, organization)
        return self.client

    def answer(self, method: str, path: str, what: Row) -> Any:
        if path in self.answers:
            return self.answers[path]
        if path == MYSELF:
            return {"accountId": "account-1"}
        start = int(what.get("cursor") or what.get("after") or "0")
        end = start + 2
        if path == LIST:
            teams = [{"teamId": team, "displayName": f"Team {team}"} for team in self.members]
            return {"entities": teams[start:end], "cursor": str(end)}
        rows = self.members[path.split("/")[-2]]
        info = {"hasNextPage": end < len(rows), "endCursor": str(end)}
        return {"results": rows[start:end], "pageInfo": info}

    def rows(self, of: Any) -> AsyncIterator[list[Row]]:
        return self.client.read_all(Kinds.TEAM, of.selector)

    async def resync(self, of: Any) -> dict[str, Any]:
        rows = await all_rows(self.rows(of))
        return {row["teamId"]: [m["accountId"] for m in row.get("__members", [])] for row in rows}

    async def known(self, *names: str, of: Any = PLAIN) -> tuple[list[Row], list[str]]:
        found = await self.client.kinds[Kinds.TEAM].by_identifiers(list(names), of.selector)
        return found.rows, found.gone


@pytest.fixture
def site() -> Site:
    return Site(a=0, b=1, c=5)


async def test_every_team_of_every_page(site):
    assert list(await site.resync(PLAIN)) == ["a", "b", "c"]
    assert [what.get("cursor") for what in site.fake.bodies(LIST)] == [None, "2", "4"]


async def test_members_are_not_read_unless_they_are_asked_for(site):
    """One more request for each team."""
    assert all("__members" not in row for row in await all_rows(site.rows(PLAIN)))
    assert {path for _, path, _ in site.fake.asked} == {LIST, MYSELF}


async def test_members_are_paged(site):
    assert await site.resync(WITH_MEMBERS) == {
        "a": [],
        "b": ["b-0"],
        "c": ["c-0", "c-1", "c-2", "c-3", "c-4"],
    }
    asked = site.fake.bodies(members_of("c"))
    assert [what.get("after") for what in asked] == [None, "2", "4"]


async def test_without_an_organization_the_kind_is_skipped_and_says_so_in_one_line(site, log):
    site.of("")
    for _ in range(3):
        assert await site.resync(WITH_MEMBERS) == {}
        assert await site.known("a") == ([], [])
    [line] = warnings(log)
    assert "atlassianOrganizationId" in line
    assert {path for _, path, _ in site.fake.asked} == {MYSELF}


async def test_where_the_credentials_cannot_read_teams_the_kind_says_so_in_one_line(site, log):
    site.fake.authentication = SimpleNamespace(uses_gateway=True)
    assert await site.resync(PLAIN) == {}
    [line] = warnings(log)
    assert "classic API token" in line
    assert {path for _, path, _ in site.fake.asked} == {MYSELF}


@pytest.mark.parametrize(
    "refusal", [FORBIDDEN, GONE, JiraRequestError("400")], ids=["403", "404", "400"]
)
async def test_a_team_that_is_refused_costs_only_itself(site, log, refusal):
    site.answers[members_of("b")] = refusal
    assert list(await site.resync(WITH_MEMBERS)) == ["a", "c"]
    [line] = warnings(log)
    assert "members of team b (Team b)" in line


@pytest.mark.parametrize("path", [LIST, members_of("b"), MYSELF])
@pytest.mark.parametrize("failure", [JiraAuthenticationError("401"), JiraUnavailableError("503")])
async def test_a_failure_of_a_team_or_the_list_fails_the_kind(site, path, failure):
    site.answers[path] = failure
    with pytest.raises(type(failure)):
        await site.resync(WITH_MEMBERS)


async def test_a_list_that_is_refused_fails_the_kind(site):
    """A wrong organization id is a 403 or 404 of the list: nothing may be deleted."""
    site.answers[LIST] = FORBIDDEN
    with pytest.raises(JiraPermissionError):
        await site.resync(PLAIN)


@pytest.mark.parametrize(
    ("path", "bad"),
    [
        (LIST, None),
        (LIST, {"cursor": "x"}),
        (LIST, {"entities": None}),
        (LIST, {"entities": ["a"]}),
        (members_of("b"), {"pageInfo": {}}),
        (members_of("b"), {"results": []}),
        (members_of("b"), {"results": [], "pageInfo": None}),
        (members_of("b"), []),
    ],
)
async def test_an_odd_answer_is_an_error_and_not_the_end(site, path, bad):
    site.answers[path] = bad
    with pytest.raises(JiraAnswerError):
        await site.resync(WITH_MEMBERS)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        (LIST, {"entities": [{"teamId": "b", "displayName": "B"}], "cursor": "2"}),
        (
            members_of("b"),
            {"results": [{}], "pageInfo": {"hasNextPage": True, "endCursor": "2"}},
        ),
    ],
)
async def test_a_cursor_that_repeats_is_an_error_and_no_loop(site, path, page):
    site.answers[path] = page
    with pytest.raises(JiraAnswerError, match="repeats"):
        await site.resync(WITH_MEMBERS)


async def test_an_organization_without_teams_is_empty():
    assert await Site().resync(WITH_MEMBERS) == {}


@pytest.mark.parametrize("of", [PLAIN, WITH_MEMBERS])
async def test_what_port_has_is_read_with_the_row_of_a_resync(site, of):
    of_resync = await all_rows(site.rows(of))
    rows, gone = await site.known("c", "77", "a", of=of)
    assert rows == [of_resync[2], of_resync[0]]
    assert gone == ["77"]


async def test_members_are_read_only_of_the_teams_that_are_asked_for(site):
    await site.known("b", of=WITH_MEMBERS)
    assert site.fake.bodies(members_of("c")) == []


async def test_without_an_organization_no_team_is_gone(site):
    """They would be deleted because a setting went missing."""
    site.of("")
    assert await site.known("a") == ([], [])


async def test_a_failure_is_not_taken_for_a_team_that_is_gone(site):
    site.answers[LIST] = JiraUnavailableError("503")
    with pytest.raises(JiraUnavailableError):
        await site.known("a")
