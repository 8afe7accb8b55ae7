"""The endpoints that give issues: paging, tokens, and reading by key."""

from typing import Any

import httpx
import pytest

from sandbox.jira.site import JiraSite

SEARCH = "/rest/api/3/search/jql"
BULK = "/rest/api/3/issue/bulkfetch"


@pytest.fixture
def site():
    site = JiraSite()
    site.fill(230, projects=2, users=7)
    return site


async def pages(client: httpx.AsyncClient, **body: Any) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = []
    token: str | None = None
    while True:
        answer = await client.post(SEARCH, json=body | ({"nextPageToken": token} if token else {}))
        page = answer.raise_for_status().json()
        found.append(page["issues"])
        token = page.get("nextPageToken")
        assert page["isLast"] is (token is None)
        if token is None:
            return found


async def test_full_rows_come_a_hundred_a_page(client, site):
    found = await pages(
        client, jql='project in ("AB", "AS") order by id', fields=["*all"], maxResults=1000
    )
    assert [len(page) for page in found] == [100, 100, 30]
    ids = [row["id"] for page in found for row in page]
    assert ids == list(site.issues)
    assert found[0][0] == site.row(site.issues[ids[0]])


async def test_ids_come_all_at_once(client):
    [page] = await pages(client, jql="created > -1d", maxResults=5000)
    assert len(page) == 230
    assert set(page[0]) == {"id"}
    assert len((await pages(client, jql="created > -1d"))[0]) == 50


async def test_only_asked_fields_come(client):
    [[row]] = await pages(client, jql="key = AB-1", fields=["summary,status", "comment"])
    assert set(row["fields"]) == {"summary", "status", "comment"}
    [[row]] = await pages(client, jql="key = AB-1", fields=["*all", "-comment"])
    assert "comment" not in row["fields"]
    assert "summary" in row["fields"]
    [[row]] = await pages(client, jql="key = AB-1", fields=["key"])
    assert set(row) == {"expand", "id", "self", "key"}


async def test_a_token_belongs_to_its_query(client):
    body = {"jql": "created > -1d", "maxResults": 10}
    token = (await client.post(SEARCH, json=body)).json()["nextPageToken"]
    for wrong in ({"jql": "created > -2d", "nextPageToken": token}, body | {"nextPageToken": "x"}):
        assert (await client.post(SEARCH, json=wrong)).status_code == 400


async def test_a_refused_query_is_400(client):
    answer = await client.post(SEARCH, json={"jql": "order by key"})
    assert answer.status_code == 400
    assert "Unbounded" in answer.json()["errorMessages"][0]


async def test_reconciled_ids_are_current(client, site):
    site.index_lag = 60.0
    issue = site.create_issue("AB")
    body: dict[str, Any] = {"jql": f"id in ({issue.id})", "fields": ["summary"]}
    assert (await client.post(SEARCH, json=body)).json()["issues"] == []
    body["reconcileIssues"] = [int(issue.id)]
    assert [row["id"] for row in (await client.post(SEARCH, json=body)).json()["issues"]] == [
        issue.id
    ]
    body["reconcileIssues"] = list(range(51))
    assert (await client.post(SEARCH, json=body)).status_code == 400


async def test_bulkfetch_is_current_ordered_and_follows_moves(client, site):
    site.index_lag = 60.0
    parent = next(one for one in site.issues.values() if one.project.key == "AB" and one.children)
    old = parent.key
    site.move_issue(old, "AS")
    new = site.create_issue("AB")
    answer = await client.post(BULK, json={"issueIdsOrKeys": [new.key, old, parent.id, "AB-9999"]})
    rows = answer.json()["issues"]
    assert [row["id"] for row in rows] == [parent.id, new.id]
    assert rows[0]["key"] == parent.key != old
    assert "worklog" not in rows[0]["fields"]
    assert answer.json()["issueErrors"] == []
    too_many = {"issueIdsOrKeys": [str(number) for number in range(101)]}
    assert (await client.post(BULK, json=too_many)).status_code == 400


async def test_one_issue_redirects_and_disappears(client, site):
    site.change_project_key("AB", "XY")
    assert (await client.get("/rest/api/3/issue/AB-1")).json()["key"] == "XY-1"
    site.hide_issue("XY-1")
    assert (await client.get("/rest/api/3/issue/XY-1")).status_code == 404
    assert (await client.get("/rest/api/3/project/AB")).json()["key"] == "XY"
