"""What sweeps find, and what the metrics are told of it."""

import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence, Sized

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.models import Entity

from port.compared import Compared
from port.entities import EntityKey, has_details, is_bare, key_of
from port.parts import is_as
from telemetry import metrics
from telemetry.runs import RUNS, OfResource, Run, Swept


def is_missing(entity: Entity, at_port: Mapping[EntityKey, Entity], *, detailed: bool) -> bool:
    """Whether Port lacks an entity, or has a mere stub; `detailed`: it told more than names."""
    row = at_port.get(key_of(entity))
    return row is None or (detailed and is_bare(row) and not is_bare(entity))


def differs(entity: Entity, row: Entity, as_written: bool | None) -> bool:
    """Whether an entity isn't in Port as it should be, where it is in a row there.

    `as_written`: whether it is as it was written last. That is trusted, since Port may show a value
    in another form; only where it isn't known the row counts, if it holds more than a name.
    """
    if as_written is not None:
        return not as_written
    return not has_details([row]) or not is_as(entity, row)


def wrong_of(
    entities: Iterable[Entity],
    at_port: Mapping[EntityKey, Entity],
    compared: Compared,
    *,
    detailed: bool,
) -> list[Entity]:
    """Those that have to be written; `detailed`: Port told more of them than names."""
    wrong: list[Entity] = []
    for entity in entities:
        if is_missing(entity, at_port, detailed=detailed):
            # Whatever was written, somebody took it away.
            compared.known.forget([key_of(entity)])
            wrong.append(entity)
        elif differs(entity, at_port[key_of(entity)], compared.is_as_written(entity)):
            wrong.append(entity)
        else:
            compared.known.showed(entity)
    return wrong


class Wrong:
    """What a sweep found to be missing or different in Port; each entity counts once."""

    def __init__(self) -> None:
        self._found: set[EntityKey] = set()
        self._of_this_page = 0

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._found)

    def note(self, wrong: Iterable[Entity], at_port: Collection[EntityKey]) -> None:
        """Of a page these aren't in Port as they should be."""
        new = {key_of(entity) for entity in wrong} - self._found
        self._found |= new
        self._of_this_page = len(new)
        missing = len([key for key in new if key not in at_port])
        metrics.SWEEP_FOUND.labels("missing").inc(missing)
        metrics.SWEEP_FOUND.labels("different").inc(len(new) - missing)

    def healed(self) -> None:
        """That page was written."""
        metrics.SWEEP_HEALED.inc(self._of_this_page)
        self._of_this_page = 0


class Looked:
    """One resource that a sweep looks at: since when, and what was found before it."""

    def __init__(self, expected: Sized, wrong: Wrong) -> None:
        """`expected` are all entities that Jira has, `wrong` those that aren't so in Port."""
        self._expected = expected
        self._wrong = wrong
        self._begun = time.monotonic()
        self._before = len(expected), wrong.count

    def ended(self, of: OfResource, *, succeeded: bool) -> None:
        """Have it on the status page."""
        entities, wrong = self._before
        run = Run.ended(time.monotonic() - self._begun, succeeded=succeeded)
        of.swept = Swept(run, len(self._expected) - entities, self._wrong.count - wrong)


class ReadsWhole:
    """Says once of which resources whole rows are read."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def say(self, resource: ResourceConfig, index: int) -> None:
        """Whole rows are read of this one."""
        name = f"{resource.kind}-{index}"
        if name not in self._said:
            self._said.add(name)
            logger.info(
                f"The sweep reads whole rows for the resource {name}: its identifier or its query "
                "needs more than id and key"
            )


class Withheld:
    """What sweeps didn't delete since it was too much, until one finds less."""

    def __init__(self) -> None:
        self._by_blueprint: dict[str, int] = {}
        metrics.WITHHELD.by(lambda: {(name,): n for name, n in self._by_blueprint.items()})

    def note(
        self,
        looked_at: Collection[str],
        over_limit: Mapping[str, Sized],
        extra: Sequence[Entity],
    ) -> None:
        """A sweep looked at these blueprints: what is over a limit stays, the `extra` goes."""
        for blueprint in looked_at:
            self._by_blueprint.pop(blueprint, None)
        kept = {blueprint: len(entities) for blueprint, entities in over_limit.items()}
        self._by_blueprint |= kept
        metrics.SWEEP_FOUND.labels("too_many").inc(sum(kept.values()) + len(extra))


async def counted(steps: AsyncIterator[float | None], scope: str) -> AsyncIterator[float | None]:
    """The steps of a sweep, counted when it has ended; one that is broken off isn't."""
    begun = time.monotonic()
    try:
        async for step in steps:
            yield step
    except Exception:
        metrics.SWEEPS.labels(scope, "failed").inc()
        _show(scope, Run.ended(time.monotonic() - begun, succeeded=False))
        raise
    metrics.SWEEPS.labels(scope, "done").inc()
    seconds = time.monotonic() - begun
    metrics.SWEEP_SECONDS.labels(scope).observe(seconds)
    _show(scope, Run.ended(seconds, succeeded=True))


def _show(scope: str, run: Run) -> None:
    """Have a sweep on the status page."""
    if scope == "all":
        RUNS.sweep = run
    else:
        RUNS.some = run
