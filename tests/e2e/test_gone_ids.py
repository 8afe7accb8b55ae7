"""Whether Jira refuses a query that names an issue which is gone, or leaves it out: the same."""

import pytest

from sandbox.jira.entities import Issue
from sandbox.jira.site import JiraSite
from tests.e2e.mappings import NO_SWEEP, sweep
from tests.e2e.support import started

ISSUES = 40


def alone(site: JiraSite, level: int, most: int) -> list[Issue]:
    """Issues that nothing else shows."""
    found = [
        issue
        for issue in site.issues.values()
        if issue.type.level == level and not issue.children and not issue.links
    ]
    return [issue for issue in found if issue.parent is None][:most]


@pytest.mark.parametrize("refused", [True, False], ids=["refused", "left out"])
async def test_what_exists_is_found_and_what_is_gone_spoils_nothing(refused):
    site = JiraSite(seed=5)
    site.fill_every_kind(ISSUES)
    for issue in alone(site, 0, 40):
        site.build_worklog(issue, seconds=60)
    for number in range(4):
        site.build_issue(
            site.next_id(),
            site.project_of("AB"),
            summary=f"Epic {number}",
            type_name="Epic",
            status="To Do",
        )
    site.strict_gone_ids = refused
    async with started(site=site, every_kind=True, **NO_SWEEP) as world:
        # Live: what events name together is half gone by the time that it is read, in backlogs,
        # epics and worklogs, too; what pointed at it is looked up.
        tasks, epics = alone(site, 0, 10), alone(site, 1, 4)
        assert len(tasks) == 10
        assert len(epics) == 4
        for issue in (*tasks, *epics):
            site.edit_issue(issue.id, summary="Edited")
        for issue in (*tasks[::2], *epics[::2]):
            site.delete_issue(issue.id)
        # Follow-ups: issues of a sprint and of a release that are gone.
        site.delete_sprint(next(s.id for s in site.sprints.values() if s.state == "active"))
        site.delete_version(next(iter(site.versions)))
        await world.caught_up()
        assert [str(difference) for difference in await world.differences()] == []

        # A sweep finds the names first, and some of it is gone when it reads the rows.
        world.deliveries.enabled = False
        tasks, epics = alone(site, 0, 6), alone(site, 1, 2)
        for issue in (*tasks, *epics):
            site.edit_issue(issue.id, summary="Edited without a word")
        for issue in (*tasks[::2], *epics[::2]):
            site.delete_issue(issue.id)
        world.deliveries.enabled = True
        await sweep(world)
        assert [str(difference) for difference in await world.differences()] == []
