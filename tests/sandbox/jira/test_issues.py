"""What changes of issues do to the site, and the events they send."""

import pytest

from sandbox.jira.issue_rows import MAX_HISTORIES
from sandbox.jira.search import BULK, SEARCH
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


def test_rows_are_padded_to_the_asked_size():
    site = JiraSite(issue_bytes=8192)
    site.fill(20, projects=1)
    plain = [issue for issue in site.issues.values() if not issue.children]
    assert all(abs(len(site.raw(issue)) - 8192) < 16 for issue in plain)


def test_a_move_takes_subtasks_along_and_old_keys_redirect(site, events):
    moved = site.move_issue("AB-1", "CD")
    assert (moved.key, site.issue_of("AB-2").key) == ("CD-1", "CD-2")
    assert site.find_issue("AB-1") is moved
    [(event, payload)] = events
    assert event == "jira:issue_updated"
    assert payload["issue_event_type_name"] == "issue_moved"
    items = {item["field"]: item for item in payload["changelog"]["items"]}
    assert (items["Key"]["fromString"], items["Key"]["toString"]) == ("AB-1", "CD-1")
    assert items["project"]["toString"] == "Project CD"
    assert payload["issue"]["fields"]["subtasks"][0]["key"] == "CD-2"


def test_moving_back_gives_the_former_key_back(site):
    site.move_issue("AB-1", "CD")
    assert site.move_issue("CD-1", "AB").key == "AB-1"
    assert site.create_issue("CD").key == "CD-3"
    assert site.find_issue("CD-1").key == "AB-1"


@pytest.mark.parametrize("own", [False, True])
def test_deleting_an_issue_deletes_its_subtasks(site, events, own):
    site.subtasks_send_events = own
    site.delete_issue("AB-1")
    deleted = [payload["issue"]["key"] for _, payload in events]
    assert deleted == (["AB-2", "AB-1"] if own else ["AB-1"])
    assert list(site.issues) == [site.issue_of("AB-3").id]
    assert site.create_issue("AB").key == "AB-4"


def test_a_comment_and_a_link_change_issues_without_events_for_them(site, events):
    times = iter(range(2_000_000_000, 2_000_001_000))
    site.clock = lambda: float(next(times))
    before = site.issue_of("AB-1").updated
    site.comment_issue("AB-1")
    link = site.link_issues("AB-1", "AB-3")
    assert site.row(site.issue_of("AB-1"))["fields"]["comment"]["total"] == 1
    assert site.issue_of("AB-1").updated > before
    shown = site.row(site.issue_of("AB-3"))["fields"]["issuelinks"][0]
    assert shown["inwardIssue"]["key"] == "AB-1"
    site.unlink_issues(link.id)
    assert [event for event, _ in events] == [
        "comment_created",
        "issuelink_created",
        "issuelink_deleted",
    ]
    assert isinstance(events[1][1]["issueLink"]["sourceIssueId"], int)


def test_edits_and_transitions_say_what_changed(site, events):
    user = site.add_user("User 1").account_id
    site.edit_issue("AB-3", summary="Other", assignee=user, labels=["x"], parent="AB-1")
    site.transition_issue("AB-3", "Done")
    site.transition_issue("AB-3", "To Do")
    fields = [[item["field"] for item in body["changelog"]["items"]] for _, body in events]
    assert fields == [
        ["summary", "assignee", "labels", "IssueParentAssociation"],
        ["resolution", "status"],
        ["resolution", "status"],
    ]
    assert events[1][1]["issue"]["fields"]["resolutiondate"]
    assert events[2][1]["issue"]["fields"]["resolutiondate"] is None
    assert events[0][1]["issue"]["fields"]["summary"] == "Other"


def test_events_carry_plain_texts(site, events):
    created = site.create_issue("AB", description="Plain")
    site.comment_issue(created.key, "Said")
    assert events[0][1]["issue"]["fields"]["description"] == "Plain"
    assert site.row(created)["fields"]["description"]["type"] == "doc"
    assert events[1][1]["comment"]["body"] == "Said"


def test_events_are_snapshots(site, events):
    site.edit_issue("AB-1", summary="First")
    site.edit_issue("AB-1", summary="Second")
    assert [body["issue"]["fields"]["summary"] for _, body in events] == ["First", "Second"]


async def test_the_changelog_comes_where_it_is_expanded_the_latest_first(site, client):
    for number in range(MAX_HISTORIES):
        site.edit_issue("AB-1", summary=f"Summary {number}")
    site.transition_issue("AB-1", "Done")
    body = {"jql": "key = AB-1", "fields": ["summary"]}
    bulk = {"issueIdsOrKeys": ["AB-1"], "fields": ["summary"]}
    plain = (await client.post(SEARCH, json=body)).json()["issues"][0]
    searched = await client.post(SEARCH, json={**body, "expand": "names,changelog"})
    fetched = await client.post(BULK, json={**bulk, "expand": ["changelog"]})
    alone = await client.get("/rest/api/3/issue/AB-1", params={"expand": "changelog"})
    assert "changelog" not in plain
    changelog = searched.json()["issues"][0]["changelog"]
    assert changelog == fetched.json()["issues"][0]["changelog"] == alone.json()["changelog"]
    assert (changelog["total"], len(changelog["histories"])) == (MAX_HISTORIES + 1, MAX_HISTORIES)
    assert changelog["histories"][0]["items"][-1] == {
        "field": "status",
        "fieldtype": "jira",
        "fieldId": "status",
        "from": "10000",
        "fromString": "To Do",
        "to": "10001",
        "toString": "Done",
    }
    assert changelog["histories"][-1]["items"][0]["toString"] == "Summary 1"


async def test_the_changelog_lags_behind_with_its_issue(site, client):
    site.index_lag = 60.0
    site.transition_issue("AB-1", "Done")
    body = {"jql": "key = AB-1", "expand": "changelog", "fields": ["status"]}
    [row] = (await client.post(SEARCH, json=body)).json()["issues"]
    assert row["fields"]["status"]["name"] == "To Do"
    assert row["changelog"]["histories"] == []


def test_story_points_and_comments_can_be_changed(site, events):
    site.edit_issue("AB-1", points=13.0)
    comment = site.comment_issue("AB-1", "Wrong")
    site.delete_comment("AB-1", comment.id)
    fields = site.row(site.issue_of("AB-1"))["fields"]
    assert fields["customfield_10016"] == 13.0
    assert fields["comment"]["comments"] == []
    assert [event for event, _ in events] == [
        "jira:issue_updated",
        "comment_created",
        "comment_deleted",
    ]
    [item] = events[0][1]["changelog"]["items"]
    assert (item["fieldId"], item["fieldtype"]) == ("customfield_10016", "custom")
    assert (item["fromString"], item["toString"]) == ("2.0", "13.0")
    assert events[2][1]["comment"]["id"] == comment.id
