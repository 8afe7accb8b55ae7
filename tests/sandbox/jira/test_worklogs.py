"""Worklogs: their events, their endpoints, and the issues that bring them along."""

from typing import Any

import pytest

from sandbox.jira.faults import Fault
from sandbox.jira.site import JiraSite
from sandbox.jira.worklogs import time_spent

NOW = 1_760_000_000.0
OF_AB_1 = "/rest/api/3/issue/AB-1/worklog"
LIST = "/rest/api/3/worklog/list"
UPDATED = "/rest/api/3/worklog/updated"
DELETED = "/rest/api/3/worklog/deleted"


@pytest.fixture
def site():
    site = JiraSite()
    site.clock = lambda: NOW
    site.create_project("AB")
    site.create_project("CD")
    site.create_issue("AB")  # AB-1
    site.create_issue("AB")  # AB-2
    return site


def fields(site: JiraSite, key: str) -> dict[str, Any]:
    found: dict[str, Any] = site.row(site.issue_of(key))["fields"]
    return found


class TestChanges:
    def test_each_sends_its_event_and_none_for_the_issue(self, site, events):
        worklog = site.add_worklog("AB-1")
        site.change_worklog(worklog.id, seconds=60)
        site.delete_worklog(worklog.id)
        assert [event for event, _ in events] == [
            *("worklog_created", "worklog_updated", "worklog_deleted")
        ]
        rows = [body["worklog"] for _, body in events]
        assert [row["timeSpentSeconds"] for row in rows] == [3600, 60, 60]
        assert {row["id"] for row in rows} == {worklog.id}

    def test_the_payload_is_the_worklog_without_its_issue(self, site, events):
        author = site.add_user("Author").account_id
        worklog = site.add_worklog("AB-1", seconds=5400, text="Said", started=0.0, author=author)
        [(_, body)] = events
        assert set(body) == {"timestamp", "webhookEvent", "worklog"}
        row = body["worklog"]
        issue = site.issue_of("AB-1").id
        assert row["self"] == f"http://jira.test/rest/api/2/issue/{issue}/worklog/{worklog.id}"
        assert (row["issueId"], row["comment"]) == (issue, "Said")
        assert (row["timeSpent"], row["started"]) == ("1h 30m", "1970-01-01T00:00:00.000+0000")
        assert row["author"]["accountId"] == row["updateAuthor"]["accountId"] == author
        assert "emailAddress" not in row["author"]

    def test_each_touches_the_issue(self, site):
        times = iter(range(2_000_000_000, 2_000_001_000))
        site.clock = lambda: float(next(times))
        issue = site.issue_of("AB-1")
        seen = [issue.updated]
        worklog = site.add_worklog("AB-1")
        seen.append(issue.updated)
        site.change_worklog(worklog.id, seconds=60)
        seen.append(issue.updated)
        assert worklog.updated > worklog.created
        site.delete_worklog(worklog.id)
        seen.append(issue.updated)
        assert seen == sorted(set(seen))

    def test_issue_events_can_be_sent_too(self, site, events):
        site.worklogs_send_issue_events = True
        worklog = site.add_worklog("AB-1")
        site.change_worklog(worklog.id, seconds=60)
        site.delete_worklog(worklog.id)
        assert [event for event, _ in events][::2] == [
            *("worklog_created", "worklog_updated", "worklog_deleted")
        ]
        issues = [body for event, body in events if event == "jira:issue_updated"]
        assert [body["issue_event_type_name"] for body in issues] == [
            *("issue_work_logged", "issue_worklog_updated", "issue_worklog_deleted")
        ]
        spent = [body["changelog"]["items"][0] for body in issues]
        assert [(item["field"], item["from"], item["to"]) for item in spent] == [
            ("timespent", None, "3600"),
            ("timespent", "3600", "60"),
            ("timespent", "60", None),
        ]

    def test_they_go_with_their_issue_without_events_of_their_own(self, site, events):
        site.add_worklog("AB-1")
        site.add_worklog(site.create_issue("AB", type_name="Sub-task", parent="AB-1").key)
        site.add_worklog("AB-2")
        events.clear()
        site.delete_issue("AB-1")
        assert [event for event, _ in events] == ["jira:issue_deleted"]
        assert [worklog.issue.key for worklog in site.worklogs.values()] == ["AB-2"]
        site.delete_project("AB")
        assert not site.worklogs

    def test_work_takes_time(self, site):
        with pytest.raises(ValueError, match="takes time"):
            site.add_worklog("AB-1", seconds=0)

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [(60, "1m"), (3660, "1h 1m"), (8 * 3600, "1d"), (50 * 3600 + 59, "1w 1d 2h"), (59, "0m")],
    )
    def test_times_are_written_in_working_days(self, seconds, text):
        assert time_spent(seconds) == text


