"""The teams of the organization and their members."""

import pytest

from sandbox.jira.site import JiraSite


@pytest.fixture
def site():
    site = JiraSite()
    site.fill(0, projects=0, users=60)
    return site


def path(site: JiraSite, *rest: str) -> str:
    return "/".join(("/gateway/api/public/teams/v1/org", site.organization_id, "teams", *rest))


def people(site: JiraSite, count: int) -> list[str]:
    return list(site.users)[:count]


async def test_teams_come_by_cursor(client, site):
    made = [site.create_team(f"Team {number}").team_id for number in range(5)]
    found, cursor = [], None
    while True:
        params = {"size": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(path(site), params=params)).raise_for_status().json()
        found.append([row["teamId"] for row in page["entities"]])
        cursor = page.get("cursor")
        if cursor is None:
            break
    assert found == [made[:2], made[2:4], made[4:]]


async def test_a_row_says_what_changes_made_of_the_team(client, site):
    team = site.create_team("First", description="What for", team_type="MEMBER_INVITE").team_id
    site.change_team(team, display_name="Other")
    [row] = (await client.get(path(site))).json()["entities"]
    assert row == {
        "teamId": team,
        "displayName": "Other",
        "description": "What for",
        "organizationId": site.organization_id,
        "teamType": "MEMBER_INVITE",
        "state": "ACTIVE",
    }
    site.delete_team(team)
    assert (await client.get(path(site))).json()["entities"] == []
    assert (await client.post(path(site, team, "members"), json={})).status_code == 404


async def test_members_come_by_fifty(client, site):
    accounts = people(site, 55)
    members = path(site, site.create_team("Large", members=accounts).team_id, "members")
    page = (await client.post(members, json={"first": 50})).json()
    assert [row["accountId"] for row in page["results"]] == accounts[:50]
    assert page["pageInfo"]["hasNextPage"] is True
    rest = {"first": 50, "after": page["pageInfo"]["endCursor"]}
    page = (await client.post(members, json=rest)).json()
    assert [row["accountId"] for row in page["results"]] == accounts[50:]
    assert page["pageInfo"]["hasNextPage"] is False
    assert (await client.post(members, json={"first": 51})).status_code == 400
    assert (await client.post(members, json={"after": "nobody"})).status_code == 400


async def test_a_deleted_account_is_in_no_team(client, site):
    accounts = people(site, 3)
    team = site.create_team("Small", members=accounts).team_id
    site.delete_user(accounts[1])
    page = (await client.post(path(site, team, "members"), json={"first": 50})).json()
    assert [row["accountId"] for row in page["results"]] == [accounts[0], accounts[2]]


async def test_the_members_of_one_team_can_fail(client, site):
    bad, good = site.create_team("Bad"), site.create_team("Good")
    bad.fault = 403
    for team, status in ((bad, 403), (good, 200)):
        answer = await client.post(path(site, team.team_id, "members"), json={})
        assert answer.status_code == status


async def test_other_organizations_are_404_and_bad_credentials_401(client, api, site):
    other = path(site).replace(site.organization_id, "another")
    assert (await client.get(other)).status_code == 404
    async with api.client("wrong") as stranger:
        assert (await stranger.get(path(site))).status_code == 401


async def test_sizes_have_limits(client, site):
    assert (await client.get(path(site), params={"size": 301})).status_code == 400
    assert (await client.get(path(site), params={"cursor": "x"})).status_code == 400


def test_no_event_tells_of_teams(site):
    events = []
    site.subscribe(lambda event, payload: events.append(event))
    team = site.create_team("First").team_id
    site.change_team(team, description="Other")
    site.set_team_members(team, people(site, 2))
    site.delete_team(team)
    assert events == []


def test_filled_teams_are_of_each_type_with_members(site):
    site.fill_teams(teams=4)
    assert [team.team_type for team in site.teams.values()] == [
        "OPEN",
        "MEMBER_INVITE",
        "ORG_ADMIN_MANAGED",
        "OPEN",
    ]
    for team in site.teams.values():
        assert len({user.account_id for user in team.members}) == 5
