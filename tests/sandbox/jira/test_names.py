"""Statuses, types and priorities with another name: what issues, lists and queries show."""

from typing import Any

import pytest

from sandbox.jira.site import JiraSite

RENAMES: dict[str, Any] = {
    "status": lambda site: site.rename_status("Done", "Finished"),
    "issuetype": lambda site: site.rename_type("Story", "Finished"),
    "priority": lambda site: site.rename_priority("High", "Finished"),
}


@pytest.fixture
def site() -> JiraSite:
    site = JiraSite()
    site.fill(40)
    return site


def shown(site: JiraSite, field: str) -> dict[str, str]:
    """The name of each, by its id, as issues show it."""
    rows = [site.row(issue)["fields"][field] for issue in site.issues.values()]
    return {row["id"]: row["name"] for row in rows}


@pytest.mark.parametrize("field", RENAMES)
async def test_issues_and_queries_know_the_new_name_under_the_same_id(client, site, field):
    before = shown(site, field)
    new = RENAMES[field](site)
    assert shown(site, field) == before | {new.id: "Finished"}
    for value in (new.id, "Finished"):
        body = {"jql": f'{field} = "{value}"', "fields": [field]}
        answer = await client.post("/rest/api/3/search/jql", json=body)
        names = {issue["fields"][field]["name"] for issue in answer.json()["issues"]}
        assert names == {"Finished"}


@pytest.mark.parametrize("field", ["status", "issuetype"])
async def test_the_list_has_the_new_name(client, site, field):
    new = RENAMES[field](site)
    rows = (await client.get(f"/rest/api/3/{field}")).json()
    assert {row["id"]: row["name"] for row in rows}[new.id] == "Finished"
    assert len(rows) == len({row["id"] for row in rows})


@pytest.mark.parametrize("path", ["status", "issuetype"])
async def test_strangers_see_empty_lists(api, path):
    async with api.client(token="wrong") as client:
        assert (await client.get(f"/rest/api/3/{path}")).json() == []


def test_only_types_have_an_event(site, events):
    updated = {issue.id: issue.updated for issue in site.issues.values()}
    for rename in RENAMES.values():
        rename(site)
    assert [event for event, _ in events] == ["issuetype_updated"]
    assert {issue.id: issue.updated for issue in site.issues.values()} == updated
