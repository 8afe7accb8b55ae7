"""The kind `user`: how users are read, and what a user event means."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from port_ocean.core.handlers.port_app_config.models import ResourceConfig

from jira.errors import JiraAnswerError, JiraNotFoundError
from jira.http.api import JiraApi
from jira.kinds.kind import Found, Kind, Known
from jira.payloads import Row, UserSubject, user_subjects
from kinds import Kinds

if TYPE_CHECKING:
    from client import JiraClient

SEARCH = "/rest/api/3/users/search"
ONE = "/rest/api/3/user"
MAX_PER_PAGE = 1000


class UserReader:
    """Reads users, whatever their account type and whether they are active.

    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/
    Every method raises JiraError.
    """

    def __init__(self, api: JiraApi) -> None:
        self._api = api

    async def pages(self) -> AsyncIterator[list[Row]]:
        """All users. The list has no end mark: it ends where a page brings nobody new."""
        seen: set[str] = set()
        start = 0
        while True:
            page = await self._api.get(SEARCH, {"startAt": start, "maxResults": MAX_PER_PAGE})
            if not isinstance(page, list) or not all(isinstance(row, dict) for row in page):
                raise JiraAnswerError(
                    f"GET {SEARCH} answered with something else than a list of users: "
                    "the read is broken off, nothing is deleted because of it."
                )
            new = {str(row["accountId"]): row for row in page if row.get("accountId")}
            rows = [row for account_id, row in new.items() if account_id not in seen]
            if not rows:
                return
            seen.update(new)
            start += len(page)
            yield rows

    async def find(self, account_id: str) -> Row | None:
        """One user, or None where Jira knows no such account (404)."""
        try:
            row = await self._api.get(ONE, {"accountId": account_id})
        except JiraNotFoundError:
            return None
        if not isinstance(row, dict) or row.get("accountId") != account_id:
            raise JiraAnswerError(
                f"GET {ONE} answered with something else than the user {account_id}."
            )
        return row


async def read_all(client: "JiraClient", resource: ResourceConfig) -> AsyncIterator[list[Row]]:
    """Every user; the kind has no selector of its own."""
    async for page in client.get_paginated_users():
        yield page


async def resolve(
    client: "JiraClient", subjects: Sequence[UserSubject], resource: ResourceConfig
) -> Found:
    """Read the users again: an event never carries e-mail or locale."""
    found = Found()
    for subject in subjects:
        row = await client.get_single_user(subject.account_id)
        if row is None:
            found.deleted.append(subject.row)
        else:
            found.updated.append(row)
    return found


async def by_identifiers(
    client: "JiraClient", identifiers: list[str], resource: ResourceConfig
) -> Known:
    """Read users that Port has under these account ids; gone are those Jira doesn't know."""
    rows = await asyncio.gather(*(client.get_single_user(name) for name in identifiers))
    return Known(
        [row for row in rows if row is not None],
        [name for name, row in zip(identifiers, rows, strict=True) if row is None],
    )


USER = Kind(
    kind=Kinds.USER,
    events=("user_created", "user_updated", "user_deleted"),
    touched_by=("user_",),
    subjects=user_subjects,
    read_all=read_all,
    resolve=resolve,
    by_identifiers=by_identifiers,
)
