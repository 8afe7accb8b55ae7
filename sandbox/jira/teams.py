"""The teams of the site's organization, and their endpoints. No event tells of them."""

import random
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.endpoints import Endpoints, knows, refuse, shortened
from sandbox.jira.entities import User
from sandbox.jira.formats import Row
from sandbox.jira.state import KEEP, SiteState

type TeamType = Literal["OPEN", "MEMBER_INVITE", "ORG_ADMIN_MANAGED"]

_TYPES: tuple[TeamType, ...] = ("OPEN", "MEMBER_INVITE", "ORG_ADMIN_MANAGED")
TEAMS = "/gateway/api/public/teams/v1/org/{org}/teams"
MEMBERS = f"{TEAMS}/{{team}}/members"
MAX_TEAMS, MAX_MEMBERS, DEFAULT_TEAMS = 300, 50, 50


@dataclass(slots=True, eq=False)
class Team:
    """A team of people, in an organization."""

    team_id: str
    display_name: str
    description: str
    organization_id: str
    team_type: TeamType = "OPEN"
    state: str = "ACTIVE"
    members: list[User] = field(default_factory=list)
    # The status that a request for its members is answered with, such as 403.
    fault: int | None = None

    def row(self) -> Row:
        """The team as its endpoint shows it."""
        return {
            "teamId": self.team_id,
            "displayName": self.display_name,
            "description": self.description,
            "organizationId": self.organization_id,
            "teamType": self.team_type,
            "state": self.state,
        }


class Teams(SiteState):
    """Teams, named by id, and what people do to them; people are named by account id."""

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        self.organization_id = "aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb"
        self.teams: dict[str, Team] = {}
        # Of their own, so that teams don't change what chance gives to the rest of the site.
        self._team_ids = random.Random(settings.get("seed", 0))

    def create_team(
        self,
        display_name: str,
        *,
        description: str = "",
        team_type: TeamType = "OPEN",
        members: Iterable[str] = (),
    ) -> Team:
        """Create a team."""
        team_id = str(uuid.UUID(int=self._team_ids.getrandbits(128), version=4))
        team = Team(team_id, display_name, description, self.organization_id, team_type)
        self.teams[team_id] = team
        return self.set_team_members(team_id, members)

    def change_team(
        self,
        team_id: str,
        *,
        display_name: str = KEEP,
        description: str = KEEP,
        team_type: TeamType = KEEP,
    ) -> Team:
        """Change what is said about a team."""
        team = self.teams[team_id]
        team.display_name = team.display_name if display_name is KEEP else display_name
        team.description = team.description if description is KEEP else description
        team.team_type = team.team_type if team_type is KEEP else team_type
        return team

    def set_team_members(self, team_id: str, members: Iterable[str]) -> Team:
        """Say who is in a team."""
        team = self.teams[team_id]
        team.members = [self.users[account_id] for account_id in dict.fromkeys(members)]
        return team

    def delete_team(self, team_id: str) -> None:
        """Delete a team."""
        del self.teams[team_id]

    def fill_teams(self, teams: int = 3, members: int = 5) -> None:
        """Make teams of each type in turn, with up to so many of the site's people."""
        people = [user.account_id for user in self.users.values() if not user.deleted]
        for number in range(1, teams + 1):
            self.create_team(
                f"Team {number}",
                description=f"What team {number} is for." if number % 3 else "",
                team_type=_TYPES[(number - 1) % len(_TYPES)],
                members=self._team_ids.sample(people, min(members, len(people))),
            )


class TeamEndpoints(Endpoints[Teams]):
    """Teams by cursor, and the members of one, on the site's own host."""

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [Route(TEAMS, self._teams), Route(MEMBERS, self._members, methods=["POST"])]

    def _refusal(self, request: Request) -> Response | None:
        if not knows(request):
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
        size = shortened(request, self.faults, size)
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
        size = shortened(request, self.faults, size)
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
