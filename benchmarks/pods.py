"""Events a second with several pods at one Redis, and what limits them.

`make bench BENCH="pods"` makes 3,000 changes at once behind a front, with 1, 2 and 4 event pods
beside the one that resyncs, and, to compare, with one process without Redis. Every number can be
chosen: `pods --pods 1 2 --changes 1000 --runs 1`.
"""

import argparse
import os
import statistics
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.report import machine
from benchmarks.runs import TIMEOUT_SECONDS, Outdated, keys
from benchmarks.worlds import latencies, new_world
from sandbox.integration_process import IntegrationProcess
from sandbox.pods import Pods
from sandbox.redis_server import RedisServer
from sandbox.world import World

PODS = (1, 2, 4)
CHANGES = 3000
TABLE = "PODS.md"
FOLDER = Path(__file__).parent
_TICKS = os.sysconf("SC_CLK_TCK")
_HEAD = (
    "| | events a second | least to most | requests to Jira | pods' CPU | front's | Redis's "
    "| stand-ins' | cores in use |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)


@dataclass(frozen=True)
class Burst:
    """Changes made at once, until Port shows the last one; seconds of CPU by who used them."""

    seconds: float
    jira_requests: int
    cpu: Mapping[str, float]


@dataclass(frozen=True)
class Figure:
    """Some bursts of one form: medians, and the least and most events a second."""

    name: str
    changes: int
    bursts: Sequence[Burst]

    @property
    def rates(self) -> list[float]:
        """Events a second, the slowest burst first."""
        return sorted(self.changes / burst.seconds for burst in self.bursts)

    def row(self) -> str:
        """A row of the table."""
        median = statistics.median
        seconds = [f"{median(b.cpu[of] for b in self.bursts):.1f} s" for of in USERS]
        cells = (
            self.name,
            f"{median(self.rates):.0f}",
            f"{self.rates[0]:.0f} to {self.rates[-1]:.0f}",
            f"{median(burst.jira_requests for burst in self.bursts):.0f}",
            *seconds,
            f"{median(sum(b.cpu.values()) / b.seconds for b in self.bursts):.1f}",
        )
        return f"| {' | '.join(cells)} |"


USERS = ("pods", "front", "Redis", "stand-ins")


@asynccontextmanager
async def one_process(issues: int) -> AsyncIterator[tuple[World, Pods | None]]:
    """The integration alone, after its first resync."""
    async with new_world(issues) as world:
        await world.start()
        yield world, None


@asynccontextmanager
async def several(issues: int, events: int) -> AsyncIterator[tuple[World, Pods | None]]:
    """A front, so many event pods and one that resyncs, after its first resync."""
    async with (
        RedisServer() as redis,
        new_world(issues) as world,
        Pods(world, redis, events=events) as pods,
    ):
        await pods.start()
        yield world, pods


async def burst(changes: int, events: int) -> Burst:
    """One burst; without event pods it is one process that shares no Redis."""
    form = several(changes, events) if events else one_process(changes)
    async with form as (world, pods):
        latencies(world)
        world.jira.requests.clear()
        wanted = {key: f"Changed {key}" for key in keys(world)[:changes]}
        outdated = Outdated(world, wanted)
        before, begun = used(world, pods), time.monotonic()
        for key, summary in wanted.items():
            world.site.edit_issue(key, summary=summary)
        await world.catalog.wait_for(lambda _: outdated.none(), TIMEOUT_SECONDS)
        seconds = time.monotonic() - begun
        after = used(world, pods)
        cpu = {user: after[user] - before[user] for user in USERS}
        return Burst(seconds, len(world.jira.requests), cpu)


def used(world: World, pods: Pods | None) -> dict[str, float]:
    """Seconds of CPU until now, by who used them."""
    writing: Sequence[IntegrationProcess] = pods.processes if pods else [world.process]
    return {
        "pods": sum(cpu_seconds(process.pid) for process in writing),
        "front": cpu_seconds(pods.front.pid) if pods else 0.0,
        "Redis": cpu_seconds(pods.redis.pid) if pods else 0.0,
        "stand-ins": time.process_time(),
    }


def cpu_seconds(pid: int) -> float:
    """Of a process, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command line, after `pods`."""
    parser = argparse.ArgumentParser(prog="make bench BENCH=pods", description=__doc__)
    parser.add_argument("--pods", type=int, nargs="*", default=[0, *PODS], help="0: no Redis")
    parser.add_argument("--changes", type=int, default=CHANGES)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="write the table")
    return parser.parse_args(words)


def name_of(events: int) -> str:
    """What a row is called."""
    if not events:
        return "one process, no Redis"
    return f"{events} event pod{'s' if events > 1 else ''}"


def write(folder: Path, figures: Sequence[Figure]) -> None:
    """Write the table."""
    given = figures[0]
    rows = "\n".join(figure.row() for figure in figures)
    (folder / TABLE).write_text(
        "# Figures of several pods\n\n"
        f"Measured on {date.today().isoformat()} with `make bench BENCH=pods`: {machine()}; the "
        "front, Redis, all pods and the stand-ins for Jira and Port run on the same cores. "
        f"{given.changes:,} changes at once, until Port shows the last one; medians of "
        f"{len(given.bursts)} runs. *Cores in use* is all of that CPU by the seconds that it "
        f"took.\n\n{_HEAD}\n{rows}\n"
    )


async def main(words: Sequence[str]) -> None:
    """Measure what was asked for."""
    given = parse(words)
    print(f"{machine()}\n{_HEAD}", flush=True)
    figures = []
    for events in given.pods:
        bursts = [await burst(given.changes, events) for _ in range(given.runs)]
        figures.append(Figure(name_of(events), given.changes, bursts))
        print(figures[-1].row(), flush=True)
    if given.keep:
        write(FOLDER, figures)
