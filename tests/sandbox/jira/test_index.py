"""What search shows while its index lags behind."""

from dataclasses import replace

import pytest

from sandbox.jira.entities import Issue
from sandbox.jira.jql.plan import plan
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


PROJECT_QUERIES = (
    'project = "AB"',
    'project in ("AB", "CD") AND issuetype = "Task"',
    'issuetype = "Task" AND (project = "CD" AND created >= -1d)',
    'project != "AB"',
    'project = "CD" OR key = "AB-3"',
    'NOT (project = "AB")',
)


@pytest.mark.parametrize("lag", [0.0, 60.0])
@pytest.mark.parametrize("jql", PROJECT_QUERIES)
def test_a_query_that_names_projects_finds_what_looking_at_all_issues_finds(site, jql, lag):
    """Also what is shown where it isn't any more."""
    site.create_project("CD")
    site.create_issue("CD")
    site.index_lag = lag
    site.move_issue("AB-1", "CD")
    site.delete_issue("AB-3")
    site.create_issue("CD")
    site.create_issue("AB")
    query = plan(jql, site)
    every = site.run(replace(query, homes=None))
    assert [issue.key for issue in site.run(query)] == [issue.key for issue in every]
    assert len(every) > 0


def test_only_issues_of_the_projects_that_a_query_names_are_looked_at(site):
    looked_at: list[str] = []

    def look(issue: Issue) -> bool:
        looked_at.append(issue.key)
        return False

    site.create_project("CD")
    query = replace(plan('project = "CD"', site), matches=look)
    site.run(query)
    assert looked_at == []
    site.move_issue("AB-1", "CD")
    site.delete_issue("AB-3")
    site.run(query)
    assert looked_at == ["CD-1", "CD-2"]


def test_rows_that_are_not_kept_are_the_same(site):
    kept = [site.raw(issue) for issue in site.issues.values()]
    site.forget_rows(site.issues.values())
    site.keeps_rows = False
    assert [site.raw(issue) for issue in site.issues.values()] == kept
    assert all(issue.row is None and not issue.raw for issue in site.issues.values())
