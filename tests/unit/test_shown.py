"""What the status page shows is noted where it happens, or looked up there."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from background.jobs import Jobs
from background.sweep_found import counted
from jira.errors import JiraPermissionError, JiraUnavailableError
from port.failing import MAX_SCRAPED, Failing
from port.progress import Progress
from telemetry import lookups, metrics, runs
from telemetry.deliveries import DELIVERIES
from telemetry.recent import ENDED, Became
from telemetry.runs import RUNS, Swept
from tests.unit.helpers.door_house import EVENT, MADE_UP, House
from tests.unit.helpers.fake_client import mapping, resource
from tests.unit.helpers.fakes import around
from tests.unit.helpers.lanes_world import DOWN, World
from tests.unit.helpers.payloads import issue_event
from tests.unit.helpers.sweep_site import full
from webhook_processors.counted import count, open_now
from webhook_processors.queued_event import QueuedEvent


def queued(name: str = "jira:issue_updated", **more: Any) -> QueuedEvent:
    return QueuedEvent(json.dumps({**issue_event(name), **more}).encode(), {})


@pytest.mark.parametrize(("headers", "status"), [(None, 200), (MADE_UP, 401)])
async def test_when_a_delivery_was_last_answered_like_this(headers, status):
    DELIVERIES.last.clear()
    before = time.time()
    await House().send(EVENT, headers=headers)
    assert before <= DELIVERIES.last[status] <= time.time()
    assert [*DELIVERIES.last] == [status]


def test_an_event_that_ended_is_kept_with_what_became_of_it():
    event = queued(timestamp=(time.time() - 3) * 1000)
    event.arrived -= 2
    count(event, metrics.WRITTEN)
    seen = ENDED[-1]
    assert (seen.event, seen.subject) == ("jira:issue_updated", "AB-1")
    assert seen.outcome.became is Became.WRITTEN
    assert seen.took == pytest.approx(2, abs=0.5)
    assert seen.lag == pytest.approx(3, abs=0.5)
    assert seen.received == pytest.approx(time.time() - 2, abs=0.5)


def test_one_that_let_go_of_its_issue_is_kept_as_a_delete():
    event = queued("jira:issue_deleted")
    event.own_is_gone["issue (resource 1 of the mapping)"] = True
    for became in (metrics.WRITTEN, metrics.GIVEN_UP):
        count(event, became)
    assert [seen.outcome.became for seen in [*ENDED][-2:]] == [Became.DELETED, Became.FAILED]


def test_one_that_nobody_can_read_is_kept_without_being_read():
    count(QueuedEvent(b"no JSON", {}), metrics.UNREADABLE)
    assert (ENDED[-1].event, ENDED[-1].subject) == ("other", "")


def test_those_that_are_under_way_wait():
    events = [queued(issue={"id": str(n), "key": f"AB-{n}"}) for n in range(1, 81)]
    now = open_now(dict.fromkeys(events))
    assert now.count == 80
    assert [seen.subject for seen in now.newest] == [f"AB-{n}" for n in range(80, 30, -1)]
    assert {seen.outcome.became for seen in now.newest} == {Became.WAITS}


async def test_lanes_tell_what_they_hold():
    world = World()
    world.read_fails = {"board": DOWN}
    await world.take("a", of=("board", "issue"))
    await world.take("b", of=("board",))
    assert lookups.LANES.now() == [lookups.Lane("board", new=0, under_way=0, again=2)]
    await world.outcomes.close()


def test_what_fails_and_what_waits_is_told_with_what_to_do():
    now = [100.0]
    failing = Failing(lambda: now[0])
    failing.outage("issue", httpx.ConnectError("nobody answers"))
    failing.note("board", JiraPermissionError("403: No."))
    now[0] = 160.0
    failing.outage("issue", JiraUnavailableError("503"))
    failing.note("board", JiraPermissionError("403: No."))
    waits, fails = lookups.TROUBLES.now()
    assert (waits.what, waits.waits, waits.seconds) == ("issue", True, 60.0)
    assert waits.reason.startswith("Jira can't be reached")
    assert (fails.what, fails.waits, fails.seconds, fails.times) == ("board", False, 60.0, 2)
    assert "403" in fails.reason
    assert "permission" in fails.to_do
    failing.outage_over("issue")
    failing.works("board")
    assert lookups.TROUBLES.now() == []


def test_of_too_much_that_fails_not_all_is_told():
    failing = Failing()
    for number in range(MAX_SCRAPED + 1):
        failing.note(f"Blueprint {number}", JiraPermissionError("403"))
    assert len(lookups.TROUBLES.now()) == MAX_SCRAPED


async def test_a_resync_tells_how_far_it_is_and_what_it_did():
    now = [100.0]
    progress = Progress(now=lambda: now[0])
    progress.start([resource("issue"), resource("board"), resource("issue")])
    with progress.at(2) as tally:
        tally.rows, tally.unchanged, tally.requests = 7, 6, 3
        now[0] = 130.0
        assert "2 of 3 resources" not in str(lookups.RESYNC.now())
        assert lookups.RESYNC.now() == progress.sentence()
        assert "issue (3): 7 rows" in str(lookups.RESYNC.now())
    with pytest.raises(ConnectionError), progress.at(1):
        raise ConnectionError("it broke off")
    now[0] = 140.0
    progress.end(succeeded=False)
    assert lookups.RESYNC.now() is None
    first, board, issue = RUNS.resources
    assert [of.kind for of in RUNS.resources] == ["issue", "board", "issue"]
    assert first.resynced is None
    assert board.resynced is not None
    assert issue.resynced is not None
    assert board.resynced.run.outcome == runs.FAILED
    assert (issue.resynced.run.outcome, issue.resynced.run.seconds) == (runs.DONE, 30.0)
    assert (issue.resynced.rows, issue.resynced.unchanged, issue.resynced.requests) == (7, 6, 3)
    assert issue.resynced.run.began == pytest.approx(time.time() - 40, abs=1)
    assert RUNS.resync is not None
    assert (RUNS.resync.outcome, RUNS.resync.seconds) == (runs.FAILED, 40.0)


def test_a_resync_that_read_nothing_is_told_of_too():
    """Jira doesn't know us: nothing of it began."""
    RUNS.resync = None
    Progress().end(succeeded=False)
    assert RUNS.resync is not None
    assert RUNS.resync.outcome == runs.FAILED  # type: ignore[unreachable]


