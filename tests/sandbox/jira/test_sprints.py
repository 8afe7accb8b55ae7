"""Sprints: their events, their endpoints, how issues show them and how JQL finds them."""

from typing import Any

import httpx
import pytest

from sandbox.jira.jql.tokens import JqlError
from sandbox.jira.site import JiraSite

NOW = 1_760_000_000.0


@pytest.fixture
def site():
    site = JiraSite()
    site.clock = lambda: NOW
    site.create_project("AB")
    site.create_project("CD")
    site.create_board(["AB"])  # 1
    site.create_board(["AB", "CD"], type="simple")  # 2
    site.create_board(["AB"], type="kanban")  # 3
    site.create_issue("AB")  # AB-1
    site.create_issue("AB", status="Done")  # AB-2
    site.create_issue("AB")  # AB-3
    return site


def shown(site: JiraSite, key: str) -> Any:
    return site.row(site.issue_of(key))["fields"]["customfield_10020"]


class TestChanges:
    def test_each_sends_its_event(self, site, events):
        sprint = site.create_sprint(1, name="First")
        site.rename_sprint(sprint.id, "Second")
        site.start_sprint(sprint.id)
        site.close_sprint(sprint.id)
        site.delete_sprint(sprint.id)
        assert [(event, body["sprint"]["state"]) for event, body in events] == [
            ("sprint_created", "future"),
            ("sprint_updated", "future"),
            ("sprint_started", "active"),
            ("sprint_closed", "closed"),
            ("sprint_deleted", "closed"),
        ]
        assert [body["sprint"]["name"] for _, body in events] == ["First"] + ["Second"] * 4

    def test_an_issue_shows_those_it_was_in_before_as_well(self, site):
        before, now = site.create_sprint(1), site.create_sprint(1)
        site.start_sprint(before.id)
        site.set_sprint("AB-1", now.id)
        site.issue_of("AB-1").former_sprints = [before]
        site.close_sprint(before.id)
        assert [(one["id"], one["state"]) for one in shown(site, "AB-1")] == [
            (before.id, "closed"),
            (now.id, "future"),
        ]
        assert [issue.key for issue in site.search(f"sprint = {before.id}")] == ["AB-1"]
        site.change_sprint(before.id, name="Other")
        assert shown(site, "AB-1")[0]["name"] == "Other"
        site.delete_sprint(before.id)
        assert [one["id"] for one in shown(site, "AB-1")] == [now.id]

    def test_the_payload_is_the_sprint(self, site, events):
        sprint = site.create_sprint(1)
        site.change_sprint(sprint.id, goal="Ship it")
        site.start_sprint(sprint.id)
        row = events[0][1]["sprint"]
        assert (row["id"], row["originBoardId"], row["goal"]) == (sprint.id, 1, "")
        assert not {"startDate", "endDate", "completeDate"} & set(row)
        row = events[-1][1]["sprint"]
        assert (row["goal"], row["startDate"]) == ("Ship it", "2025-10-09T08:53:20.000Z")
        assert row["endDate"] == "2025-10-23T08:53:20.000Z"

    def test_the_origin_board_can_be_missing_from_events_only(self, site, events):
        site.sprint_events_lack_board = True
        site.create_sprint(1)
        assert "originBoardId" not in events[0][1]["sprint"]

    def test_states_follow_each_other(self, site):
        sprint = site.create_sprint(1).id
        with pytest.raises(ValueError, match="not active"):
            site.close_sprint(sprint)
        site.start_sprint(sprint)
        with pytest.raises(ValueError, match="not future"):
            site.start_sprint(sprint)

    def test_kanban_boards_have_none(self, site):
        for on, also_on in ((3, []), (1, [3])):
            with pytest.raises(ValueError, match="not support sprints"):
                site.create_sprint(on, also_on=also_on)


