"""The last resync and the last sweep of each resource, and of all of them together.

Moments are seconds since 1970.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

DONE = "done"
FAILED = "failed"


@dataclass(frozen=True)
class Run:
    """When something began, how long it took, and what became of it."""

    began: float
    seconds: float
    outcome: str

    @classmethod
    def ended(cls, seconds: float, *, succeeded: bool) -> "Run":
        """One that ended now."""
        return cls(time.time() - seconds, seconds, DONE if succeeded else FAILED)


@dataclass(frozen=True)
class Resynced:
    """What a resync did for a resource."""

    run: Run
    rows: int
    written: int
    unchanged: int
    deleted: int
    requests: int


@dataclass(frozen=True)
class Swept:
    """What a sweep found of a resource: entities as Jira has them, and those not so in Port."""

    run: Run
    entities: int
    wrong: int


@dataclass
class OfResource:
    """The last runs of one resource of the mapping."""

    kind: str
    resynced: Resynced | None = None
    swept: Swept | None = None


@dataclass
class Runs:
    """What ran, for the resources of the mapping as it was the last time that it was looked at."""

    resources: list[OfResource] = field(default_factory=list)
    resync: Run | None = None
    sweep: Run | None = None
    """The last one of all kinds."""
    some: Run | None = None
    """The last sweep of some kinds alone."""

    def begin(self, kinds: Sequence[str]) -> None:
        """Something begins by a mapping of these; of another mapping nothing is known any more."""
        if [of.kind for of in self.resources] != list(kinds):
            self.resources = [OfResource(kind) for kind in kinds]

    def of(self, index: int, kind: str) -> OfResource:
        """The runs of a resource; nobody's where the mapping is another one by now."""
        found = self.resources[index] if index < len(self.resources) else None
        return found if found is not None and found.kind == kind else OfResource(kind)


RUNS = Runs()