async def test_a_sweep_tells_what_it_found_of_each_resource(made_sweep):
    world = made_sweep(mapping("project", "issue"))
    world.jira.project("10", "AB")
    for number in (1, 2, 3):
        world.jira.issue(str(number), f"AB-{number}")
    world.has(full("AB", "project"), full("AB-2"))
    await world.sweep()
    project, issue = swept()
    assert (project.entities, project.wrong, project.run.outcome) == (1, 1, runs.DONE)
    assert (issue.entities, issue.wrong, issue.run.outcome) == (3, 2, runs.DONE)
    world.jira.breaks_off = True
    with pytest.raises(JiraUnavailableError):
        await world.sweep()
    assert [of.run.outcome for of in swept()] == [runs.FAILED, runs.FAILED]


def swept() -> list[Swept]:
    return [of.swept for of in RUNS.resources if of.swept is not None]


async def steps(*errors: Exception) -> AsyncIterator[None]:
    yield
    for error in errors:
        raise error


@pytest.mark.parametrize(("scope", "place"), [("all", "sweep"), ("some", "some")])
@pytest.mark.parametrize(("errors", "outcome"), [((), runs.DONE), ((OSError(),), runs.FAILED)])
async def test_a_sweep_as_a_whole(scope, place, errors, outcome):
    RUNS.sweep = RUNS.some = None
    try:
        async for _ in counted(steps(*errors), scope):
            pass
    except OSError:
        assert errors
    run = getattr(RUNS, place)
    assert run.outcome == outcome
    assert [RUNS.sweep, RUNS.some].count(None) == 1


async def test_in_how_long_a_job_is_due():
    now = [100.0]
    jobs = Jobs(lambda: now[0])
    seen: list[float | None] = []

    async def works() -> AsyncIterator[float | None]:
        seen.append(jobs.due_in("a"))
        yield 500.0

    assert jobs.due_in("a") is None
    jobs.ask("a", works, delay=60)
    assert jobs.due_in("a") == 60.0
    now[0] = 170.0
    assert jobs.due_in("a") == 0.0
    await jobs.step(around)
    assert seen == [0.0]
    assert jobs.due_in("a") == 0.0, "it is set aside"
    assert jobs.due_in("b") is None