class TestIssues:
    def test_putting_one_in_is_a_change_of_the_issue(self, site, events):
        one, two = site.create_sprint(1, name="One"), site.create_sprint(1, name="Two")
        events.clear()
        for sprint_id in (one.id, two.id, None):
            site.set_sprint("AB-1", sprint_id)
        assert {event for event, _ in events} == {"jira:issue_updated"}
        items = [body["changelog"]["items"] for _, body in events]
        assert [(i["from"], i["fromString"], i["to"], i["toString"]) for [i] in items] == [
            ("", "", "1", "One"),
            ("1", "One", "2", "Two"),
            ("2", "Two", "", ""),
        ]
        assert items[0][0]["field"] == "Sprint"
        assert items[0][0]["fieldId"] == "customfield_10020"
        rows = [body["issue"]["fields"]["customfield_10020"] for _, body in events]
        assert [row and row[0]["name"] for row in rows] == ["One", "Two", None]

    def test_an_issue_shows_its_sprint(self, site):
        assert shown(site, "AB-1") is None
        sprint = site.create_sprint(1, name="One").id
        site.set_sprint("AB-1", sprint)
        assert shown(site, "AB-1") == [
            {"id": sprint, "name": "One", "state": "future", "boardId": 1, "goal": ""}
        ]
        site.start_sprint(sprint)
        [row] = shown(site, "AB-1")
        assert (row["state"], row["startDate"]) == ("active", "2025-10-09T08:53:20.000Z")
        site.rename_sprint(sprint, "Other")
        assert shown(site, "AB-1")[0]["name"] == "Other"

    def test_closing_leaves_only_what_is_done_in_it_without_events_of_issues(self, site, events):
        sprint = site.create_sprint(1).id
        for key in ("AB-1", "AB-2"):
            site.set_sprint(key, sprint)
        site.start_sprint(sprint)
        events.clear()
        site.close_sprint(sprint)
        assert [event for event, _ in events] == ["sprint_closed"]
        assert shown(site, "AB-1") is None
        assert shown(site, "AB-2")[0]["state"] == "closed"

    def test_deleting_takes_all_out_without_events_of_issues(self, site, events):
        sprint = site.create_sprint(1).id
        site.set_sprint("AB-1", sprint)
        events.clear()
        site.delete_sprint(sprint)
        assert [event for event, _ in events] == ["sprint_deleted"]
        assert shown(site, "AB-1") is None

    def test_neither_subtasks_nor_epics_are_planned_and_nothing_goes_into_a_closed_one(self, site):
        sprint = site.create_sprint(1).id
        epic = site.create_issue("AB", type_name="Epic")
        subtask = site.create_issue("AB", type_name="Sub-task", parent="AB-1")
        for issue in (epic, subtask):
            with pytest.raises(ValueError, match="by itself"):
                site.set_sprint(issue.key, sprint)
        site.start_sprint(sprint)
        site.close_sprint(sprint)
        with pytest.raises(ValueError, match="closed"):
            site.set_sprint("AB-1", sprint)


