"""Deliveries that nobody can verify, taken as hints: so many a second, and of what an app is told.

What a hint claims is never written. It costs the read of what it names, and that counts: one that
names a hundred issues uses up as much as a hundred. Jira sends again what comes too fast.
"""

import time
from collections.abc import Callable
from enum import Enum
from typing import Any

from client import touched_by
from jira.app_webhook_choice import EVENTS
from jira.payloads import event_name

A_SECOND = 10.0
AT_ONCE = 600.0
"""A bulk change of a few hundred issues goes through at once."""


class Verdict(Enum):
    """What becomes of a hint."""

    TAKEN = "taken"
    FOREIGN = "foreign"
    """It is about something that no webhook of an app tells of: never to be sent again."""
    TOO_FAST = "too fast"


class Hints:
    """How much may still be taken; decided without I/O."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._left = AT_ONCE
        self._at = now()

    def look_at(self, payload: Any) -> Verdict:
        """Count a hint by how much has to be read for it."""
        if event_name(payload) not in EVENTS:
            return Verdict.FOREIGN
        moment = self._now()
        self._left = min(AT_ONCE, self._left + (moment - self._at) * A_SECOND)
        self._at = moment
        if self._left <= 0:
            return Verdict.TOO_FAST
        # What is owed for a large one, later ones wait for.
        self._left -= max(1, cost_of(payload))
        return Verdict.TAKEN


def cost_of(payload: Any) -> int:
    """How many things have to be read."""
    return max((len(subjects) for subjects in touched_by(payload).values()), default=0)
