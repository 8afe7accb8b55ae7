"""Each mapping of the cookbook gives what its page shows, and is kept as the page says."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from sandbox.cookbook import NAMES, PAGE, blueprints, cookbook_world, entity, refreshed
from sandbox.world import World
from tests.e2e.mappings import NO_SWEEP

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST = "712020:00000002-0000-4000-8000-e3e7c2094cac"
SECOND = "712020:00000003-0000-4000-8000-0a5d6baa9455"
THIRD = "712020:00000004-0000-4000-8000-f72842485e3a"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world() -> AsyncIterator[World]:
    """One for all: what is changed in it is changed by the tests at the end."""
    async with cookbook_world(**NO_SWEEP) as running:
        running.port.hurry()
        yield running
    assert running.jira.violations() == []


async def test_the_page_shows_what_comes_out(world: World) -> None:
    page = PAGE.read_text("utf-8")
    assert refreshed(page, world.catalog, world.site.base_url) == page, "say `make cookbook`"


async def test_the_page_shows_each_mapping_with_an_entity() -> None:
    page = PAGE.read_text("utf-8")
    assert len(NAMES) == 12
    assert sorted(re.findall(r"^<!-- mapping: (\S+) -->$", page, re.M)) == NAMES
    assert sorted(set(re.findall(r"^<!-- entity: (\S+) ", page, re.M))) == NAMES


async def test_port_adds_up_what_relates_to_the_entity_itself() -> None:
    """And not what does so by way of others: an issue that blocks one of the sprint."""
    every = {blueprint["identifier"]: blueprint for blueprint in blueprints()}
    added_up = 0
    for name, blueprint in every.items():
        for of in blueprint.get("aggregationProperties", {}).values():
            [path] = of["pathFilter"]
            assert path["fromBlueprint"] == of["target"]
            [relation] = path["path"]
            target = every[of["target"]]
            assert target["relations"][relation]["target"] == name
            rules = of.get("query", {}).get("rules", [])
            read = [rule["property"] for rule in rules] + [of["calculationSpec"].get("property")]
            assert set(filter(None, read)) <= target["schema"]["properties"].keys()
            added_up += 1
    assert added_up >= 7


def properties(**values: Any) -> dict[str, Any]:
    return {"properties": values}


def relations(**values: Any) -> dict[str, Any]:
    return {"relations": values}


@pytest.mark.parametrize(
    ("of", "parts"),
    [
        (
            "sprints jiraSprint 2",
            properties(
                state="active",
                goal="Passkeys can be registered",
                startDate="2026-03-09T09:00:00.000Z",
                endDate="2026-03-20T09:00:00.000Z",
            ),
        ),
        (
            "sprints jiraIssue AB-2",
            properties(sprintHealth="carried over") | relations(sprint="2"),
        ),
        ("sprints jiraIssue AB-3", properties(sprintHealth="on track") | relations(sprint="3")),
        ("sprints jiraIssue AB-5", properties(sprintHealth="done") | relations(sprint="2")),
        ("sprints jiraIssue CD-1", properties(sprintHealth=None) | relations(sprint=None)),
        ("story-points jiraIssue AB-2", properties(storyPoints=3)),
        (
            "time-in-status jiraIssue AB-2",
            properties(
                inStatusSince="2026-03-06T10:00:00.000+0000",
                hoursInStatus={"To Do": 24, "In Progress": 55, "In Review": 18},
            ),
        ),
        (
            "time-in-status jiraIssue AB-1",
            properties(inStatusSince="2026-03-02T09:00:00.000+0000", hoursInStatus={}),
        ),
        (
            "epics jiraIssue AB-2",
            properties(epicName="Sign in with a passkey") | relations(epic="AB-1"),
        ),
        ("epics jiraIssue AB-4", properties(epicName=None) | relations(epic=None)),
        (
            "components service login",
            properties(description="Who somebody is.", lead="User 2") | relations(jiraProject="AB"),
        ),
        (
            "worklogs jiraWorklog 10026",
            properties(hours=3, started="2026-03-03T10:00:00.000+0000")
            | relations(issue="AB-2", week=f"{FIRST}/2026-W10"),
        ),
        (
            f"worklogs jiraWorkWeek {FIRST}/2026-W11",
            properties(week="2026-W11") | relations(person=FIRST),
        ),
        ("labels jiraLabel security", {"title": "security"}),
        ("labels jiraIssue AB-2", relations(labels=["security", "service:login"])),
        (
            "comments jiraComment 10023",
            properties(text="They are left out.", created="2026-03-06T10:00:00.000+0000")
            | {"title": "Integration account on AB-2"},
        ),
        ("links jiraIssue AB-2", relations(blocks=["AB-3"], blockedBy=["CD-1"])),
        ("service-by-label jiraIssue AB-5", relations(services=["login", "web"])),
        (
            "releases jiraRelease 10011",
            properties(status="planned", startDate="2026-03-02", releaseDate="2026-03-31")
            | relations(project="AB"),
        ),
        ("releases jiraIssue AB-5", properties(isDone=True) | relations(releases=["10011"])),
        (
            f"users jiraUser {SECOND}",
            properties(emailAddress="user3@example.com")
            | relations(portAccount="user3@example.com"),
        ),
        ("users jiraIssue AB-5", relations(assignee=SECOND)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_mapping_gives_these_values(world: World, of: str, parts: dict[str, Any]) -> None:
    found = entity(world.catalog, world.site.base_url, of)
    assert {part: found[part] for part in parts} == parts


def of(world: World, blueprint: str, identifier: str) -> dict[str, Any]:
    found = world.catalog.get(blueprint, identifier)
    assert found is not None, (blueprint, identifier)
    return {"title": found["title"], **found["properties"], **found["relations"]}


async def test_what_the_page_calls_live_is(world: World) -> None:
    """One change for each mapping but the components', and then as a fresh resync has it."""
    site = world.site
    site.change_sprint(2, name="Second sprint")
    site.edit_issue("AB-1", summary="Sign in without a password")
    site.edit_issue("AB-2", points=8.0, labels=["service:login"])
    site.edit_issue("CD-1", labels=[])
    site.transition_issue("AB-2", "Done")
    site.edit_issue("AB-3", fix_versions=[])
    site.set_sprint("AB-3", None)
    site.release_version("10011")
    site.comment_issue("AB-3", "New")
    site.delete_comment("AB-2", "10021")
    site.unlink_issues(next(iter(site.links)))
    site.link_issues("CD-1", "CD-2")
    [only] = [one for one in site.worklogs.values() if one.author.account_id == SECOND]
    site.delete_worklog(only.id)
    site.add_worklog("AB-5", author=SECOND, started=only.started - 7 * 86400)
    site.change_user(FIRST, name="Renamed")
    site.change_user(THIRD, active=False)
    await world.caught_up()
    assert of(world, "jiraSprint", "2")["title"] == "Second sprint"
    assert world.catalog.get("jiraSprint", "3") is None
    issue = of(world, "jiraIssue", "AB-2")
    assert issue["epicName"] == "Sign in without a password"
    assert (issue["storyPoints"], issue["sprintHealth"], issue["isDone"]) == (8, "done", True)
    assert issue["hoursInStatus"].keys() == {"To Do", "In Progress", "In Review"}
    assert issue["inStatusSince"] > "2026-03-12T12"
    assert (issue["labels"], issue["services"]) == (["service:login"], ["login"])
    assert world.catalog.get("jiraLabel", "security") is None
    assert of(world, "jiraIssue", "AB-3")["releases"] == []
    assert of(world, "jiraRelease", "10011")["status"] == "released"
    assert world.catalog.get("jiraComment", "10021") is None
    assert (issue["blocks"], of(world, "jiraIssue", "CD-1")["blocks"]) == ([], ["AB-2", "CD-2"])
    assert world.catalog.get("jiraWorkWeek", f"{SECOND}/2026-W11") is None
    assert of(world, "jiraWorkWeek", f"{SECOND}/2026-W10")["person"] == SECOND
    assert of(world, "jiraUser", FIRST)["title"] == "Renamed"
    assert of(world, "jiraUser", THIRD)["title"] == THIRD
    assert await world.differences() == []


async def test_what_the_page_leaves_to_the_sweep_comes_with_it(world: World) -> None:
    [login, _] = world.site.components.values()
    world.site.change_component(login.id, description="Another")
    me = world.site.me.account_id
    world.catalog.upsert("_user", {"identifier": "bot@example.com"})
    await world.settled()
    assert of(world, "service", "login")["description"] == "Who somebody is."
    assert of(world, "jiraUser", me)["portAccount"] is None
    await world.sweep()
    assert of(world, "service", "login")["description"] == "Another"
    assert of(world, "jiraUser", me)["portAccount"] == "bot@example.com"
