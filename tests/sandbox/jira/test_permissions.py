"""What the account and its token may do, and what Jira answers where they may not."""

from typing import Any

import pytest

from sandbox.jira.faults import SCOPE_MISSING
from sandbox.jira.scopes import may_ask
from sandbox.jira.site import JiraSite

CLASSIC = {"read:jira-work", "read:jira-user"}
BOARD = "read:board-scope:jira-software"


@pytest.fixture
def site():
    site = JiraSite()
    site.fill_every_kind(20)
    return site


async def has(client: Any, permission: str) -> bool:
    """What Jira says of it."""
    answer = await client.get("/rest/api/3/mypermissions", params={"permissions": permission})
    return bool(answer.json()["permissions"][permission]["havePermission"])


@pytest.mark.parametrize(
    ("permission", "path", "status"),
    [
        ("USER_PICKER", "/rest/api/3/users/search", 403),
        ("USER_PICKER", "/rest/api/3/user?accountId=1", 403),
        ("ADMINISTER", "/rest/webhooks/1.0/webhook", 403),
        ("BROWSE_PROJECTS", "/rest/api/3/project/AB", 404),
    ],
)
async def test_a_permission_that_is_taken_away(client, site, permission, path, status):
    before = (await client.get(path)).status_code
    assert await has(client, permission)
    site.deny(permission)
    assert not await has(client, permission)
    assert (await client.get(path)).status_code == status != before


async def test_without_projects_lists_are_empty(client, site):
    site.deny("BROWSE_PROJECTS")
    for path in ("/rest/api/3/project/search", "/rest/agile/1.0/board"):
        assert (await client.get(path)).json()["values"] == []
    found = await client.post("/rest/api/3/search/jql", json={"jql": "created > -100w"})
    assert found.json()["issues"] == []


async def test_boards_need_jira_software(client, site):
    site.has_software = False
    for path in ("/rest/agile/1.0/board", "/rest/software/1.0/board/1/backlog"):
        assert (await client.get(path)).status_code == 403
    assert (await client.get("/rest/api/3/myself")).status_code == 200


async def test_a_token_without_the_scope_is_turned_away(client, api):
    assert (await client.get("/rest/api/3/issuetype")).status_code == 200
    api.scopes = {"read:jira-user"}
    answer = await client.get("/rest/api/3/issuetype")
    assert (answer.status_code, answer.json()) == (401, SCOPE_MISSING)
    assert (await client.get("/rest/api/3/myself")).status_code == 200


@pytest.mark.parametrize(
    ("scopes", "path", "may"),
    [
        (CLASSIC, "/rest/api/3/issue/1", True),
        (CLASSIC, "/rest/api/3/myself", True),
        (CLASSIC, "/rest/agile/1.0/board", False),
        (CLASSIC, "/rest/agile/1.0/board/1/sprint", False),
        ({BOARD, "read:project:jira"}, "/rest/agile/1.0/board", True),
        ({BOARD}, "/rest/agile/1.0/board", False),
        ({BOARD, "read:issue-details:jira"}, "/rest/software/1.0/board/7/backlog", True),
        ({"read:issue-details:jira"}, "/rest/software/1.0/board/7/backlog", False),
        ({"read:status:jira"}, "/rest/api/3/status", True),
        ({"read:issue-type:jira"}, "/rest/api/3/issuetype", False),
        (set(), "/rest/api/3/serverInfo", True),
        (set(), "/_edge/tenant_info", True),
        (CLASSIC, "/rest/webhooks/1.0/webhook", False),
        (CLASSIC, "/gateway/api/public/teams/v1/org/1/teams", False),
    ],
)
def test_one_whole_set_of_scopes_is_enough(scopes, path, may):
    assert may_ask(scopes, "GET", path) is may
