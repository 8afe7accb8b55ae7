"""The endpoint where an administrator registers webhooks."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.jira.entities import Webhook
from sandbox.jira.search_api import refuse
from sandbox.jira.site import JiraSite

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


class WebhookApi:
    """`/rest/webhooks/1.0/webhook`: for administrators only."""

    def __init__(self, site: JiraSite) -> None:
        self.site = site

    def _row(self, hook: Webhook) -> dict[str, Any]:
        return self.site.rows.webhook(hook, self.site.me)

    def _forbidden(self, request: Request) -> Response | None:
        if request.scope["jira.authenticated"] and self.site.user_is_admin:
            return None
        return refuse(403, "You do not have permission to administer webhooks.")

    async def every(self, request: Request) -> Response:
        """List them, or register one."""
        if (forbidden := self._forbidden(request)) is not None:
            return forbidden
        if request.method == "GET":
            return JSONResponse([self._row(hook) for hook in self.site.webhooks.values()])
        body = request.scope["jira.body"]
        if problem := _problem(body, new=True):
            return refuse(400, problem)
        hook = self.site.add_webhook(body["name"], body["url"], [])
        self._set(hook, body)
        return JSONResponse(self._row(hook), 201)

    async def one(self, request: Request) -> Response:
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
