"""The kind `board`: how boards are read, and what an event says of them."""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from typing import Any, Literal

from pydantic.v1 import Field

from jira.answers import Answers, Said, Unread, that_row
from jira.asks import Ask, few
from jira.concurrency import Gatherer, batched
from jira.errors import JiraError, JiraNotFoundError, JiraPermissionError, JiraRequestError
from jira.events import Family, events_of
from jira.http.api import JiraApi, Query
from jira.kept import Kept
from jira.kinds.kind import KindById, Pages, Selector
from jira.kinds.lists import offset_pages
from jira.payloads import IdSubject, Row, board_subjects
from jira.under_parent import FailedLately, each_by_id, under_each
from kinds import Kinds

ALL = "/rest/agile/1.0/board"
ONE = "/rest/agile/1.0/board/{id}"
PROJECTS = "/rest/agile/1.0/board/{id}/project"
MAX_PER_PAGE = 50
ROWS_TOGETHER = 200
BOARDS = Ask(ALL, "values", few, needs="access to Jira Software")
BOARD_ASKS = (BOARDS, Ask(ONE, under=BOARDS), Ask(PROJECTS, "values", few, under=BOARDS))


class BoardSelector(Selector):
    """Which boards."""

    board_type: Literal["scrum", "kanban", "simple"] | None = Field(
        alias="boardType",
        title="Board type",
        description="Only boards of this type: scrum, kanban or simple. Empty means all.",
        default=None,
    )
    project_key: str | None = Field(
        alias="projectKey",
        title="Project key",
        description="Only boards that show this project. Empty means all.",
        default=None,
    )


