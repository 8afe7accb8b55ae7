"""The kind `sprint`: how sprints are read, and what an event says of them."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

from loguru import logger
from pydantic.v1 import Field, validator

from jira.answers import Answers, Said, Unread, that_row
from jira.asks import Ask, few
from jira.concurrency import Gatherer
from jira.errors import JiraRequestError
from jira.events import Family, events_of
from jira.http.api import JiraApi
from jira.kinds.board import BOARD_ASKS, BOARDS, BoardKind
from jira.kinds.kind import Found, KindById, Pages, Selector
from jira.kinds.on_boards import KindOnBoards, by_boards, noted, noting
from jira.kinds.seen import Names, Seen
from jira.payloads import ISSUES_PROJECT, IdSubject, Row, plausible_id, sprint_subjects
from jira.under_parent import each_by_id, one_page
from kinds import Kinds

OF_BOARD = "/rest/agile/1.0/board/{id}/sprint"
ONE = "/rest/agile/1.0/sprint/{id}"
ROWS_TOGETHER = 500
NO_SPRINTS = 400
"""The status for a board that has none; boards of every type can have some, and scrum boards do."""

States = tuple[str, ...]
"""The states of a selector; empty for all."""


class SprintSelector(Selector):
    """Which sprints."""

    sprint_state: list[Literal["active", "closed", "future"]] | None = Field(
        alias="sprintState",
        title="Sprint states",
        description="Only sprints in these states: active, closed, future. null means all.",
        default=["active"],
    )

    @property
    def states(self) -> "States":
        """The states, as a list is asked for them."""
        return tuple(self.sprint_state or ())

    @validator("sprint_state")
    def _each_once(cls, states: list[str] | None) -> list[str] | None:  # noqa: N805
        if states is not None and not states:
            raise ValueError("sprintState is empty: name at least one, or null for all")
        if states is not None and len(set(states)) < len(states):
            raise ValueError(f"sprintState names {', '.join(states)}: name each only once")
        return states


class SprintKind(KindById[SprintSelector], KindOnBoards[SprintSelector, IdSubject]):
    """Sprints, each with `__boardIds`, the boards that show it, lowest first.

    A sprint belongs to the boards on which it shows: one that no board shows is no part of the
    catalog. https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/
    """

    name = Kinds.SPRINT
    events = events_of(Family.SPRINT)
    touched_by = (Family.SPRINT, Family.ISSUE)
    id_in_rows = int

    def __init__(self, api: JiraApi, boards: BoardKind) -> None:
        self._api = api
        self._boards = boards
        self._gatherer = Gatherer(self._find)
        # Boards outside of the project that show a sprint aren't told by the sprint itself.
        self.seen = Seen()
        self._projects_in: dict[str, set[str]] = {}

    def asks(self) -> Sequence[Ask]:
        """The sprints of a board, and one of them."""
        sprints = Ask(OF_BOARD, "values", few, under=BOARDS)
        return [*BOARD_ASKS, sprints, Ask(ONE, under=sprints)]

    @staticmethod
    def subjects(payload: Any) -> Sequence[IdSubject]:
        """The sprint of an event, or those that an issue came to or left."""
        return sprint_subjects(payload)

    async def pages(self, selector: SprintSelector) -> Pages:
        """All sprints in one of the selector's states, on any board."""
        unread = Unread()
        shown: dict[str, Names] = {}
        boards: list[Row] = []
        listed = noted(self._boards.listed(), boards)
        found = await self._on(listed, selector.states, unread, shown)
        for board, names in shown.items():
            self.seen.whole(selector.states, board, names)
        self.seen.only(selector.states, [str(board["id"]) for board in boards])
        rows = list(found.values())
        for start in range(0, len(rows), ROWS_TOGETHER):
            yield rows[start : start + ROWS_TOGETHER]
        unread.raise_failed()

    async def find(self, ids: Iterable[str], selector: SprintSelector) -> Answers:
        """By id; None for one that is gone, in another state, or on no board."""
        return Answers.of(await self._gatherer.get(selector.states, ids))

    async def resolve(self, subjects: Sequence[IdSubject], selector: SprintSelector) -> Found:
        """Read the sprints again: one whose state left the selector is deleted."""
        for subject in subjects:
            if (project_id := subject.row.get(ISSUES_PROJECT)) is not None:
                self.note_issue_in(subject.id, project_id)
        return await super().resolve(subjects, selector)

    def note_issue_in(self, sprint_id: str, project_id: str) -> None:
        """An issue of a project came to a sprint or left it: the project's boards may show it."""
        self._projects_in.setdefault(sprint_id, set()).add(project_id)

    async def on_boards(
        self, boards: Sequence[Row], selector: SprintSelector, unread: Unread
    ) -> Mapping[str, Names]:
        """The sprints in the selector's states."""
        shown: dict[str, Names] = {}
        await self._on(one_page([*boards]), selector.states, unread, shown, every=False)
        return shown

    def query(self, selector: SprintSelector) -> States:
        """The states."""
        return selector.states

    def subject(self, name: str, key: str) -> IdSubject:
        """By its id."""
        return IdSubject(name, {"id": int(name)})

    async def boards_of(self, subjects: Sequence[IdSubject], unread: Unread) -> set[str]:
        """The ids of the boards that show these sprints, or may."""
        ids = [subject.id for subject in subjects]
        origins = {plausible_id(subject.row.get("originBoardId")) for subject in subjects} - {None}
        boards = self.seen.parents_of(ids) | {str(name) for name in origins}
        known = await self._boards.known(sorted(boards))
        keys = {
            key for row in known.values() if isinstance(row, dict) for key in row["__projectKeys"]
        }
        keys |= {project for name in ids for project in self._projects_in.get(name, ())}
        return boards | {
            str(row["id"]) for row in await self._boards.of_projects(sorted(keys), unread)
        }

    async def _on(
        self,
        boards: AsyncIterator[list[Row]],
        states: States,
        unread: Unread,
        shown: dict[str, Names],
        *,
        every: bool = True,
    ) -> dict[str, Row]:
        """Sprints by id; `shown` is told what each board shows."""
        read = partial(self._of_board, states, exact=not every)
        under = self._boards.under(boards, read, "sprints", unread, every=every)
        return await by_boards(noting(under, shown))

    async def _of_board(self, states: States, board: Row, *, exact: bool) -> list[Row]:
        query = {"state": ",".join(states)} if states else {}
        try:
            pages = self._boards.values(OF_BOARD, query, str(board["id"]), exact=exact)
            return [row async for rows in pages for row in rows]
        except JiraRequestError as error:
            if error.status != NO_SPRINTS or board.get("type") == "scrum":
                raise
            logger.debug(f"Board {board['id']} has no sprints")
            return []

    async def _find(self, states: States, ids: list[str]) -> dict[str, Said]:
        found: dict[str, Said] = await each_by_id(ids, self._one, what="sprint")
        rows = {name: row for name, row in found.items() if isinstance(row, dict)}
        there = {
            name: row for name, row in rows.items() if not states or row.get("state") in states
        }
        unread = Unread()
        on: dict[str, Names] = {}
        shown: dict[str, Row] = {}

        async def ask(unread: Unread) -> dict[str, Row]:
            return await self._on(
                await self._candidates(there, unread), states, unread, on, every=False
            )

        if there:
            shown, unread = await self._boards.with_known(ask)
        if there.keys() - shown.keys():
            # It exists, so a board that nothing here told of may show it.
            unread = Unread()
            shown = await self._on(self._boards.listed(), states, unread, on, every=False)
        for board, names in on.items():
            self.seen.some(states, board, there, names)
        return {
            **found,
            **dict.fromkeys(rows),
            **dict.fromkeys(there, unread.why),
            **{name: row for name, row in shown.items() if name in there},
        }

    async def _one(self, sprint_id: str) -> Row | None:
        answer = await self._api.get(ONE, id=sprint_id)
        return that_row(answer, "id", sprint_id, f"GET {ONE}")

    async def _candidates(self, sprints: dict[str, Row], unread: Unread) -> Pages:
        """The boards that may show the sprints: all of their projects', or simply all."""
        origins = {str(row.get("originBoardId") or "") for row in sprints.values()}
        seen = self.seen.parents_of(sprints)
        known = await self._boards.known(filter(plausible_id, sorted(origins | seen)))
        boards = {name: row for name, row in known.items() if isinstance(row, dict)}
        if not boards:
            return self._boards.listed()
        keys = {key for row in boards.values() for key in row["__projectKeys"]}
        keys |= {project for name in sprints for project in self._projects_in.get(name, ())}
        of_projects = await self._boards.of_projects(sorted(keys), unread)
        boards |= {str(row["id"]): row for row in of_projects}
        return one_page(list(boards.values()))
