"""Requests for boards, sprints and teams against the published API."""

import pytest

from sandbox.jira.api import JiraApi
from sandbox.jira.site import JiraSite
from sandbox.openapi import OpenApiCheck

BOARD = "/rest/agile/1.0/board"


def filled() -> JiraSite:
    site = JiraSite(seed=3)
    site.clock = lambda: 1_760_000_000.0
    site.fill(200)
    site.fill_agile()
    return site


class TestOpenApi:
    @pytest.mark.parametrize(
        ("path", "query"),
        [
            (BOARD, ("maxResults", "51")),
            (BOARD, ("type", "scrum,other")),
            (BOARD, ("jql", "x")),
            (f"{BOARD}/1/sprint", ("state", "open")),
            (f"{BOARD}/1/sprint", ("maxResults", "51")),
            (f"{BOARD}/1/epic", ("done", "maybe")),
            (f"{BOARD}/1/backlog", ("nextPageToken", "x")),
            (f"{BOARD}/1/backlog", ("maxResults", "101")),
            (f"{BOARD}/1", ("expand", "x")),
            ("/rest/agile/1.0/sprint/1", ("expand", "x")),
            ("/rest/agile/1.0/epics/1", ("expand", "x")),
        ],
    )
    def test_finds_what_is_wrong(self, path, query):
        assert len(OpenApiCheck().check("GET", path, [query], None)) == 1

    async def test_finds_nothing_wrong_with_what_the_stand_in_serves(self):
        site = filled()
        api = JiraApi(site, email="account@example.com", token="right", openapi=OpenApiCheck())
        async with api.client() as client:
            for path in (
                f"{BOARD}?type=scrum,simple&projectKeyOrId=AB&startAt=0&maxResults=50",
                f"{BOARD}/1",
                f"{BOARD}/1/project?maxResults=50",
                f"{BOARD}/1/sprint?state=active,future&maxResults=50",
                f"{BOARD}/1/epic?done=false&maxResults=50",
                f"{BOARD}/1/backlog?fields=summary&fields=status&jql=created+%3E+-1d&maxResults=100",
                "/rest/agile/1.0/sprint/1",
                "/rest/agile/1.0/epic/AB-1",
                "/rest/software/1.0/board/1/backlog?maxResults=100",
                f"/gateway/api/public/teams/v1/org/{site.organization_id}/teams?size=300",
            ):
                answer = await client.get(path)
                assert answer.status_code in (200, 404), path
        assert api.violations() == []

    async def test_answers_are_as_published(self):
        site = filled()
        api = JiraApi(site, email="account@example.com", token="right")
        async with api.client() as client:
            for path in (BOARD, f"{BOARD}/7", f"{BOARD}/7/backlog"):
                answer = (await client.get(path)).raise_for_status().json()
                assert OpenApiCheck().check_answer("GET", path, answer) == []
