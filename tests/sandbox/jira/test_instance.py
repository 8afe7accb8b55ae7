"""What the site tells of itself and of what the account may do."""

import pytest

from sandbox.jira.site import JiraSite


@pytest.fixture
def site():
    return JiraSite()


async def test_permissions(client, site):
    path = "/rest/api/3/mypermissions"
    params = {"permissions": "ADMINISTER,BROWSE_PROJECTS"}
    site.user_is_admin = False
    rows = (await client.get(path, params=params)).json()["permissions"]
    assert [row["havePermission"] for row in rows.values()] == [False, True]
    assert (await client.get(path)).status_code == 400


async def test_the_account_the_site_and_the_types(client, site):
    assert (await client.get("/rest/api/3/myself")).json()["accountId"] == site.me.account_id
    assert (await client.get("/rest/api/3/serverInfo")).json()["deploymentType"] == "Cloud"
    cloud = (await client.get("/_edge/tenant_info")).json()["cloudId"]
    types = (await client.get(f"/ex/jira/{cloud}/rest/api/3/issuetype")).json()
    assert {row["name"]: row["hierarchyLevel"] for row in types}["Epic"] == 1
