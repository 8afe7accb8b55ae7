"""Requests for versions, components and worklogs against the published API."""

import pytest

from sandbox.jira.api import JiraApi
from sandbox.jira.site import JiraSite
from sandbox.openapi import OpenApiCheck

API = "/rest/api/3"


def filled() -> JiraSite:
    site = JiraSite(seed=3)
    site.clock = lambda: 1_760_000_000.0
    site.fill(200)
    site.fill_planning()
    return site


class TestOpenApi:
    @pytest.mark.parametrize(
        ("path", "query"),
        [
            ("project/AB/version", ("maxResults", "51")),
            ("project/AB/version", ("status", "released,gone")),
            ("project/AB/version", ("orderBy", "colour")),
            ("version/1", ("fields", "x")),
            ("project/AB/component", ("maxResults", "51")),
            ("project/AB/component", ("componentSource", "all")),
            ("project/AB/component", ("nameFilter", "x")),
            ("component/1", ("expand", "x")),
            ("issue/AB-1/worklog", ("maxResults", "5001")),
            ("issue/AB-1/worklog", ("startedAfter", "2026-01-31")),
            ("issue/AB-1/worklog", ("expand", "x")),
            ("issue/AB-1/worklog/1", ("startAt", "0")),
        ],
    )
    def test_finds_what_is_wrong(self, path, query):
        assert len(OpenApiCheck().check("GET", f"{API}/{path}", [query], None)) == 1

    @pytest.mark.parametrize("ids", [["1"], list(range(1001)), [1, 1], None])
    def test_finds_what_is_wrong_with_a_list_of_worklogs(self, ids):
        body = None if ids is None else {"ids": ids}
        assert len(OpenApiCheck().check("POST", f"{API}/worklog/list", [], body)) == 1

    async def test_finds_nothing_wrong_with_what_the_stand_in_serves(self):
        site = filled()
        api = JiraApi(site, email="account@example.com", token="right", openapi=OpenApiCheck())
        issue = next(iter(site.issues.values()))
        first = issue.worklogs[0].id
        async with api.client() as client:
            for path in (
                "project/AB/version?startAt=0&maxResults=50&orderBy=-name&status=unreleased",
                f"version/{next(iter(site.versions))}",
                "project/AB/component?startAt=0&maxResults=50&componentSource=auto&query=x",
                f"component/{next(iter(site.components))}",
                f"issue/{issue.key}/worklog?startAt=0&maxResults=5000&startedAfter=1"
                "&startedBefore=2000000000000&expand=properties",
                f"issue/{issue.id}/worklog/{first}",
            ):
                (await client.get(f"{API}/{path}")).raise_for_status()
            answer = await client.post(f"{API}/worklog/list", json={"ids": [int(first)]})
            answer.raise_for_status()
        assert api.violations() == []

    async def test_answers_are_as_published(self):
        site = filled()
        api = JiraApi(site, email="account@example.com", token="right")
        issue = next(iter(site.issues.values()))
        first = issue.worklogs[0].id
        paths = [
            "project/AB/version",
            *(f"version/{name}" for name in site.versions),
            "project/AB/component",
            *(f"component/{name}" for name in site.components),
            f"issue/{issue.key}",
            f"issue/{issue.key}/worklog?expand=properties",
            f"issue/{issue.key}/worklog/{first}",
        ]
        check = OpenApiCheck()
        async with api.client() as client:
            for path in paths:
                answer = (await client.get(f"{API}/{path}")).raise_for_status().json()
                assert check.check_answer("GET", f"{API}/{path.partition('?')[0]}", answer) == []
            ids = {"ids": [int(first)]}
            listed = (await client.post(f"{API}/worklog/list", json=ids)).raise_for_status().json()
            assert check.check_answer("POST", f"{API}/worklog/list", listed) == []
