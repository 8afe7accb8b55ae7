"""However Jira fails: nothing leaves the catalog, and all is made up for later.

One row per switch of the stand-in. While the switch is on, a resync runs and twenty issues change;
afterwards the catalog has to become what a fresh resync builds.
"""

import asyncio
from dataclasses import replace

import pytest

from sandbox.jira.faults import Fault
from sandbox.world import World
from tests.e2e.support import started

pytestmark = pytest.mark.slow

SEARCH = "/rest/api/3/search/jql"
BULK = "/rest/api/3/issue/bulkfetch"
PROJECTS = "/rest/api/3/project/search"
USERS = "/rest/api/3/users/search"

FAILS = "failed"
GETS_THROUGH = "completed"

ROWS: dict[str, tuple[Fault, str]] = {
    "401": (Fault("status", status=401), FAILS),
    "401 as HTML": (Fault("status", status=401, html=True), FAILS),
    "403 on search": (Fault("status", SEARCH, status=403), FAILS),
    "404 on search": (Fault("status", SEARCH, status=404), FAILS),
    "409 on bulk fetch": (Fault("status", BULK, status=409), FAILS),
    "403 on users": (Fault("status", USERS, status=403), FAILS),
    "429 with seconds": (Fault("status", status=429, retry_after=1, times=4), GETS_THROUGH),
    "429 with a date": (
        Fault("status", SEARCH, status=429, retry_after=1, retry_form="date", times=2),
        GETS_THROUGH,
    ),
    "429 as HTML, without a header": (
        Fault("status", SEARCH, status=429, html=True, times=2),
        GETS_THROUGH,
    ),
    "429 by the quota": (
        Fault("status", status=429, retry_after=1, reason="jira-quota-global-based", times=2),
        GETS_THROUGH,
    ),
    "500": (Fault("status", BULK, status=500), FAILS),
    "502 for a while": (Fault("status", status=502, times=3), GETS_THROUGH),
    "503 with Retry-After": (
        Fault("status", BULK, status=503, retry_after=1, times=2),
        GETS_THROUGH,
    ),
    "connection reset": (Fault("reset", BULK), FAILS),
    "connection reset for a while": (Fault("reset", times=2), GETS_THROUGH),
    "hang": (Fault("hang", BULK), FAILS),
    "HTML with 200": (Fault("html"), FAILS),
    "truncated JSON": (Fault("truncated", BULK), FAILS),
    "shorter pages than asked": (Fault("short_pages", size=3), GETS_THROUGH),
    "a token that repeats": (Fault("repeat_token", SEARCH), FAILS),  # with short pages, below
    "an empty page with a token": (Fault("empty_page", SEARCH, times=2), GETS_THROUGH),
    "isLast with a token": (Fault("last_with_token", SEARCH), GETS_THROUGH),
    "the last users page repeated": (Fault("repeat_page", USERS), GETS_THROUGH),
    "a limit per endpoint": (Fault("rate", per_second=5), GETS_THROUGH),
}
HANDLED = "live events (done|wait for another try)"
TOGETHER = 4


async def run(name: str, fault: Fault, outcome: str) -> list[str]:
    """What went wrong under one switch."""
    problems: list[str] = []
    async with started(30, site=None, OCEAN__CLIENT_TIMEOUT="1") as world:
        before = world.catalog.snapshot().keys()
        world.jira.faults.add(fault)
        if fault.kind == "repeat_token":
            # So short that every share of the ids has several pages.
            world.jira.faults.add(Fault("short_pages", SEARCH, size=3))
        status = await world.resync()
        if status != outcome:
            problems.append(f"the resync ended as {status}")
        if outcome == FAILS:
            # A clear line: what was asked, what came, what to do.
            await world.process.wait_for_log(r"ERROR +\| .*(GET|POST) /rest/api/3/")
        # A switch for a few times is used up by the resync: it is on again for the events.
        world.jira.faults.add(replace(fault, hits=0))
        begins = len(world.process.log)
        change_twenty(world)
        await world.deliveries.settled()
        await world.process.wait_for_log(HANDLED, 120, after=begins)
        if world.catalog.snapshot().keys() != before:
            problems.append("the number of entities changed")
        world.jira.faults.clear()
        await world.settled(120)
        if await world.resync() != GETS_THROUGH:
            problems.append("the next resync failed, too")
        problems += [str(difference) for difference in await world.differences()]
    return [f"{name}: {problem}" for problem in problems]


def change_twenty(world: World) -> None:
    for issue in list(world.site.issues.values())[:20]:
        world.site.edit_issue(issue.id, summary=f"Changed under a fault: {issue.key}")


async def test_no_failure_of_jira_takes_anything_out_of_the_catalog() -> None:
    places = asyncio.Semaphore(TOGETHER)

    async def one(name: str, row: tuple[Fault, str]) -> list[str]:
        async with places:
            return await run(name, *row)

    found = await asyncio.gather(*(one(name, row) for name, row in ROWS.items()))
    problems = [problem for each in found for problem in each]
    assert not problems, "\n".join(problems)
