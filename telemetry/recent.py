"""The last events, with what became of each: names and numbers, nothing of what they carried."""

import re
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from telemetry import metrics

KEPT = 50
_KEY_OR_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:.-]{0,275}")


class Became(StrEnum):
    """What the status page says of an event."""

    WRITTEN = "written"
    DELETED = "deleted"
    NOTHING = "nothing"
    AGAIN = "again"
    WAITS = "waits"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of an event, and why that in a few words."""

    became: Became
    why: str = ""


OUTCOMES = {
    metrics.WRITTEN: Outcome(Became.WRITTEN),
    metrics.GIVEN_UP: Outcome(Became.FAILED, "not all could be read or written"),
    metrics.NO_NEWS: Outcome(Became.NOTHING, "repeated, or read since it came"),
    metrics.NOTHING_TO_DO: Outcome(Became.NOTHING, "the mapping has nothing of it"),
    metrics.UNREADABLE: Outcome(Became.FAILED, "it makes no sense"),
    metrics.UNSIGNED: Outcome(Became.FAILED, "not signed by our webhook"),
    metrics.AGAIN: Outcome(Became.AGAIN, "once more, after a resync"),
}
"""By what is counted for an event."""


@dataclass(frozen=True)
class Seen:
    """An event; moments are seconds since 1970.

    `took`: seconds from its arrival to its end, or until now. `lag`: from the moment that Jira
    names in it to its end.
    """

    event: str
    subject: str
    received: float
    took: float | None
    outcome: Outcome
    lag: float | None = None


def key_or_id(text: str) -> str:
    """The text where it looks like a key or an id, as a signed event may hold anything."""
    return text if _KEY_OR_ID.fullmatch(text) else ""


ENDED: deque[Seen] = deque(maxlen=KEPT)
"""The last ones that ended, the oldest first."""
