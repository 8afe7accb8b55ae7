"""Times of the real integration against the stand-ins.

`python -m benchmarks.bench [resync] [burst] [single]`; all of them without a word. Each figure is
the median of several runs, with the spread, the requests to Jira and Port, and the peak memory.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.jira_site import JiraSite
from sandbox.world import World

ISSUE_BYTES = 4096
RETIRED = 0.247
"""The share of issues that the default JQL leaves out: done, and untouched for a month."""
JIRA_SECONDS = 0.1
JIRA_SECONDS_PER_ISSUE = 0.002
PORT_SECONDS = 0.03
DAY_SECONDS = 24 * 60 * 60
MEGABYTE = 1024 * 1024


@dataclass
class Run:
    """One measured run."""

    seconds: float
    jira_requests: int
    port_requests: int
    peak_bytes: int


def latencies(world: World) -> None:
    """Make the stand-ins as slow as the real services."""
    world.jira.latency = JIRA_SECONDS
    world.jira.latency_per_issue = JIRA_SECONDS_PER_ISSUE
    world.port.api.latency = PORT_SECONDS


def new_world(issues: int, retired: float = 0.0) -> World:
    """A site with this share of its issues out of the default JQL, serialised beforehand."""
    site = JiraSite(issue_bytes=ISSUE_BYTES)
    site.fill(issues)
    month_ago = site.now() - 30 * DAY_SECONDS
    for issue in site.random.sample(list(site.issues.values()), round(issues * retired)):
        issue.status = site.statuses["done"]
        issue.created = issue.updated = month_ago
    site.warm()
    return World(site)


async def resync(issues: int) -> Run:
    """From the first request about the resync until Port is told that it ended."""
    async with new_world(issues, RETIRED) as world:
        latencies(world)
        await world.process.start()
        begun = time.monotonic()
        status = await world.port.api.resync_finished()
        seconds = time.monotonic() - begun
        wanted = issues - round(issues * RETIRED)
        if status != "completed" or world.catalog.count("jiraIssue") < wanted:
            raise RuntimeError(f"the resync ended as {status}")
        return measured(world, seconds)


async def burst(changes: int, issues: int = 500) -> Run:
    """Changes made at once, 20 deliveries at a time, until Port shows the last one."""
    async with new_world(max(issues, changes)) as world:
        await world.start()
        latencies(world)
        world.jira.requests.clear()
        world.port.api.requests.clear()
        wanted = {}
        for issue in list(world.site.issues.values())[:changes]:
            wanted[issue.key] = f"Changed {issue.key}"
        begun = time.monotonic()
        for key, summary in wanted.items():
            world.site.edit_issue(key, summary=summary)
        await world.catalog.wait_for(lambda _: not outdated(world, wanted), 120)
        return measured(world, time.monotonic() - begun)


async def single(changes: int = 10) -> Run:
    """One change on an idle integration: the median of several in a row."""
    async with new_world(500) as world:
        await world.start()
        latencies(world)
        times = []
        world.jira.requests.clear()
        world.port.api.requests.clear()
        for number, issue in enumerate(list(world.site.issues.values())[:changes]):
            wanted = {issue.key: f"Single {number}"}

            def change(key: str = issue.key, summary: str = wanted[issue.key]) -> None:
                world.site.edit_issue(key, summary=summary)

            def arrived(wanted: dict[str, str] = wanted) -> bool:
                return not outdated(world, wanted)

            times.append(await world.arrival(change, arrived))
            await world.settled()
        return measured(world, statistics.median(times))


def outdated(world: World, wanted: dict[str, str]) -> list[str]:
    """The issues that Port still shows with another title."""
    return [
        key
        for key, title in wanted.items()
        if (world.catalog.get("jiraIssue", key) or {}).get("title") != title
    ]


def measured(world: World, seconds: float) -> Run:
    """What a run cost."""
    return Run(
        seconds,
        len(world.jira.requests),
        world.port.api.count(entities_only=True),
        world.process.peak_memory_bytes(),
    )


async def repeat(name: str, runs: int, once: Callable[[], Awaitable[Run]]) -> None:
    """Run and print one line."""
    done = [await once() for _ in range(runs)]
    times = [run.seconds for run in done]
    print(
        f"{name:<34} {statistics.median(times):7.3f} s "
        f"({min(times):.3f} to {max(times):.3f})  "
        f"Jira {int(statistics.median(run.jira_requests for run in done)):4d}  "
        f"Port {int(statistics.median(run.port_requests for run in done)):4d}  "
        f"peak {max(run.peak_bytes for run in done) / MEGABYTE:5.0f} MB",
        flush=True,
    )


async def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("what", nargs="*", help="resync, burst, single; all when left out")
    parser.add_argument("--issues", type=int, default=3000, help="issues of the resync")
    parser.add_argument("--changes", type=int, default=300, help="changes of the burst")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    what = given.what or ["resync", "burst", "single"]
    print(
        f"Jira {JIRA_SECONDS * 1000:.0f} ms a request and {JIRA_SECONDS_PER_ISSUE * 1000:.0f} ms "
        f"an issue, Port {PORT_SECONDS * 1000:.0f} ms; issues of {ISSUE_BYTES} bytes; "
        f"median of {given.runs} (least to most)"
    )
    if "resync" in what:
        name = f"resync of {given.issues} issues"
        await repeat(name, given.runs, lambda: resync(given.issues))
    if "burst" in what:
        name = f"{given.changes} changes at once"
        await repeat(name, given.runs, lambda: burst(given.changes))
    if "single" in what:
        await repeat("one change, until Port shows it", given.runs, single)


if __name__ == "__main__":
    asyncio.run(main())
