"""Times of the real integration against the stand-ins.

`python -m benchmarks.bench [resync] [burst] [single]`; all of them without a word, in all sizes.
Each figure is the median of several runs, with the spread, the requests to Jira and Port, and the
peak memory. `limited` is a resync of a site that takes ten requests a second; it isn't among "all".
`large` measures a large site, and `pods` several pods at one Redis, with options of their own:
benchmarks/large.py and benchmarks/pods.py.
"""

import argparse
import asyncio
import statistics
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks import large, pods
from benchmarks.report import Figure, machine, write
from benchmarks.runs import Run, burst, limited, resync, single
from benchmarks.worlds import (
    ISSUE_BYTES,
    JIRA_SECONDS,
    JIRA_SECONDS_PER_ISSUE,
    PORT_SECONDS,
)

RESYNCS = (1000, 3000, 10_000)
BURSTS = (300, 1000)
WHAT = ("resync", "burst", "single")
FOLDER = Path(__file__).parent
Once = Callable[[], Awaitable[Run]]


async def repeat(what: str, size: int, name: str, runs: int, once: Once) -> Figure:
    """Run, and print one line."""
    done = [await once() for _ in range(runs)]
    figure = Figure(
        what=what,
        size=size,
        name=name,
        runs=runs,
        seconds=statistics.median(run.seconds for run in done),
        least=min(run.seconds for run in done),
        most=max(run.seconds for run in done),
        jira_requests=round(statistics.median(run.jira_requests for run in done)),
        port_requests=round(statistics.median(run.port_requests for run in done)),
        peak_megabytes=round(max(run.peak_bytes for run in done) / 1024 / 1024),
    )
    print(figure, flush=True)
    if what == "limited":
        throttled = statistics.median(run.throttled for run in done)
        print(f"refused for the rate: {throttled / figure.jira_requests:.1%} of the requests")
    return figure


def chosen(given: argparse.Namespace) -> Iterator[tuple[str, int, str, Once]]:
    """What to run: the word, the size, a name, and one run of it."""
    for what in given.what or WHAT:
        if what == "resync":
            for issues in (given.issues,) if given.issues else RESYNCS:
                once = partial(resync, issues, given.bytes, all_fields=given.all_fields)
                yield what, issues, f"resync of {issues:,} issues", once
        elif what == "burst":
            for changes in (given.changes,) if given.changes else BURSTS:
                yield what, changes, f"{changes:,} changes at once", partial(burst, changes)
        elif what == "single":
            yield what, 1, "one change", single
        elif what == "limited":
            name = "resync with 1,000 requests, 10 a second"
            yield what, 1000, name, partial(limited, 1000)
        else:
            raise SystemExit(f"There is no {what}: resync, burst, single or limited.")


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("what", nargs="*", help="resync, burst, single, limited")
    parser.add_argument("--issues", type=int, help="issues of the resync")
    parser.add_argument("--bytes", type=int, default=ISSUE_BYTES, help="bytes of an issue")
    parser.add_argument("--all-fields", action="store_true", help="read every field of an issue")
    parser.add_argument("--changes", type=int, help="changes of the burst")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="write the table and the plot")
    return parser.parse_args(words)


async def main() -> None:
    """Run what was asked for."""
    if sys.argv[1:2] == ["large"]:
        await large.main(sys.argv[2:])
        return
    if sys.argv[1:2] == ["pods"]:
        await pods.main(sys.argv[2:])
        return
    given = parse()
    print(
        f"{machine()}\n"
        f"Jira {JIRA_SECONDS * 1000:.0f} ms a request and {JIRA_SECONDS_PER_ISSUE * 1000:.0f} ms "
        f"an issue, Port {PORT_SECONDS * 1000:.0f} ms; issues of {given.bytes:,} bytes; "
        f"median of {given.runs} (least to most)",
        flush=True,
    )
    figures = [await repeat(w, size, name, given.runs, o) for w, size, name, o in chosen(given)]
    if given.keep:
        write(FOLDER, figures)


if __name__ == "__main__":
    asyncio.run(main())
