"""A site with versions, components and worklogs as a whole: filling it, changing it, the API."""

import random

import pytest

from sandbox.jira.api import JiraApi
from sandbox.jira.site import JiraSite
from sandbox.jira.webhooks import EVENTS
from sandbox.openapi import OpenApiCheck
from sandbox.random_changes import CHANGES, NothingToChangeError
from sandbox.random_planning_changes import COMPONENT_CHANGES, PLANNING_CHANGES

API = "/rest/api/3"


def filled(**settings: int) -> JiraSite:
    site = JiraSite(seed=3)
    site.clock = lambda: 1_760_000_000.0
    site.fill(200)
    site.fill_planning(**settings)
    return site


class TestFilling:
    def test_each_project_has_versions_and_components(self):
        site = filled()
        for project in site.projects.values():
            versions, components = site.versions_of(project), site.components_of(project)
            assert len(versions) == 2
            assert [component.source for component in components][:2] == ["jira"] * 2
            assert (versions[0].release_date, components[1].lead) == (None, None)
            assert versions[1].release_date
            assert components[0].lead
            assert components[1].description
        assert sum(item.source == "compass" for item in site.components.values()) == 1

    def test_issues_carry_those_of_their_project(self):
        site = filled()
        planned = [issue for issue in site.issues.values() if issue.fix_versions]
        assert 50 <= len(planned) <= 100
        for issue in planned:
            homes = {item.project.id for item in (*issue.fix_versions, *issue.affected_versions)}
            assert homes | {item.project.id for item in issue.components} == {issue.project.id}
        assert any(issue.affected_versions for issue in planned)

    def test_an_issue_has_more_worklogs_than_it_brings_along(self):
        site = filled()
        counts = sorted(len(issue.worklogs) for issue in site.issues.values())
        assert (counts[-1], sum(counts)) == (26, len(site.worklogs))
        assert counts[-20:-1] == [1] * 19
        assert len({worklog.author.account_id for worklog in site.worklogs.values()}) > 5

    def test_it_is_as_large_as_asked(self):
        site = filled(versions=0, components=0, worklogs=0)
        assert (len(site.versions), len(site.components), len(site.worklogs)) == (0, 1, 0)
        assert len(filled(versions=60).versions) == 300

    def test_it_is_the_same_for_the_same_seed_without_events(self):
        one, two = filled(), filled()
        assert [one.raw(issue) for issue in one.issues.values()] == [
            two.raw(issue) for issue in two.issues.values()
        ]
        events = []
        one.subscribe(lambda event, payload: events.append(event))
        one.fill_planning()
        assert events == []


class TestRandomChanges:
    def test_all_of_them_can_be_made_often(self):
        site, rng = filled(), random.Random(1)
        events = set()
        site.subscribe(lambda event, payload: events.add(event))
        every = {**PLANNING_CHANGES, **COMPONENT_CHANGES, **CHANGES}
        made = set()
        for _ in range(2000):
            name = rng.choice(list(every))
            try:
                every[name](site, rng)
            except NothingToChangeError:
                continue
            made.add(name)
        assert set(PLANNING_CHANGES) | set(COMPONENT_CHANGES) <= made
        sent = {event for event in EVENTS if event.startswith(("jira:version_", "worklog_"))}
        assert sent - {"jira:version_merged"} <= events
        for issue in site.issues.values():
            for version in (*issue.fix_versions, *issue.affected_versions):
                assert site.versions[version.id] is version
                assert version.project is issue.project
            for component in issue.components:
                assert site.components[component.id] is component
                assert component.project is issue.project
        assert {worklog.id for issue in site.issues.values() for worklog in issue.worklogs} == set(
            site.worklogs
        )

    @pytest.mark.parametrize("name", COMPONENT_CHANGES)
    def test_no_event_tells_of_components(self, name):
        site = filled()
        events = []
        site.subscribe(lambda event, payload: events.append(event))
        COMPONENT_CHANGES[name](site, random.Random(1))
        assert events == []


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
