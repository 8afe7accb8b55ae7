"""What something costs: seconds, requests, points, what is written, and memory."""

import time
from collections import Counter
from dataclasses import dataclass, replace

from benchmarks.runs import THROTTLED
from sandbox.jira.faults import template
from sandbox.world import World

WRITES = "/entities/bulk"
MOST_TOLD = 12


@dataclass(frozen=True)
class Cost:
    """What one thing cost on a site of one size.

    `seconds` until Port showed it, `settled` until all was done that follows from it.
    """

    what: str
    seconds: float
    settled: float
    jira: int
    points: int
    port: int
    written: int
    megabytes: int
    note: str = ""
    endpoints: tuple[tuple[str, int], ...] = ()
    """How often each endpoint was asked, the most asked first; Port's too."""

    def __str__(self) -> str:
        return (
            f"{self.what:<38} {self.seconds:8.2f} s  all done {self.settled:8.2f} s  "
            f"Jira {self.jira:6d} ({self.points} points)  Port {self.port:5d}  "
            f"written {self.written:6d}  peak {self.megabytes:4d} MB  {self.note}"
        ).rstrip()

    def taking(self, seconds: float) -> "Cost":
        """The same, where it took so many seconds until Port showed it."""
        return replace(self, seconds=seconds)

    def noting(self, note: str) -> "Cost":
        """The same with a note before what is noted already."""
        return replace(self, note=f"{note}; {self.note}" if self.note else note)

    def told_by_endpoint(self) -> str:
        """The endpoints that were asked most, a line each."""
        return "\n".join(f"    {count:6d}  {name}" for name, count in self.endpoints[:MOST_TOLD])

    def row(self) -> str:
        """A row of the table."""
        cells = (
            self.what,
            f"{self.seconds:.2f}",
            f"{self.settled:.2f}",
            f"{self.jira:,}",
            f"{self.points:,}",
            f"{self.port:,}",
            f"{self.written:,}",
            str(self.megabytes),
            self.note,
        )
        return f"| {' | '.join(cells)} |"


class Meter:
    """Counts from the moment it is made."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.begun = time.monotonic()
        self._jira = len(world.jira.requests)
        self._port = len(world.port.api.requests)
        self._shown: float | None = None
        world.process.forget_peak_memory()

    def shown(self) -> None:
        """Port shows it now."""
        self._shown = time.monotonic() - self.begun

    def begin_with_the_first_request(self) -> None:
        """What was waited for before Jira was asked for the first time doesn't count."""
        self.begun = self._world.jira.requests[self._jira].at

    def cost(self, what: str) -> Cost:
        """What it cost until now."""
        settled = time.monotonic() - self.begun
        asked = self._world.jira.requests[self._jira :]
        port = [r for r in self._world.port.api.requests[self._port :] if r.about_entities]
        ways = Counter(f"{r.method} {template(r.path)}" for r in asked)
        ways += Counter(f"Port: {r.method} {r.path}" for r in port)
        refused = sum(request.status == THROTTLED for request in asked)
        writes = (request for request in port if request.path.endswith(WRITES))
        return Cost(
            what,
            settled if self._shown is None else self._shown,
            settled,
            len(asked),
            sum(request.points for request in asked),
            len(port),
            sum(request.n_entities for request in writes),
            round(self._world.process.peak_memory_bytes() / 1024 / 1024),
            note=f"{refused} refused" if refused else "",
            endpoints=tuple(ways.most_common()),
        )
