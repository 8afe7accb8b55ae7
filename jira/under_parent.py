"""Rows that are read under another row: a project's releases, a board's sprints.

One parent that can't be read must not cost the others theirs.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import nullcontext

from loguru import logger

from jira.answers import REFUSALS, Unread, is_its_own
from jira.concurrency import read_ahead
from jira.errors import JiraError, JiraNotFoundError
from jira.http.patience import one_attempt
from jira.payloads import Row

PARENTS_AT_ONCE = 8
FAILURES_IN_A_ROW = 3
"""So many that fail, each after its retries and without any answer meanwhile, are Jira's: a site
may have one or two boards that never answer, and three side by side can wait for a healthy one."""
FAILED_LATELY_SECONDS = 600.0


class FailedLately:
    """Parents that failed after all retries a while ago: they are asked once by the next ones.

    Every kind that is read under boards would retry the one that never answers for a minute.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failed: dict[str, float] = {}

    def note(self, parent: str, *, failed: bool) -> None:
        """It was asked: answered, be it by a refusal, or not."""
        self._failed.pop(parent, None)
        if failed:
            self._failed[parent] = self._now()

    def __contains__(self, parent: str) -> bool:
        since = self._failed.get(parent)
        return since is not None and self._now() - since < FAILED_LATELY_SECONDS


class Outage:
    """Tells a parent that fails from a Jira that is down, by what others are answered meanwhile."""

    def __init__(self) -> None:
        self._answers = 0
        self._in_a_row = 0

    def begin(self) -> int:
        """A read begins; what this gives belongs to its failure."""
        return self._answers

    def answered(self) -> None:
        """Jira answered, be it by a refusal."""
        self._answers += 1
        self._in_a_row = 0

    def failed(self, begun: int) -> bool:
        """A read failed; whether that is Jira's failure and not the parent's own."""
        if self._answers == begun:
            self._in_a_row += 1
        return self._in_a_row >= FAILURES_IN_A_ROW


async def under_each(
    parents: AsyncIterator[list[Row]],
    read: Callable[[Row], Awaitable[list[Row]]],
    *,
    what: str,
    of: Callable[[Row], str],
    unread: Unread | None = None,
    every: bool = True,
    lately: FailedLately | None = None,
) -> AsyncIterator[tuple[Row, list[Row]]]:
    """Each parent with its rows, several read at a time, in order.

    A parent that is refused or fails is left out with a warning that says `what` of whom is
    missing. It is noted in `unread`; without one, JiraPartlyUnavailableError for those that failed
    comes at the end. Where several in a row get no answer, Jira is down and their error is raised
    at once, as is one that isn't a parent's own. Where every one is refused it isn't the parents (a
    wrong query, a permission that is missing everywhere): the last refusal is raised. Not so where
    these aren't `every` parent there is: one or two may well all be refused. Kinds that read under
    the same parents share what failed `lately`.
    """
    answered = False
    refused: JiraError | None = None
    outage = Outage()
    noted = Unread() if unread is None else unread
    failing = FailedLately() if lately is None else lately

    async def attempt(parent: Row) -> tuple[Row, list[Row] | JiraError]:
        name = of(parent)
        again = name in failing
        with one_attempt() if again else nullcontext():
            rows = await _attempt(
                read(parent), outage, f"{what} of {name}", "are left out", counts=not again
            )
        failing.note(name, failed=isinstance(rows, JiraError) and not isinstance(rows, REFUSALS))
        return parent, rows

    async for parent, rows in read_ahead(_each(parents), attempt, most=PARENTS_AT_ONCE):
        if isinstance(rows, JiraError):
            noted.note(f"{what} of {of(parent)}", rows)
            # A parent that went meanwhile (404) says nothing about the others.
            if isinstance(rows, REFUSALS) and not isinstance(rows, JiraNotFoundError):
                refused = rows
        else:
            answered = True
            yield parent, rows
    if every and refused is not None and not answered and not noted.failed:
        raise refused
    if unread is None:
        noted.raise_failed()


async def each_by_id[R](
    ids: Iterable[str], read: Callable[[str], Awaitable[R | None]], *, what: str
) -> dict[str, R | JiraError | None]:
    """Rows by id, each read by itself; None for what is gone (404, or `read` gives None).

    What is refused otherwise or fails is its error, with a warning: neither there nor gone. Where
    several in a row get no answer, Jira is down and their error is raised.
    """
    outage = Outage()

    async def attempt(name: str) -> R | JiraError | None:
        reading = _or_gone(read(name))
        return await _attempt(reading, outage, f"{what} {name}", "can't be read and stays as it is")

    names = list(dict.fromkeys(ids))
    tasks = [asyncio.ensure_future(attempt(name)) for name in names]
    try:
        return dict(zip(names, await asyncio.gather(*tasks), strict=True))
    finally:
        for task in tasks:
            task.cancel()


async def one_page(rows: list[Row]) -> AsyncIterator[list[Row]]:
    """Rows that are known, as the pages of a list."""
    yield rows


async def _attempt[R](
    reading: Awaitable[R], outage: Outage, what: str, refused: str, *, counts: bool = True
) -> R | JiraError:
    """What was read, or the parent's own failure; unless it `counts`, it never is an outage."""
    begun = outage.begin()
    try:
        found = await reading
    except REFUSALS as error:
        outage.answered()
        logger.warning(f"The {what} {refused}: {error}")
        return error
    except JiraError as error:
        if not is_its_own(error) or (counts and outage.failed(begun)):
            raise
        logger.warning(f"The {what} can't be read now, what Port has of it stays: {error}")
        return error
    outage.answered()
    return found


async def _or_gone[R](reading: Awaitable[R | None]) -> R | None:
    try:
        return await reading
    except JiraNotFoundError:
        return None


async def _each(pages: AsyncIterator[list[Row]]) -> AsyncIterator[Row]:
    async for page in pages:
        for row in page:
            yield row
