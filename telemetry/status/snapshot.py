"""What the status page shows, at one moment; both its forms are made of this alone.

No value of it is anything that somebody wrote in Jira: names of events and of resources, keys and
ids, numbers, moments, and sentences of ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from telemetry.lookups import Lane


@dataclass(frozen=True)
class Process:
    """What runs here."""

    version: str
    framework: str
    integration: str
    site: str
    started: datetime


@dataclass(frozen=True)
class Failure:
    """What can't be kept up to date: since when, why, and what to do."""

    what: str
    reason: str
    to_do: str
    since: datetime
    times: int
    again: str
    """When it is tried again."""
    waits: bool
    """Whether its events wait for Jira, for Port or for the mapping, and nothing else fails."""


@dataclass(frozen=True)
class Ran:
    """When something ran, and what became of it."""

    began: datetime
    seconds: float
    outcome: str


@dataclass(frozen=True)
class Resync:
    """What a resync did for a resource."""

    ran: Ran
    rows: int
    written: int
    unchanged: int
    deleted: int
    requests: int


@dataclass(frozen=True)
class Sweep:
    """What a sweep found of a resource: Jira's entities, and those that were not so in Port."""

    ran: Ran
    entities: int
    wrong: int


@dataclass(frozen=True)
class Resource:
    """A resource of the mapping, by its place in it."""

    number: int
    kind: str
    resync: Resync | None
    sweep: Sweep | None


@dataclass(frozen=True)
class Comparisons:
    """Resyncs and sweeps as wholes; counts are since the start of the process."""

    resyncs_running: int
    resync_now: str | None
    resync: Ran | None
    sweep: Ran | None
    sweep_of_some: Ran | None
    next_sweep: datetime | None
    found: Mapping[str, int]
    healed: int
    withheld: Mapping[str, int]


@dataclass(frozen=True)
class Webhook:
    """The webhook in Jira, and what came by it since the start of the process."""

    state: str
    in_words: str
    url: str | None
    looked_at: datetime | None
    repairs: int
    last_accepted: datetime | None
    last_refused: datetime | None
    accepted: int
    refused: int
    others: int


@dataclass(frozen=True)
class Credential:
    """Whether a service takes the credentials: since when, and when it was last asked."""

    service: str
    how: str
    state: str
    since: datetime | None
    asked: datetime | None
    expires: datetime | None


@dataclass(frozen=True)
class Queue:
    """What came in and hasn't ended."""

    waiting: int
    under_way: int
    limit: int
    bytes: int
    oldest_seconds: float
    lanes: Sequence[Lane]


@dataclass(frozen=True)
class Lag:
    """How late events were written: of the last ones, and of all since the start of the process.

    `within` has the share of all that took at most so many seconds.
    """

    median_of_last: float | None
    slowest_of_last: float | None
    events: int
    average: float | None
    within: Mapping[str, float]


@dataclass(frozen=True)
class Jobs:
    """Background work: what waits, and how many jobs ended."""

    due: int
    later: int
    running: int
    done: int
    failed: int


@dataclass(frozen=True)
class Points:
    """What Jira lets an app spend in this hour, where it counts that."""

    left: int
    an_hour: int
    back_at: datetime
    spent: Mapping[str, int]


@dataclass(frozen=True)
class Event:
    """One of the last events; `lag` is the time since the moment that Jira names in it."""

    event: str
    subject: str
    received: datetime
    took: float | None
    lag: float | None
    outcome: str
    why: str


@dataclass(frozen=True)
class Snapshot:
    """All of it."""

    at: datetime
    process: Process
    ready: bool
    wrong: Sequence[str]
    """What is wrong with the process, as /health/ready names it."""
    failing: Sequence[Failure]
    resources: Sequence[Resource]
    comparisons: Comparisons
    webhook: Webhook
    credentials: Sequence[Credential]
    queue: Queue
    lag: Lag
    jobs: Jobs
    points: Points | None
    waited_seconds: Mapping[str, float]
    """Seconds that requests waited for limits, since the start of the process."""
    events: Sequence[Event]

    @property
    def attention(self) -> Sequence[str]:
        """What somebody should look at, a sentence each; nothing where all is well."""
        found = [in_words(reason) for reason in self.wrong]
        if failing := sum(not failure.waits for failure in self.failing):
            found.append(f"{counted(failing, 'thing')} can't be kept up to date.")
        runs = self.comparisons
        if runs.resync is not None and runs.resync.outcome != "done":
            found.append("The last resync ended without success.")
        if runs.sweep is not None and runs.sweep.outcome != "done":
            found.append("The last sweep failed; it is tried again by itself.")
        for blueprint, entities in runs.withheld.items():
            found.append(
                f"The last sweep kept {counted(entities, 'entity', 'entities')} of {blueprint}: "
                "too many to delete at once."
            )
        return found


REASONS = {
    "starting": "The start isn't over, or nobody has asked Jira yet who we are.",
    "jira_credentials_refused": "Jira doesn't accept the credentials.",
    "port_credentials_refused": "Port doesn't accept the client id and secret.",
    "webhook_missing": "The webhook can't be kept in Jira.",
    "queue_full": "The queue is full: Jira is asked to send its events later.",
    "jira_or_port_unreachable": "Events wait for Jira, for Port or for the mapping.",
}
"""What /health/ready names, in words."""


def in_words(reason: str) -> str:
    """A reason of /health/ready as a sentence."""
    return REASONS.get(reason, f"{reason.replace('_', ' ').capitalize()}.")


def counted(number: int, one: str, more: str = "") -> str:
    """A number of things."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"
