"""The kind `team`: how an organization's teams are read. No event tells of them."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, cast

from loguru import logger
from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.concurrency import batched
from jira.errors import JiraAnswerError
from jira.http.api import JiraApi
from jira.kinds.kind import Kind, Known, nothing_found
from jira.kinds.selectors import JiraTeamConfig
from jira.paging import TokenPages, rows_of
from jira.payloads import Row, no_subjects
from jira.under_parent import one_page, under_each
from kinds import Kinds

if TYPE_CHECKING:
    from client import JiraClient

TEAMS = "/gateway/api/public/teams/v1/org/{org}/teams"
MEMBERS = "/gateway/api/public/teams/v1/org/{org}/teams/{team}/members"
MAX_TEAMS = 300
MAX_MEMBERS = 50
ROWS_TOGETHER = 300


class TeamReader:
    """Reads the teams of an Atlassian organization, with `__members` where they are asked for.

    https://developer.atlassian.com/platform/teams/rest/v1/api-group-teams-public-api/
    Every method raises JiraError.
    """

    def __init__(self, api: JiraApi, organization_id: str) -> None:
        self._api = api
        self._organization_id = organization_id
        self._said = False

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

    async def pages(self, *, with_members: bool) -> AsyncIterator[list[Row]]:
        """All teams."""
        if not with_members:
            async for page in self._listed():
                yield page
            return
        async for page in batched(self._with_members(self._listed()), ROWS_TOGETHER):
            yield page

    async def find(self, ids: list[str], *, with_members: bool) -> dict[str, Row | None]:
        """Teams by id; None for one that is gone."""
        wanted = set(ids)
        rows = [row async for page in self._listed() for row in page if row["teamId"] in wanted]
        there = {str(row["teamId"]) for row in rows}
        if with_members:
            rows = [row async for page in self._with_members(one_page(rows)) for row in page]
        found = {str(row["teamId"]): row for row in rows}
        # A team whose members are refused is neither there nor gone.
        return {name: found.get(name) for name in ids if name in found or name not in there}

    async def _listed(self) -> AsyncIterator[list[Row]]:
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

    async def _with_members(self, teams: AsyncIterator[list[Row]]) -> AsyncIterator[list[Row]]:
        async for team, members in under_each(
            teams,
            self._members,
            what="members",
            of=lambda row: f"team {row['teamId']} ({row.get('displayName')})",
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


def _with_members(resource: ResourceConfig) -> bool:
    return bool(cast(JiraTeamConfig, resource).selector.include_members)


async def read_all(client: "JiraClient", resource: ResourceConfig) -> AsyncIterator[list[Row]]:
    """Every team of the organization."""
    if not client.teams.can_be_read():
        return
    pages = client.teams.pages(with_members=_with_members(resource))
    async for page in client.verified(pages):
        yield page


async def by_identifiers(
    client: "JiraClient", identifiers: list[str], resource: ResourceConfig
) -> Known:
    """Read teams that Port has under these ids."""
    if not client.teams.can_be_read():
        return Known()
    found = await client.teams.find(identifiers, with_members=_with_members(resource))
    return Known.of(found)


TEAM = Kind(
    kind=Kinds.TEAM,
    events=(),
    touched_by=(),
    subjects=no_subjects,
    read_all=read_all,
    resolve=nothing_found,
    by_identifiers=by_identifiers,
)
