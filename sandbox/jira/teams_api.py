"""The endpoints of an organization's teams, on the site's own host."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.entities import Row
from sandbox.jira.search_api import refuse

if TYPE_CHECKING:
    from sandbox.jira.api import JiraApi

TEAMS = "/gateway/api/public/teams/v1/org/{org}/teams"
MEMBERS = f"{TEAMS}/{{team}}/members"
MAX_TEAMS, MAX_MEMBERS, DEFAULT_TEAMS = 300, 50, 50


class TeamsApi:
    """Teams by cursor, and the members of one."""

    def __init__(self, api: "JiraApi") -> None:
        self.api = api
        self.site = api.site

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [Route(TEAMS, self._teams), Route(MEMBERS, self._members, methods=["POST"])]

    def _refusal(self, request: Request) -> Response | None:
        if not request.scope["jira.authenticated"]:
            return refuse(401, "Client must be authenticated to access this resource.")
        if request.path_params["org"] != self.site.organization_id:
            return refuse(404, "The organization does not exist.")
        return None

    async def _teams(self, request: Request) -> Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        text = request.query_params.get("size", str(DEFAULT_TEAMS))
        if not text.isdecimal() or not 1 <= int(text) <= MAX_TEAMS:
            return refuse(400, f"size must be from 1 to {MAX_TEAMS}.")
        size, cursor = int(text), request.query_params.get("cursor")
        if fault := self.api.faults.take("short_pages", request.method, request.url.path):
            size = min(size, fault.size)
        names = list(self.site.teams)
        start = _after(names, cursor)
        if start is None:
            return refuse(400, "The cursor is invalid.")
        chosen = names[start : start + size]
        page: Row = {"entities": [self.site.teams[name].row() for name in chosen]}
        if start + size < len(names):
            page["cursor"] = chosen[-1]
        return JSONResponse(page)

    async def _members(self, request: Request) -> Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        team = self.site.teams.get(request.path_params["team"])
        if team is None:
            return refuse(404, "The team does not exist.")
        if team.fault is not None:
            return refuse(team.fault, "The members of this team can't be read.")
        body = request.scope["jira.body"] or {}
        size = body.get("first", MAX_MEMBERS)
        if not isinstance(size, int) or not 1 <= size <= MAX_MEMBERS:
            return refuse(400, f"first must be from 1 to {MAX_MEMBERS}.")
        if fault := self.api.faults.take("short_pages", request.method, request.url.path):
            size = min(size, fault.size)
        accounts = [user.account_id for user in team.members if not user.deleted]
        start = _after(accounts, body.get("after"))
        if start is None:
            return refuse(400, "The cursor is invalid.")
        chosen = accounts[start : start + size]
        return JSONResponse(
            {
                "results": [{"accountId": account} for account in chosen],
                "pageInfo": {
                    "endCursor": chosen[-1] if chosen else None,
                    "hasNextPage": start + size < len(accounts),
                },
            }
        )


def _after(names: Sequence[str], cursor: str | None) -> int | None:
    """Where the page after a cursor begins; None for a cursor that was never given.

    A cursor names the last row of the page before.
    """
    if not cursor:
        return 0
    return names.index(cursor) + 1 if cursor in names else None
