"""How far a resync is, and what it did: in words, without I/O."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.models import Entity

from port.entities import by_blueprint
from port.mapping.resources import blueprint_of
from telemetry import lookups
from telemetry.runs import RUNS, Resynced, Run
from telemetry.tally import Tally

TELL_EVERY_SECONDS = 10.0
COLUMNS = ("rows", "written", "unchanged", "deleted", "seconds", "requests")


@dataclass
class OfResource(Tally):
    """What a resync did for one resource. Times are monotonic seconds.

    `requests` are those to Jira, wherever in the resync they were made: rows are read ahead.
    """

    kind: str = ""
    blueprint: str | None = None
    rows: int = 0
    written: int = 0
    unchanged: int = 0
    deleted: int = 0
    begun: float | None = None
    ended: float | None = None
    failed: bool = False

    def seconds(self, now: float) -> float:
        """How long the framework was at it."""
        return 0.0 if self.begun is None else (self.ended or now) - self.begun


class Progress:
    """Counts for each resource of one resync, and says so."""

    def __init__(
        self,
        last: dict[str, int] | None = None,
        now: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`last` is how many rows of what there were in the last resync; kept up to date here."""
        self._last = {} if last is None else last
        self._now = now
        self._pause = pause
        self._begun = now()
        self._of: list[OfResource] = []
        self._resources: list[str] = []

    def start(self, resources: Sequence[ResourceConfig]) -> None:
        """These are going to be read."""
        kinds = [resource.kind for resource in resources]
        self._resources = kinds
        RUNS.begin(kinds)
        lookups.RESYNC.by(self.sentence)
        self._of = [
            OfResource(
                kind=kind if kinds.count(kind) == 1 else f"{kind} ({number})",
                blueprint=blueprint_of(resource),
            )
            for number, (kind, resource) in enumerate(zip(kinds, resources, strict=True), 1)
        ]

    def of(self, index: int) -> OfResource:
        """The counts of a resource, by its place in the mapping."""
        return self._of[index] if index < len(self._of) else OfResource()

    @contextmanager
    def at(self, index: int) -> Iterator[OfResource]:
        """The framework is at this resource."""
        present = self.of(index)
        present.begun = self._now()
        try:
            yield present
        except BaseException:
            present.failed = True
            raise
        finally:
            present.ended = self._now()

    def written(self, entities: Iterable[Entity]) -> None:
        """These were written, and it isn't said for which resource."""
        for tally, number in self._by_resource(entities):
            tally.written += number

    def deleted(self, entities: Iterable[Entity]) -> None:
        """These were too much in Port, and are gone."""
        for tally, number in self._by_resource(entities):
            tally.deleted += number

    def _by_resource(self, entities: Iterable[Entity]) -> Iterator[tuple[OfResource, int]]:
        """Which of several resources an entity was of isn't known: the first that may make it."""
        for blueprint, group in by_blueprint(entities).items():
            makes = [tally for tally in self._of if tally.blueprint in (blueprint, None)]
            if makes:
                yield makes[0], len(group)

    def _show(self, *, succeeded: bool) -> None:
        """Have it on the status page."""
        now = self._now()
        RUNS.resync = Run.ended(now - self._begun, succeeded=succeeded)
        for index, (tally, resource) in enumerate(zip(self._of, self._resources, strict=True)):
            if tally.begun is not None:
                RUNS.of(index, resource).resynced = shown(tally, now)

    async def tell(self) -> None:
        """Say now and then how far it is; never returns."""
        while True:
            await self._pause(TELL_EVERY_SECONDS)
            if sentence := self.sentence():
                logger.info(sentence)

    def sentence(self) -> str | None:
        """How far it is with what is under way; None where nothing is."""
        now = self._now()
        at = next((t for t in self._of if t.begun is not None and t.ended is None), None)
        if at is None:
            return None
        done = sum(tally.ended is not None for tally in self._of)
        return (
            f"Resync for {now - self._begun:.0f} s, {done} of {len(self._of)} resources done; "
            f"{at.kind}: {how_far(at, self._last.get(at.kind), now)}"
        )

    def end(self, *, succeeded: bool) -> None:
        """Say what it did."""
        self._show(succeeded=succeeded)
        if not any(tally.begun is not None for tally in self._of):
            return
        self._last |= {t.kind: t.rows for t in self._of if t.ended is not None and not t.failed}
        now = self._now()
        rows = [row_of(tally, now) for tally in self._of]
        how = "is done" if succeeded else "ended without success"
        logger.bind(resync=rows).info(
            f"The resync {how}, after {now - self._begun:.1f} s:\n{table(rows)}"
        )


def shown(tally: OfResource, now: float) -> Resynced:
    """What the status page has of it, now that it ended."""
    seconds = tally.seconds(now)
    run = Run.ended(now - (tally.begun or now), succeeded=not tally.failed)
    return Resynced(
        Run(run.began, seconds, run.outcome),
        tally.rows,
        tally.written,
        tally.unchanged,
        tally.deleted,
        tally.requests,
    )


def how_far(at: OfResource, last: int | None, now: float) -> str:
    """Rows, and where that can be known the share and the time that is left."""
    said = f"{at.rows:,} rows"
    total, about = (at.at_most, "at most") if last is None else (last, "about")
    seconds = at.seconds(now)
    if not at.rows or not seconds:
        return said if total is None else f"{said} of {about} {total:,}"
    rate = at.rows / seconds
    if total is None or total < at.rows:
        return f"{said}, {rate:.0f} a second"
    left = (total - at.rows) / rate
    percent = 100 * at.rows / total
    return (
        f"{said} of {about} {total:,} ({percent:.0f} %), {rate:.0f} a second, "
        f"{about} {duration(left)} left"
    )


def duration(seconds: float) -> str:
    """For people."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def row_of(tally: OfResource, now: float) -> dict[str, Any]:
    """A row of the table."""
    kind = f"{tally.kind}, failed" if tally.failed else tally.kind
    numbers = {name: getattr(tally, name) for name in COLUMNS if name != "seconds"}
    return {"kind": kind, **numbers, "seconds": round(tally.seconds(now), 1)}


def table(rows: Sequence[dict[str, Any]]) -> str:
    """One line a resource, and one for all of them."""
    everything = {"kind": "all", **{name: sum(row[name] for row in rows) for name in COLUMNS}}
    lines = [["kind", *COLUMNS]]
    for row in (*rows, everything):
        numbers = [f"{row[n]:,.1f}" if n == "seconds" else f"{row[n]:,}" for n in COLUMNS]
        lines.append([row["kind"], *numbers])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    first, *others = widths
    return "\n".join(
        "  ".join([kind.ljust(first), *(n.rjust(w) for n, w in zip(numbers, others, strict=True))])
        for kind, *numbers in lines
    )
