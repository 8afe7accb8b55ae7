"""The webhooks that an OAuth app registered by itself, and the endpoint where that is done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.jira.endpoints import API, OBJECTS, Endpoints, refuse
from sandbox.jira.formats import Row
from sandbox.jira.webhooks import Webhooks

HOOKS = f"{API}/webhook"
MOST = 5
"""So many webhooks a user may have of an app."""
LIFE_SECONDS = 30 * 24 * 60 * 60
EVENTS = frozenset(
    (
        *("jira:issue_created", "jira:issue_updated", "jira:issue_deleted"),
        *("comment_created", "comment_updated", "comment_deleted"),
        *("issue_property_set", "issue_property_deleted"),
    )
)
_CLAUSE = re.compile(
    r"""\s*(?P<field>[A-Za-z.]+)\s*(?P<op>!=|=|NOT\s+IN|IN)\s*(?P<values>\([^()]*\)|"[^"]*"|[^\s()]+)\s*""",
    re.I,
)
_VALUE = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^\s,"']+))\s*(?:,|$)""")
_FIELDS = ("issuekey", "project", "issuetype", "status", "assignee", "reporter")


@dataclass(slots=True)
class AppWebhook:
    """One of them; `gone_at` is when a deletion takes effect."""

    id: int
    url: str
    events: list[str]
    jql: str
    ends: float
    gone_at: float | None = None


class AppWebhooks(Webhooks):
    """The webhooks of the one app that a site knows."""

    def __init__(self, **settings: int) -> None:
        super().__init__(**settings)
        self.client_secret: str | None = None
        """What the app's deliveries are signed with; None where they carry no token."""
        self.deletion_seconds = 0.5
        """How long a webhook that was deleted is still there."""
        # What nobody documents can be had both ways.
        self.filters_may_name_unknown_projects = True
        self._of_app: dict[int, AppWebhook] = {}
        self._next_of_app = 1000

    def app_webhooks(self) -> list[AppWebhook]:
        """Those that are there now, whether they have ended or not."""
        for hook in list(self._of_app.values()):
            if hook.gone_at is not None and hook.gone_at <= self.now():
                del self._of_app[hook.id]
        return list(self._of_app.values())

    def told_app_webhooks(self, event: str, payload: Row) -> list[AppWebhook]:
        """Those that an event is sent to."""
        return [
            hook
            for hook in self.app_webhooks()
            if event in hook.events and hook.ends > self.now() and _passes(hook.jql, payload)
        ]

    def add_app_webhook(self, url: str, events: list[str], jql: str) -> AppWebhook | list[str]:
        """Register one; what is wrong with it, where something is."""
        errors = self._problems(url, events, jql)
        if errors:
            return errors
        hook = AppWebhook(self._next_of_app, url, events, jql, self.now() + LIFE_SECONDS)
        self._of_app[hook.id] = hook
        self._next_of_app += 1
        return hook

    def delete_app_webhooks(self, ids: list[int]) -> None:
        """Have them go, some moments later."""
        for hook in self._of_app.values():
            if hook.id in ids:
                hook.gone_at = self.now() + self.deletion_seconds

    def refresh_app_webhooks(self, ids: list[int]) -> float:
        """Prolong their lives; unknown ids are ignored."""
        ends = self.now() + LIFE_SECONDS
        for hook in self.app_webhooks():
            if hook.id in ids:
                hook.ends = ends
        return ends

    def _problems(self, url: str, events: list[str], jql: str) -> list[str]:
        hooks = self.app_webhooks()
        if any(hook.url != url for hook in hooks):
            return ["Only a single URL per app is allowed to be registered."]
        if len(hooks) >= MOST:
            return [f"An app may have {MOST} webhooks at most."]
        if unknown := [event for event in events if event not in EVENTS]:
            return [f"The event {event} is unsupported." for event in unknown]
        if not events:
            return ["A webhook must have events."]
        try:
            clauses = clauses_of(jql)
        except ValueError as error:
            return [str(error)]
        if self.filters_may_name_unknown_projects:
            return []
        keys = {project.key for project in getattr(self, "projects", {}).values()}
        named = {value for field, _, values in clauses if field == "project" for value in values}
        unknown = sorted(named - keys)
        return [f"The value '{key}' does not exist for the field 'project'." for key in unknown]


