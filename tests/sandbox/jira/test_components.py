"""Components: no event tells of them; their endpoints, and the issues that show them."""

from typing import Any

import httpx
import pytest

from sandbox.jira.faults import Fault
from sandbox.jira.jql.tokens import JqlError
from sandbox.jira.site import JiraSite

OF_AB = "/rest/api/3/project/AB/component"


@pytest.fixture
def site():
    site = JiraSite()
    site.create_project("AB")
    site.create_project("CD")
    site.create_issue("AB")  # AB-1
    site.create_issue("AB")  # AB-2
    return site


def shown(site: JiraSite, key: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = site.row(site.issue_of(key))["fields"]["components"]
    return rows


async def listed(client: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await client.get(OF_AB, params=params)
    return [row["name"] for row in answer.raise_for_status().json()["values"]]


class TestChanges:
    def test_no_event_tells_of_them_nor_of_the_issues_that_show_them(self, site, events):
        one, two = site.create_component("AB", "One"), site.create_component("AB", "Two")
        site.edit_issue("AB-1", components=[one.id])
        site.edit_issue("AB-2", components=[one.id, two.id])
        events.clear()
        site.change_component(one.id, name="First", description="The first")
        assert [row["name"] for row in shown(site, "AB-1")] == ["First"]
        site.delete_component(one.id, move_to=two.id)
        assert [row["name"] for row in shown(site, "AB-1")] == ["Two"]
        assert [row["name"] for row in shown(site, "AB-2")] == ["Two"]
        site.delete_component(two.id)
        assert shown(site, "AB-1") == shown(site, "AB-2") == []
        assert events == []

    def test_putting_one_on_an_issue_is_a_change_of_the_issue(self, site, events):
        one, two = site.create_component("AB", "One"), site.create_component("AB", "Two")
        site.edit_issue("AB-1", components=[one.id])
        site.edit_issue("AB-1", components=[two.id])
        assert [event for event, _ in events] == ["jira:issue_updated"] * 2
        items = [i for _, body in events for i in body["changelog"]["items"]]
        assert [(i["field"], i["fromString"], i["toString"]) for i in items] == [
            ("Component", None, "One"),
            ("Component", "One", None),
            ("Component", None, "Two"),
        ]

    def test_an_issue_shows_little_of_them(self, site):
        one = site.create_component("AB", "One", description="The first", lead=site.me.account_id)
        two = site.create_component("AB", "Two")
        site.edit_issue("AB-1", components=[one.id, two.id])
        link = "http://jira.test/rest/api/3/component/"
        assert shown(site, "AB-1") == [
            {"self": link + one.id, "id": one.id, "name": "One", "description": "The first"},
            {"self": link + two.id, "id": two.id, "name": "Two"},
        ]

    def test_a_name_is_given_once_in_a_project(self, site):
        site.create_component("AB", "One")
        site.create_component("CD", "One")
        with pytest.raises(ValueError, match="already"):
            site.create_component("AB", "one")

    def test_they_are_of_the_issues_project(self, site):
        other = site.create_component("CD")
        with pytest.raises(ValueError, match="isn't of the project"):
            site.edit_issue("AB-1", components=[other.id])
        with pytest.raises(ValueError, match="isn't another one"):
            site.delete_component(site.create_component("AB").id, move_to=other.id)

    def test_a_moved_issue_loses_them(self, site, events):
        site.edit_issue("AB-1", components=[site.create_component("AB", "One").id])
        site.move_issue("AB-1", "CD")
        assert shown(site, "CD-1") == []
        items = events[-1][1]["changelog"]["items"]
        assert [item["field"] for item in items] == ["Component", "project", "Key"]

    def test_they_go_with_their_project(self, site):
        site.create_component("AB")
        site.delete_project("AB")
        assert not site.components


class TestEndpoints:
    async def test_a_project_lists_its_own_in_pages_of_fifty(self, client, site):
        for number in range(60):
            site.create_component("AB", f"C {number:02}")
        site.create_component("CD", "Other")
        page = (await client.get(OF_AB, params={"maxResults": 100})).json()
        assert (page["maxResults"], page["total"], page["isLast"]) == (50, 60, False)
        page = (await client.get(page["nextPage"])).json()
        assert [row["name"] for row in page["values"]] == [f"C {n}" for n in range(50, 60)]
        assert (page["startAt"], page["isLast"]) == (50, True)

    async def test_a_page_can_be_shorter_than_asked(self, api, client, site):
        for _ in range(3):
            site.create_component("AB")
        api.faults.add(Fault("short_pages", path=OF_AB, size=1))
        page = (await client.get(OF_AB)).json()
        assert (len(page["values"]), page["isLast"]) == (1, False)

    async def test_names_and_descriptions_are_searched_whatever_their_case(self, client, site):
        site.create_component("AB", "Payment")
        site.create_component("AB", "Other", description="All about PAYMENTS")
        site.create_component("AB", "Third")
        assert await listed(client, query="payMENT") == ["Other", "Payment"]

    async def test_the_source_decides_which_are_listed(self, client, site):
        site.create_component("AB", "One")
        assert await listed(client, componentSource="auto") == ["One"]
        site.create_component("AB", "Two", source="compass")
        assert await listed(client) == await listed(client, componentSource="jira") == ["One"]
        assert await listed(client, componentSource="compass") == ["Two"]
        # A project that has some in Compass was opted into it.
        assert await listed(client, componentSource="auto") == ["Two"]
        answer = await client.get(OF_AB, params={"componentSource": "all"})
        assert answer.status_code == 400

    async def test_a_component_says_where_it_belongs(self, client, site):
        lead = site.create_user("Lead").account_id
        one = site.create_component("AB", "One", description="The first", lead=lead)
        site.edit_issue("AB-1", components=[one.id])
        site.change_project_key("AB", "EF")
        row = (await client.get(f"/rest/api/3/component/{one.id}")).raise_for_status().json()
        assert (row["id"], row["name"], row["description"]) == (one.id, "One", "The first")
        assert (row["project"], row["projectId"]) == ("EF", int(site.project_of("EF").id))
        assert row["lead"]["displayName"] == "Lead"
        # Only the list counts.
        assert (await client.get(OF_AB)).json()["values"] == [row | {"issueCount": 1}]

    async def test_a_lead_is_shown_by_the_name_it_has(self, client, site):
        lead = site.create_user("Lead").account_id
        one = site.create_component("AB", lead=lead)
        site.change_user(lead, name="Leader")
        row = (await client.get(f"/rest/api/3/component/{one.id}")).json()
        assert row["lead"]["displayName"] == "Leader"

    @pytest.mark.parametrize("away", ["trash_project", "archive_project", "hide_project"])
    async def test_they_go_and_come_back_with_their_project(self, client, site, away):
        one = site.create_component("AB")
        paths = (OF_AB, f"/rest/api/3/component/{one.id}")
        getattr(site, away)("AB")
        assert [(await client.get(path)).status_code for path in paths] == [404, 404]
        if away == "hide_project":
            site.hide_project("AB", hidden=False)
        else:
            site.restore_project("AB")
        assert [(await client.get(path)).status_code for path in paths] == [200, 200]

    async def test_what_is_unknown_is_404(self, api, client, site):
        one = site.create_component("AB")
        for path in ("/rest/api/3/project/NO/component", "/rest/api/3/component/1"):
            assert (await client.get(path)).status_code == 404
        async with api.client("wrong") as stranger:
            for path in (OF_AB, f"/rest/api/3/component/{one.id}"):
                assert (await stranger.get(path)).status_code == 404

    async def test_what_is_under_a_project_can_be_refused(self, client, site):
        one = site.create_component("AB")
        site.project_of("AB").fault = 403
        for path in (OF_AB, f"/rest/api/3/component/{one.id}"):
            assert (await client.get(path)).status_code == 403

    async def test_projects_share_one_limit_of_requests(self, api, client):
        api.faults.add(Fault("rate", path="/rest/api/3/project", per_second=1))
        paths = (OF_AB, "/rest/api/3/project/CD/component", "/rest/api/3/project/CD/version")
        assert [(await client.get(path)).status_code for path in paths] == [200, 429, 200]


class TestJql:
    @pytest.mark.parametrize(
        ("jql", "expected"),
        [
            ("component = {id}", ["AB-1"]),
            ('component = "one"', ["AB-1"]),
            ("component != One", []),
            ("component is EMPTY", ["AB-2"]),
        ],
    )
    def test_finds(self, site, jql, expected):
        one = site.create_component("AB", "One")
        site.edit_issue("AB-1", components=[one.id])
        assert [issue.key for issue in site.search(jql.format(id=one.id))] == expected

    def test_one_that_is_gone_spoils_the_query(self, site):
        one = site.create_component("AB", "One")
        site.delete_component(one.id)
        for value, message in ((one.id, "A value with ID"), ('"One"', "The value 'One'")):
            with pytest.raises(JqlError, match=f"{message} .*for the field 'component'"):
                site.search(f"component in ({value})")

    def test_a_lagging_index_goes_on_finding_what_was(self, site):
        one = site.create_component("AB", "One")
        site.edit_issue("AB-1", components=[one.id])
        site.index_lag = 60.0
        site.change_component(one.id, name="First")
        [found] = site.search(f"component = {one.id}")
        assert site.row(found)["fields"]["components"][0]["name"] == "One"
        [current] = site.search(f"component = {one.id}", [site.issue_of("AB-1").id])
        assert site.row(current)["fields"]["components"][0]["name"] == "First"
