"""An entry of the stream of deliveries, as Port's own ingest writes it; without I/O.

The framework's `RedisStreamConsumer` reads the same fields.
"""

import json
import time
from collections.abc import Callable, Mapping

from webhook_processors.queued_event import QueuedEvent

WEBHOOK_PATH = "integration/webhook"
"""As ingest names it: from the integration's own prefix on."""


def fields_of(
    queued: QueuedEvent, now_ns: Callable[[], int] = time.time_ns
) -> Mapping[str, str | bytes]:
    """What was signed, byte for byte, and the headers that count."""
    return {
        "eventId": queued.trace_id,
        "webhookPath": WEBHOOK_PATH,
        "payload": bytes(queued.body),
        "headers": json.dumps(queued.headers),
        "queuedAt": str(now_ns()),
    }


def may_lose(policy: str) -> bool:
    """Whether Redis, once it is full, throws away streams instead of refusing new entries."""
    return policy != "noeviction"