def clauses_of(jql: str) -> list[tuple[str, bool, list[str]]]:
    """The clauses of a filter: the field, whether it is to be one of the values, and these.

    Raises ValueError for what this endpoint doesn't take.
    """
    clauses = []
    for text in re.split(r"\s+AND\s+", jql.strip(), flags=re.I):
        found = _CLAUSE.fullmatch(text)
        if found is None:
            raise ValueError(f"The filter {text!r} is unsupported.")
        if (name := found["field"].lower()) not in _FIELDS:
            raise ValueError(f"The clause {found['field']} is unsupported.")
        values = ["".join(parts) for parts in _VALUE.findall(found["values"].strip("()"))]
        negated = found["op"].upper().startswith(("!", "NOT"))
        clauses.append((name, not negated, values))
    return clauses


def _passes(jql: str, payload: Row) -> bool:
    issue = payload.get("issue") or {}
    fields = issue.get("fields") or {}
    project = fields.get("project") or {"key": str(issue.get("key", "")).rpartition("-")[0]}
    of = {
        "issuekey": [issue.get("key"), issue.get("id")],
        "project": [project.get("key"), project.get("id"), project.get("name")],
        "issuetype": _names(fields.get("issuetype")),
        "status": _names(fields.get("status")),
        "assignee": [(fields.get("assignee") or {}).get("accountId")],
        "reporter": [(fields.get("reporter") or {}).get("accountId")],
    }
    return all(
        bool(set(of[name]) & set(values)) is one_of for name, one_of, values in clauses_of(jql)
    )


def _names(row: Mapping[str, Any] | None) -> list[Any]:
    return [(row or {}).get("name"), (row or {}).get("id")]


class AppWebhookEndpoints(Endpoints[AppWebhooks]):
    """`/rest/api/3/webhook`: for apps only."""

    def routes(self) -> list[Route]:
        """The endpoints."""
        return [
            Route(f"{HOOKS}/refresh", self._refresh, methods=["PUT"]),
            Route(HOOKS, self._every, methods=["GET"]),
            Route(HOOKS, self._register, methods=["POST"]),
            Route(HOOKS, self._delete, methods=["DELETE"]),
        ]

    async def _every(self, request: Request) -> Response:
        if (forbidden := _forbidden(request)) is not None:
            return forbidden
        hooks = self.site.app_webhooks()
        start = int(request.query_params.get("startAt", 0))
        size = int(request.query_params.get("maxResults", 100))
        page = hooks[start : start + size]
        request.scope[OBJECTS] = len(page)
        return JSONResponse(
            {
                "startAt": start,
                "maxResults": size,
                "total": len(hooks),
                "isLast": start + len(page) >= len(hooks),
                "values": [
                    {
                        "id": hook.id,
                        "url": hook.url,
                        "events": hook.events,
                        "jqlFilter": hook.jql,
                        "expirationDate": int(hook.ends * 1000),
                    }
                    for hook in page
                ],
            }
        )

    async def _register(self, request: Request) -> Response:
        """Each for itself: with 200, whatever is wrong with one."""
        if (forbidden := _forbidden(request)) is not None:
            return forbidden
        body = request.scope["jira.body"]
        asked = body.get("webhooks") if isinstance(body, dict) else None
        if not isinstance(asked, list) or not asked or not str(body.get("url", "")).strip():
            return refuse(400, "A URL and webhooks are required.")
        results: list[Row] = []
        for one in asked:
            made = self.site.add_app_webhook(body["url"], list(one["events"]), one["jqlFilter"])
            if isinstance(made, AppWebhook):
                results.append({"createdWebhookId": made.id})
            else:
                results.append({"errors": made})
        return JSONResponse({"webhookRegistrationResult": results})

    async def _refresh(self, request: Request) -> Response:
        if (refusal := _forbidden(request) or _without_ids(request)) is not None:
            return refusal
        ends = self.site.refresh_app_webhooks(request.scope["jira.body"]["webhookIds"])
        return JSONResponse({"expirationDate": int(ends * 1000)})

    async def _delete(self, request: Request) -> Response:
        if (refusal := _forbidden(request) or _without_ids(request)) is not None:
            return refusal
        self.site.delete_app_webhooks(request.scope["jira.body"]["webhookIds"])
        return Response(status_code=202)


def _forbidden(request: Request) -> Response | None:
    if not request.scope["jira.oauth"]:
        return refuse(403, "The caller is not an app.")
    if not request.scope["jira.authenticated"]:
        return refuse(401, "Client must be authenticated to access this resource.")
    return None


def _without_ids(request: Request) -> Response | None:
    body = request.scope["jira.body"]
    ids = body.get("webhookIds") if isinstance(body, dict) else None
    return None if isinstance(ids, list) and ids else refuse(400, "webhookIds are required.")