class TestIssues:
    def test_an_issue_brings_the_first_twenty_along(self, site):
        assert fields(site, "AB-1")["worklog"] == {
            "startAt": 0,
            "maxResults": 20,
            "total": 0,
            "worklogs": [],
        }
        made = [site.add_worklog("AB-1", seconds=60).id for _ in range(21)]
        worklog = fields(site, "AB-1")["worklog"]
        assert (worklog["startAt"], worklog["maxResults"], worklog["total"]) == (0, 20, 21)
        assert [row["id"] for row in worklog["worklogs"]] == made[:20]

    def test_an_issue_sums_them_up(self, site):
        assert fields(site, "AB-1")["timespent"] is None
        worklog = site.add_worklog("AB-1")
        site.add_worklog("AB-1", seconds=60)
        assert fields(site, "AB-1")["timespent"] == 3660
        site.change_worklog(worklog.id, seconds=120)
        assert fields(site, "AB-1")["timespent"] == 180

    def test_events_of_issues_carry_plain_texts(self, site, events):
        site.add_worklog("AB-1", text="Said")
        site.edit_issue("AB-1", summary="Other")
        [row] = events[-1][1]["issue"]["fields"]["worklog"]["worklogs"]
        assert row["comment"] == "Said"

    def test_a_moved_issue_keeps_them(self, site):
        worklog = site.add_worklog("AB-1")
        site.move_issue("AB-1", "CD")
        assert [row["id"] for row in fields(site, "CD-1")["worklog"]["worklogs"]] == [worklog.id]

    def test_a_lagging_index_goes_on_showing_what_was(self, site):
        site.index_lag = 60.0
        site.add_worklog("AB-1")
        [found] = site.search("key = AB-1")
        assert site.row(found)["fields"]["worklog"]["total"] == 0
        [found] = site.search("key = AB-1", [found.id])
        assert site.row(found)["fields"]["worklog"]["total"] == 1


