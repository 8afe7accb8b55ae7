"""What events are about, read again when what is asked for it has caught up with the database."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from port_ocean.core.handlers.port_app_config.models import PortAppConfig

from background.failures import Failures
from background.issues_showing import Pages
from client import KINDS, JiraClient
from jira.errors import JiraError
from jira.payloads import IssueSubject
from kinds import Kinds
from port.deletions import goes_by_own_name
from port.mapping.resources import kind_of, label, selector_of
from port.related_rows import results_of

TOGETHER_SHARE = 5
"""Events of a fifth of the time that is waited are read again together."""
LEAST_SECONDS = 1.0
SUBJECTS_TOGETHER = 100


@dataclass
class Batch:
    """What is read again together, by kind, each once."""

    number: int
    closes: float
    subjects: dict[Kinds, dict[IssueSubject, None]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the work is called."""
        return f"batch {self.number} of what changed"


class ReadAgain:
    """Collects subjects of kinds that are behind the index, batch by batch."""

    def __init__(self, now: Callable[[], float], index_seconds: float) -> None:
        self._now = now
        self._index_seconds = index_seconds
        self._open_for = max(LEAST_SECONDS, index_seconds / TOGETHER_SHARE)
        self._batch: Batch | None = None
        self._count = 0

    def note(self, touched: Mapping[Kinds, Iterable[Any]]) -> Batch | None:
        """Put what an event touches into a batch, which is returned where it begins with it."""
        behind = {kind: of for kind, of in touched.items() if KINDS[kind].behind_index}
        if not behind or not self._index_seconds:
            return None
        begins = self._batch is None or self._now() >= self._batch.closes
        if self._batch is None or begins:
            self._count += 1
            self._batch = Batch(self._count, self._now() + self._open_for)
        for kind, subjects in behind.items():
            # What the event carried may be large, and is older than what will be read.
            slim = (IssueSubject(s.id, {"id": s.id}, s.keys, s.related) for s in subjects)
            self._batch.subjects.setdefault(kind, {}).update(dict.fromkeys(slim))
        return self._batch if begins else None

    def seconds_until(self, batch: Batch) -> float:
        """How long it takes until the index shows the last of it."""
        return batch.closes + self._index_seconds - self._now()


async def pages(
    client: JiraClient, batch: Batch, mapping: PortAppConfig, failures: Failures
) -> Pages:
    """What a batch's subjects are by now, for each resource that it concerns.

    Not where entities have names of the mapping's own: their events have the kind compared.
    """
    for index, resource in enumerate(mapping.resources):
        kind = kind_of(resource)
        if kind not in batch.subjects or not goes_by_own_name(resource):
            continue
        subjects = [*batch.subjects[kind]]
        try:
            for start in range(0, len(subjects), SUBJECTS_TOGETHER):
                part = subjects[start : start + SUBJECTS_TOGETHER]
                found = await client.kinds[kind].resolve(part, await selector_of(resource))
                yield [results_of(resource, index, found.updated, found.deleted)]
                if found.failed is not None:
                    await failures.note(label(resource, index), found.failed, behind=True)
        except JiraError as error:
            await failures.note(label(resource, index), error, behind=True)
