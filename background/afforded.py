"""Pages of a comparison as there are points for them, and as they are, where Jira counts points."""

from collections.abc import AsyncIterator
from typing import Any

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.http.purpose import Purpose
from jira.http.quota import Quota
from jira.kinds.issue_reader import MAX_NAMES_PER_PAGE
from jira.kinds.kind import Kind, KindWithNames, Pages
from jira.payloads import Row
from port.mapping.resources import selector_of


async def afforded(pages: Pages, quota: Quota | None) -> AsyncIterator[list[Row] | float]:
    """The pages; before one for which there are no points yet, the seconds until there may be.

    Other work is done meanwhile, which a request that waits for its points would hold up.
    """
    while True:
        async for wait in until_afforded(quota):
            yield wait
        try:
            page = await anext(pages)
        except StopAsyncIteration:
            return
        yield page


async def as_they_are(
    kind: Kind[Any, Any], rows: list[Row], resource: ResourceConfig, quota: Quota | None
) -> AsyncIterator[list[Row]]:
    """Rows that differ from Port's, once more where they may be some seconds old: by their ids."""
    if quota is None or not isinstance(kind, KindWithNames):
        yield rows
        return
    async for now in kind.named(rows, await selector_of(resource)):
        yield now


async def until_afforded(quota: Quota | None) -> AsyncIterator[float]:
    """The seconds to wait, again and again, until there are points for a page as large as any."""
    while quota is not None and (wait := quota.wait(Purpose.SWEEP, 1 + MAX_NAMES_PER_PAGE)) > 0:
        yield wait
