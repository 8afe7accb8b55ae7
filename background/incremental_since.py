"""From which moment on an incremental run reads changes: decided without I/O.

Port keeps a moment for each resource, and when the last full resync began and ended: a run needs
nothing on disk.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

UNKNOWN_SECONDS = 24 * 60 * 60
"""How far back the first run reads where no full resync is known that succeeded."""


def first_look_back(state: Mapping[str, Any], interval_seconds: int, now: datetime) -> int:
    """How many seconds back a resource is read that no run has read yet.

    `state` is what Port has of the last full resync: what came before that one, it read.
    """
    started = _moment(state, "lastResyncStart")
    if state.get("status") != "completed" or started is None:
        return max(interval_seconds, UNKNOWN_SECONDS)
    return max(interval_seconds, int((now - started).total_seconds()) + 1)


def looked_back_to(cursor: datetime, state: Mapping[str, Any]) -> datetime:
    """From when on a resource is read that a run has read up to `cursor`.

    What a full resync wrote since then it may have read before: it is read from its begin on.
    """
    started, ended = _moment(state, "lastResyncStart"), _moment(state, "lastResyncEnd")
    if started is None or (ended is not None and ended <= cursor):
        return cursor
    return min(cursor, started)


def _moment(state: Mapping[str, Any], name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(state.get(name)))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
