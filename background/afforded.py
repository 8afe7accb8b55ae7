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
        while (wait := _wait(quota)) > 0:
            yield wait
        try:
            page = await anext(pages)
        except StopAsyncIteration:
            return
        yield page


def _wait(quota: Quota | None) -> float:
    """As if the next page were as large as any."""
    return 0.0 if quota is None else quota.wait(Purpose.SWEEP, 1 + MAX_NAMES_PER_PAGE)
