"""Versions: their endpoints, and how JQL finds the issues that carry them."""

from typing import Any

import httpx
import pytest

from sandbox.jira.faults import Fault
from sandbox.jira.jql.tokens import JqlError
from sandbox.jira.site import JiraSite

# 2025-10-09 in every zone that the tests use.
NOW = 1_760_000_000.0
OF_AB = "/rest/api/3/project/AB/version"


@pytest.fixture
def site():
    site = JiraSite()
    site.clock = lambda: NOW
    site.create_project("AB")
    site.create_project("CD")
    site.create_issue("AB")  # AB-1
    site.create_issue("AB")  # AB-2
    site.create_issue("AB")  # AB-3
    return site


async def listed(client: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await client.get(OF_AB, params=params)
    return [row["name"] for row in answer.raise_for_status().json()["values"]]


class TestEndpoints:
    async def test_a_project_lists_its_own_in_pages_of_fifty(self, client, site):
        for number in range(60):
            site.create_version("AB", f"1.{number}")
        site.create_version("CD", "Other")
        page = (await client.get(OF_AB, params={"maxResults": 100})).json()
        assert (page["maxResults"], page["total"], page["isLast"]) == (50, 60, False)
        assert page["self"].startswith(f"http://jira.test{OF_AB}?")
        page = (await client.get(page["nextPage"])).json()
        assert [row["name"] for row in page["values"]] == [f"1.{n}" for n in range(50, 60)]
        assert page["isLast"] is True
        assert "nextPage" not in page

    async def test_a_page_can_be_shorter_than_asked(self, api, client, site):
        for name in ("1", "2", "3"):
            site.create_version("AB", name)
        api.faults.add(Fault("short_pages", path=OF_AB, size=2))
        page = (await client.get(OF_AB)).json()
        assert (len(page["values"]), page["isLast"]) == (2, False)

    async def test_they_come_in_the_projects_order_unless_asked_otherwise(self, client, site):
        one = site.create_version("AB", "B", release_date="2026-01-31")
        site.create_version("AB", "A")
        site.create_version("AB", "C", release_date="2025-01-31")
        assert await listed(client) == ["B", "A", "C"]
        site.move_version(one.id)
        assert await listed(client) == ["A", "C", "B"]
        assert await listed(client, orderBy="-name") == ["C", "B", "A"]
        assert await listed(client, orderBy="releaseDate") == ["C", "B", "A"]

    async def test_they_can_be_filtered(self, client, site):
        site.create_version("AB", "One", description="The FIRST")
        site.create_version("AB", "Two", released=True)
        site.create_version("AB", "Three", released=True, archived=True)
        assert await listed(client, query="first") == ["One"]
        assert await listed(client, status="released,archived") == ["Two", "Three"]
        assert (await client.get(OF_AB, params={"status": "gone"})).status_code == 400

    async def test_a_version_is_the_same_by_itself(self, client, site):
        version = site.create_version("AB", "1.0", release_date="2025-10-08")
        row = (await client.get(f"/rest/api/3/version/{version.id}")).raise_for_status().json()
        assert row == (await client.get(OF_AB)).json()["values"][0]
        assert (row["projectId"], row["overdue"]) == (int(site.project_of("AB").id), True)
        site.release_version(version.id)
        row = (await client.get(f"/rest/api/3/version/{version.id}")).json()
        assert (row["released"], row["overdue"]) == (True, False)

    @pytest.mark.parametrize("away", ["trash_project", "archive_project", "hide_project"])
    async def test_they_go_and_come_back_with_their_project(self, client, site, away):
        version = site.create_version("AB")
        paths = (OF_AB, f"/rest/api/3/version/{version.id}")
        getattr(site, away)("AB")
        assert [(await client.get(path)).status_code for path in paths] == [404, 404]
        if away == "hide_project":
            site.hide_project("AB", hidden=False)
        else:
            site.restore_project("AB")
        assert [(await client.get(path)).status_code for path in paths] == [200, 200]

    async def test_what_is_unknown_is_404(self, api, client, site):
        version = site.create_version("AB")
        for path in ("/rest/api/3/project/NO/version", "/rest/api/3/version/1"):
            assert (await client.get(path)).status_code == 404
        async with api.client("wrong") as stranger:
            for path in (OF_AB, f"/rest/api/3/version/{version.id}"):
                assert (await stranger.get(path)).status_code == 404

    async def test_what_is_under_a_project_can_be_refused(self, client, site):
        version = site.create_version("AB")
        site.project_of("AB").fault = 403
        for path in (OF_AB, f"/rest/api/3/version/{version.id}"):
            assert (await client.get(path)).status_code == 403
        assert (await client.get("/rest/api/3/project/CD/version")).status_code == 200

    async def test_a_former_key_of_the_project_does(self, client, site):
        site.create_version("AB", "1.0")
        site.change_project_key("AB", "EF")
        assert await listed(client) == ["1.0"]


class TestJql:
    @pytest.fixture(autouse=True)
    def _planned(self, site):
        self.one = site.create_version("AB", "1.0").id
        self.two = site.create_version("AB", "Big One").id
        site.create_version("CD", "1.0")
        site.edit_issue("AB-1", fix_versions=[self.one, self.two])
        site.edit_issue("AB-3", affected_versions=[self.one])

    def keys(self, site: JiraSite, jql: str) -> list[str]:
        return [issue.key for issue in site.search(f"{jql} ORDER BY key")]

    @pytest.mark.parametrize(
        ("jql", "expected"),
        [
            ("fixVersion = {one}", ["AB-1"]),
            ('fixVersion = "{one}"', ["AB-1"]),
            ('fixVersion = "1.0"', ["AB-1"]),
            ('fixVersion in ("big one", {one})', ["AB-1"]),
            ("fixVersion != {one}", []),
            ("affectedVersion not in ({two})", ["AB-3"]),
            ("affectedVersion = {two}", []),
            ("(fixVersion in ({one}) OR affectedVersion in ({one}))", ["AB-1", "AB-3"]),
            ("fixVersion is EMPTY", ["AB-2", "AB-3"]),
            ("affectedVersion is not EMPTY", ["AB-3"]),
        ],
    )
    def test_finds(self, site, jql, expected):
        assert self.keys(site, jql.format(one=self.one, two=self.two)) == expected

    @pytest.mark.parametrize(
        ("jql", "message"),
        [
            ("fixVersion = 99", "A value with ID '99' does not exist for the field 'fixVersion'."),
            (
                "affectedVersion in (99)",
                "A value with ID '99' does not exist for the field 'affectedVersion'.",
            ),
            ('fixVersion = "9.9"', "The value '9.9' does not exist for the field 'fixVersion'."),
            ('fixVersion ~ "1"', "The operator '~' is not supported by the 'fixVersion' field."),
        ],
    )
    def test_refuses(self, site, jql, message):
        with pytest.raises(JqlError) as caught:
            site.search(jql)
        assert str(caught.value) == message

    def test_a_version_that_is_gone_or_out_of_sight_spoils_the_query(self, site):
        site.archive_project("AB")
        with pytest.raises(JqlError):
            site.search(f"fixVersion in ({self.one})")
        site.restore_project("AB")
        site.delete_version(self.one)
        with pytest.raises(JqlError):
            site.search(f"fixVersion in ({self.two}, {self.one})")

    def test_a_number_in_quotes_is_a_name_first(self, site):
        site.edit_issue("AB-2", fix_versions=[site.create_version("AB", self.one).id])
        assert self.keys(site, f"fixVersion = {self.one}") == ["AB-1"]
        assert self.keys(site, f'fixVersion = "{self.one}"') == ["AB-2"]

    def test_a_lagging_index_goes_on_finding_what_was(self, site):
        site.index_lag = 60.0
        site.change_version(self.two, name="Small one")
        site.edit_issue("AB-1", fix_versions=[self.two])
        [found] = site.search(f"fixVersion = {self.one}")
        shown = [row["name"] for row in site.row(found)["fields"]["fixVersions"]]
        assert shown == ["1.0", "Big One"]
        current = [site.issue_of("AB-1").id]
        assert site.search(f"fixVersion = {self.one}", current) == []
        assert [issue.key for issue in site.search('fixVersion = "Small one"', current)] == ["AB-1"]
        assert site.search('fixVersion = "Small one"') == []
