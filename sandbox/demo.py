"""`make demo`: the real integration between a stand-in Jira and a stand-in Port."""

import argparse
import asyncio
import io
import sys
import time
from collections.abc import Callable
from itertools import chain

from sandbox import examples
from sandbox.compare import counts
from sandbox.demo_changes import changes
from sandbox.demo_planning_changes import planning_changes
from sandbox.jira.entities import Issue
from sandbox.jira.site import JiraSite
from sandbox.page.server import DemoPage, Phase, page_of
from sandbox.world import EMAIL, TOKEN, World

BLUEPRINTS = tuple(str(blueprint["identifier"]) for blueprint in examples.blueprints())
SECONDS_BETWEEN_CHANGES = 3.0
SHOWN_DIFFERENCES = 10

BeforeComparing = Callable[[World], None]


async def resynced(world: World) -> bool:
    """Start the integration and show what its first resync brought."""
    begun = time.monotonic()
    status = await world.start()
    found = counts(world.catalog.snapshot())
    print(f"\n1. First resync: {status}, {time.monotonic() - begun:.1f} s from a cold start")
    for blueprint in BLUEPRINTS:
        print(f"   {found.get(blueprint, 0):6d} {blueprint}")
    missing = [blueprint for blueprint in BLUEPRINTS if not found.get(blueprint)]
    if missing:
        print(f"   WRONG: nothing of {', '.join(missing)} is in the catalog")
    return status == "completed" and not missing


async def changed(world: World) -> bool:
    """Make each change and show how long it takes to arrive."""
    print("\n2. Changes in Jira, each by a signed webhook:")
    good = True
    made = (
        changes(world.site, world.catalog),
        planning_changes(world.site, world.catalog, world.process.have_everything_compared),
    )
    for change in chain(*made):
        try:
            seconds = await world.arrival(change.make, change.arrived)
        except TimeoutError:
            print(f"   WRONG: {change.label}: not in the catalog after 30 s")
            good = False
        else:
            print(f"   {seconds * 1000:6.0f} ms  {change.label}")
    return good


async def compared(world: World, page: DemoPage | None = None) -> bool:
    """Show where the live catalog isn't what a resync from nothing builds."""
    live = world.catalog.snapshot()
    found = await (world.differences() if page is None else page.lamp.compare())
    print("\n3. The live catalog beside a fresh resync into an empty Port account:")
    total = counts(live)
    for blueprint in BLUEPRINTS:
        wrong = sum(difference.blueprint == blueprint for difference in found)
        print(f"   {total.get(blueprint, 0):6d} {blueprint:<13} {wrong} differences")
    for difference in found[:SHOWN_DIFFERENCES]:
        print(f"   WRONG: {difference}")
    return not found


def asked(world: World) -> bool:
    """Show the requests to Jira that aren't as Atlassian publishes them."""
    problems = sorted(set(world.jira.violations()))
    for problem in problems[:SHOWN_DIFFERENCES]:
        print(f"   WRONG: {problem}")
    return not problems


async def keep_changing(world: World, page: DemoPage) -> None:
    """Change issues until somebody presses Ctrl-C, as long as the page lets it."""
    print(
        f"\nRuns until Ctrl-C. The stand-in Jira: {world.jira_server.url} ({EMAIL}, token {TOKEN}),"
        f" the stand-in Port: {world.port.server.url}, the integration: {world.process.url}"
    )
    number = 0
    while True:
        await page.may_edit()
        number += 1
        issue = world.site.random.choice(
            [issue for issue in world.site.issues.values() if issue.visible]
        )
        label = f"{issue.key} gets another summary"
        summary = f"Edited {number} times while you watch"

        def edit(issue: Issue = issue, text: str = summary) -> None:
            world.site.edit_issue(issue.id, summary=text)

        def arrived(issue: Issue = issue, text: str = summary) -> bool:
            # Somebody at the page may have changed it since, or moved or deleted it.
            if issue.summary != text or world.site.find_issue(issue.id) is None:
                return True
            return (world.catalog.get("jiraIssue", issue.key) or {}).get("title") == text

        try:
            seconds = await world.arrival(edit, arrived)
        except TimeoutError:
            print(f"   later than 30 s  {label}")
        else:
            print(f"   {seconds * 1000:6.0f} ms  {label}")
        await asyncio.sleep(SECONDS_BETWEEN_CHANGES)


async def demo(scale: int, *, once: bool, before_comparing: BeforeComparing | None = None) -> bool:
    """Run the demo; whether everything was right. Without an end, a page shows it, too."""
    site = JiraSite()
    site.fill_every_kind(scale)
    print(f"A stand-in Jira with {scale} issues, a stand-in Port, and `ocean sail` between them.")
    async with World(site, every_kind=True) as world, page_of(world, shown=not once) as page:
        if page is not None:
            print(f"Watch it, and change Jira yourself, in a browser: {page.url}")
        good = await resynced(world)
        _say(page, "changes")
        good = await changed(world) and good
        _say(page, "comparison")
        await world.settled()
        if before_comparing is not None:
            before_comparing(world)
        good = await compared(world, page) and good
        good = asked(world) and good
        print("\nAll as it should be." if good else "\nSOMETHING IS WRONG, see above.")
        if not good:
            print("\n".join(["", "The integration's log ends with:", *world.process.log[-30:]]))
        if page is not None:
            page.phase("yours")
            await keep_changing(world, page)
        return good


def _say(page: DemoPage | None, phase: Phase) -> None:
    if page is not None:
        page.phase(phase)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="exit when the comparison is shown")
    parser.add_argument("--scale", type=int, default=300, help="how many issues Jira has")
    given = parser.parse_args()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Each line when it happens, into a pipe too.
        sys.stdout.reconfigure(line_buffering=True)
    try:
        good = asyncio.run(demo(given.scale, once=given.once))
    except KeyboardInterrupt:
        return
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
