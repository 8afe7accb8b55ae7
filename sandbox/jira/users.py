"""Accounts: what people do to them, with the events that Jira sends, and their endpoints."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.endpoints import API, Endpoints, Pages, array, knows, refuse
from sandbox.jira.entities import User
from sandbox.jira.formats import Row
from sandbox.jira.state import SiteState

_PAGES = Pages(most=1000, key=None)


class Users(SiteState):
    """Changes of accounts, named by id."""

    def create_user(
        self, name: str, *, email: str | None = None, account_type: str = "atlassian"
    ) -> User:
        """Create an account."""
        user = self.add_user(name, account_type=account_type)
        if email is not None:
            user.email = email
        self._user_event("user_created", user)
        return user

    def change_user(
        self, account_id: str, *, name: str | None = None, active: bool | None = None
    ) -> User:
        """Rename an account, or switch it off or on."""
        user = self.users[account_id]
        if name is not None:
            user.name = name
        if active is not None:
            user.active = active
        self.forget_rows(self.issues.values())
        self._user_event("user_updated", user)
        return user

    def delete_user(self, account_id: str) -> None:
        """Delete an account; issues go on showing its id, as a former user."""
        user = self.users[account_id]
        user.deleted, user.active = True, False
        self.forget_rows(self.issues.values())
        self.emit("user_deleted", {"user": {"accountId": user.account_id}})

    def _user_event(self, event: str, user: User) -> None:
        row: Row = self.rows.user(user, private=False) or {}
        del row["timeZone"]
        self.emit(event, {"user": row})


_MAY_NOT_BROWSE = "You need the global permission 'Browse users and groups' for this."


class UserEndpoints(Endpoints[SiteState]):
    """All accounts, one of them, and the one whose credentials a request carries."""

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(f"{API}/myself", self._myself),
            Route(f"{API}/users/search", self._users),
            Route(f"{API}/user", self._user),
        ]

    async def _myself(self, request: Request) -> Response:
        if not knows(request):
            return refuse(401, "Client must be authenticated to access this resource.")
        return JSONResponse(self.site.rows.account(self.site.me))

    async def _user(self, request: Request) -> Response:
        account_id = request.query_params.get("accountId")
        if account_id is None:
            return refuse(400, "The 'accountId' query parameter needs to be provided")
        if knows(request) and "USER_PICKER" in self.site.denied_permissions:
            return refuse(403, _MAY_NOT_BROWSE)
        user = self.site.users.get(account_id)
        if user is None or user.deleted or not knows(request):
            return refuse(
                404, "Specified user does not exist or you do not have required permissions"
            )
        return JSONResponse(self.site.rows.account(user))

    async def _users(self, request: Request) -> Response:
        if not knows(request):
            return array(request, [])
        if "USER_PICKER" in self.site.denied_permissions:
            return refuse(403, _MAY_NOT_BROWSE)
        users = [user for user in self.site.users.values() if not user.deleted]
        start, size = _PAGES.window(request, self.faults)
        path = request.url.path
        if users and start >= len(users) and self.faults.take("repeat_page", request.method, path):
            start = max(0, len(users) - size)
        page = users[start : start + size]
        return array(request, [self.site.rows.account(user) for user in page])