class BoardKind(KindById[BoardSelector]):
    """Boards; a whole row has `__projectKeys`, the projects that the board's filter names.

    https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
    """

    name = Kinds.BOARD
    events = events_of(Family.BOARD)
    touched_by = (Family.BOARD,)
    id_in_rows = int

    def __init__(self, api: JiraApi) -> None:
        self._api = api
        self._gatherer = Gatherer(self._find)
        self._lists = Gatherer(self._of_projects)
        self._failed_lately = FailedLately()
        self._rows_kept = Kept[Row]()
        self._lists_kept = Kept[list[Row]]()
        # The projects of each board, once all are known.
        self._projects_of: dict[str, frozenset[str]] = {}
        self._listed: set[str] | None = None

    def asks(self) -> Sequence[Ask]:
        """The list, one board, and its projects."""
        return BOARD_ASKS

    @staticmethod
    def subjects(payload: Any) -> Sequence[IdSubject]:
        """The board of an event."""
        return board_subjects(payload)

    def forget(self) -> None:
        """Something happened to boards, or to what they show: what is kept of them may be old."""
        self._rows_kept.forget()
        self._lists_kept.forget()

    @property
    def are_known(self) -> bool:
        """Whether it is known of which projects all boards are."""
        return self._listed is not None and self._listed <= self._projects_of.keys()

    def of_keys(self, keys: Collection[str]) -> set[str]:
        """The ids of the boards that showed one of these projects."""
        return {board for board, of in self._projects_of.items() if not of.isdisjoint(keys)}

    async def pages(self, selector: BoardSelector) -> Pages:
        """All boards of the selector, as whole rows."""
        query: dict[str, str] = {}
        if selector.board_type:
            query["type"] = selector.board_type
        if selector.project_key:
            query["projectKeyOrId"] = selector.project_key
        async for page in batched(self._whole(self.listed(query)), ROWS_TOGETHER):
            yield page

    async def find(self, ids: Iterable[str], selector: BoardSelector) -> Answers:
        """Whole rows by id; None for a board that is gone or that the selector doesn't show."""
        found = await self.any_of(ids)
        shown: dict[str, Row | None] = {
            board_id: row if row is not None and selects(selector, row) else None
            for board_id, row in found.items()
        }
        return Answers(shown, found.failed)

    async def any_of(self, ids: Iterable[str]) -> Answers:
        """Whole rows by id, whatever the selector; None for a board that is gone. As `find`."""
        return Answers.of(await self.said_of(ids))

    async def said_of(self, ids: Iterable[str]) -> dict[str, Said]:
        """As `any_of`, with the failure of each that can't be said."""
        return await self._gatherer.get(None, ids)

    async def known(self, ids: Iterable[str]) -> dict[str, Said]:
        """As `said_of`, but not asked again so soon where nothing happened to boards."""
        wanted = list(dict.fromkeys(ids))
        kept: Mapping[str, Said] = self._rows_kept.get(wanted)
        left = [name for name in wanted if name not in kept]
        return {**kept, **(await self.said_of(left) if left else {})}

    async def with_known[T](self, ask: Callable[[Unread], Awaitable[T]]) -> tuple[T, Unread]:
        """What is read under boards that may be known from before, and what couldn't be.

        Where one of them is gone it is asked once more, of those that are there now.
        """
        unread = Unread()
        found = await ask(unread)
        if any(isinstance(error, JiraNotFoundError) for error in unread.refused.values()):
            self.forget()
            unread = Unread()
            found = await ask(unread)
        return found, unread

    async def listed(self, query: Query | None = None) -> Pages:
        """The boards of a query as the list shows them, without their projects."""
        seen: set[str] = set()
        async for rows in self.values(ALL, query or {}):
            seen.update(str(row["id"]) for row in rows)
            yield rows
        if not query:
            self._listed = seen
            for board in self._projects_of.keys() - seen:
                del self._projects_of[board]

    async def of_projects(self, keys_or_ids: Iterable[str], unread: Unread) -> list[Row]:
        """The boards that show at least one of these projects, each once, as in the list.

        It is noted in `unread` where those of a project can't be read. A list is kept for a while.
        """
        wanted = dict.fromkeys(keys_or_ids)
        found: dict[str, list[Row] | JiraError | None] = {**self._lists_kept.get(wanted)}
        left = [key for key in wanted if key not in found]
        if left:
            moment = self._lists_kept.moment
            said = await self._lists.get(None, left)
            lists = ((key, rows) for key, rows in said.items() if isinstance(rows, list))
            self._lists_kept.put(moment, lists)
            found |= said
        boards: dict[str, Row] = {}
        for key, rows in found.items():
            if isinstance(rows, JiraPermissionError):
                # Not the project's: these lists are shown to everybody who may use boards.
                raise rows
            if isinstance(rows, JiraError):
                unread.note(f"boards of project {key}", rows)
            else:
                boards |= {str(row["id"]): row for row in rows or ()}
        return list(boards.values())

    async def of_projects_and(
        self, keys_or_ids: Iterable[str], board_ids: Iterable[str], unread: Unread
    ) -> list[Row]:
        """The boards of these projects, and those of these boards that are still there."""
        boards = {str(row["id"]): row for row in await self.of_projects(keys_or_ids, unread)}
        others = await self.known(sorted({*board_ids} - boards.keys()))
        for name, said in others.items():
            if isinstance(said, JiraError):
                unread.note(f"board {name}", said)
            elif said is not None:
                boards[name] = said
        return list(boards.values())

    def under(
        self,
        boards: AsyncIterator[list[Row]],
        read: Callable[[Row], Awaitable[list[Row]]],
        what: str,
        unread: Unread | None = None,
        *,
        every: bool = True,
    ) -> AsyncIterator[tuple[Row, list[Row]]]:
        """Boards, each with what is read under it: `under_each`."""
        lately = self._failed_lately
        return under_each(
            boards, read, what=what, of=named, unread=unread, every=every, lately=lately
        )

    async def values(
        self, path: str, query: Query, board_id: str | None = None, *, exact: bool = False
    ) -> Pages:
        """The pages of a list of the agile API, such as a board's sprints."""
        under = {} if board_id is None else {"id": board_id}
        async for rows in offset_pages(
            self._api, path, "values", query, size=MAX_PER_PAGE, exact=exact, **under
        ):
            yield rows

    async def _whole(self, boards: AsyncIterator[list[Row]]) -> Pages:
        async for board, projects in self.under(boards, self._projects, "projects"):
            yield [self._noted(with_projects(board, projects))]

    def _noted(self, board: Row) -> Row:
        self._projects_of[str(board["id"])] = frozenset(map(str, board["__projectKeys"]))
        return board

    async def _projects(self, board: Row) -> list[Row]:
        pages = self.values(PROJECTS, {}, str(board["id"]))
        return [row async for rows in pages for row in rows]

    async def _find(self, _: None, ids: list[str]) -> dict[str, Said]:
        moment = self._rows_kept.moment
        said = await each_by_id(ids, self._one, what="board")
        self._rows_kept.put(moment, ((n, row) for n, row in said.items() if isinstance(row, dict)))
        return said

    async def _one(self, board_id: str) -> Row | None:
        answer = await self._api.get(ONE, id=board_id)
        row = that_row(answer, "id", board_id, f"GET {ONE}")
        if row is None:
            return None
        try:
            return self._noted(with_projects(row, await self._projects(row)))
        except JiraNotFoundError as error:
            # The board itself is there.
            raise JiraRequestError(str(error), 404) from error

    async def _of_projects(
        self, _: None, keys: list[str]
    ) -> dict[str, list[Row] | JiraError | None]:
        return await each_by_id(keys, self._of_project, what="list of boards of project")

    async def _of_project(self, key: str) -> list[Row]:
        try:
            pages = self.values(ALL, {"projectKeyOrId": key}, exact=True)
            return [row async for rows in pages for row in rows]
        except (JiraNotFoundError, JiraRequestError):
            # The project itself is gone: Jira says 400 for one that can't be found.
            return []


def named(board: Row) -> str:
    """What a board is called in the log."""
    return f"board {board['id']} ({board.get('name')})"


def with_projects(board: Row, projects: Sequence[Row]) -> Row:
    """A whole row."""
    return {**board, "__projectKeys": [project["key"] for project in projects]}


def selects(selector: BoardSelector, board: Row) -> bool:
    """Whether a list by the selector would show the board."""
    if selector.board_type and board.get("type") != selector.board_type:
        return False
    wanted = (selector.project_key or "").upper()
    return not wanted or wanted in {str(key).upper() for key in board["__projectKeys"]}
