"""The backlog of a board: by page number in the agile API, by token in the software API."""

import itertools
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.jira.boards import AGILE, Boards, UnderBoard
from sandbox.jira.endpoints import Pages, refuse, written
from sandbox.jira.entities import Board, Issue
from sandbox.jira.epics import epic_row
from sandbox.jira.faults import Faults
from sandbox.jira.formats import Row, dumps
from sandbox.jira.jql.plan import Plan, plan
from sandbox.jira.jql.tokens import JqlError
from sandbox.jira.selection import Selection
from sandbox.jira.sprints import sprint_row

SOFTWARE = "/rest/software/1.0"
_PAGES = Pages(most=100)
_KEPT_TOKENS = 256
_BY_RANK = (("rank", False),)


@dataclass(frozen=True, slots=True)
class _Rest:
    board: Board
    jql: str
    ids: list[str]


class BacklogEndpoints(UnderBoard[Boards]):
    """Answers for a board that was found; what it shows lags with the search index."""

    def __init__(self, site: Boards, faults: Faults) -> None:
        super().__init__(site, faults)
        self._tokens: OrderedDict[str, _Rest] = OrderedDict()
        self._count = itertools.count(1)

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(f"{AGILE}/board/{{id}}/backlog", self.under(self._by_number)),
            Route(f"{SOFTWARE}/board/{{id}}/backlog", self.under(self._by_token)),
        ]

    def _by_number(self, request: Request, board: Board) -> Response:
        """`/rest/agile/1.0/board/{id}/backlog`."""
        start, size = _PAGES.window(request, self.faults)
        try:
            found = self.site.run(self._plan(request, board))
        except JqlError as error:
            return refuse(400, str(error))
        numbers: Row = {"startAt": start, "maxResults": size, "total": len(found)}
        return self._answer(request, found[start : start + size], numbers)

    def _by_token(self, request: Request, board: Board) -> Response:
        """`/rest/software/1.0/board/{id}/backlog`."""
        _, size = _PAGES.window(request, self.faults)
        jql = request.query_params.get("jql", "")
        token = request.query_params.get("nextPageToken")
        try:
            query = self._plan(request, board)
        except JqlError as error:
            return refuse(400, str(error))
        if token:
            rest = self._tokens.get(token)
            if rest is None or (rest.board, rest.jql) != (board, jql):
                return refuse(400, "The next page token is invalid or has expired.")
            ids = rest.ids
        else:
            ids = [issue.id for issue in self.site.run(query)]
        # As in a search, what left the backlog since the first page is missing from a later one.
        views = (self.site.indexed(issue_id) for issue_id in ids[:size])
        issues = [view for view in views if view and view.visible and query.matches(view)]
        following: Row = {"isLast": len(ids) <= size}
        if not following["isLast"]:
            following["nextPageToken"] = self._token(_Rest(board, jql, ids[size:]))
        return self._answer(request, issues, following)

    def _plan(self, request: Request, board: Board) -> Plan:
        """The query within a board's backlog, by rank unless it says otherwise."""
        jql = request.query_params.get("jql", "")
        asked = plan(jql, self.site) if jql.strip() else None
        homes = frozenset(project.id for project in board.projects)

        def waits(issue: Issue) -> bool:
            return (
                issue.project.id in homes
                and issue.type.level == 0
                and issue.status.category != "done"
                and (issue.sprint is None or issue.sprint.state == "closed")
                and (asked is None or asked.matches(issue))
            )

        ids, order = (asked.ids, asked.order) if asked else (None, ())
        return Plan(ids, waits, order or _BY_RANK, homes)

    def _token(self, rest: _Rest) -> str:
        token = f"backlog-{next(self._count)}"
        self._tokens[token] = rest
        if len(self._tokens) > _KEPT_TOKENS:
            self._tokens.popitem(last=False)
        return token

    def _answer(self, request: Request, issues: Iterable[Issue], rest: Row) -> Response:
        selection = Selection.of(request.query_params.getlist("fields"), "*navigable")
        rows = [dumps(self._row(issue, selection)) for issue in issues]
        request.scope["jira.issues"] = len(rows)
        content = b'{"issues":[' + b",".join(rows) + b"]," + dumps(rest)[1:]
        return written(content)

    def _row(self, issue: Issue, selection: Selection) -> Row:
        """The asked part of a row, with what boards alone show of an issue."""
        row = selection.apply(self.site.row(issue))
        if selection.slim:
            return row
        rows, epic, sprint = self.site.rows, issue.parent, issue.sprint
        more: Row = {
            # What waits is in no sprint, or in one that is over.
            "sprint": None,
            "closedSprints": [sprint_row(rows, sprint)] if sprint else [],
            "flagged": False,
            "epic": epic_row(rows, epic) if epic and epic.type.level == 1 else None,
        }
        asked = {
            name: value
            for name, value in more.items()
            if (selection.base or name in selection.include) and name not in selection.exclude
        }
        return {**row, "fields": {**row["fields"], **asked}}
