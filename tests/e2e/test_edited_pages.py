"""Issues that are edited while a resync reads them page by page are all there afterwards."""

from typing import Any

from sandbox.jira.faults import Fault
from tests.e2e.support import make_world, title

SEARCH = "/rest/api/3/search/jql"


async def test_no_issue_slides_over_the_border_of_a_page():
    """Without events, which would make up for it."""
    async with make_world(60, OCEAN__INTEGRATION__CONFIG__MANAGE_WEBHOOKS="false") as world:
        world.jira.faults.add(Fault("short_pages", SEARCH, size=3))
        edited: list[str] = []

        def edit(request: Any) -> None:
            if request.path == SEARCH:
                # The one that would come last where what changed last comes first.
                issue = min(world.site.issues.values(), key=lambda issue: issue.updated)
                world.site.edit_issue(issue.id, summary=f"Edited: {issue.key}")
                edited.append(issue.key)

        world.jira.on_request = edit
        assert await world.start() == "completed"
        assert len(edited) > 10
        missing = [
            i.key for i in world.site.issues.values() if title(world, i.key) in (None, i.key)
        ]
        assert missing == []
