"""Pages of a comparison as they may be asked for, and as they are, where Jira counts points."""

from collections.abc import AsyncIterator
from typing import Any

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from background.allowance import Allowance
from jira.http.purpose import Purpose
from jira.http.quota import Quota
from jira.kinds.issue_reader import MAX_NAMES_PER_PAGE
from jira.kinds.kind import Kind, KindWithNames, Pages
from jira.payloads import Row
from port.mapping.resources import selector_of
from telemetry.tally import Tally, counted_for


class Means:
    """What a sweep may spend: points of a quota, requests of an allowance.

    Other work is done while it waits, which a request that waits would hold up.
    """

    def __init__(
        self, quota: Quota | None, allowance: Allowance | None = None, tally: Tally | None = None
    ) -> None:
        """Without an `allowance` it may make as many requests as it likes; the `tally` counts."""
        self._quota = quota
        self._allowance = allowance
        self._tally = Tally() if tally is None else tally
        self._told = self._tally.requests

    async def waits(self) -> AsyncIterator[float]:
        """The seconds to wait, again and again, until a page as large as any may be asked for."""
        while (wait := max(self._for_points(), self._for_requests())) > 0:
            yield wait

    async def afforded(self, pages: Pages) -> AsyncIterator[list[Row] | float]:
        """The pages; before one that has to wait, the seconds until it may be asked for."""
        while True:
            async for wait in self.waits():
                yield wait
            try:
                page = await anext(pages)
            except StopAsyncIteration:
                return
            yield page

    async def spent_in[T](self, steps: AsyncIterator[T]) -> AsyncIterator[T]:
        """The same steps; the requests that they make are counted."""
        while True:
            with counted_for(self._tally):
                try:
                    step = await anext(steps)
                except StopAsyncIteration:
                    return
            yield step

    async def as_they_are(
        self, kind: Kind[Any, Any], rows: list[Row], resource: ResourceConfig
    ) -> AsyncIterator[list[Row]]:
        """Rows that differ from Port's, once more where they may be some seconds old: by ids."""
        if self._quota is None or not isinstance(kind, KindWithNames):
            yield rows
            return
        async for now in kind.named(rows, await selector_of(resource)):
            yield now

    def _for_points(self) -> float:
        if self._quota is None:
            return 0.0
        return self._quota.wait(Purpose.SWEEP, 1 + MAX_NAMES_PER_PAGE)

    def _for_requests(self) -> float:
        if self._allowance is None:
            return 0.0
        self._allowance.spend(self._tally.requests - self._told)
        self._told = self._tally.requests
        return self._allowance.wait()
