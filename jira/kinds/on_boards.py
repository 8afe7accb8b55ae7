"""Kinds whose rows boards show: what is on some boards, and what was."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence

from jira.answers import Unread
from jira.kinds.kind import Kind, Pages, Selector
from jira.kinds.seen import Names, Seen
from jira.payloads import Row


class KindOnBoards[S: Selector, T](Kind[S, T]):
    """A kind that is read board by board.

    An event of a board tells that something is different there, but not what: the difference is
    what it shows now, beside what was `seen` on it.
    """

    seen: Seen

    @abstractmethod
    async def on_boards(
        self, boards: Sequence[Row], selector: S, unread: Unread
    ) -> Mapping[str, Names]:
        """By board, what it shows; nothing of those that can't be read, which are noted."""

    @abstractmethod
    def query(self, selector: S) -> Hashable:
        """How boards are asked under a selector: what `seen` is told apart by."""

    @abstractmethod
    def subject(self, name: str, key: str) -> T:
        """What `resolve` wants for one that is shown, or was."""


async def by_boards(of_each: AsyncIterator[tuple[Row, list[Row]]]) -> dict[str, Row]:
    """What boards show, by its id: a row once, with `__boardIds`, the lowest first."""
    found: dict[str, Row] = {}
    async for board, rows in of_each:
        for row in rows:
            known = found.setdefault(str(row["id"]), {**row, "__boardIds": []})
            known["__boardIds"] = sorted({*known["__boardIds"], board["id"]})
    return found


async def noting(
    of_each: AsyncIterator[tuple[Row, list[Row]]], shown: dict[str, Names]
) -> AsyncIterator[tuple[Row, list[Row]]]:
    """The same; `shown` is told which rows each board has."""
    async for board, rows in of_each:
        shown[str(board["id"])] = {str(row["id"]): str(row.get("key", "")) for row in rows}
        yield board, rows


async def noted(pages: Pages, boards: list[Row]) -> Pages:
    """The same pages; `boards` is told of all their rows."""
    async for page in pages:
        boards += page
        yield page
