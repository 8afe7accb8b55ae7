"""What search shows while its index lags behind."""

import pytest

from sandbox.jira.site import JiraSite


@pytest.fixture
def site():
    site = JiraSite()
    site.create_project("AB")
    site.create_issue("AB")  # AB-1
    site.create_issue("AB", type_name="Sub-task", parent="AB-1")  # AB-2
    site.create_issue("AB")  # AB-3
    return site


class TestLag:
    def test_search_shows_what_was(self, site):
        site.index_lag = 60.0
        created = site.create_issue("AB")
        gone = site.issue_of("AB-3")
        site.transition_issue("AB-1", "Done")
        site.transition_issue("AB-1", "In Progress")
        site.delete_issue("AB-3")
        found = site.search('project = "AB" ORDER BY key')
        assert [issue.key for issue in found] == ["AB-1", "AB-2", "AB-3"]
        assert found[0].status.name == "To Do"
        assert site.row(found[2])["id"] == gone.id
        assert site.search('project = "AB" AND status = "In Progress"') == []
        ids = [created.id, gone.id, site.issue_of("AB-1").id]
        now = site.search('project = "AB" ORDER BY key', ids)
        assert [issue.key for issue in now] == ["AB-1", "AB-2", "AB-4"]
        assert now[0].status.name == "In Progress"

    def test_search_catches_up(self, site, monkeypatch):
        moment = 0.0
        monkeypatch.setattr("time.monotonic", lambda: moment)
        site.index_lag = 10.0
        site.edit_issue("AB-1", summary="Second")
        moment = 5.0
        site.edit_issue("AB-1", summary="Third")
        seen = []
        for moment in (9.0, 11.0, 16.0):  # noqa: B007 - the clock reads it
            seen.append(site.search("key = AB-1")[0].summary)
        assert seen == ["New issue", "Second", "Third"]
