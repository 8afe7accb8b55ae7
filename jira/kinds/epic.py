"""The kind `epic`: how epics are read, and what an issue's event says of them."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

from pydantic.v1 import Field

from jira.answers import Answers, Said, Unread
from jira.asks import Ask, few
from jira.concurrency import Gatherer
from jira.errors import JiraAnswerError
from jira.events import Family, events_of
from jira.http.api import JiraApi
from jira.jql import both, in_parts, restrict
from jira.kept import Kept
from jira.kinds.board import BOARD_ASKS, BOARDS, BoardKind, named
from jira.kinds.issue_asks import ISSUE_ASKS
from jira.kinds.issue_reader import IssueQuery, IssueReader
from jira.kinds.issue_search import all_issues
from jira.kinds.kind import Pages, Selector
from jira.kinds.of_issues import KindOfIssues
from jira.kinds.on_boards import KindOnBoards, by_boards, noted, noting
from jira.kinds.seen import Names, Seen
from jira.payloads import IssueSubject, Row, part_of
from jira.under_parent import one_page
from kinds import Kinds

OF_BOARD = "/rest/agile/1.0/board/{id}/epic"
SELF = "/rest/agile/1.0/epic/"
ISSUE_TYPES = "/rest/api/3/issuetype"
EPIC_LEVEL = 1
"""https://support.atlassian.com/jira-cloud-administration/docs/configure-the-issue-type-hierarchy/"""
FIELDS = ("summary", "status", "project")
ROWS_TOGETHER = 500
WHAT = "epics"

Done = bool | None
"""Only epics that are done, only others, or (None) all."""


class EpicSelector(Selector):
    """Which epics."""

    status: list[Literal["complete", "incomplete"]] | None = Field(
        title="Status",
        description="Only epics that are complete, or incomplete. Empty or null means all.",
        default=["incomplete"],
    )

    @property
    def done(self) -> "Done":
        """The same as a list of epics is asked for it."""
        status = set(self.status or ())
        return "complete" in status if len(status) == 1 else None


