"""The backlog of a board, by both APIs."""

from typing import Any

import httpx
import pytest

from sandbox.jira.faults import Fault
from sandbox.jira.site import JiraSite

AGILE = "/rest/agile/1.0/board/1/backlog"
SOFTWARE = "/rest/software/1.0/board/1/backlog"
both = pytest.mark.parametrize("path", [AGILE, SOFTWARE])


@pytest.fixture
def site():
    site = JiraSite()
    site.create_project("AB")
    site.create_project("CD")
    site.create_board(["AB"])
    for _ in range(3):
        site.create_issue("AB")  # AB-1 to AB-3
    return site


async def keys(client: httpx.AsyncClient, path: str, **params: Any) -> list[str]:
    answer = (await client.get(path, params=params)).raise_for_status()
    return [row["key"] for row in answer.json()["issues"]]


@both
async def test_shows_issues_that_wait_by_rank(client, site, path):
    site.create_issue("CD")
    site.create_issue("AB", type_name="Epic")
    site.create_issue("AB", type_name="Sub-task", parent="AB-1")
    site.create_issue("AB", status="Done")
    assert await keys(client, path) == ["AB-1", "AB-2", "AB-3"]
    site.transition_issue("AB-2", "Done")
    assert await keys(client, path) == ["AB-1", "AB-3"]


@both
async def test_what_is_in_a_sprint_does_not_wait_until_that_is_closed(client, site, path):
    future, active = site.create_sprint(1).id, site.create_sprint(1).id
    site.start_sprint(active)
    site.set_sprint("AB-1", future)
    site.set_sprint("AB-2", active)
    assert await keys(client, path) == ["AB-3"]
    site.close_sprint(active)
    assert await keys(client, path) == ["AB-2", "AB-3"]
    site.delete_sprint(future)
    assert await keys(client, path) == ["AB-1", "AB-2", "AB-3"]


@both
async def test_what_was_done_in_a_closed_sprint_and_is_reopened_waits(client, site, path):
    sprint = site.create_sprint(1).id
    site.set_sprint("AB-1", sprint)
    site.start_sprint(sprint)
    site.transition_issue("AB-1", "Done")
    site.close_sprint(sprint)
    assert "AB-1" not in await keys(client, path)
    site.transition_issue("AB-1", "To Do")
    assert "AB-1" in await keys(client, path)


@both
async def test_shows_the_visible_projects_of_the_board(client, site, path):
    site.create_issue("CD")
    site.configure_board(1, ["AB", "CD"])
    assert "CD-1" in await keys(client, path)
    site.hide_project("AB")
    site.hide_issue("CD-1", hidden=True)
    assert await keys(client, path) == []


@both
async def test_a_query_narrows_it(client, site, path):
    assert await keys(client, path, jql="key in (AB-2, AB-3)") == ["AB-2", "AB-3"]
    assert await keys(client, path, jql="key > AB-1 ORDER BY key DESC") == ["AB-3", "AB-2"]
    assert (await client.get(path, params={"jql": "nothing = 1"})).status_code == 400


@both
async def test_only_asked_fields_come(client, site, path):
    row = (await client.get(path, params={"maxResults": 1})).json()["issues"][0]
    assert "summary" in row["fields"]
    assert "worklog" not in row["fields"]
    for fields in ("summary,status", ["summary", "status"]):
        row = (await client.get(path, params={"fields": fields})).json()["issues"][0]
        assert set(row["fields"]) == {"summary", "status"}


async def test_both_give_the_same_rows(client):
    agile, software = (await client.get(AGILE)).json(), (await client.get(SOFTWARE)).json()
    assert agile["issues"] == software["issues"]
    assert (agile["startAt"], agile["maxResults"], agile["total"]) == (0, 50, 3)
    assert (software["isLast"], "nextPageToken" in software) == (True, False)


async def test_pages_by_number(client, api):
    assert await keys(client, AGILE, startAt=1, maxResults=1) == ["AB-2"]
    api.faults.add(Fault("short_pages", path=AGILE, size=1))
    assert await keys(client, AGILE) == ["AB-1"]


async def test_pages_by_token(client, site):
    params = {"maxResults": 2, "jql": "created > -1d"}
    first = (await client.get(SOFTWARE, params=params)).json()
    assert first["isLast"] is False
    token = first["nextPageToken"]
    last = (await client.get(SOFTWARE, params={**params, "nextPageToken": token})).json()
    found = [row["key"] for page in (first, last) for row in page["issues"]]
    assert (found, last["isLast"]) == (["AB-1", "AB-2", "AB-3"], True)
    for wrong in ({"nextPageToken": "x"}, {"nextPageToken": token, "jql": "key = AB-1"}):
        assert (await client.get(SOFTWARE, params=params | wrong)).status_code == 400


async def test_what_leaves_the_backlog_between_pages_is_missing(client, site):
    first = (await client.get(SOFTWARE, params={"maxResults": 1})).json()
    site.transition_issue("AB-2", "Done")
    rest = {"maxResults": 5, "nextPageToken": first["nextPageToken"]}
    assert await keys(client, SOFTWARE, **rest) == ["AB-3"]


@both
async def test_it_lags_with_the_index(client, site, path):
    sprint = site.create_sprint(1).id
    site.set_sprint("AB-1", sprint)
    site.index_lag = 60.0
    site.create_issue("AB")
    site.delete_sprint(sprint)
    site.transition_issue("AB-2", "Done")
    assert await keys(client, path) == ["AB-2", "AB-3"]
    site.catch_up_index()
    assert await keys(client, path) == ["AB-1", "AB-3", "AB-4"]


@both
@pytest.mark.parametrize("refused", [True, False])
async def test_an_issue_that_is_gone_has_its_query_refused_or_is_left_out(
    site, client, path, refused
):
    site.strict_gone_ids = refused
    kept, gone = (site.create_issue("AB") for _ in range(2))
    site.delete_issue(gone.id)
    asked = {"jql": f"id in ({kept.id}, {gone.id})"}
    if refused:
        answer = await client.get(path, params=asked)
        assert answer.status_code == 400
        assert gone.id in answer.text
    else:
        assert await keys(client, path, **asked) == [kept.key]


@both
@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        (None, {"sprint", "closedSprints", "flagged", "epic"}),
        ("summary", set()),
        ("summary,epic", {"epic"}),
        ("*all,-epic,-flagged", {"sprint", "closedSprints"}),
        ("key", None),
    ],
)
async def test_boards_show_more_of_an_issue_than_it_has_itself(client, site, path, fields, shown):
    epic = site.create_issue("AB", type_name="Epic", summary="An epic")
    site.edit_issue("AB-1", parent=epic.id)
    sprint = site.create_sprint(1).id
    site.set_sprint("AB-1", sprint)
    site.start_sprint(sprint)
    site.transition_issue("AB-1", "Done")
    site.close_sprint(sprint)
    site.transition_issue("AB-1", "To Do")
    asked = {"fields": fields} if fields else {}
    [row, *_] = (await client.get(path, params=asked)).json()["issues"]
    own = (await client.get("/rest/api/3/issue/AB-1")).json()["fields"].keys()
    assert (row["fields"].keys() - own if "fields" in row else None) == shown
    if shown and "epic" in shown:
        assert row["fields"]["epic"]["name"] == "An epic"
    if shown and "closedSprints" in shown:
        assert [one["id"] for one in row["fields"]["closedSprints"]] == [sprint]
