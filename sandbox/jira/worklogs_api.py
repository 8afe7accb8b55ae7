"""The endpoints of worklogs."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.entities import Row
from sandbox.jira.paging import page_of
from sandbox.jira.planning_rows import worklog_row
from sandbox.jira.planning_state import Worklog
from sandbox.jira.search_api import refuse

if TYPE_CHECKING:
    from sandbox.jira.api import JiraApi

API = "/rest/api/3"
MAX_WORKLOGS = 5000
MAX_LISTED = 1000


class WorklogApi:
    """The worklogs of an issue, one of them, and those of a list of ids."""

    def __init__(self, api: "JiraApi") -> None:
        self.api = api
        self.site = api.site

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(f"{API}/issue/{{id}}/worklog", self._every),
            Route(f"{API}/issue/{{id}}/worklog/{{worklog}}", self._one),
            Route(f"{API}/worklog/list", self._listed, methods=["POST"]),
        ]

    async def _every(self, request: Request) -> Response:
        issue = self.site.find_issue(request.path_params["id"])
        if issue is None or not request.scope["jira.authenticated"]:
            return refuse(404, "Issue does not exist or you do not have permission to see it.")
        if issue.worklogs_fault is not None:
            return refuse(issue.worklogs_fault, f"Worklogs of {issue.key} can't be read.")
        query = request.query_params
        after, before = query.get("startedAfter"), query.get("startedBefore")
        for bound in (after, before):
            if bound is not None and not bound.isdecimal():
                return refuse(400, f"'{bound}' is no time.")
        # Both are exclusive, by the words of the parameters; elsewhere it says "on or after".
        found = [
            worklog
            for worklog in issue.worklogs
            if (after is None or worklog.started * 1000 > int(after))
            and (before is None or worklog.started * 1000 < int(before))
        ]
        start, size = page_of(request, MAX_WORKLOGS, MAX_WORKLOGS)
        if fault := self.api.faults.take("short_pages", request.method, request.url.path):
            size = min(size, fault.size)
        return JSONResponse(
            {
                "startAt": start,
                "maxResults": size,
                "total": len(found),
                "worklogs": [self._row(request, item) for item in found[start : start + size]],
            }
        )

    async def _one(self, request: Request) -> Response:
        issue = self.site.find_issue(request.path_params["id"])
        worklog = self.site.worklogs.get(request.path_params["worklog"])
        if (
            issue is None
            or worklog is None
            or worklog.issue is not issue
            or not request.scope["jira.authenticated"]
        ):
            return refuse(404, "Cannot find worklog with this id.")
        return JSONResponse(self._row(request, worklog))

    async def _listed(self, request: Request) -> Response:
        body = request.scope["jira.body"]
        ids = body.get("ids") if isinstance(body, dict) else None
        if not isinstance(ids, list) or not 0 < len(ids) <= MAX_LISTED:
            return refuse(400, f"ids must have 1 to {MAX_LISTED} ids.")
        if not request.scope["jira.authenticated"]:
            return refuse(401, "Client must be authenticated to access this resource.")
        found = (self.site.worklogs.get(str(number)) for number in dict.fromkeys(ids))
        return JSONResponse(
            [self._row(request, item) for item in found if item and item.issue.visible]
        )

    def _row(self, request: Request, worklog: Worklog) -> Row:
        row = worklog_row(self.site.rows, worklog)
        expanded = request.query_params.get("expand", "").split(",")
        return row | ({"properties": []} if "properties" in expanded else {})
