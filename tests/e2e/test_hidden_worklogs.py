"""A project whose issues hide their worklogs: they are in the catalog, by few requests."""

import time

from sandbox.jira.site import JiraSite
from tests.e2e.mappings import blueprint, mapped, mapping, names, resource

ISSUES = 60


def site_of_an_hour_ago() -> JiraSite:
    """Work is logged on every issue; half of them are of a project that hides it."""
    site = JiraSite()
    site.clock = lambda: time.time() - 3600
    for key in ("AB", "CD"):
        site.create_project(key)
        for _ in range(ISSUES // 2):
            issue = site.create_issue(key)
            site.add_worklog(issue.id)
            site.add_worklog(issue.id)
    site.clock = time.time
    site.hide_worklogs("AB")
    return site


async def test_hidden_worklogs_are_read_together_and_those_of_just_now_too():
    site = site_of_an_hour_ago()
    of = mapping(resource("worklog", "work", ".id", title=".__issueKey"))
    async with mapped(site, of, [blueprint("work")]) as world:
        assert names(world) == {("work", worklog) for worklog in site.worklogs}
        assert world.jira.count("/rest/api/3/worklog/updated") == 1
        assert [r for r in world.jira.requests if r.path.endswith("/worklog")] == []
        hidden = next(issue for issue in site.issues.values() if issue.project.key == "AB")
        made = site.add_worklog(hidden.id)
        site.delete_worklog(hidden.worklogs[0].id)
        await world.settled()
        assert ("work", made.id) in names(world)
        assert await world.resync() == "completed"
        assert names(world) == {("work", worklog) for worklog in site.worklogs}
