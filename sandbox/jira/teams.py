"""The teams of the site's organization. No event tells of them."""

import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.jira.entities import Row, User
from sandbox.jira.state import SiteState

type TeamType = Literal["OPEN", "MEMBER_INVITE", "ORG_ADMIN_MANAGED"]

_TYPES: tuple[TeamType, ...] = ("OPEN", "MEMBER_INVITE", "ORG_ADMIN_MANAGED")
_KEEP: Any = object()


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


class TeamChanges(SiteState):
    """What people do to teams; people are named by account id."""

    def __init__(self, *, seed: int = 0, issue_bytes: int = 0) -> None:
        super().__init__(seed=seed, issue_bytes=issue_bytes)
        self.organization_id = "aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb"
        self.teams: dict[str, Team] = {}
        # Of their own, so that teams don't change what chance gives to the rest of the site.
        self._team_ids = random.Random(seed)

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
        display_name: str = _KEEP,
        description: str = _KEEP,
        team_type: TeamType = _KEEP,
    ) -> Team:
        """Change what is said about a team."""
        team = self.teams[team_id]
        team.display_name = team.display_name if display_name is _KEEP else display_name
        team.description = team.description if description is _KEEP else description
        team.team_type = team.team_type if team_type is _KEEP else team_type
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
