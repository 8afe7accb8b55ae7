"""One run of each thing that is measured."""

import statistics
import time
from dataclasses import dataclass

from benchmarks.worlds import ISSUE_BYTES, RETIRED, latencies, limited_world, new_world
from sandbox.world import World

TIMEOUT_SECONDS = 1800.0
THROTTLED = 429


@dataclass(frozen=True)
class Run:
    """What one run took and cost."""

    seconds: float
    jira_requests: int
    port_requests: int
    peak_bytes: int
    throttled: int = 0


async def resync(issues: int, issue_bytes: int = ISSUE_BYTES, *, all_fields: bool = False) -> Run:
    """From the start of the resync until Port is told that it ended."""
    async with new_world(
        issues, retired=RETIRED, issue_bytes=issue_bytes, only_mapped_fields=not all_fields
    ) as world:
        latencies(world)
        await world.process.start()
        begun = time.monotonic()
        status = await world.port.api.resync_finished(timeout=TIMEOUT_SECONDS)
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


async def limited(requests: int, per_second: float = 10.0) -> Run:
    """A resync that needs so many requests of a site that takes only so many a second."""
    async with limited_world(requests, per_second) as world:
        await world.process.start()
        begun = time.monotonic()
        status = await world.port.api.resync_finished(timeout=TIMEOUT_SECONDS)
        if status != "completed":
            raise RuntimeError(f"the resync ended as {status}")
        return measured(world, time.monotonic() - begun)


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
        sum(request.status == THROTTLED for request in world.jira.requests),
    )
