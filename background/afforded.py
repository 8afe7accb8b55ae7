"""Pages of a comparison as there are points for them, where Jira counts points."""

from collections.abc import AsyncIterator

from jira.http.purpose import Purpose
from jira.http.quota import Quota
from jira.kinds.issue_reader import MAX_NAMES_PER_PAGE
from jira.kinds.kind import Pages
from jira.payloads import Row


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


async def until_afforded(quota: Quota | None) -> AsyncIterator[float]:
    """The seconds to wait, again and again, until there are points for a page as large as any."""
    while quota is not None and (wait := quota.wait(Purpose.SWEEP, 1 + MAX_NAMES_PER_PAGE)) > 0:
        yield wait
