"""Makes the follow-up jobs of a process, and all that they do their work with."""

from collections.abc import Awaitable
from functools import partial
from typing import Protocol

from background.failures import Failures
from background.follow_ups import FollowUps
from background.query_dates import QueryDates
from background.relatives import Sync
from background.sweep import Sweeper
from background.sweep_rows import MapRows
from client import JiraClient
from jira.settings import JiraSettings
from port.deletions import Stubs
from port.failing import Failing
from port.writer import PortWriter


class Writes(Protocol):
    """All that background work writes."""

    @property
    def sync(self) -> Sync:
        """Maps and writes rows, and deletes entities after a check."""

    def retry_refused(self) -> Awaitable[None]:
        """Writes again what Port refused."""

    def settle(self) -> Awaitable[bool]:
        """Writes what waited for deletes; whether Port still has some under way."""


def follow_ups_of(
    client: JiraClient,
    settings: JiraSettings,
    writer: PortWriter,
    writes: Writes,
    map_rows: MapRows,
    failing: Failing,
    stubs: Stubs,
) -> FollowUps:
    """`map_rows` only maps; what it fails by is noted in `failing`."""
    failures = Failures(client, failing)
    by_what = (client, writer, partial(writes.sync, compared=True), map_rows, failures)
    index_seconds = settings.search_index_lag_seconds
    sweeper = Sweeper(
        *by_what,
        stubs=stubs,
        limit_percent=settings.sweep_delete_limit_percent,
        index_seconds=index_seconds,
        requests_per_minute=settings.sweep_requests_per_minute,
    )
    return FollowUps(
        client,
        sweeper,
        QueryDates(*by_what, index_seconds=index_seconds),
        writes.sync,
        writes.retry_refused,
        writes.settle,
        failures,
        sweep_minutes=settings.sweep_interval_minutes,
        index_seconds=index_seconds,
    )