class EpicKind(KindOfIssues[EpicSelector], KindOnBoards[EpicSelector, IssueSubject]):
    """Epics: those that boards show, and those that only a search finds.

    A row is what a board says (`id`, `key`, `name`, `summary`, `color`, `done`) and `__boardIds`,
    lowest first, with the last of them as `__boardId`. An epic that is on no board, or of a
    team-managed project, has the same row made of its issue, without `__boardId`.
    https://developer.atlassian.com/cloud/jira/software/rest/api-group-epic/
    """

    name = Kinds.EPIC
    events = events_of(Family.ISSUE)
    behind_index = True

    def __init__(self, api: JiraApi, reader: IssueReader, boards: BoardKind) -> None:
        super().__init__(reader)
        self._api = api
        self._boards = boards
        self._gatherer = Gatherer(self._find)
        # A board may show epics of projects that its filter doesn't name.
        self.seen = Seen()
        self._levels = Kept[dict[str, Any]]()

    def asks(self) -> Sequence[Ask]:
        """The epics of a board, and what finds those that are on none."""
        epics = Ask(OF_BOARD, "values", few, under=BOARDS)
        return [*BOARD_ASKS, epics, Ask(ISSUE_TYPES), *ISSUE_ASKS]

    async def pages(self, selector: EpicSelector) -> Pages:
        """All epics of the selector."""
        done = selector.done
        unread = Unread()
        boards: list[Row] = []
        shown: dict[str, Names] = {}
        rows = await self._on(noted(self._boards.listed(), boards), done, unread, shown)
        for board, names in shown.items():
            self.seen.whole(done, board, names)
        self.seen.only(done, [str(board["id"]) for board in boards])
        may_show = await self._may_show([b for b in boards if _what(b) in unread.failed])
        self.forget_types()
        for types in await self._types_in_parts():
            jql = restrict(_condition(done), "issuetype", types)
            async for page in all_issues(self.reader, IssueQuery(jql, FIELDS), unread=unread):
                for issue in page:
                    if not may_show(issue):
                        rows.setdefault(str(issue["id"]), of_issue(issue))
        every = list(rows.values())
        for start in range(0, len(every), ROWS_TOGETHER):
            yield every[start : start + ROWS_TOGETHER]
        unread.raise_failed()

    async def find(self, ids: Iterable[str], selector: EpicSelector) -> Answers:
        """By id; None for what is no epic, gone, or done where that isn't asked for."""
        return Answers.of(await self._gatherer.get(selector.done, ids))

    def forget_types(self) -> None:
        """Something happened to types."""
        self._levels.forget()

    async def of_project(self, project_id: str) -> AsyncIterator[list[Row]]:
        """Id and key of each epic of a project, done or not."""
        for types in await self._types_in_parts():
            jql = both(restrict(None, "issuetype", types), restrict(None, "project", [project_id]))
            async for page in self.reader.names(IssueQuery(jql)):
                yield page

    async def on_boards(
        self, boards: Sequence[Row], selector: EpicSelector, unread: Unread
    ) -> Mapping[str, Names]:
        """The epics of the selector."""
        shown: dict[str, Names] = {}
        await self._on(one_page([*boards]), selector.done, unread, shown, every=False)
        return shown

    def query(self, selector: EpicSelector) -> Done:
        """Whether they are done."""
        return selector.done

    async def _find(self, done: Done, ids: list[str]) -> dict[str, Said]:
        found = await self.reader.find(ids, IssueQuery(None, (*FIELDS, "issuetype")))
        said: dict[str, Said] = {**dict.fromkeys(ids), **found}
        types = {name: _type(row) for name, row in found.items() if isinstance(row, dict)}
        level = await self._levels_of(types.values()) if types else {}
        issues = {
            name: row
            for name, row in found.items()
            if isinstance(row, dict) and level[types[name]] == EPIC_LEVEL
        }
        said |= dict.fromkeys(types.keys() - issues.keys())
        if not issues:
            return said
        projects = {str(issue["fields"]["project"]["id"]) for issue in issues.values()}
        on: dict[str, Names] = {}

        async def ask(unread: Unread) -> dict[str, Row]:
            seen = self.seen.parents_of(issues)
            boards = await self._boards.of_projects_and(sorted(projects), seen, unread)
            return await self._on(one_page(boards), done, unread, on, every=False)

        shown, unread = await self._boards.with_known(ask)
        for board, names in on.items():
            self.seen.some(done, board, issues, names)
        for epic_id, issue in issues.items():
            row = of_issue(issue)
            without_board = row if done is None or row["done"] is done else None
            said[epic_id] = shown.get(epic_id) or unread.why or without_board
        return said

    async def _on(
        self,
        boards: AsyncIterator[list[Row]],
        done: Done,
        unread: Unread,
        shown: dict[str, Names],
        *,
        every: bool = True,
    ) -> dict[str, Row]:
        """Epics by id; `shown` is told what each board shows."""
        read = partial(self._of_board, done, exact=not every)
        under = self._boards.under(boards, read, WHAT, unread, every=every)
        found = await by_boards(noting(under, shown))
        return {name: {**row, "__boardId": row["__boardIds"][-1]} for name, row in found.items()}

    async def _of_board(self, done: Done, board: Row, *, exact: bool) -> list[Row]:
        query = {} if done is None else {"done": "true" if done else "false"}
        pages = self._boards.values(OF_BOARD, query, str(board["id"]), exact=exact)
        return [row async for rows in pages for row in rows]

    async def _may_show(self, failed: list[Row]) -> Callable[[Row], bool]:
        """Whether one of these boards may show an epic that no other board shows.

        Its row would say that no board does, and stays as it is.
        """
        if not failed:
            return lambda issue: False
        ids = [str(board["id"]) for board in failed]
        told = await self._boards.said_of(ids)
        keys: set[str] = set()
        for board in failed:
            row = told[str(board["id"])]
            if not isinstance(row, dict):
                # Of which projects it is can't be said, so it may show any.
                return lambda issue: True
            keys.update(row["__projectKeys"])
        seen = self.seen.on(ids)
        return lambda issue: str(issue["id"]) in seen or issue["fields"]["project"]["key"] in keys

    async def _types_in_parts(self) -> list[list[str]]:
        """The ids of the issue types on the level of epics, as many as a query may name.

        Whatever they are called; each team-managed project has its own.
        """
        of_epics = [name for name, level in (await self._types()).items() if level == EPIC_LEVEL]
        return in_parts(of_epics)

    async def _levels_of(self, types: Iterable[str]) -> Mapping[str, Any]:
        """On which level types are; those that aren't known yet have all asked for anew."""
        wanted = set(types)
        levels = await self._types()
        if not wanted <= levels.keys():
            self.forget_types()
            levels = await self._types()
        return {**dict.fromkeys(wanted), **levels}

    async def _types(self) -> dict[str, Any]:
        """All issue types, with the level that they are on."""
        if kept := self._levels.get([ISSUE_TYPES]):
            return kept[ISSUE_TYPES]
        moment = self._levels.moment
        types: Any = await self._api.get(ISSUE_TYPES)
        if not isinstance(types, list) or not all(isinstance(row, dict) for row in types):
            raise JiraAnswerError(f"GET {ISSUE_TYPES} answered with something else than types.")
        levels = {str(row["id"]): row.get("hierarchyLevel") for row in types}
        self._levels.put(moment, [(ISSUE_TYPES, levels)])
        return levels


def _type(issue: Row) -> str:
    return str(part_of(part_of(issue, "fields"), "issuetype").get("id"))


def _what(board: Row) -> str:
    """How an `Unread` has a board whose epics it is without."""
    return f"{WHAT} of {named(board)}"


def of_issue(issue: Row) -> Row:
    """An epic's row, made of its issue."""
    fields = issue["fields"]
    category = ((fields.get("status") or {}).get("statusCategory") or {}).get("key")
    site = str(issue.get("self", "")).partition("/rest/")[0]
    return {
        "id": int(issue["id"]),
        "key": issue["key"],
        "self": f"{site}{SELF}{issue['id']}",
        "name": fields.get("summary"),
        "summary": fields.get("summary"),
        "color": None,
        "done": category == "done",
        "__boardIds": [],
    }


def _condition(done: Done) -> str | None:
    if done is None:
        return None
    return "statusCategory = Done" if done else "statusCategory != Done"
