"""The kind `team`: how an organization's teams are read."""

from collections.abc import Iterable, Sequence
from typing import Any, Never

from loguru import logger
from pydantic.v1 import Field

from jira.answers import Answers, Said, Unread
from jira.asks import FEW, Ask
from jira.concurrency import batched
from jira.errors import JiraAnswerError
from jira.http.api import JiraApi
from jira.kinds.kind import Found, Kind, Known, Pages, Selector
from jira.paging import TokenPages, rows_of
from jira.payloads import Row
from jira.under_parent import one_page, under_each
from kinds import Kinds

TEAMS = "/gateway/api/public/teams/v1/org/{org}/teams"
MEMBERS = "/gateway/api/public/teams/v1/org/{org}/teams/{team}/members"
MAX_TEAMS = 300
MAX_MEMBERS = 50
ROWS_TOGETHER = 300
LISTED = Ask(TEAMS, "entities", lambda _: {"size": FEW}, needs="to be in the organization")


class TeamSelector(Selector):
    """How much of each team."""

    include_members: bool = Field(
        alias="includeMembers",
        title="Include members",
        description="Whether each team's members are read too: one more request for each team.",
        default=False,
    )


class TeamKind(Kind[TeamSelector, Never]):
    """The teams of an Atlassian organization, with `__members` where they are asked for.

    No event tells of them: the sweep keeps them up to date.

    https://developer.atlassian.com/platform/teams/rest/v1/api-group-teams-public-api/
    """

    name = Kinds.TEAM
    own_names = (".teamId",)
    permissions = ()

    def __init__(self, api: JiraApi, organization_id: str) -> None:
        self._api = api
        self._organization_id = organization_id
        self._said = False

    def asks(self) -> Sequence[Ask]:
        """The list, and the members of one team."""
        members = Ask(MEMBERS, "results", body=lambda _: {"first": 1}, under=LISTED, by="teamId")
        return [LISTED, members]

    @property
    def missing(self) -> str | None:
        """Why teams can't be read; None where they can."""
        if not self._organization_id:
            return "set atlassianOrganizationId (https://admin.atlassian.com shows it)"
        if self._api.authentication.uses_gateway:
            return "Atlassian gives them to a classic API token only"
        return None

    def can_be_read(self) -> bool:
        """Whether teams can be read; says once why not."""
        if self.missing and not self._said:
            self._said = True
            logger.warning(f"The kind team is skipped: {self.missing}")
        return not self.missing

    async def pages(self, selector: TeamSelector) -> Pages:
        """All teams; none where they can't be read."""
        if not self.can_be_read():
            return
        if not selector.include_members:
            async for page in self._listed():
                yield page
            return
        async for page in batched(self._with_members(self._listed()), ROWS_TOGETHER):
            yield page

    async def find(self, ids: Iterable[str], selector: TeamSelector) -> Answers:
        """By team id, in one list of all of them."""
        wanted = list(dict.fromkeys(ids))
        if not self.can_be_read():
            return Answers({})
        listed = [row async for page in self._listed() for row in page]
        rows = [row for row in listed if row["teamId"] in wanted]
        there = {str(row["teamId"]) for row in rows}
        unread = Unread()
        if selector.include_members:
            pages = self._with_members(one_page(rows), unread)
            rows = [row async for page in pages for row in page]
        found = {str(row["teamId"]): row for row in rows}
        said: dict[str, Said] = dict.fromkeys(wanted)
        return Answers.of(said | dict.fromkeys(there, unread.why) | found)

    async def resolve(self, subjects: Sequence[Never], selector: TeamSelector) -> Found:
        """Nothing: no event tells of a team."""
        return Found()

    async def by_identifiers(self, identifiers: Sequence[str], selector: TeamSelector) -> Known:
        """By team ids."""
        return Known.of(await self.find(identifiers, selector))

    async def _listed(self) -> Pages:
        cursor: dict[str, str] = {}
        pages = TokenPages(f"GET {TEAMS}")
        while True:
            page = await self._api.get(
                TEAMS, {"size": MAX_TEAMS, **cursor}, org=self._organization_id
            )
            rows = rows_of(page, "entities", f"GET {TEAMS}")
            token = pages.next({"nextPageToken": page.get("cursor")})
            # A cursor may come with the last page, too: its next page is empty.
            if rows:
                yield rows
            if token is None or not rows:
                return
            cursor = {"cursor": token}

    async def _with_members(self, teams: Pages, unread: Unread | None = None) -> Pages:
        async for team, members in under_each(
            teams,
            self._members,
            what="members",
            of=lambda row: f"team {row['teamId']} ({row.get('displayName')})",
            unread=unread,
            every=unread is None,
        ):
            yield [{**team, "__members": members}]

    async def _members(self, team: Row) -> list[Row]:
        rows: list[Row] = []
        body: dict[str, Any] = {"first": MAX_MEMBERS}
        pages = TokenPages(f"POST {MEMBERS}")
        while True:
            page = await self._api.read_by_post(
                MEMBERS, body, org=self._organization_id, team=str(team["teamId"])
            )
            rows += rows_of(page, "results", f"POST {MEMBERS}")
            info = page.get("pageInfo")
            if not isinstance(info, dict):
                raise JiraAnswerError(f"POST {MEMBERS} answered without pageInfo.")
            token = pages.next(
                {"nextPageToken": info.get("endCursor"), "isLast": not info.get("hasNextPage")}
            )
            if token is None:
                return rows
            body = {"first": MAX_MEMBERS, "after": token}
