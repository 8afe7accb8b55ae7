"""A site with boards, sprints and teams as a whole: filling it, changing it, the published API."""

import random

import pytest

from sandbox.jira.api import JiraApi
from sandbox.jira.site import JiraSite
from sandbox.jira.webhooks import EVENTS
from sandbox.openapi import OpenApiCheck
from sandbox.random_agile_changes import AGILE_CHANGES, TEAM_CHANGES
from sandbox.random_changes import CHANGES, NothingToChangeError

BOARD = "/rest/agile/1.0/board"


def filled(**settings: int) -> JiraSite:
    site = JiraSite(seed=3)
    site.clock = lambda: 1_760_000_000.0
    site.fill(200)
    site.fill_agile(**settings)
    return site


class TestFilling:
    def test_each_project_has_a_scrum_board_with_a_sprint_of_each_state(self):
        site = filled()
        boards = list(site.boards.values())
        assert [board.type for board in boards] == ["scrum"] * 5 + ["kanban", "scrum"]
        assert [project.key for project in boards[-1].projects] == ["AB", "AS"]
        for board in boards[:5]:
            states = [sprint.state for sprint in site.sprints_on(board)]
            assert states == ["closed", "active", "future"]
        [shared] = site.sprints_on(boards[-1])
        assert (shared.state, shared.origin) == ("active", boards[0].id)

    def test_issues_are_in_sprints_of_their_project(self):
        site = filled()
        planned = [(issue, issue.sprint) for issue in site.issues.values() if issue.sprint]
        assert {sprint.state for _, sprint in planned} == {"closed", "active", "future"}
        for issue, sprint in planned:
            assert issue.project in sprint.boards[0].projects
            assert issue.type.level == 0
            assert sprint.state != "closed" or issue.status.category == "done"

    def test_it_is_as_large_as_asked(self):
        site = filled(boards=12, sprints=5)
        assert (len(site.boards), len(site.sprints)) == (14, 60)
        assert len(filled(boards=2, sprints=1).sprints) == 2
        assert not filled(boards=0).sprints

    def test_it_is_the_same_for_the_same_seed_without_events(self):
        one, two = filled(), filled()
        assert [one.raw(issue) for issue in one.issues.values()] == [
            two.raw(issue) for issue in two.issues.values()
        ]
        events = []
        one.subscribe(lambda event, payload: events.append(event))
        one.fill_agile()
        one.fill_teams()
        assert events == []


class TestRandomChanges:
    def test_all_of_them_can_be_made_often(self):
        site, rng = filled(), random.Random(1)
        site.fill_teams()
        events = set()
        site.subscribe(lambda event, payload: events.add(event))
        every = {**AGILE_CHANGES, **TEAM_CHANGES, **CHANGES}
        made = set()
        for _ in range(1500):
            name = rng.choice(list(every))
            try:
                every[name](site, rng)
            except NothingToChangeError:
                continue
            made.add(name)
        assert set(AGILE_CHANGES) | set(TEAM_CHANGES) <= made
        assert {event for event in EVENTS if event.startswith(("board_", "sprint_"))} <= events
        assert all(
            issue.sprint is None or site.sprints[issue.sprint.id] is issue.sprint
            for issue in site.issues.values()
        )


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
