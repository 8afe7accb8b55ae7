"""What a large site costs: resyncs, single changes, edits beside other work, sweeps, many changes.

`make bench BENCH="large"` measures a site of 100,000 issues, 5,000 projects, 2,000 boards and
10,000 users with all kinds mapped. Every number can be chosen, several of each make several sites:
`large --issues 1000 10000 --boards 10 257`.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path

from benchmarks.large_report import write
from benchmarks.large_site import (
    ARCHIVED,
    ISSUES,
    RENAMED,
    Size,
    active_sprint,
    large_world,
    ordinary,
    project,
    tidy,
)
from benchmarks.meter import Cost, Meter
from benchmarks.report import machine
from benchmarks.runs import TIMEOUT_SECONDS, Outdated
from sandbox.jira.entities import Issue
from sandbox.world import World

PARTS = ("resync", "changes", "during", "burst", "sweep")
CHANGES = 10_000
EDITS = 5
SWEPT = "The sweep took "
BESIDE = 60
"""Edits beside other work; on a large site that goes on for long after them."""
FIRST, UNCHANGED = "first resync", "unchanged resync"
EDIT, QUIET_SWEEP = "one edit", "sweep, nothing changed"
DELETED, SPRINT = "one deleted issue", "one renamed sprint"
PROJECT, ARCHIVE = "one renamed project (50 issues)", "one archived project (50 issues)"
IN_RESYNC, IN_SWEEP = "edits during a resync", "edits during a sweep"
FOLDER = Path(__file__).parent


async def measured(
    size: Size,
    parts: Sequence[str],
    changes: int,
    *,
    slow: bool = True,
    oauth: bool = False,
) -> AsyncIterator[Cost]:
    """The costs of what was asked for, one after the other, on one site of that size."""
    async with large_world(size, slow=slow, oauth=oauth) as world:
        await world.process.start()
        yield await _finished(world, FIRST, world.port.api.resync_finished(1, TIMEOUT_SECONDS))
        tidy()
        if "resync" in parts:
            yield await _finished(world, UNCHANGED, world.resync(timeout=TIMEOUT_SECONDS))
        idle = await _edits(world)
        if "changes" in parts:
            yield idle
            async for cost in _changes(world):
                yield cost
        if "during" in parts:
            yield await _in_resync(world, idle.seconds)
        if "burst" in parts:
            yield await _burst(world, changes)
        if "sweep" in parts:
            async for cost in _sweeps(world, idle.seconds):
                yield cost


async def _finished(world: World, what: str, resync: Awaitable[str]) -> Cost:
    meter = Meter(world)
    status = await resync
    meter.shown()
    if status != "completed":
        raise RuntimeError(f"the {what} ended as {status}")
    await _settled(world)
    return meter.cost(what)


async def _settled(world: World) -> None:
    """Wait for all that follows, also for what waits for Jira's index."""
    await world.caught_up(TIMEOUT_SECONDS)


