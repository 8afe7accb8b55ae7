"""Queries that an event changes the result of, though it is about none of their issues."""

from types import SimpleNamespace
from typing import Any

import pytest

from background import follow_ups as module
from background.follow_ups import DATES
from background.query_dates import DATES_SECONDS
from background.selected_by import changed_by, kinds_selected_by
from jira.changed_issues import ChangedIssue
from jira.jql_reads import Read
from kinds import Kinds
from tests.unit.helpers import fake_client
from tests.unit.helpers.fake_client import mapping
from tests.unit.helpers.follow_ups_world import INDEX_SECONDS, World

SPRINT_CLOSED = {"webhookEvent": "sprint_closed", "sprint": {"id": 3}}


def event(name: str, **fields: Any) -> dict[str, Any]:
    return {"webhookEvent": name, "issue": {"id": "1", "fields": fields}}


@pytest.mark.parametrize(
    ("payload", "read"),
    [
        ({"webhookEvent": "sprint_started"}, [Read.SPRINT]),
        ({"webhookEvent": "sprint_deleted"}, [Read.SPRINT]),
        ({"webhookEvent": "sprint_created"}, []),
        ({"webhookEvent": "jira:version_released"}, [Read.RELEASE]),
        ({"webhookEvent": "jira:version_deleted"}, [Read.RELEASE]),
        ({"webhookEvent": "jira:version_merged"}, [Read.RELEASE]),
        ({"webhookEvent": "jira:version_created"}, []),
        (event("jira:issue_deleted"), [Read.PARENT]),
        (event("jira:issue_deleted", issuetype={"hierarchyLevel": 1}), [Read.PARENT]),
        (event("jira:issue_deleted", issuetype={"subtask": True}), []),
        (event("jira:issue_updated"), []),
        ({"webhookEvent": "user_updated"}, []),
        ({}, []),
        (None, []),
    ],
)
def test_what_an_event_changes_for_queries(payload, read):
    assert changed_by([payload, payload]) == read


def selecting(kind: str, jql: str | None) -> Any:
    of = mapping(kind)
    of.resources[0] = fake_client.resource(kind, jql=jql)
    return of


@pytest.mark.parametrize(
    ("kind", "jql", "kinds"),
    [
        ("issue", "sprint in openSprints()", {Kinds.ISSUE}),
        ("worklog", '"Sprint" = 3', {Kinds.WORKLOG}),
        ("issue", "fixVersion = 3", set()),
        ("issue", None, set()),
    ],
)
def test_which_kinds_a_query_selects_by_it(kind, jql, kinds):
    assert kinds_selected_by(Read.SPRINT, selecting(kind, jql)) == kinds


def test_kinds_without_queries_are_selected_by_nothing():
    assert kinds_selected_by(Read.SPRINT, mapping("project", "user", "sprint")) == set()


@pytest.fixture
def world(monkeypatch):
    world = World()

    async def dsp() -> bool:
        return world.dsp

    event = SimpleNamespace(port_app_config=selecting("issue", "sprint in openSprints()"))
    monkeypatch.setattr(module, "event", event)
    monkeypatch.setattr(module, "is_dsp_mode_enabled", dsp)
    world.mapping = event.port_app_config
    world.start()
    world.follow_ups.jobs._now = lambda: world.time
    world.follow_ups.jobs._jobs.clear()
    return world


async def test_a_query_by_sprints_is_asked_again_after_a_sprints_event(world, log):
    asked = world.follow_ups.after([SPRINT_CLOSED])
    assert "what queries select by sprint" in asked
    assert await world.run() == ["sweep of issue"]
    assert world.told == [True], "what goes is known to go"
    assert any("entails: what queries select by sprint when the" in line for line in log)
    assert await world.run(after=INDEX_SECONDS) == ["sweep of issue"]
    assert await world.run(after=INDEX_SECONDS) == []


async def test_a_query_that_reads_none_is_left_alone(world):
    world.follow_ups.after([{"webhookEvent": "jira:version_released", "version": {"id": 1}}])
    assert await world.run() == []
    assert await world.run(after=INDEX_SECONDS) == []


async def test_what_a_sweep_found_without_an_event_is_handed_on(world, log):
    world.follow_ups.sweeper.news = [ChangedIssue("1", changed=None)]
    world.follow_ups.after([SPRINT_CLOSED])
    await world.run()
    assert world.follow_ups.sweeper.news == []
    assert any("entails: relatives of issues" in line for line in log)


async def test_dates_are_looked_at_every_five_minutes(world):
    world.start()
    world.follow_ups.jobs._now = lambda: world.time
    world.follow_ups.jobs.postpone("regular sweep", world.follow_ups._regular_sweep, delay=10**6)
    world.follow_ups.jobs.postpone(DATES, world.follow_ups._dates, delay=DATES_SECONDS)
    assert [await world.run(after=after) for after in (299, 1, 300)] == [[], [], []]
    assert world.dates_looked_at == 2
    world.dsp = True
    await world.run(after=300)
    assert world.dates_looked_at == 2, "rows are mapped elsewhere"
    world.dsp = False
    await world.run(after=300)
    assert world.dates_looked_at == 3


@pytest.mark.parametrize(
    ("jql", "new_day", "done"),
    [
        ("due < endOfDay()", True, ["sweep of issue"]),
        ("due < endOfDay()", False, []),
        ("due < 1d", True, []),
    ],
)
async def test_dates_of_the_calendar_are_compared_when_a_day_began(world, jql, new_day, done):
    world.mapping.resources[0] = fake_client.resource("issue", jql=jql)
    world.new_day = new_day
    world.follow_ups.jobs.ask(DATES, world.follow_ups._dates)
    assert await world.run() == done
    assert world.told == [True] * len(done)


async def test_without_a_sweep_dates_are_not_looked_at(world):
    world.start(minutes=0)
    assert world.follow_ups.jobs.seconds_until_due() is None
