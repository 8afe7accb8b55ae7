"""The status page for machines: the snapshot's own names, moments as ISO 8601 in UTC."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from telemetry.status.snapshot import Snapshot

DIGITS = 3


def as_json(snapshot: Snapshot) -> str:
    """The whole snapshot, and what somebody should look at."""
    whole = {"attention": list(snapshot.attention), **asdict(snapshot)}
    return json.dumps(_plain(whole), ensure_ascii=True, indent=2) + "\n"


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat(timespec="seconds")
        case float():
            return round(value, DIGITS)
        case Mapping():
            return {str(key): _plain(of) for key, of in value.items()}
        case list() | tuple():
            return [_plain(of) for of in value]
    return value
