"""The kind `epic`: how epics are read, and what an issue's event means for them."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.concurrency import Gatherer
from jira.errors import JiraAnswerError
from jira.http.api import JiraApi
from jira.jql import restrict
from jira.kinds.board import BoardReader, by_boards, named
from jira.kinds.found import found_of_issues, known_of_issues
from jira.kinds.issue_reader import IssueQuery, IssueReader, ids_of
from jira.kinds.kind import Found, Kind, Known
from jira.kinds.selectors import JiraEpicConfig
from jira.payloads import IssueSubject, Row, issue_subjects
from jira.under_parent import one_page, under_each
from kinds import Kinds

if TYPE_CHECKING:
    from client import JiraClient

OF_BOARD = "/rest/agile/1.0/board/{id}/epic"
SELF = "/rest/agile/1.0/epic/"
ISSUE_TYPES = "/rest/api/3/issuetype"
EPIC_LEVEL = 1
"""https://support.atlassian.com/jira-cloud-administration/docs/configure-the-issue-type-hierarchy/"""
FIELDS = ("summary", "status", "project")
ROWS_TOGETHER = 500

Done = bool | None
"""Only epics that are done, only others, or (None) all."""


class EpicReader:
    """Reads epics: those that boards show, and those that only a search finds.

    A row is what a board says (`id`, `key`, `name`, `summary`, `color`, `done`) and `__boardIds`,
    lowest first, with the first of them as `__boardId`. An epic that is on no board, or of a
    team-managed project, has the same row made of its issue, with `__boardId` null.
    https://developer.atlassian.com/cloud/jira/software/rest/api-group-epic/
    Every method raises JiraError.
    """

    def __init__(self, api: JiraApi, issues: IssueReader, boards: BoardReader) -> None:
        self._api = api
        self._issues = issues
        self._boards = boards
        self._gatherer = Gatherer(self._find)
        # A board may show epics of projects that its filter doesn't name.
        self._seen_on: dict[str, list[int]] = {}

    async def pages(self, done: Done) -> AsyncIterator[list[Row]]:
        """All epics."""
        rows = await self._on(self._boards.listed(), done)
        types = await self._types()
        if types:
            jql = restrict(_condition(done), "issuetype", types)
            async for page in self._issues.pages(IssueQuery(jql, FIELDS)):
                for issue in page:
                    rows.setdefault(str(issue["id"]), of_issue(issue))
        every = list(rows.values())
        for start in range(0, len(every), ROWS_TOGETHER):
            yield every[start : start + ROWS_TOGETHER]

    async def find(self, ids: Iterable[str], done: Done) -> dict[str, Row | None]:
        """Epics by id; None for what is no epic, gone, or done where that isn't asked for."""
        return await self._gatherer.get(done, ids)

    async def _find(self, done: Done, ids: list[str]) -> dict[str, Row | None]:
        types = await self._types()
        issues: Mapping[str, Row] = {}
        if types:
            issues = await self._issues.find(
                ids, IssueQuery(restrict(None, "issuetype", types), FIELDS)
            )
        if not issues:
            return dict.fromkeys(ids)
        projects = {str(issue["fields"]["project"]["id"]) for issue in issues.values()}
        seen = {board for epic_id in ids for board in self._seen_on.get(epic_id, ())}
        boards = await self._boards.of_projects_and(sorted(projects), seen)
        shown = await self._on(one_page(boards), done, every=False)
        rows: dict[str, Row | None] = {}
        for epic_id in ids:
            row = shown.get(epic_id)
            if row is None and epic_id in issues:
                row = of_issue(issues[epic_id])
                row = row if done is None or row["done"] is done else None
            rows[epic_id] = row
        return rows

    async def _on(
        self, boards: AsyncIterator[list[Row]], done: Done, *, every: bool = True
    ) -> dict[str, Row]:
        read = partial(self._of_board, done)
        found = await by_boards(under_each(boards, read, what="epics", of=named, every=every))
        self._seen_on |= {name: row["__boardIds"] for name, row in found.items()}
        return {name: {**row, "__boardId": row["__boardIds"][0]} for name, row in found.items()}

    async def _of_board(self, done: Done, board: Row) -> list[Row]:
        query = {} if done is None else {"done": "true" if done else "false"}
        pages = self._boards.values(OF_BOARD, query, str(board["id"]))
        return [row async for rows in pages for row in rows]

    async def _types(self) -> list[str]:
        """The ids of the issue types on the level of epics, whatever they are called."""
        types: Any = await self._api.get(ISSUE_TYPES)
        if not isinstance(types, list) or not all(isinstance(row, dict) for row in types):
            raise JiraAnswerError(f"GET {ISSUE_TYPES} answered with something else than types.")
        return [str(row["id"]) for row in types if row.get("hierarchyLevel") == EPIC_LEVEL]


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
        "__boardId": None,
    }


def _condition(done: Done) -> str | None:
    if done is None:
        return None
    return "statusCategory = Done" if done else "statusCategory != Done"


def _done(resource: ResourceConfig) -> Done:
    status = set(cast(JiraEpicConfig, resource).selector.status or ())
    return "complete" in status if len(status) == 1 else None


async def read_all(client: "JiraClient", resource: ResourceConfig) -> AsyncIterator[list[Row]]:
    """Every epic of the selector."""
    async for page in client.verified(client.epics.pages(_done(resource))):
        yield page


async def resolve(
    client: "JiraClient", subjects: Sequence[IssueSubject], resource: ResourceConfig
) -> Found:
    """Read the issues again as epics; what isn't one (any more) is deleted if it was."""
    found = await client.epics.find([s.id for s in subjects], _done(resource))
    return found_of_issues(subjects, found)


async def by_identifiers(
    client: "JiraClient", identifiers: list[str], resource: ResourceConfig
) -> Known:
    """Read epics that Port has under these ids or keys."""
    usable, ids = await ids_of(client.issues, identifiers)
    found = await client.epics.find(ids, _done(resource))
    return known_of_issues(usable, found)


EPIC = Kind(
    kind=Kinds.EPIC,
    events=("jira:issue_created", "jira:issue_updated", "jira:issue_deleted"),
    touched_by=("jira:issue_",),
    subjects=issue_subjects,
    read_all=read_all,
    resolve=resolve,
    by_identifiers=by_identifiers,
    compared_after=("board_",),
)
