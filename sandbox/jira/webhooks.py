"""The webhooks that an administrator registered, and the endpoint where that is done."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.endpoints import Endpoints, array, knows, refuse
from sandbox.jira.entities import User
from sandbox.jira.formats import Row
from sandbox.jira.state import SiteState

HOOKS = "/rest/webhooks/1.0/webhook"
_VERBS = {
    "jira:issue": ("created", "updated", "deleted"),
    "worklog": ("created", "updated", "deleted"),
    "comment": ("created", "updated", "deleted"),
    "attachment": ("created", "deleted"),
    "issuelink": ("created", "deleted"),
    "issue_property": ("set", "deleted"),
    "issuetype": ("created", "updated", "deleted"),
    "project": (
        *("created", "updated", "deleted", "soft_deleted", "restored_deleted"),
        *("archived", "restored_archived"),
    ),
    "jira:version": ("created", "updated", "deleted", "released", "unreleased", "moved", "merged"),
    "user": ("created", "updated", "deleted"),
    "sprint": ("created", "updated", "started", "closed", "deleted"),
    "board": ("created", "updated", "deleted", "configuration_changed"),
    "filter": ("created", "updated", "deleted"),
    "option": (
        *("attachments_changed", "issuelinks_changed", "subtasks_changed", "timetracking_changed"),
        *("unassigned_issues_changed", "voting_changed", "watching_changed"),
    ),
}
EVENTS = frozenset(f"{thing}_{verb}" for thing, verbs in _VERBS.items() for verb in verbs)


@dataclass(slots=True)
class Webhook:
    """A webhook that an administrator registered."""

    id: str
    name: str
    url: str
    events: list[str]
    description: str = ""
    filters: dict[str, str] = field(default_factory=dict)
    exclude_body: bool = False
    enabled: bool = True
    secret: str | None = None
    updated: float = 0.0


class Webhooks(SiteState):
    """The webhooks of a site."""

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        self.webhooks: dict[str, Webhook] = {}
        self._next_webhook = 1

    def add_webhook(self, name: str, url: str, events: list[str], **settings: str) -> Webhook:
        """Register a webhook as an administrator does by hand; `secret` and `description` fit."""
        hook = Webhook(
            id=str(self._next_webhook),
            name=name,
            url=url,
            events=list(events),
            description=settings.get("description", ""),
            secret=settings.get("secret") or None,
            updated=self.now(),
        )
        self.webhooks[hook.id] = hook
        self._next_webhook += 1
        return hook


def webhook_row(hook: Webhook, owner: User, base_url: str) -> Row:
    """A webhook as its endpoint shows it: whether it is signed, never the secret."""
    return {
        "name": hook.name,
        "url": hook.url,
        "description": hook.description,
        "events": list(hook.events),
        "filters": dict(hook.filters),
        "excludeBody": hook.exclude_body,
        "enabled": hook.enabled,
        "isSigned": bool(hook.secret),
        "self": f"{base_url}/rest/webhooks/1.0/webhook/{hook.id}",
        "lastUpdatedUser": owner.account_id,
        "lastUpdatedDisplayName": owner.name,
        "lastUpdated": int(hook.updated * 1000),
    }


class WebhookEndpoints(Endpoints[Webhooks]):
    """`/rest/webhooks/1.0/webhook`: for administrators only."""

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(HOOKS, self._every, methods=["GET", "POST"]),
            Route(f"{HOOKS}/{{id}}", self._one, methods=["GET", "PUT", "DELETE"]),
        ]

    def _row(self, hook: Webhook) -> Row:
        return webhook_row(hook, self.site.me, self.site.base_url)

    def _forbidden(self, request: Request) -> Response | None:
        admin = self.site.user_is_admin and "ADMINISTER" not in self.site.denied_permissions
        if knows(request) and admin:
            return None
        return refuse(403, "You do not have permission to administer webhooks.")

    async def _every(self, request: Request) -> Response:
        """List them, or register one."""
        if (forbidden := self._forbidden(request)) is not None:
            return forbidden
        if request.method == "GET":
            return array(request, [self._row(hook) for hook in self.site.webhooks.values()])
        body = request.scope["jira.body"]
        if problem := _problem(body, new=True):
            return refuse(400, problem)
        hook = self.site.add_webhook(body["name"], body["url"], [])
        self._set(hook, body)
        return JSONResponse(self._row(hook), 201)

    async def _one(self, request: Request) -> Response:
        """Read, change or delete one."""
        if (forbidden := self._forbidden(request)) is not None:
            return forbidden
        hook = self.site.webhooks.get(request.path_params["id"])
        if hook is None:
            return refuse(404, "The webhook does not exist.")
        if request.method == "DELETE":
            del self.site.webhooks[hook.id]
            return Response(status_code=204)
        if request.method == "PUT":
            body = request.scope["jira.body"]
            if problem := _problem(body, new=False):
                return refuse(400, problem)
            self._set(hook, body)
        return JSONResponse(self._row(hook))

    def _set(self, hook: Webhook, body: dict[str, Any]) -> None:
        hook.name = body.get("name", hook.name)
        hook.url = body.get("url", hook.url)
        hook.description = body.get("description", hook.description)
        hook.events = list(body.get("events", hook.events))
        hook.filters = dict(body.get("filters") or {}) if "filters" in body else hook.filters
        hook.exclude_body = bool(body.get("excludeBody", hook.exclude_body))
        hook.enabled = bool(body.get("enabled", hook.enabled))
        if "secret" in body:
            hook.secret = body["secret"] or None
        hook.updated = self.site.now()


def _problem(body: Any, *, new: bool) -> str:
    if not isinstance(body, dict):
        return "The body must be a JSON object."
    if new and not (body.get("name") and body.get("url")):
        return "A webhook must have a name and a URL."
    if "url" in body and not str(body["url"]).startswith(("http://", "https://")):
        return "The URL of a webhook must be absolute."
    unknown = [name for name in body.get("events", ()) if name not in EVENTS]
    return f"Unknown event: {', '.join(map(str, unknown))}" if unknown else ""
