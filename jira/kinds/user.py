"""The kind `user`: how users are read, and what an event says of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from jira.answers import Answers, that_row
from jira.asks import THEMSELVES, Ask, few
from jira.errors import JiraAnswerError
from jira.events import Family, events_of
from jira.http.api import JiraApi
from jira.kinds.kind import Found, Kind, Known, Pages, Selector
from jira.needs import Permission
from jira.payloads import Row, UserSubject, is_account_id, user_subjects
from jira.under_parent import each_by_id
from kinds import Kinds

SEARCH = "/rest/api/3/users/search"
ONE = "/rest/api/3/user"
MAX_PER_PAGE = 1000
USERS = Ask(SEARCH, THEMSELVES, few)


class UserKind(Kind[Selector, UserSubject]):
    """Users, whatever their account type and whether they are active.

    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/
    """

    name = Kinds.USER
    own_names = (".accountId",)
    events = events_of(Family.USER)
    touched_by = (Family.USER,)
    permissions = (Permission.BROWSE_USERS,)

    def __init__(self, api: JiraApi) -> None:
        self._api = api

    def asks(self) -> Sequence[Ask]:
        """The list, and one user."""
        one = Ask(ONE, query=lambda name: {"accountId": name}, under=USERS, by="accountId")
        return [USERS, one]

    @staticmethod
    def subjects(payload: Any) -> Sequence[UserSubject]:
        """The user of an event, which never carries e-mail or locale."""
        return user_subjects(payload)

    @classmethod
    def is_name(cls, identifier: str) -> bool:
        """An account id."""
        return is_account_id(identifier)

    async def pages(self, selector: Selector) -> Pages:
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

    async def find(self, ids: Iterable[str], selector: Selector) -> Answers:
        """By account id; None where Jira knows no such account (404)."""
        return Answers.of(await each_by_id(ids, self._one, what="user"))

    async def resolve(self, subjects: Sequence[UserSubject], selector: Selector) -> Found:
        """Read the users again."""
        found = await self.find([subject.account_id for subject in subjects], selector)
        return Found(
            [row for row in found.values() if row is not None],
            [
                subject.row
                for subject in subjects
                if subject.account_id in found and found[subject.account_id] is None
            ],
            found.failed,
        )

    async def by_identifiers(self, identifiers: Sequence[str], selector: Selector) -> Known:
        """By account ids."""
        names = [name for name in identifiers if self.is_name(name)]
        return Known.of(await self.find(names, selector))

    async def _one(self, account_id: str) -> Row | None:
        answer = await self._api.get(ONE, {"accountId": account_id})
        row = that_row(answer, "accountId", account_id, f"GET {ONE}")
        if row is None:
            raise JiraAnswerError(f"GET {ONE} answered with another user than {account_id}.")
        return row
