"""What is on its way: deliveries, the integration's queue, reads in Jira, writes to Port."""

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import httpx
from prometheus_client.parser import text_string_to_metric_families

from sandbox.jira.gate import JiraRequest
from sandbox.page.troubles import Forger
from sandbox.port.faults import PortRequest
from sandbox.world import World

KEPT_SECONDS = 120
_A_SECOND = 4
_SHOWN = 8
_SENT_NO_MORE = 400
_NOT_FOUND = 404
_API = re.compile(r"^/rest/(?:api/3|agile/1\.0|software/1\.0|webhooks/1\.0)/")
_WRITE = re.compile(r"^/v1/blueprints/([^/]+)/(?:entities(?:/bulk)?$|entities/|bulk/entities)")


class Request(Protocol):
    """A request as a stand-in logged it."""

    method: str
    path: str
    status: int
    at: float


def read_line(request: JiraRequest) -> str:
    """A read in Jira, in a few words."""
    return f"{request.method} {_API.sub('', request.path)}"


def write_line(request: PortRequest) -> str | None:
    """A write to Port, or whatever else it refused, in a few words; None for anything else."""
    found = _WRITE.match(request.path)
    if found is None or request.method == "GET" or request.path.endswith("/search"):
        return f"{request.method} {request.path}" if refused([request]) else None
    deletes = request.method == "DELETE" or request.path.endswith("/delete")
    count = f"{request.n_entities} " if request.n_entities else ""
    return f"{'delete' if deletes else 'write'} {count}{found[1]}"


def gauges(text: str) -> dict[str, Any]:
    """What the integration says of itself, out of its page of metrics."""
    found: dict[str, Any] = {"queue": 0, "oldest": 0.0, "jobs": 0, "failing": []}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            match sample.name:
                case "ocean_jira_queue_events":
                    found["queue"] = int(sample.value)
                case "ocean_jira_queue_oldest_seconds":
                    found["oldest"] = round(sample.value, 1)
                # What is for later doesn't wait for anything.
                case "ocean_jira_background_jobs_waiting" if sample.labels["state"] != "later":
                    found["jobs"] += int(sample.value)
                case "ocean_jira_failing_seconds":
                    found["failing"].append(
                        {**sample.labels, "seconds": round(sample.value)},
                    )
    return found


class Log[R: Request]:
    """Reads a log that grows: which requests in it were answered since."""

    def __init__(self, log: Sequence[R]) -> None:
        self._log = log
        self._read = len(log)
        self._open: list[R] = []

    def answered(self) -> list[R]:
        """Those that were answered since the last time."""
        self._open += self._log[self._read :]
        self._read = len(self._log)
        found = [one for one in self._open if one.status]
        self._open = [one for one in self._open if not one.status]
        return found


def refused(requests: Sequence[Request]) -> int:
    """How many of them weren't answered as asked."""
    return sum(one.status >= _SENT_NO_MORE and one.status != _NOT_FOUND for one in requests)


class Traffic:
    """Looks at the stand-ins' logs four times a second, and tells of what it saw."""

    def __init__(
        self, world: World, forger: Forger, told: Callable[[str, dict[str, Any]], None]
    ) -> None:
        self._world = world
        self._forger = forger
        self._told = told
        self._reads = Log(world.jira.requests)
        self._writes = Log(world.port.api.requests)
        self._sent = 0
        self._second = self._empty()
        self._own: dict[str, Any] | None = None
        self.history: deque[dict[str, Any]] = deque(maxlen=KEPT_SECONDS)

    async def run(self) -> None:
        """Look, until it is cancelled."""
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            ticks = 0
            while True:
                if ticks % _A_SECOND == 0:
                    self._own = await self._ask(client)
                self._look()
                ticks += 1
                if ticks % _A_SECOND == 0:
                    self._end_second()
                await asyncio.sleep(1 / _A_SECOND)

    def row(self) -> dict[str, Any]:
        """What is there at this moment."""
        return {
            "pending": self._world.deliveries.pending,
            "sent": len(self._world.deliveries.log),
            "forged": self._forger.sent,
            "forgedRefused": self._forger.refused,
            "reading": self._world.jira.in_flight,
            "own": self._own,
        }

    def lag(self, seconds: float) -> None:
        """Note how late a change arrived."""
        self._second["lag"] = max(seconds, self._second["lag"] or 0.0)

    async def _ask(self, client: httpx.AsyncClient) -> dict[str, Any] | None:
        try:
            answer = await client.get(f"{self._world.process.url}/metrics")
        except httpx.HTTPError:
            return None
        return gauges(answer.text) if answer.is_success else None

    def _look(self) -> None:
        reads = self._reads.answered()
        writes = [(request, write_line(request)) for request in self._writes.answered()]
        told = [(request, line) for request, line in writes if line is not None]
        second = self._second
        second["reads"] += len(reads)
        second["writes"] += len(told)
        second["refused"] += refused([*reads, *(request for request, _ in told)])
        events = self._world.deliveries.log[self._sent :]
        self._sent += len(events)
        lines = [("delivery", d.at, d.event, 0) for d in events]
        lines += [("read", r.at, read_line(r), r.status) for r in reads]
        lines += [("write", r.at, line, r.status) for r, line in told]
        lines.sort(key=lambda line: line[1])
        more = len(lines) - _SHOWN
        trail = [{"kind": k, "text": text, "status": s} for k, _, text, s in lines[-_SHOWN:]]
        self._told("traffic", self.row() | {"trail": trail, "more": max(0, more)})

    def _end_second(self) -> None:
        self.history.append(self._second)
        self._told("second", self._second)
        self._second = self._empty()

    @staticmethod
    def _empty() -> dict[str, Any]:
        return {"at": time.time(), "reads": 0, "writes": 0, "refused": 0, "lag": None}
