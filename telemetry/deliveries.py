"""Requests to the webhook's address: how many, and when the last one was answered like this."""

import time

from telemetry import metrics


class Deliveries:
    """Counts by status, of which there are a few; moments are seconds since 1970."""

    def __init__(self) -> None:
        self.last: dict[int, float] = {}

    def note(self, status: int) -> None:
        """One was answered."""
        self.last[status] = time.time()
        metrics.DELIVERIES.labels(str(status)).inc()


DELIVERIES = Deliveries()
