"""What sweeps find, and what the metrics are told of it."""

import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence, Sized

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import ResourceConfig
from port_ocean.core.models import Entity

from background.at_port import AtPort
from port.compared import Compared
from port.entities import EntityKey, is_bare, key_of
from port.listed import Listed
from telemetry import metrics
from telemetry.runs import RUNS, OfResource, Run, Swept


def is_missing(entity: Entity, listed: Listed | None, *, detailed: bool) -> bool:
    """Whether Port lacks an entity, or has a mere stub; `detailed`: it tells more than names."""
    return listed is None or (detailed and listed.is_bare and not is_bare(entity))


def wrong_of(entities: Iterable[Entity], at_port: AtPort, compared: Compared) -> list[Entity]:
    """Those that have to be written."""
    wrong: list[Entity] = []
    for entity in entities:
        listed = at_port.get(key_of(entity))
        if listed is None or is_missing(entity, listed, detailed=at_port.detailed):
            # Whatever was written, somebody took it away.
            compared.known.forget([key_of(entity)])
            wrong.append(entity)
        elif differs(entity, listed, compared):
            wrong.append(entity)
    return wrong


def differs(entity: Entity, listed: Listed, compared: Compared) -> bool:
    """Whether an entity isn't in Port as it should be, where something is there by its name.

    How it was written last is trusted, since Port may show a value in another form; only where that
    isn't known what was listed counts, and is known from then on.
    """
    as_written = compared.is_as_written(entity)
    if as_written is not None:
        return not as_written
    if not listed.shows(compared.known.digests_of(entity)):
        return True
    compared.known.showed(entity)
    return False


class Wrong:
    """What a sweep found to be missing or different in Port; each entity counts once."""

    def __init__(self) -> None:
        self._found: set[EntityKey] = set()
        self.missing = 0
        """How many of them weren't there at all."""
        self._of_this_page = 0

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._found)

    def note(self, wrong: Iterable[Entity], at_port: AtPort) -> None:
        """Of a page these aren't in Port as they should be."""
        new = {key_of(entity) for entity in wrong} - self._found
        self._found |= new
        self._of_this_page = len(new)
        missing = len([key for key in new if at_port.get(key) is None])
        self.missing += missing
        metrics.SWEEP_FOUND.labels("missing").inc(missing)
        metrics.SWEEP_FOUND.labels("different").inc(len(new) - missing)

    def healed(self) -> None:
        """That page was written."""
        metrics.SWEEP_HEALED.inc(self._of_this_page)
        self._of_this_page = 0


class Looked:
    """One resource that a sweep looks at: since when, and what was found before it."""

    def __init__(self, at_port: AtPort, wrong: Wrong) -> None:
        self._at_port = at_port
        self._wrong = wrong
        self._begun = time.monotonic()
        self._before = self._counts()

    def ended(self, of: OfResource, *, succeeded: bool) -> None:
        """Have it on the status page."""
        run = Run.ended(time.monotonic() - self._begun, succeeded=succeeded)
        (entities, wrong), before = self._counts(), self._before
        of.swept = Swept(run, entities - before[0], wrong - before[1])

    def _counts(self) -> tuple[int, int]:
        """Entities that Jira has, and those of them that aren't so in Port."""
        return self._at_port.expected + self._wrong.missing, self._wrong.count


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
        extra: Sequence[Listed],
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
