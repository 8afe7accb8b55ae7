"""The kind `sprint`: how sprints are read, and what an event says of them."""

from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from typing import Any, Literal

from loguru import logger
from pydantic.v1 import Field, validator

from jira.concurrency import Gatherer
from jira.errors import JiraRequestError
from jira.events import Family, events_of
from jira.http.api import JiraApi
from jira.kinds.board import BoardKind, by_boards, named
from jira.kinds.kind import Found, KindById, Pages, Selector, named_once
from jira.payloads import ISSUES_PROJECT, IdSubject, Row, plausible_id, sprint_subjects
from jira.under_parent import each_by_id, one_page, under_each
from kinds import Kinds

OF_BOARD = "/rest/agile/1.0/board/{id}/sprint"
ONE = "/rest/agile/1.0/sprint/{id}"
ROWS_TOGETHER = 500
NO_SPRINTS = "not support sprints"
"""Jira's words (400) for a board that has none, in English; boards of every type can have some."""

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
        return named_once(states, "sprintState")


class SprintKind(KindById[SprintSelector]):
    """Sprints, each with `__boardIds`, the boards that show it, lowest first.

    A sprint belongs to the boards on which it shows: one that no board shows is no part of the
    catalog. https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint/
    """

    name = Kinds.SPRINT
    events = events_of(Family.SPRINT)
    touched_by = (Family.SPRINT, Family.ISSUE)
    # By a board that is deleted or shows other projects, sprints appear and vanish.
    compared_after = (Family.BOARD,)
    id_in_rows = int

    def __init__(self, api: JiraApi, boards: BoardKind) -> None:
        self._api = api
        self._boards = boards
        self._gatherer = Gatherer(self._find)
        # Boards outside of the project that show a sprint aren't told by the sprint itself.
        self._seen_on: dict[str, set[str]] = {}
        self._projects_in: dict[str, set[str]] = {}

    @staticmethod
    def subjects(payload: Any) -> Sequence[IdSubject]:
        """The sprint of an event, or those that an issue came to or left."""
        return sprint_subjects(payload)

    async def pages(self, selector: SprintSelector) -> Pages:
        """All sprints in one of the selector's states, on any board."""
        rows = list((await self._on(self._boards.listed(), selector.states)).values())
        for start in range(0, len(rows), ROWS_TOGETHER):
            yield rows[start : start + ROWS_TOGETHER]

    async def find(self, ids: Iterable[str], selector: SprintSelector) -> dict[str, Row | None]:
        """By id; None for one that is gone, in another state, or on no board."""
        return await self._gatherer.get(selector.states, ids)

    async def resolve(self, subjects: Sequence[IdSubject], selector: SprintSelector) -> Found:
        """Read the sprints again: one whose state left the selector is deleted."""
        for subject in subjects:
            if (project_id := subject.row.get(ISSUES_PROJECT)) is not None:
                self.note_issue_in(subject.id, project_id)
        return await super().resolve(subjects, selector)

    def note_issue_in(self, sprint_id: str, project_id: str) -> None:
        """An issue of a project came to a sprint or left it: the project's boards may show it."""
        self._projects_in.setdefault(sprint_id, set()).add(project_id)

    async def _on(
        self, boards: AsyncIterator[list[Row]], states: States, *, every: bool = True
    ) -> dict[str, Row]:
        read = partial(self._of_board, states)
        found = await by_boards(under_each(boards, read, what="sprints", of=named, every=every))
        for sprint_id, row in found.items():
            self._seen_on.setdefault(sprint_id, set()).update(map(str, row["__boardIds"]))
        return found

    async def _of_board(self, states: States, board: Row) -> list[Row]:
        query = {"state": ",".join(states)} if states else {}
        try:
            pages = self._boards.values(OF_BOARD, query, str(board["id"]))
            return [row async for rows in pages for row in rows]
        except JiraRequestError as error:
            if board.get("type") != "kanban" and NO_SPRINTS not in str(error):
                raise
            logger.debug(f"Board {board['id']} has no sprints")
            return []

    async def _find(self, states: States, ids: list[str]) -> dict[str, Row | None]:
        found = await each_by_id(ids, self._one, what="sprint")
        there = {
            sprint_id: row
            for sprint_id, row in found.items()
            if row is not None and (not states or row.get("state") in states)
        }
        shown = await self._on(self._candidates(there), states, every=False) if there else {}
        if there.keys() - shown.keys():
            # It exists, so a board that nothing here told of may show it.
            shown = await self._on(self._boards.listed(), states)
        return {sprint_id: shown.get(sprint_id) for sprint_id in found}

    async def _one(self, sprint_id: str) -> Row | None:
        row: Any = await self._api.get(ONE, id=sprint_id)
        return row if isinstance(row, dict) and str(row.get("id")) == sprint_id else None

    async def _candidates(self, sprints: dict[str, Row]) -> Pages:
        """The boards that may show the sprints: all of their projects', or simply all."""
        origins = {str(row.get("originBoardId") or "") for row in sprints.values()}
        seen = {board for sprint_id in sprints for board in self._seen_on.get(sprint_id, ())}
        known = await self._boards.any_of(filter(plausible_id, sorted(origins | seen)))
        if any(known.get(origin) is None for origin in origins):
            async for page in self._boards.listed():
                yield page
            return
        boards = {str(row["id"]): row for row in known.values() if row is not None}
        keys = {key for row in boards.values() for key in row["__projectKeys"]}
        keys |= {project for name in sprints for project in self._projects_in.get(name, ())}
        boards |= {str(row["id"]): row for row in await self._boards.of_projects(sorted(keys))}
        async for page in one_page(list(boards.values())):
            yield page