class TestReading:
    async def states(self, client: httpx.AsyncClient, board: int, **params: Any) -> list[str]:
        answer = await client.get(f"/rest/agile/1.0/board/{board}/sprint", params=params)
        return [row["state"] for row in answer.raise_for_status().json()["values"]]

    async def test_a_boards_sprints_by_state(self, client, site):
        for state in ("future", "active", "closed"):
            sprint = site.create_sprint(1).id
            if state != "future":
                site.start_sprint(sprint)
            if state == "closed":
                site.close_sprint(sprint)
        assert await self.states(client, 1) == ["closed", "active", "future"]
        assert await self.states(client, 1, state="active,closed") == ["closed", "active"]
        assert await self.states(client, 1, startAt=1, maxResults=1) == ["active"]
        path = "/rest/agile/1.0/board/1/sprint"
        assert (await client.get(path, params={"state": "open"})).status_code == 400

    async def test_a_kanban_board_says_that_it_has_none(self, client):
        answer = await client.get("/rest/agile/1.0/board/3/sprint")
        assert answer.status_code == 400
        assert answer.json()["errorMessages"] == ["The board does not support sprints"]

    async def test_one_sprint(self, client, site):
        sprint = site.create_sprint(2, name="One").id
        row = (await client.get(f"/rest/agile/1.0/sprint/{sprint}")).json()
        assert (row["id"], row["name"], row["originBoardId"]) == (sprint, "One", 2)
        for gone in ("99", "x"):
            assert (await client.get(f"/rest/agile/1.0/sprint/{gone}")).status_code == 404

    async def test_a_sprint_can_show_on_several_boards(self, client, site):
        site.create_sprint(1, also_on=[2])
        assert await self.states(client, 1) == await self.states(client, 2) == ["future"]

    async def test_a_sprint_outlives_its_board_where_another_shows_it(self, client, site, events):
        shared, own = site.create_sprint(1, also_on=[2]).id, site.create_sprint(1).id
        site.set_sprint("AB-1", own)
        events.clear()
        site.delete_board(1)
        row = (await client.get(f"/rest/agile/1.0/sprint/{shared}")).json()
        assert row["originBoardId"] == 1
        assert await self.states(client, 2) == ["future"]
        assert (await client.get(f"/rest/agile/1.0/sprint/{own}")).status_code == 404
        assert shown(site, "AB-1")[0]["id"] == own
        assert [event for event, _ in events] == ["board_deleted"]

    async def test_sprints_go_and_come_back_with_the_projects_of_their_boards(self, client, site):
        shared, own = site.create_sprint(1, also_on=[2]).id, site.create_sprint(1).id
        site.archive_project("AB")
        assert (await client.get(f"/rest/agile/1.0/sprint/{shared}")).status_code == 200
        assert (await client.get(f"/rest/agile/1.0/sprint/{own}")).status_code == 404
        site.restore_project("AB")
        assert (await client.get(f"/rest/agile/1.0/sprint/{own}")).status_code == 200


class TestJql:
    @pytest.fixture(autouse=True)
    def sprints(self, site):
        site.create_sprint(1, name="One")
        site.create_sprint(1, name="Two words")
        site.set_sprint("AB-1", 1)
        site.set_sprint("AB-2", 2)
        site.start_sprint(2)

    @pytest.mark.parametrize(
        ("jql", "expected"),
        [
            ("sprint = 1", ["AB-1"]),
            ("sprint = one", ["AB-1"]),
            ('Sprint in (1, "two words")', ["AB-1", "AB-2"]),
            ("sprint != 1", ["AB-2"]),
            ("sprint is empty", ["AB-3"]),
            ("sprint is not EMPTY", ["AB-1", "AB-2"]),
            ("sprint in openSprints()", ["AB-2"]),
            ("sprint in futureSprints()", ["AB-1"]),
            ("sprint in closedSprints()", []),
        ],
    )
    def test_finds(self, site, jql, expected):
        assert [issue.key for issue in site.search(f"{jql} ORDER BY rank")] == expected

    @pytest.mark.parametrize("jql", ["sprint = 3", "sprint in (1, None)", "sprint = currentUser()"])
    def test_refuses_what_it_does_not_know(self, site, jql):
        with pytest.raises(JqlError):
            site.search(jql)

    def test_refuses_a_sprint_that_can_not_be_seen(self, site):
        site.delete_board(1)
        with pytest.raises(JqlError):
            site.search("sprint = 1")


class TestLag:
    def test_search_shows_the_sprint_that_was(self, site):
        sprint = site.create_sprint(1, name="One").id
        site.index_lag = 60.0
        site.set_sprint("AB-1", sprint)
        assert site.search(f"sprint = {sprint}") == []
        [now] = site.search(f"sprint = {sprint}", [site.issue_of("AB-1").id])
        assert site.row(now)["fields"]["customfield_10020"][0]["name"] == "One"

    def test_search_shows_a_sprint_as_it_was(self, site):
        sprint = site.create_sprint(1, name="One").id
        site.set_sprint("AB-1", sprint)
        site.index_lag = 60.0
        site.rename_sprint(sprint, "Other")
        site.start_sprint(sprint)
        site.close_sprint(sprint)
        [then] = site.search("sprint in futureSprints()")
        assert site.row(then)["fields"]["customfield_10020"][0]["name"] == "One"
        assert then.sprint is not None
        assert site.issue_of("AB-1").sprint is None
