"""Teams: of an organization, with their members where these are asked for."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from client import MYSELF, JiraClient
from jira.errors import JiraAnswerError, JiraPartlyUnavailableError
from kinds import Kinds
from tests.unit.helpers.fake_client import resource
from tests.unit.helpers.planning_site import all_rows, warnings
from tests.unit.helpers.whole_site import TEAM_LIST, WholeSite, members_of

Row = dict[str, Any]
PLAIN, WITH_MEMBERS = resource("team"), resource("team", include_members=True)


class Site(WholeSite):
    """Teams with so many members; the last page of teams has a cursor as well."""

    def __init__(self, **members: int) -> None:
        super().__init__()
        for team, count in members.items():
            self.team(team, count)

    def of(self, organization: str) -> None:
        self.client = JiraClient(self.fake.api, organization)

    def rows(self, of: Any) -> AsyncIterator[list[Row]]:
        return self.client.read_all(Kinds.TEAM, of.selector)

    async def members(self, of: Any) -> dict[str, Any]:
        rows = await all_rows(self.rows(of))
        return {row["teamId"]: [m["accountId"] for m in row.get("__members", [])] for row in rows}

    async def called(self, *names: str, of: Any = PLAIN) -> tuple[list[Row], list[str]]:
        found = await self.client.kinds[Kinds.TEAM].by_identifiers(list(names), of.selector)
        return found.rows, found.gone


@pytest.fixture
def site() -> Site:
    return Site(a=0, b=1, c=5)


async def test_every_team_of_every_page(site):
    assert list(await site.members(PLAIN)) == ["a", "b", "c"]
    assert [what.get("cursor") for what in site.fake.bodies(TEAM_LIST)] == [None, "2", "4"]


async def test_members_are_not_read_unless_they_are_asked_for(site):
    """One more request for each team."""
    assert all("__members" not in row for row in await all_rows(site.rows(PLAIN)))
    assert {path for _, path, _ in site.fake.asked} == {TEAM_LIST, MYSELF}


async def test_members_are_paged(site):
    assert await site.members(WITH_MEMBERS) == {
        "a": [],
        "b": ["b-0"],
        "c": ["c-0", "c-1", "c-2", "c-3", "c-4"],
    }
    asked = site.fake.bodies(members_of("c"))
    assert [what.get("after") for what in asked] == [None, "2", "4"]


async def test_without_an_organization_the_kind_is_skipped_and_says_so_in_one_line(site, log):
    site.of("")
    for _ in range(3):
        assert await site.members(WITH_MEMBERS) == {}
        assert await site.called("a") == ([], [])
    [line] = warnings(log)
    assert "atlassianOrganizationId" in line
    assert site.fake.asked == []


async def test_where_the_credentials_cannot_read_teams_the_kind_says_so_in_one_line(site, log):
    site.fake.authentication = SimpleNamespace(uses_gateway=True)
    assert await site.members(PLAIN) == {}
    [line] = warnings(log)
    assert "classic API token" in line
    assert site.fake.asked == []


@pytest.mark.parametrize(
    ("path", "bad"),
    [
        (TEAM_LIST, None),
        (TEAM_LIST, {"cursor": "x"}),
        (TEAM_LIST, {"entities": None}),
        (TEAM_LIST, {"entities": ["a"]}),
        (members_of("b"), {"pageInfo": {}}),
        (members_of("b"), {"results": []}),
        (members_of("b"), {"results": [], "pageInfo": None}),
        (members_of("b"), []),
    ],
)
async def test_an_odd_answer_is_an_error_and_not_the_end(site, path, bad):
    site.answers[path] = bad
    with pytest.raises((JiraAnswerError, JiraPartlyUnavailableError)):
        await site.members(WITH_MEMBERS)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        (TEAM_LIST, {"entities": [{"teamId": "b", "displayName": "B"}], "cursor": "2"}),
        (
            members_of("b"),
            {"results": [{}], "pageInfo": {"hasNextPage": True, "endCursor": "2"}},
        ),
    ],
)
async def test_a_cursor_that_repeats_is_an_error_and_no_loop(site, path, page):
    site.answers[path] = page
    with pytest.raises((JiraAnswerError, JiraPartlyUnavailableError), match="repeats"):
        await site.members(WITH_MEMBERS)


async def test_an_organization_without_teams_is_empty():
    assert await Site().members(WITH_MEMBERS) == {}


async def test_members_are_read_only_of_the_teams_that_are_asked_for(site):
    await site.called("b", of=WITH_MEMBERS)
    assert site.fake.bodies(members_of("c")) == []


async def test_without_an_organization_no_team_is_gone(site):
    """They would be deleted because a setting went missing."""
    site.of("")
    assert await site.called("a") == ([], [])
