"""The status page's edge: who asks, in which form, and what the answer says of itself."""

import base64
from collections.abc import Callable, Mapping
from hashlib import sha256
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from telemetry.status.access import TO_DO, Access, Asked, access
from telemetry.status.as_html import as_html
from telemetry.status.as_json import as_json
from telemetry.status.snapshot import Snapshot
from telemetry.status.stylesheet import CSS

JSON = "application/json"
HTML = "text/html"
_STYLE = base64.b64encode(sha256(CSS.encode()).digest()).decode()
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE}'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "vary": "Accept, Authorization",
}
CHALLENGE = 'Bearer realm="status", Basic realm="status", charset="UTF-8"'


class StatusPage:
    """Answers for the page, as HTML or as JSON."""

    def __init__(self, token: str, take: Callable[[], Snapshot]) -> None:
        """`token` is the one that is set, empty where none is; `take` takes the snapshot."""
        self._token = token
        self._take = take

    def answer(self, scope: Scope) -> Response:
        """What a request gets, whose method is GET or HEAD."""
        asked = asked_by(scope)
        allowed = access(asked, self._token)
        if allowed is not Access.ALLOWED:
            return refusal(allowed)
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if wants_json(query, asked.headers.get("accept", "")):
            return Response(as_json(self._take()), headers=HEADERS, media_type=JSON)
        page = as_html(self._take(), again=query.get("again") == ["1"])
        return Response(page, headers=HEADERS, media_type=HTML)


def asked_by(scope: Scope) -> Asked:
    """What a request says of whoever asks; a header that is repeated is one with a comma."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    client = scope.get("client")
    return Asked(client[0] if client else None, headers, scope.get("http_version", "1.1"))


def wants_json(query: Mapping[str, list[str]], accept: str) -> bool:
    """Whether the answer is for a machine; `format` says so, or that JSON alone is taken."""
    if formats := query.get("format"):
        return formats[-1] == "json"
    return JSON in accept and HTML not in accept


def refusal(why: Access) -> Response:
    """What to do, for whoever may not see the page."""
    if why is Access.NOT_FROM_HERE:
        return PlainTextResponse(f"{TO_DO[why]}\n", 403, HEADERS)
    headers = {**HEADERS, "www-authenticate": CHALLENGE}
    return PlainTextResponse(f"{TO_DO[why]}\n", 401, headers)
