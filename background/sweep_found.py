"""What sweeps find, and what the metrics are told of it."""

import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence, Sized

from loguru import logger
from port_ocean.core.models import Entity
from port_ocean.core.utils.utils import are_entities_different

from port.entities import EntityKey, has_details, key_of
from telemetry import metrics


def differs(entity: Entity, at_port: Mapping[EntityKey, Entity]) -> bool:
    """Whether an entity isn't in Port as it should be; where Port tells no details it may not."""
    known = at_port.get(key_of(entity))
    return known is None or not has_details([known]) or are_entities_different(entity, known)


class Wrong:
    """What a sweep found to be missing or different in Port; each entity counts once."""

    def __init__(self) -> None:
        self._found: set[EntityKey] = set()
        self._of_this_page = 0

    def note(self, entities: Iterable[Entity], at_port: Mapping[EntityKey, Entity]) -> bool:
        """A page stands for these; whether one of them isn't in Port as it should be."""
        wrong = [entity for entity in entities if differs(entity, at_port)]
        new = {key_of(entity) for entity in wrong} - self._found
        self._found |= new
        self._of_this_page = len(new)
        missing = len(new - at_port.keys())
        metrics.SWEEP_FOUND.labels("missing").inc(missing)
        metrics.SWEEP_FOUND.labels("different").inc(len(new) - missing)
        return bool(wrong)

    def healed(self) -> None:
        """That page was written."""
        metrics.SWEEP_HEALED.inc(self._of_this_page)
        self._of_this_page = 0


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
        raise
    metrics.SWEEPS.labels(scope, "done").inc()
    metrics.SWEEP_SECONDS.labels(scope).observe(time.monotonic() - begun)


def say_whole_rows(said: set[str], name: str) -> None:
    """Say once of a resource that names alone aren't enough for it."""
    if name not in said:
        said.add(name)
        logger.info(
            f"The sweep reads whole rows for the resource {name}: its identifier or its query "
            "needs more than id and key"
        )
