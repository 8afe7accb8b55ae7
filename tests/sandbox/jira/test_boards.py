"""Boards and the epics on them: what their endpoints show, and the events that changes send."""

from typing import Any

import httpx
import pytest

from sandbox.jira.site import JiraSite

BOARDS = "/rest/agile/1.0/board"


@pytest.fixture
def site():
    site = JiraSite()
    for key in ("AB", "CD"):
        site.create_project(key)
    site.create_board(["AB"])  # 1
    site.create_board(["AB", "CD"], name="Both", type="kanban")  # 2
    site.create_board(["CD"], name="Team", type="simple")  # 3
    return site


async def ids(client: httpx.AsyncClient, **params: Any) -> list[int]:
    answer = await client.get(BOARDS, params=params)
    return [row["id"] for row in answer.raise_for_status().json()["values"]]


class TestChanges:
    def test_each_sends_its_event(self, site, events):
        board = site.create_board(["AB"], name="New")
        site.rename_board(board.id, "Renamed")
        site.configure_board(board.id, ["CD", "AB"])
        site.delete_board(board.id)
        assert [event for event, _ in events] == [
            "board_created",
            "board_updated",
            "board_configuration_changed",
            "board_deleted",
        ]
        assert [body["board"]["name"] for _, body in events] == ["New"] + ["Renamed"] * 3
        assert set(events[0][1]["board"]) == {"id", "self", "name", "type"}

    def test_a_configuration_event_may_call_the_board_configuration(self, site, events):
        site.board_configuration_payload = "configuration"
        site.configure_board(1, ["CD"])
        [(_, body)] = events
        assert "board" not in body
        assert body["configuration"]["id"] == 1
        assert body["configuration"]["location"]["key"] == "CD"

    def test_ids_are_never_given_again(self, site):
        site.delete_board(3)
        assert site.create_board(["AB"]).id == 4

    def test_a_board_is_over_a_project_that_exists(self, site):
        with pytest.raises(ValueError, match="one project"):
            site.create_board([])
        with pytest.raises(KeyError):
            site.create_board(["NO"])


class TestReading:
    async def test_all_boards_a_page_at_a_time(self, client):
        page = (await client.get(BOARDS, params={"maxResults": 2})).json()
        assert (page["total"], page["isLast"], page["startAt"]) == (3, False, 0)
        assert [row["id"] for row in page["values"]] == [1, 2]
        assert await ids(client, startAt=2, maxResults=2) == [3]

    async def test_a_page_has_fifty_at_most(self, client, site):
        for _ in range(60):
            site.create_board(["AB"])
        page = (await client.get(BOARDS, params={"maxResults": 500})).json()
        assert (len(page["values"]), page["maxResults"], page["total"]) == (50, 50, 63)

    async def test_boards_of_a_type_or_a_project(self, client, site):
        assert await ids(client, type="kanban") == [2]
        assert await ids(client, type="scrum,simple") == [1, 3]
        assert await ids(client, projectKeyOrId="CD") == [2, 3]
        assert await ids(client, projectKeyOrId=site.project_of("AB").id) == [1, 2]
        assert (await client.get(BOARDS, params={"type": "other"})).status_code == 400

    async def test_boards_of_a_project_that_is_gone_are_refused(self, client, api, site):
        site.trash_project("CD")
        for key in ("CD", "NO"):
            answer = await client.get(BOARDS, params={"projectKeyOrId": key})
            assert answer.status_code == 400
            assert "No project could be found" in answer.json()["errorMessages"][0]
        site.board_project_404 = True
        assert (await client.get(BOARDS, params={"projectKeyOrId": "NO"})).status_code == 404

    async def test_a_board_is_located_in_its_first_project(self, client):
        row = (await client.get(f"{BOARDS}/2")).json()
        assert (row["id"], row["name"], row["type"]) == (2, "Both", "kanban")
        assert row["location"]["projectKey"] == "AB"
        assert isinstance(row["location"]["projectId"], int)
        assert row["self"].endswith("/rest/agile/1.0/board/2")

    async def test_its_projects_by_name(self, client, site):
        site.rename_project("CD", name="A first one")
        page = (await client.get(f"{BOARDS}/2/project")).json()
        assert [row["key"] for row in page["values"]] == ["CD", "AB"]
        assert page["isLast"] is True

    async def test_one_that_is_gone_is_404(self, client, site):
        site.delete_board(3)
        for path in ("/3", "/3/project", "/99", "/x"):
            assert (await client.get(BOARDS + path)).status_code == 404

    @pytest.mark.parametrize("status", [403, 404, 422])
    async def test_everything_under_one_board_can_fail(self, client, site, status):
        site.boards[1].fault = status
        for path in ("project", "sprint", "epic", "backlog"):
            assert (await client.get(f"{BOARDS}/1/{path}")).status_code == status
        assert (await client.get("/rest/software/1.0/board/1/backlog")).status_code == status
        assert (await client.get(f"{BOARDS}/2/project")).status_code == 200
        assert await ids(client) == [1, 2, 3]

    async def test_bad_credentials_see_no_board(self, api):
        async with api.client("wrong") as client:
            assert await ids(client) == []
            assert (await client.get(f"{BOARDS}/1")).status_code == 404


