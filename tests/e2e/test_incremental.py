"""An incremental run: `ocean sail --once` brings the catalog up to date, for a few requests."""

import random
import time
from typing import Any

from sandbox.commands import OCEAN, Ended, run_command
from sandbox.compare import Difference
from sandbox.jira.faults import Fault
from sandbox.jira.site import JiraSite
from sandbox.random_changes import CHANGES, change_something
from sandbox.world import World
from tests.e2e.support import first, make_world, title

INCREMENTAL: dict[str, Any] = {
    "OCEAN__INTEGRATION__INCREMENTAL_SYNC_ENABLED": "true",
    "OCEAN__INTEGRATION__CONFIG__MANAGE_WEBHOOKS": "false",
}
DAY = 24 * 60 * 60.0
OF_ISSUES = {
    name: change
    for name, change in CHANGES.items()
    if not name.endswith(("project", "project_key", "user"))
}
"""What changes of others only a full resync tells."""
BY_TIME = {"jiraIssue", "jiraEpic", "jiraBacklog", "jiraWorklog"}


def site_of(issues: int, *, every_kind: bool = False) -> JiraSite:
    """A site of which nothing has changed for two days."""
    site = JiraSite()
    site.clock = lambda: time.time() - 2 * DAY
    if every_kind:
        site.fill_every_kind(issues)
    else:
        site.fill(issues, projects=4, users=6)
    site.clock = time.time
    return site


async def resynced(world: World) -> None:
    """A full resync by a process of its own, which has ended."""
    assert await world.start(timeout=300) == "completed"
    await world.process.stop()


async def run(world: World, timeout: float = 120) -> Ended:  # noqa: ASYNC109
    """An incremental run, as a cron job makes it."""
    world.jira.requests.clear()
    command = (OCEAN, "sail", "--once", "-p", str(world.process.port), ".")
    ended = await run_command(world.process, *command, timeout=timeout)
    assert ended.status == 0, ended.text
    return ended


async def differences(world: World) -> list[Difference]:
    """What a fresh resync has otherwise, of what Jira tells a time of."""
    return [d for d in await world.differences() if d.blueprint in BY_TIME]


def completed(ended: Ended) -> bool:
    """Whether every resource was read, by the log."""
    return "Incremental sync completed" in ended.text


def twenty_changes(site: JiraSite) -> dict[str, str]:
    """Edits, creations, deletions and a move; by what became of them, the keys."""
    some = [issue for issue in site.issues.values() if issue.type.name == "Task"]
    for issue in some[:12]:
        site.edit_issue(issue.key, summary=f"Edited {issue.key}")
    made = [site.create_issue("AB", summary=f"New {number}").key for number in range(4)]
    for issue in some[12:15]:
        site.delete_issue(issue.key)
    moved = some[15]
    before = moved.key
    site.move_issue(moved.key, "CD" if moved.project.key != "CD" else "AB")
    return {
        "edited": some[0].key,
        "made": made[0],
        "deleted": some[12].key,
        "before": before,
        "moved": moved.key,
    }


async def test_twenty_changes_among_ten_thousand_issues_cost_a_handful_of_requests() -> None:
    async with make_world(site=site_of(10_000), checked=False, **INCREMENTAL) as world:
        await resynced(world)
        keys = twenty_changes(world.site)
        ended = await run(world)
        assert completed(ended), ended.text
        asked = [f"{request.method} {request.path}" for request in world.jira.requests]
        assert len(asked) <= 15, "\n".join(asked)
        assert title(world, keys["edited"]) == f"Edited {keys['edited']}"
        assert title(world, keys["made"]) == "New 0"
        assert title(world, keys["moved"]) is not None
        assert world.catalog.get("jiraIssue", keys["deleted"]) is None
        assert world.catalog.get("jiraIssue", keys["before"]) is None
        assert await differences(world) == []


async def test_random_changes_of_issues_are_all_found_run_after_run() -> None:
    rng = random.Random(20)
    async with make_world(site=site_of(60), **INCREMENTAL) as world:
        await resynced(world)
        for _ in range(3):
            for _ in range(25):
                change_something(world.site, rng, OF_ISSUES)
            assert completed(ended := await run(world)), ended.text
        assert await differences(world) == []


async def test_epics_backlogs_and_worklogs_are_read_by_time_as_well() -> None:
    site = site_of(40, every_kind=True)
    async with make_world(site=site, every_kind=True, **INCREMENTAL) as world:
        await resynced(world)
        epics = [issue for issue in site.issues.values() if issue.type.name == "Epic"]
        site.edit_issue(epics[0].key, summary="An epic")
        site.delete_issue(epics[1].key)
        site.transition_issue(epics[2].key, "Done")
        site.create_issue("AB", summary="One more epic", type_name="Epic")
        worklogs = list(site.worklogs.values())
        # Of the latest minute Jira's list of changes says nothing.
        site.clock = lambda: time.time() - 100
        site.change_worklog(worklogs[0].id, text="Other work")
        site.delete_worklog(worklogs[1].id)
        added = site.add_worklog(worklogs[2].issue.key)
        site.clock = time.time
        with_work = worklogs[5].issue
        site.delete_issue(with_work.key)
        assert completed(ended := await run(world)), ended.text
        assert world.catalog.get("jiraWorklog", added.id) is not None
        assert world.catalog.get("jiraWorklog", worklogs[1].id) is None
        assert await differences(world) == []


async def test_nothing_is_deleted_and_no_cursor_moves_where_jira_fails() -> None:
    async with make_world(site=site_of(30), **INCREMENTAL) as world:
        await resynced(world)
        assert completed(await run(world))
        cursors = dict(world.port.api.state.cursors)
        assert cursors
        gone = first(world)
        edited = first(world, lambda issue: issue is not gone)
        world.site.delete_issue(gone.key)
        world.site.edit_issue(edited.key, summary="While Jira fails")
        world.jira.faults.add(Fault("status", "/rest/api/3/search/jql"))
        ended = await run(world)
        assert not completed(ended)
        assert world.catalog.get("jiraIssue", gone.key) is not None
        assert world.port.api.state.cursors == cursors
        world.jira.faults.clear()
        assert completed(await run(world))
        assert title(world, edited.key) == "While Jira fails"
        assert world.catalog.get("jiraIssue", gone.key) is None


async def test_a_full_resync_by_the_same_command_deletes_what_is_gone() -> None:
    """Nobody takes events in such a process, and it writes all the same."""
    settings = {**INCREMENTAL, "OCEAN__INTEGRATION__INCREMENTAL_SYNC_ENABLED": "false"}
    async with make_world(site=site_of(30), **settings) as world:
        await resynced(world)
        gone = first(world, lambda issue: bool(issue.parent))
        world.site.delete_issue(gone.key)
        ended = await run(world)
        assert "Error occurred" not in ended.text
        assert world.port.api.state.ended[-1] == "completed"
        assert world.catalog.get("jiraIssue", gone.key) is None
        assert await world.differences() == []