async def _edits(world: World) -> Cost:
    """Edits of an idle site, each after the last one is done with: the median of each figure."""
    costs = []
    for number, issue in enumerate(ordinary(world.site)[:EDITS]):
        meter = Meter(world)
        await _edited(world, issue, f"Edit {number}")
        meter.shown()
        await _settled(world)
        costs.append(meter.cost(EDIT))
    return sorted(costs, key=lambda cost: cost.seconds)[len(costs) // 2]


async def _edited(world: World, issue: Issue, summary: str) -> float:
    """Edit an issue; the seconds until Port shows it."""
    begun = time.monotonic()
    world.site.edit_issue(issue.id, summary=summary)
    await _shown(world, lambda: _title(world, "jiraIssue", issue.key) == summary)
    return time.monotonic() - begun


async def _shown(world: World, arrived: Callable[[], bool]) -> None:
    await world.catalog.wait_for(lambda _: arrived(), TIMEOUT_SECONDS, "the change")


def _title(world: World, blueprint: str, identifier: str) -> str | None:
    return (world.catalog.get(blueprint, identifier) or {}).get("title")


async def _changes(world: World) -> AsyncIterator[Cost]:
    site, gone = world.site, ordinary(world.site)[EDITS]
    sprint = active_sprint(site)
    archived = [issue.key for issue in site.issues_in(project(site, ARCHIVED))]

    def left() -> bool:
        issues = any(world.catalog.get("jiraIssue", key) for key in archived)
        return issues or world.catalog.get("jiraProject", ARCHIVED) is not None

    made: tuple[tuple[str, Callable[[], object], Callable[[], bool]], ...] = (
        (
            DELETED,
            partial(site.delete_issue, gone.id),
            lambda: world.catalog.get("jiraIssue", gone.key) is None,
        ),
        (
            SPRINT,
            partial(site.rename_sprint, sprint.id, "Renamed sprint"),
            lambda: _title(world, "jiraSprint", str(sprint.id)) == "Renamed sprint",
        ),
        (
            PROJECT,
            partial(site.rename_project, RENAMED, name="Another name"),
            lambda: _title(world, "jiraProject", RENAMED) == "Another name",
        ),
        (ARCHIVE, partial(site.archive_project, ARCHIVED), lambda: not left()),
    )
    for what, change, arrived in made:
        meter = Meter(world)
        change()
        await _shown(world, arrived)
        meter.shown()
        await _settled(world)
        yield meter.cost(what)


async def _in_resync(world: World, idle: float) -> Cost:
    meter = Meter(world)
    running = asyncio.create_task(world.resync(timeout=TIMEOUT_SECONDS))
    cost = await _edits_beside(world, meter, running, IN_RESYNC, idle)
    await _settled(world)
    return cost


async def _edits_beside(
    world: World, meter: Meter, running: asyncio.Task[str], what: str, idle: float
) -> Cost:
    """Edits, one after the other, while something runs that has begun to ask Jira."""
    asked = asyncio.Event()
    world.jira.on_request = lambda _: asked.set()
    begun = asyncio.create_task(asked.wait())
    await asyncio.wait({begun, running}, return_when=asyncio.FIRST_COMPLETED)
    world.jira.on_request = None
    begun.cancel()
    seconds: list[float] = []
    issues = ordinary(world.site)[EDITS + 1 :]
    while not running.done() and len(seconds) < BESIDE:
        issue = issues[len(seconds) % len(issues)]
        seconds.append(await _edited(world, issue, f"{what} {len(seconds)}"))
    await running
    middle = statistics.median(seconds)
    meter.begin_with_the_first_request()
    slowest = f"{len(seconds)} edits, the slowest {max(seconds):.2f} s"
    note = f"{slowest}; {middle / idle:.1f} times idle"
    return meter.cost(what).taking(middle).noting(note)


async def _burst(world: World, changes: int) -> Cost:
    """Changes made at once, 20 deliveries at a time, until Port shows the last one."""
    issues = list(world.site.issues.values())
    keys = [issue.key for issue in issues if issue.visible][:changes]
    wanted = {key: f"Changed {key}" for key in keys}
    outdated = Outdated(world, wanted)
    meter = Meter(world)
    for key, summary in wanted.items():
        world.site.edit_issue(key, summary=summary)
    await world.catalog.wait_for(lambda _: outdated.none(), TIMEOUT_SECONDS)
    meter.shown()
    await _settled(world)
    cost = meter.cost(f"{len(keys):,} changes at once")
    return cost.noting(f"{len(keys) / cost.seconds:.0f} events a second")


async def _sweeps(world: World, idle: float) -> AsyncIterator[Cost]:
    """Sweeps that somebody asked for: one alone, and one that edits disturb."""
    meter = Meter(world)
    await _swept(world)
    meter.begin_with_the_first_request()
    yield meter.cost(QUIET_SWEEP)
    meter = Meter(world)
    running = asyncio.create_task(_swept(world))
    yield await _edits_beside(world, meter, running, IN_SWEEP, idle)


async def _swept(world: World) -> str:
    """Have everything compared, and wait until it is."""
    begins = len(world.process.log)
    world.process.have_everything_compared()
    return await world.process.wait_for_log(SWEPT, TIMEOUT_SECONDS, after=begins)


def sizes(given: argparse.Namespace) -> list[Size]:
    """The sites to be measured: the first number of each option, then the second."""
    options = (given.issues, given.boards, given.projects, given.users)
    return [
        Size.of(issues or given.issues[-1], boards, projects, users)
        for issues, boards, projects, users in zip_longest(*options)
    ]


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make bench BENCH=large", description=__doc__)
    count = partial(parser.add_argument, type=int, nargs="+")
    count("--issues", default=[ISSUES])
    count("--boards", default=[], help="of one size each; else one for 50 issues")
    count("--projects", default=[], help="the same; else one for 20 issues")
    count("--users", default=[], help="the same; else one for 10 issues")
    parser.add_argument("--changes", type=int, default=CHANGES, help="changes made at once")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--oauth", action="store_true", help="as an OAuth app, within its quota")
    parser.add_argument("--endpoints", action="store_true", help="print who was asked how often")
    parser.add_argument("--keep", action="store_true", help="write the table and the plot")
    return parser.parse_args(words)


async def main(words: Sequence[str]) -> None:
    """Measure what was asked for."""
    given = parse(words)
    print(machine(), flush=True)
    found: dict[Size, list[Cost]] = {}
    for size in sizes(given):
        begun = time.monotonic()
        print(f"\n{size}", flush=True)
        costs = found[size] = []
        async for cost in measured(size, given.parts, given.changes, oauth=given.oauth):
            print(cost, flush=True)
            if given.endpoints:
                print(cost.told_by_endpoint(), flush=True)
            costs.append(cost)
        print(f"measured in {time.monotonic() - begun:.0f} s", flush=True)
    if given.keep:
        write(FOLDER, found)