class TestEndpoints:
    async def test_a_worklog_is_the_same_wherever_it_is_read(self, client, site):
        worklog = site.add_worklog("AB-1", text="Said")
        silent = site.add_worklog("AB-1", text="")
        page = (await client.get(OF_AB_1)).raise_for_status().json()
        rows = page["worklogs"]
        assert page["total"] == 2
        assert rows[0]["comment"]["type"] == "doc"
        assert "comment" not in rows[1]
        assert rows == fields(site, "AB-1")["worklog"]["worklogs"]
        one = await client.get(f"{OF_AB_1}/{worklog.id}")
        assert one.raise_for_status().json() == rows[0]
        ids = [int(worklog.id), int(silent.id)]
        assert (await client.post(LIST, json={"ids": ids})).raise_for_status().json() == rows

    async def test_they_come_in_pages(self, client, site):
        made = [site.add_worklog("AB-1").id for _ in range(7)]
        page = (await client.get(OF_AB_1, params={"startAt": 5, "maxResults": 5})).json()
        assert (page["startAt"], page["maxResults"], page["total"]) == (5, 5, 7)
        assert [row["id"] for row in page["worklogs"]] == made[5:]
        page = (await client.get(OF_AB_1, params={"maxResults": 9999})).json()
        assert (page["maxResults"], len(page["worklogs"])) == (5000, 7)

    async def test_a_page_can_be_shorter_than_asked(self, api, client, site):
        for _ in range(3):
            site.add_worklog("AB-1")
        api.faults.add(Fault("short_pages", path=OF_AB_1, size=2))
        page = (await client.get(OF_AB_1)).json()
        assert (len(page["worklogs"]), page["total"]) == (2, 3)

    async def test_they_can_be_those_that_were_started_between_two_times(self, client, site):
        made = [site.add_worklog("AB-1", started=float(at)).id for at in range(10, 15)]
        asked = {"startedAfter": 11_000, "startedBefore": 14_000}
        page = (await client.get(OF_AB_1, params=asked)).json()
        assert [row["id"] for row in page["worklogs"]] == made[2:4]
        assert page["total"] == 2
        assert (await client.get(OF_AB_1, params={"startedAfter": "now"})).status_code == 400

    async def test_properties_can_be_asked_for(self, client, site):
        worklog = site.add_worklog("AB-1")
        ids = {"ids": [int(worklog.id)]}
        for answer in (
            (await client.get(f"{OF_AB_1}?expand=properties")).json()["worklogs"][0],
            (await client.get(f"{OF_AB_1}/{worklog.id}?expand=properties")).json(),
            (await client.post(f"{LIST}?expand=properties", json=ids)).json()[0],
        ):
            assert answer["properties"] == []

    async def test_former_keys_do(self, client, site):
        worklog = site.add_worklog("AB-1")
        site.move_issue("AB-1", "CD")
        for path in (OF_AB_1, f"{OF_AB_1}/{worklog.id}"):
            assert (await client.get(path)).status_code == 200

    async def test_a_list_leaves_out_what_is_gone_or_out_of_sight(self, client, site):
        made = [site.add_worklog(key) for key in ("AB-1", "AB-1", "AB-2")]
        site.add_worklog(site.create_issue("CD").key)
        ids = [int(worklog.id) for worklog in site.worklogs.values()]
        site.delete_worklog(made[0].id)
        site.hide_issue("AB-2")
        site.archive_project("CD")
        found = (await client.post(LIST, json={"ids": [*ids, 1]})).json()
        assert [row["id"] for row in found] == [made[1].id]

    @pytest.mark.parametrize("body", [{"ids": []}, {}, {"ids": list(range(1001))}])
    async def test_a_list_is_of_one_to_a_thousand(self, client, body):
        assert (await client.post(LIST, json=body)).status_code == 400
        assert (await client.post(LIST, json={"ids": list(range(1000))})).json() == []

    async def test_what_is_unknown_is_404(self, client, site):
        worklog = site.add_worklog("AB-1")
        site.add_worklog("AB-2")
        for path in (
            "/rest/api/3/issue/AB-9/worklog",
            f"{OF_AB_1}/1",
            f"/rest/api/3/issue/AB-2/worklog/{worklog.id}",
        ):
            assert (await client.get(path)).status_code == 404
        site.hide_issue("AB-1")
        for path in (OF_AB_1, f"{OF_AB_1}/{worklog.id}"):
            assert (await client.get(path)).status_code == 404

    async def test_strangers_see_none(self, api, site):
        worklog = site.add_worklog("AB-1")
        async with api.client("wrong") as stranger:
            for path in (OF_AB_1, f"{OF_AB_1}/{worklog.id}"):
                assert (await stranger.get(path)).status_code == 404
            answer = await stranger.post(LIST, json={"ids": [int(worklog.id)]})
            assert answer.status_code == 401

    async def test_what_changed_comes_by_time_without_the_latest_minute(self, client, site):
        site.clock = lambda: NOW - 120
        old = [site.add_worklog("AB-1").id for _ in range(3)]
        site.clock = lambda: NOW - 59
        site.add_worklog("AB-1")
        site.change_worklog(old[2], text="Again")
        site.clock = lambda: NOW
        page = (await client.get(UPDATED, params={"since": 0})).raise_for_status().json()
        assert [row["worklogId"] for row in page["values"]] == [int(old[0]), int(old[1])]
        assert page["lastPage"] is True
        assert "nextPage" not in page
        until = page["until"]
        assert until == page["values"][1]["updatedTime"] == int((NOW - 120) * 1000)
        assert (await client.get(UPDATED, params={"since": until})).json()["values"] == []
        assert (await client.get(UPDATED, params={"since": "now"})).status_code == 400

    async def test_what_changed_comes_in_pages_of_what_can_be_seen(self, client, site):
        site.clock = lambda: NOW - 120
        made = [site.add_worklog(key).id for key in ("AB-1", "AB-1", "AB-2", "AB-1")]
        site.clock = lambda: NOW
        site.hide_issue("AB-2")
        site.changed_worklogs_a_page = 2
        page = (await client.get(UPDATED)).raise_for_status().json()
        assert [str(row["worklogId"]) for row in page["values"]] == made[:2]
        assert page["lastPage"] is False
        assert page["nextPage"].endswith(f"?since={page['until']}")

    async def test_what_was_deleted_comes_by_time_but_not_what_went_with_its_issue(
        self, client, site
    ):
        old, other = (site.add_worklog(key).id for key in ("AB-1", "AB-2"))
        site.clock = lambda: NOW - 120
        site.delete_worklog(old)
        site.delete_issue("AB-2")
        site.clock = lambda: NOW
        site.delete_worklog(site.add_worklog("AB-1").id)
        page = (await client.get(DELETED, params={"since": 0})).raise_for_status().json()
        assert [row["worklogId"] for row in page["values"]] == [int(old)] != [int(other)]
        assert page["lastPage"] is True

    async def test_a_project_can_hide_them_in_its_issues(self, client, site, events):
        site.add_worklog("AB-1")
        site.hide_worklogs("AB")
        assert "worklog" not in fields(site, "AB-1")
        assert "worklog" in fields(site, site.create_issue("CD").key)
        site.edit_issue("AB-1", summary="Seen in its event")
        assert "worklog" not in events[-1][1]["issue"]["fields"]
        assert len((await client.get(OF_AB_1)).json()["worklogs"]) == 1
