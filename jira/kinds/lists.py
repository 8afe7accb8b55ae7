"""Lists that Jira gives page by page, by number, and kinds that are no more than such a list."""

from collections.abc import Iterable, Sequence
from itertools import batched
from typing import ClassVar

from loguru import logger

from jira.answers import Answers, that_row
from jira.asks import Ask, few
from jira.errors import JiraAnswerError
from jira.http.api import JiraApi, Query
from jira.kinds.kind import KindById, Pages, Selector
from jira.paging import OffsetPages, rows_of
from jira.payloads import Row
from jira.under_parent import each_by_id


async def offset_pages(
    api: JiraApi,
    path: str,
    key: str,
    query: Query,
    /,
    *,
    size: int,
    exact: bool = False,
    **values: str,
) -> Pages:
    """The pages of a list with `startAt`; `key` is what the rows are under. Raises JiraError.

    Fewer rows than it promises end it with a warning. To an `exact` read, which takes what isn't
    there for gone, they are an error.
    """
    where = f"GET {path}"
    pages = OffsetPages(where)
    more = True
    while more:
        asked = {**query, "startAt": pages.start, "maxResults": size}
        page = await api.get(path, asked, **values)
        rows = rows_of(page, key, where)
        more = pages.advance(page, len(rows))
        yield rows
    if pages.short and exact:
        raise JiraAnswerError(f"{pages.short} What isn't there can't be said.")
    if pages.short:
        logger.warning(pages.short)


class PlainListKind[S: Selector](KindById[S]):
    """A kind with one path for its list, and one for a single row or a list that takes ids.

    A subclass names the paths and, where it has a selector of its own, says what the list is
    asked for and which rows it shows.
    """

    all_of_it: ClassVar[str]
    """The path of the list, with `startAt` and `maxResults`."""
    one: ClassVar[str]
    """The path of a row, with `{id}`; not asked where the list takes ids."""
    ids_at_once: ClassVar[int] = 0
    """How many ids the list takes as `id`; 0 for a list that takes none."""
    page_size: ClassVar[int] = 50
    rows_under: ClassVar[str] = "values"

    def __init__(self, api: JiraApi) -> None:
        self._api = api

    def asks(self) -> Sequence[Ask]:
        """The list, and one of its rows where these have a path."""
        every = Ask(self.all_of_it, self.rows_under, few)
        return [every] if self.ids_at_once else [every, Ask(self.one, under=every)]

    def asked(self, selector: S) -> Query:
        """The list's parameters, and the row's."""
        return {}

    def shows(self, selector: S, row: Row) -> bool:
        """Whether a list by the selector has the row."""
        return True

    async def pages(self, selector: S) -> Pages:
        """The whole list."""
        async for rows in self._listed(self.asked(selector)):
            yield rows

    async def find(self, ids: Iterable[str], selector: S) -> Answers:
        """By the list where it takes ids, else one by one."""
        if self.ids_at_once:
            return Answers(await self._find_listed(list(ids), selector))

        async def read(row_id: str) -> Row | None:
            answer = await self._api.get(self.one, self.asked(selector), id=row_id)
            row = that_row(answer, "id", row_id, f"GET {self.one}")
            return row if row is not None and self.shows(selector, row) else None

        return Answers.of(await each_by_id(ids, read, what=self.name))

    async def _find_listed(self, ids: list[str], selector: S) -> dict[str, Row | None]:
        found: dict[str, Row | None] = dict.fromkeys(ids)
        for names in batched(list(found), self.ids_at_once):
            async for rows in self._listed({**self.asked(selector), "id": names}, exact=True):
                listed = {str(row.get("id")): row for row in rows if self.shows(selector, row)}
                found |= {name: row for name, row in listed.items() if name in found}
        return found

    def _listed(self, asked: Query, *, exact: bool = False) -> Pages:
        size = self.page_size
        return offset_pages(
            self._api, self.all_of_it, self.rows_under, asked, size=size, exact=exact
        )
