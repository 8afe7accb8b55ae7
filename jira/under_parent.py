"""Rows that are read under another row: a project's releases, a board's sprints.

One parent that can't be read must not cost the others theirs.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

from loguru import logger

from jira.concurrency import read_ahead
from jira.errors import JiraError, JiraNotFoundError, JiraPermissionError, JiraRequestError
from jira.payloads import Row

REFUSALS = (JiraRequestError, JiraPermissionError, JiraNotFoundError)
"""What Jira says about a single parent (400, 403, 404, 422); anything else is about all of them."""
PARENTS_AT_ONCE = 8


async def under_each(
    parents: AsyncIterator[list[Row]],
    read: Callable[[Row], Awaitable[list[Row]]],
    *,
    what: str,
    of: Callable[[Row], str],
    every: bool = True,
) -> AsyncIterator[tuple[Row, list[Row]]]:
    """Each parent with its rows, several read at a time, in order.

    A parent that is refused is left out with a warning that says `what` of whom is missing. Where
    every one is refused it isn't the parents (a wrong query, a permission that is missing
    everywhere): then the last refusal is raised, as is every other JiraError. Not so where these
    aren't `every` parent there is: one or two may well all be refused.
    """
    answered = False
    refused: JiraError | None = None

    async def attempt(parent: Row) -> tuple[Row, list[Row] | JiraError]:
        try:
            return parent, await read(parent)
        except REFUSALS as error:
            logger.warning(f"The {what} of {of(parent)} are left out: {error}")
            return parent, error

    each = _each(parents)
    async for parent, rows in read_ahead(each, attempt, most=PARENTS_AT_ONCE):
        if isinstance(rows, JiraError):
            # A parent that went meanwhile (404) says nothing about the others.
            refused = refused if isinstance(rows, JiraNotFoundError) else rows
        else:
            answered = True
            yield parent, rows
    if every and refused is not None and not answered:
        raise refused


async def each_by_id(
    ids: Iterable[str], read: Callable[[str], Awaitable[Row | None]], *, what: str
) -> dict[str, Row | None]:
    """Rows by id, each read by itself; None for what is gone (404, or `read` gives None).

    What Jira refuses otherwise is left out with a warning: it is neither there nor gone.
    """

    async def attempt(name: str) -> tuple[str, Row | None] | None:
        try:
            return name, await read(name)
        except JiraNotFoundError:
            return name, None
        except REFUSALS as error:
            logger.warning(f"The {what} {name} can't be read and stays as it is: {error}")
            return None

    found = await asyncio.gather(*(attempt(name) for name in dict.fromkeys(ids)))
    return dict(item for item in found if item is not None)


async def one_page(rows: list[Row]) -> AsyncIterator[list[Row]]:
    """Rows that are known, as the pages of a list."""
    yield rows


async def _each(pages: AsyncIterator[list[Row]]) -> AsyncIterator[Row]:
    async for page in pages:
        for row in page:
            yield row
