"""Who may delete, and why: asked for every delete that isn't the framework's own reconciliation.

Decisions alone, without I/O. In doubt an entity stays.
"""

import math
import re
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import PortAppConfig, ResourceConfig
from port_ocean.core.models import Entity

from client import KINDS
from port.entities import EntityKey, key_of, targets
from port.just_written import SEARCH_SECONDS
from port.mapping.resources import kind_of
from telemetry import metrics

PROTECTED = "_"
"""What Port's own blueprints begin with (`_user`, `_team`): deleting there deletes accounts."""
MAX_REMEMBERED = 100_000


class Reason(StrEnum):
    """Why an entity should go."""

    EVENT = "its event's subject is gone from Jira, or no longer selected"
    TOUCHED = "Jira no longer has what it stands for, which another change brought to light"
    ORPHAN = "Port made it for a relation, and nothing relates to it any more"
    STUB = "Port itself made it for a relation, and nothing relates to it any more"
    SWEEP = "a sweep read everything and found nothing in Jira that stands for it"


@dataclass(frozen=True)
class Candidate:
    """An entity that should go, by what Jira showed since `seen_since` (monotonic seconds)."""

    entity: Entity
    reason: Reason
    seen_since: float = 0.0


def goes_by_own_name(resource: ResourceConfig) -> bool:
    """Whether a resource's entities are identified by Jira's own name of a row, and nothing else.

    Only then Jira can be asked about an entity, and only then "gone" says something about it: of
    six labels that are read out of one issue none is gone because no issue is called like it.
    """
    identifier = resource.port.entity.mappings.identifier
    kind = kind_of(resource)
    if kind is None or not isinstance(identifier, str) or resource.port.items_to_parse:
        return False
    plain = re.sub(r"\s", "", identifier)
    plain = plain[1:-1] if plain.startswith("(") and plain.endswith(")") else plain
    return plain.removesuffix("|tostring") in KINDS[kind].own_names


def uses_search_identifier(resource: ResourceConfig) -> bool:
    """Whether Port finds the entity by rules: what it is called is then not known here."""
    return not isinstance(resource.port.entity.mappings.identifier, str)


def is_protected(blueprint: str) -> bool:
    """Whether the blueprint is one of Port's own."""
    return blueprint.startswith(PROTECTED)


def allowed(candidates: Iterable[Candidate], mapping: PortAppConfig) -> list[Candidate]:
    """Those that may go; what the mapping or Port's own blueprints keep is said."""
    kept: list[Candidate] = []
    goes: list[Candidate] = []
    never = mapping.entity_deletion_threshold <= 0
    for candidate in candidates:
        blueprint = str(candidate.entity.blueprint)
        stays = never or (candidate.reason is not Reason.EVENT and is_protected(blueprint))
        (kept if stays else goes).append(candidate)
    if kept:
        why = "entityDeletionThreshold is 0" if never else "the blueprint is one of Port's own"
        logger.info(f"{named(c.entity for c in kept)} stay in Port: {why}")
    return goes


def limit_percent(setting: int, mapping: PortAppConfig) -> float:
    """How many percent of a blueprint a sweep may delete: the smaller of both limits."""
    return min(float(setting), 100 * mapping.entity_deletion_threshold)


def say(candidates: Collection[Candidate]) -> None:
    """No deletion without a reason in the log."""
    for reason in Reason:
        entities = [c.entity for c in candidates if c.reason is reason]
        if entities:
            logger.info(f"Deleting {len(entities)} from Port ({reason}): {named(entities, 20)}")


def count_deleted(candidates: Iterable[Candidate], left: Collection[EntityKey]) -> None:
    """These were to be deleted, and Port keeps what is left."""
    for candidate in candidates:
        if key_of(candidate.entity) not in left:
            metrics.DELETED.labels(candidate.reason.name.lower()).inc()


def named(entities: Iterable[Entity], most: int = 5) -> str:
    """The first few, for the log."""
    every = [f"{entity.blueprint}/{entity.identifier}" for entity in entities]
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return f"{', '.join(every[:most])}{more}"


class Stubs:
    """What Port may have made because of us: targets of relations that this process wrote.

    An entity that merely looks bare is none. What was there before this process is left to the
    sweep, which knows everything.
    """

    def __init__(
        self, most: int = MAX_REMEMBERED, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._now = now
        self._related: dict[str, float] = {}
        self._written: dict[str, None] = {}
        self._news: dict[str, None] | None = None

    def keep_news(self) -> None:
        """Remember for `take_news` what is related to from now on: others look for stubs."""
        self._news = {}

    def take_news(self, most: int) -> list[str]:
        """Names that were related to since they were last taken, at most so many."""
        news = self._news or {}
        taken = list(islice(news, most))
        for name in taken:
            del news[name]
        return taken

    def related(self, names: Iterable[str]) -> None:
        """What another process wrote relates to these."""
        self._related.update(dict.fromkeys(names, self._now()))
        self._limit()

    def note(self, written: Iterable[Entity]) -> None:
        """These were written, and what they relate to may be stubs now."""
        for entity in written:
            self._written[str(entity.identifier)] = None
            for value in entity.relations.values():
                self._related.update(dict.fromkeys(targets(value), self._now()))
                if self._news is not None:
                    self._news.update(dict.fromkeys(targets(value)))
        self._limit()

    def _limit(self) -> None:
        for names in (self._related, self._written, self._news or {}):
            while len(names) > self._most:
                del names[next(iter(names))]

    def deleted(self, entities: Iterable[Entity]) -> None:
        """These were deleted: what relates to them is a reason for stubs again."""
        for entity in entities:
            self._written.pop(str(entity.identifier), None)

    @property
    def names(self) -> set[str]:
        """What was related to and never written: what stubs are called."""
        return self._related.keys() - self._written.keys()

    def may_be(self, entity: Entity) -> bool:
        """Whether Port may have made the entity for a relation of ours."""
        return str(entity.identifier) in self._related

    def is_young(self, entity: Entity) -> bool:
        """Whether something was related to it so lately that a search may not show it."""
        since = self._related.get(str(entity.identifier), -math.inf)
        return self._now() - since < SEARCH_SECONDS


class LatelyWritten:
    """When this process wrote an entity: what was read before that can't tell that it is gone.

    Jira's search shows a new issue some seconds late, and a comparison takes its time.
    """

    def __init__(self, now: Callable[[], float], most: int = MAX_REMEMBERED) -> None:
        self._now = now
        self._most = most
        self._at: dict[EntityKey, float] = {}
        self._forgot = float("-inf")

    def note(self, written: Iterable[Entity]) -> None:
        """These were written now."""
        for entity in written:
            self._at.pop(key_of(entity), None)
            self._at[key_of(entity)] = self._now()
        while len(self._at) > self._most:
            self._forgot = self._at.pop(next(iter(self._at)))

    def since(self, entity: Entity, moment: float) -> bool:
        """Whether the entity was written since then; where that is forgotten, it may have been."""
        return max(self._at.get(key_of(entity), self._forgot), self._forgot) >= moment


def without(entities: Iterable[Entity], others: Iterable[Entity]) -> list[Entity]:
    """The entities that are not among the others."""
    keys: set[EntityKey] = {key_of(entity) for entity in others}
    return [entity for entity in entities if key_of(entity) not in keys]
