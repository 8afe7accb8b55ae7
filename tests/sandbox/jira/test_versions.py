"""Versions: their events, and how issues show them."""

import pytest

from sandbox.jira.site import JiraSite

# 2025-10-09 in every zone that the tests use.
NOW = 1_760_000_000.0


@pytest.fixture
def site():
    site = JiraSite()
    site.clock = lambda: NOW
    site.create_project("AB")
    site.create_project("CD")
    site.create_issue("AB")  # AB-1
    site.create_issue("AB", type_name="Sub-task", parent="AB-1")  # AB-2
    site.create_issue("AB")  # AB-3
    return site


def names(site: JiraSite, key: str, field: str = "fixVersions") -> list[str]:
    return [row["name"] for row in site.row(site.issue_of(key))["fields"][field]]


class TestChanges:
    def test_each_sends_its_event(self, site, events):
        version = site.create_version("AB", "1.0")
        site.change_version(version.id, name="1.1")
        site.release_version(version.id)
        site.unrelease_version(version.id)
        site.move_version(version.id)
        site.delete_version(version.id)
        assert [event.removeprefix("jira:version_") for event, _ in events] == [
            *("created", "updated", "released", "unreleased", "moved", "deleted")
        ]
        rows = [body["version"] for _, body in events]
        assert [row["released"] for row in rows] == [False, False, True, False, False, False]
        assert [row["name"] for row in rows] == ["1.0"] + ["1.1"] * 5
        assert "mergedTo" not in events[-1][1]

    def test_the_payload_is_the_version(self, site, events):
        version = site.create_version(
            "AB", "1.0", description="First", start_date="2025-01-31", release_date="2025-10-09"
        )
        [(_, body)] = events
        assert body["version"] == {
            "self": f"http://jira.test/rest/api/2/version/{version.id}",
            "id": version.id,
            "description": "First",
            "name": "1.0",
            "archived": False,
            "released": False,
            "startDate": "2025-01-31",
            "userStartDate": "31/Jan/25",
            "releaseDate": "2025-10-09",
            "userReleaseDate": "09/Oct/25",
            "overdue": False,
            "projectId": int(site.project_of("AB").id),
        }

    def test_releasing_sets_the_date_that_is_missing(self, site, events):
        version = site.create_version("AB")
        assert site.release_version(version.id).release_date == "2025-10-09"
        events.clear()
        site.release_version(version.id)
        assert events == []

    def test_a_name_is_given_once_in_a_project(self, site):
        site.create_version("AB", "1.0")
        site.create_version("CD", "1.0")
        with pytest.raises(ValueError, match="already"):
            site.create_version("AB", "1.0")
        other = site.create_version("AB", "2.0")
        with pytest.raises(ValueError, match="already"):
            site.change_version(other.id, name="1.0")
        site.change_version(other.id, name="2.0", archived=True)


class TestIssues:
    def test_putting_one_in_is_a_change_of_the_issue(self, site, events):
        one, two = site.create_version("AB", "1.0"), site.create_version("AB", "2.0")
        events.clear()
        site.edit_issue("AB-1", fix_versions=[one.id])
        site.edit_issue("AB-1", fix_versions=[two.id], affected_versions=[one.id])
        assert {event for event, _ in events} == {"jira:issue_updated"}
        items = [
            (i["field"], i["fieldId"], i["fromString"], i["toString"])
            for _, body in events
            for i in body["changelog"]["items"]
        ]
        assert items == [
            ("Fix Version", "fixVersions", None, "1.0"),
            ("Fix Version", "fixVersions", "1.0", None),
            ("Fix Version", "fixVersions", None, "2.0"),
            ("Version", "versions", None, "1.0"),
        ]
        assert events[1][1]["changelog"]["items"][0]["from"] == one.id
        fields = events[1][1]["issue"]["fields"]
        assert [row["id"] for row in fields["fixVersions"] + fields["versions"]] == [two.id, one.id]

    def test_an_issue_shows_its_versions_as_they_are(self, site, events):
        version = site.create_version("AB", "1.0", release_date="2026-01-31")
        site.edit_issue("AB-1", fix_versions=[version.id], affected_versions=[version.id])
        events.clear()
        site.change_version(version.id, name="1.1")
        site.release_version(version.id)
        [row] = site.row(site.issue_of("AB-1"))["fields"]["fixVersions"]
        assert row == {
            "self": f"http://jira.test/rest/api/3/version/{version.id}",
            "id": version.id,
            "description": "",
            "name": "1.1",
            "archived": False,
            "released": True,
            "releaseDate": "2026-01-31",
        }
        assert names(site, "AB-1", "versions") == ["1.1"]
        assert not any(event.startswith("jira:issue_") for event, _ in events)

    def test_versions_are_of_the_issues_project(self, site):
        with pytest.raises(ValueError, match="isn't of the project of AB-1"):
            site.edit_issue("AB-1", fix_versions=[site.create_version("CD").id])

    def test_a_moved_issue_and_its_subtasks_lose_them(self, site, events):
        version = site.create_version("AB", "1.0")
        for key in ("AB-1", "AB-2"):
            site.edit_issue(key, fix_versions=[version.id])
        events.clear()
        site.move_issue("AB-1", "CD")
        assert names(site, "CD-1") == names(site, "CD-2") == []
        [(_, body)] = events
        assert [i["field"] for i in body["changelog"]["items"]] == ["Fix Version", "project", "Key"]
        site.move_issue("CD-1", "AB")
        assert names(site, "AB-1") == []


class TestDeletion:
    @pytest.fixture
    def two(self, site, events):
        one, two = site.create_version("AB", "1.0"), site.create_version("AB", "2.0")
        site.edit_issue("AB-1", fix_versions=[one.id], affected_versions=[one.id, two.id])
        site.edit_issue("AB-3", fix_versions=[two.id, one.id])
        events.clear()
        return one, two

    def test_issues_lose_it_without_events_of_their_own(self, site, events, two):
        site.delete_version(two[0].id)
        assert [event for event, _ in events] == ["jira:version_deleted"]
        assert (names(site, "AB-1"), names(site, "AB-1", "versions")) == ([], ["2.0"])
        assert names(site, "AB-3") == ["2.0"]

    def test_a_merge_gives_issues_the_other_one_once(self, site, events, two):
        one, other = two
        site.delete_version(one.id, merge_into=other.id)
        [(event, body)] = events
        assert event == "jira:version_deleted"
        assert (body["version"]["id"], body["mergedTo"]["id"]) == (one.id, other.id)
        assert names(site, "AB-1") == names(site, "AB-1", "versions") == ["2.0"]
        assert names(site, "AB-3") == ["2.0"]

    def test_what_it_was_merged_into_may_be_told_by_id(self, site, events, two):
        site.merged_to_is_id = True
        site.delete_version(two[0].id, merge_into=two[1].id)
        assert events[0][1]["mergedTo"] == int(two[1].id)

    def test_a_merge_may_send_an_event_of_its_own(self, site, events, two):
        site.version_merge_sends_event = True
        site.delete_version(two[0].id, merge_into=two[1].id)
        assert [event for event, _ in events] == ["jira:version_deleted", "jira:version_merged"]
        (_, first), (_, second) = events
        assert first | {"webhookEvent": ""} == second | {"webhookEvent": ""}

    def test_a_version_is_merged_into_another_of_its_project(self, site, two):
        for other in (two[0].id, site.create_version("CD").id):
            with pytest.raises(ValueError, match="isn't another one"):
                site.delete_version(two[0].id, merge_into=other)

    def test_versions_go_with_their_project(self, site, two):
        site.delete_project("AB")
        assert not site.versions
