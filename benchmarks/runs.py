"""One run of each thing that is measured."""

import statistics
import time
from dataclasses import dataclass
from functools import partial

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
        wanted = {key: f"Changed {key}" for key in keys(world)[:changes]}
        outdated = Outdated(world, wanted)
        begun = time.monotonic()
        for key, summary in wanted.items():
            world.site.edit_issue(key, summary=summary)
        await world.catalog.wait_for(lambda _: outdated.none(), 120)
        return measured(world, time.monotonic() - begun)


async def single(changes: int = 10) -> Run:
    """One change on an idle integration: the median of several in a row."""
    async with new_world(500) as world:
        await world.start()
        latencies(world)
        times = []
        world.jira.requests.clear()
        world.port.api.requests.clear()
        for number, key in enumerate(keys(world)[:changes]):
            summary = f"Single {number}"
            change = partial(world.site.edit_issue, key, summary=summary)
            arrived = Outdated(world, {key: summary}).none
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


class Outdated:
    """The issues that Port still shows with another title than wanted.

    Asked after every change of the catalog, so it looks only until it finds one.
    """

    def __init__(self, world: World, wanted: dict[str, str]) -> None:
        self._catalog = world.catalog
        self._left = list(wanted.items())

    def none(self) -> bool:
        """Whether there are none left; the last ones are looked at first."""
        while self._left:
            key, title = self._left[-1]
            if (self._catalog.get("jiraIssue", key) or {}).get("title") != title:
                return False
            self._left.pop()
        return True


def keys(world: World) -> list[str]:
    """The keys of all issues."""
    return [issue.key for issue in world.site.issues.values()]


def measured(world: World, seconds: float) -> Run:
    """What a run cost."""
    return Run(
        seconds,
        len(world.jira.requests),
        world.port.api.count(entities_only=True),
        world.process.peak_memory_bytes(),
        sum(request.status == THROTTLED for request in world.jira.requests),
    )
