"""Projects: their events, what becomes of their issues, and their endpoints."""

import pytest

from sandbox.jira.site import JiraSite


@pytest.fixture
def site():
    site = JiraSite()
    site.create_project("AB")
    site.create_project("CD")
    site.create_issue("AB")  # AB-1
    site.create_issue("AB", type_name="Sub-task", parent="AB-1")  # AB-2
    site.create_issue("AB")  # AB-3
    return site


def test_a_new_project_key_changes_issue_keys_without_issue_events(site, events):
    site.change_project_key("AB", "EF")
    site.move_issue("EF-3", "CD")
    assert [event for event, _ in events] == ["project_updated", "jira:issue_updated"]
    assert "AB" not in str(events[0][1]["project"]["key"])
    assert site.row(site.issue_of("AB-2"))["fields"]["parent"]["key"] == "EF-1"
    assert site.find_issue("AB-3").key == "CD-1"
    with pytest.raises(ValueError, match="in use"):
        site.create_project("AB")


def test_projects_take_their_issues_with_them_and_back(site, events):
    for away, back in ((site.trash_project, "deleted"), (site.archive_project, "archived")):
        away("AB")
        assert site.find_issue("AB-1") is None
        site.restore_project("AB")
        assert site.find_issue("AB-1") is not None
        assert events[-1][0] == f"project_restored_{back}"
    site.delete_project("AB")
    assert not site.issues
    names = [event for event, _ in events]
    assert names[0::2] == ["project_soft_deleted", "project_archived", "project_deleted"]


async def test_projects(client, api, site):
    path = "/rest/api/3/project/search"
    site.trash_project("CD")
    live = (await client.get(path, params={"expand": "insight,lead"})).json()
    assert [row["key"] for row in live["values"]] == ["AB"]
    assert live["values"][0]["insight"]["totalIssueCount"] == 3
    both = {"status": ["live", "deleted"], "maxResults": 1}
    page = (await client.get(path, params=both)).json()
    assert (page["isLast"], page["total"]) == (False, 2)
    second = (await client.get(page["nextPage"])).json()
    assert (second["values"][0]["key"], second["values"][0]["deleted"]) == ("CD", True)
    missing = {"keys": ["NO"]}
    assert (await client.get(path, params=missing)).json()["values"] == []
    site.project_search_404 = True
    assert (await client.get(path, params=missing)).status_code == 404
