"""The endpoints that give issues."""

import base64
import itertools
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.jira.endpoints import API, Endpoints, knows, refuse, written
from sandbox.jira.entities import Issue
from sandbox.jira.faults import Faults
from sandbox.jira.formats import dumps
from sandbox.jira.index import IssueIndex
from sandbox.jira.jql.plan import Plan, Position, plan
from sandbox.jira.jql.tokens import JqlError
from sandbox.jira.selection import Selection

SEARCH = f"{API}/search/jql"
BULK = f"{API}/issue/bulkfetch"
FULL_PAGE, SLIM_PAGE, DEFAULT_PAGE = 100, 5000, 50
MAX_BULK, MAX_RECONCILE = 100, 50
_KEPT_TOKENS = 1024


@dataclass(frozen=True, slots=True)
class _Search:
    jql: str
    plan: Plan
    ids: list[str]
    changes: int
    """How much had changed on the site when it was made."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """What a token stands for: the pages that weren't given yet."""

    search: _Search
    offset: int
    last: Position | None


class SearchEndpoints(Endpoints[IssueIndex]):
    """`/search/jql`, `/issue/bulkfetch` and `/issue/{idOrKey}`."""

    def __init__(self, site: IssueIndex, faults: Faults) -> None:
        super().__init__(site, faults)
        self._tokens: OrderedDict[str, _Rest] = OrderedDict()
        self._count = itertools.count(1)

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(SEARCH, self._search, methods=["POST"]),
            Route(BULK, self._bulk, methods=["POST"]),
            Route(f"{API}/issue/{{id}}", self._one),
        ]

    async def _search(self, request: Request) -> Response:
        """A page of a search."""
        if not knows(request):
            return written(b'{"issues":[],"isLast":true}')
        body = request.scope["jira.body"]
        if not isinstance(body, dict):
            return refuse(400, "Invalid request payload. Refer to the REST API documentation.")
        reconcile = frozenset(str(item) for item in body.get("reconcileIssues") or ())
        if len(reconcile) > MAX_RECONCILE:
            return refuse(400, f"reconcileIssues can have at most {MAX_RECONCILE} ids.")
        selection = Selection.of(body.get("fields") or (), "id", body.get("expand") or "")
        most = SLIM_PAGE if selection.slim else FULL_PAGE
        asked = body.get("maxResults")
        size = min(asked if isinstance(asked, int) and asked > 0 else DEFAULT_PAGE, most)
        faults = self.faults
        if fault := faults.take("short_pages", request.method, SEARCH):
            size = min(size, fault.size)
        token = body.get("nextPageToken")
        try:
            rest = self._resume(str(body.get("jql") or ""), token, reconcile)
        except JqlError as error:
            return refuse(400, str(error))
        except LookupError:
            return refuse(400, "The next page token is invalid or has expired.")
        search, start = rest.search, rest.offset
        end = min(start + size, len(search.ids))
        if faults.take("empty_page", request.method, SEARCH):
            end = start
        views = (self.site.indexed(issue_id, reconcile) for issue_id in search.ids[start:end])
        issues = [view for view in views if view and view.visible and search.plan.matches(view)]
        last = end >= len(search.ids)
        tail = f'"isLast":{"true" if last else "false"}'
        following = None
        if not last or faults.take("last_with_token", request.method, SEARCH):
            position = search.plan.position(issues[-1]) if issues else rest.last
            following = self._token(_Rest(search, end, position))
        if token and faults.take("repeat_token", request.method, SEARCH):
            following, tail = token, '"isLast":false'
        if following:
            tail += f',"nextPageToken":"{following}"'
        request.scope["jira.issues"] = len(issues)
        return written(self._rows(issues, selection, tail.encode()))

    async def _bulk(self, request: Request) -> Response:
        """Issues by id or key, as they are now."""
        body = request.scope["jira.body"]
        asked = body.get("issueIdsOrKeys") if isinstance(body, dict) else None
        if not isinstance(asked, list) or not asked or len(asked) > MAX_BULK:
            return refuse(400, f"issueIdsOrKeys must have 1 to {MAX_BULK} ids or keys.")
        if not knows(request):
            return written(b'{"issues":[],"issueErrors":[]}')
        fault = self.faults.take("issue_errors", request.method, BULK)
        wrong = {self.site.issue_id(item) for item in fault.ids} if fault else set()
        found: dict[str, Issue] = {}
        errors: list[dict[str, Any]] = []
        for item in asked:
            issue = self.site.find_issue(str(item))
            if issue is None:
                continue
            if issue.id in wrong:
                errors.append({"id": issue.id, "errorMessage": "The issue could not be loaded."})
            else:
                found[issue.id] = issue
        issues = sorted(found.values(), key=lambda issue: int(issue.id))
        selection = Selection.of(body.get("fields") or (), "*navigable", body.get("expand") or ())
        request.scope["jira.issues"] = len(issues)
        return written(self._rows(issues, selection, b'"issueErrors":' + dumps(errors)))

    async def _one(self, request: Request) -> Response:
        """One issue; former keys redirect."""
        issue = self.site.find_issue(request.path_params["id"])
        if issue is None or not knows(request):
            return refuse(404, "Issue does not exist or you do not have permission to see it.")
        asked = request.query_params
        selection = Selection.of(asked.getlist("fields"), "*all", asked.get("expand", ""))
        request.scope["jira.issues"] = 1
        return written(self.site.raw(issue, selection))

    def _rows(self, issues: Iterable[Issue], selection: Selection, tail: bytes) -> bytes:
        rows = b",".join([self.site.raw(issue, selection) for issue in issues])
        return b'{"issues":[' + rows + b"]," + tail + b"}"

    def _resume(self, jql: str, token: str | None, reconcile: frozenset[str]) -> _Rest:
        if not token:
            prepared = plan(jql, self.site)
            return _Rest(self._found(jql, prepared, self.site.run(prepared, reconcile)), 0, None)
        rest = self._tokens[token]
        if rest.search.jql != jql:
            raise LookupError("A token belongs to its query")
        if rest.last is None or not (
            self.site.index_lags or rest.search.changes != self.site.changes
        ):
            return rest
        # What comes after the last row, as it is now: an edit may have moved a row over it.
        asked, last = rest.search.plan, rest.last
        left = [issue for issue in self.site.run(asked, reconcile) if asked.after(issue, last)]
        return _Rest(self._found(jql, asked, left), 0, last)

    def _found(self, jql: str, asked: Plan, found: Iterable[Issue]) -> _Search:
        return _Search(jql, asked, [issue.id for issue in found], self.site.changes)

    def _token(self, rest: _Rest) -> str:
        token = base64.urlsafe_b64encode(f"page:{next(self._count)}".encode()).decode()
        self._tokens[token] = rest
        if len(self._tokens) > _KEPT_TOKENS:
            self._tokens.popitem(last=False)
        return token