class TestProjects:
    @pytest.mark.parametrize("way", ["trash", "archive", "hide"])
    async def test_boards_go_and_come_back_with_their_projects(self, client, site, events, way):
        getattr(site, f"{way}_project")("AB")
        assert await ids(client) == [2, 3]
        assert "location" not in (await client.get(f"{BOARDS}/2")).json()
        assert [
            row["key"] for row in (await client.get(f"{BOARDS}/2/project")).json()["values"]
        ] == ["CD"]
        if way == "hide":
            site.hide_project("AB", hidden=False)
        else:
            site.restore_project("AB")
        assert await ids(client) == [1, 2, 3]
        assert not [event for event, _ in events if event.startswith("board_")]

    async def test_a_deleted_project_takes_its_boards_for_good(self, client, site, events):
        site.delete_project("CD")
        assert await ids(client) == [1, 2]
        assert [event for event, _ in events] == ["project_deleted"]


class TestEpics:
    @pytest.fixture(autouse=True)
    def epics(self, site):
        site.create_issue("AB", type_name="Epic", summary="First")  # AB-1
        site.create_issue("AB", type_name="Epic", status="Done")  # AB-2
        site.create_issue("AB", parent="AB-1")  # AB-3
        site.create_issue("CD", type_name="Epic")  # CD-1

    async def keys(self, client: httpx.AsyncClient, board: int, **params: str) -> list[str]:
        page = (await client.get(f"{BOARDS}/{board}/epic", params=params)).raise_for_status()
        return [row["key"] for row in page.json()["values"]]

    async def test_those_of_the_boards_projects(self, client, site):
        assert await self.keys(client, 1) == ["AB-1", "AB-2"]
        assert await self.keys(client, 2) == ["AB-1", "AB-2", "CD-1"]
        site.hide_project("CD")
        assert await self.keys(client, 2) == ["AB-1", "AB-2"]

    async def test_done_or_not(self, client):
        assert await self.keys(client, 1, done="true") == ["AB-2"]
        assert await self.keys(client, 1, done="false") == ["AB-1"]
        answer = await client.get(f"{BOARDS}/1/epic", params={"done": "maybe"})
        assert answer.status_code == 400

    async def test_a_team_managed_board_lists_none(self, client):
        assert await self.keys(client, 3) == []

    async def test_a_row(self, client, site):
        issue = site.issue_of("AB-1")
        row = (await client.get(f"{BOARDS}/1/epic")).json()["values"][0]
        assert (row["id"], row["key"], row["done"]) == (int(issue.id), "AB-1", False)
        assert (row["name"], row["summary"]) == ("First", "First")
        assert row["self"].endswith(f"/rest/agile/1.0/epic/{issue.id}")
        assert set(row["color"]) == {"key"}

    async def test_a_name_of_its_own_which_may_be_empty(self, client, site):
        for name in ("Its own", ""):
            site.issue_of("AB-1").epic_name = name
            row = (await client.get(f"{BOARDS}/1/epic")).json()["values"][0]
            assert (row["name"], row["summary"]) == (name, "First")

    async def test_they_lag_with_the_index(self, client, site):
        site.index_lag = 60.0
        site.transition_issue("AB-1", "Done")
        site.create_issue("AB", type_name="Epic")
        assert await self.keys(client, 1, done="false") == ["AB-1"]
        site.catch_up_index()
        assert await self.keys(client, 1, done="false") == ["AB-4"]

    async def test_one_by_id_or_key(self, client, site):
        for name in ("AB-1", site.issue_of("AB-1").id):
            assert (await client.get(f"/rest/agile/1.0/epic/{name}")).json()["key"] == "AB-1"
        assert (await client.get("/rest/agile/1.0/epic/AB-3")).status_code == 404

    async def test_one_that_only_a_team_managed_board_could_show_is_404(self, client, site):
        assert (await client.get("/rest/agile/1.0/epic/CD-1")).status_code == 200
        site.configure_board(2, ["AB"])
        assert (await client.get("/rest/agile/1.0/epic/CD-1")).status_code == 404
