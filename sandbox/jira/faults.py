"""Switches that make the stand-in Jira fail in the ways that Jira and networks fail."""

import asyncio
import math
import re
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Literal

from starlette.responses import HTMLResponse, JSONResponse, Response

type Kind = Literal[
    "status",  # answer `status` instead, with `retry_after`, `reason`, `html`, `headers`
    "reset",  # drop the connection without an answer
    "hang",  # don't answer until the fault is removed
    "html",  # a sign-on page with 200
    "truncated",  # half of the JSON
    "short_pages",  # pages of `size` where more was asked
    "repeat_token",  # a search page whose token is the one it was asked with
    "empty_page",  # a search page with a token and no issues
    "last_with_token",  # `isLast: true` with a token
    "repeat_page",  # users beyond the end: the last page again
    "rate",  # more than `per_second` a second: 429
    "issue_errors",  # bulkfetch lists `ids` under `issueErrors`
]
type Query = Sequence[tuple[str, str]]
type RetryForm = Literal["seconds", "date", "iso"]

# An endpoint's limit counts all its ids together.
_ID = re.compile(
    r"(?<!/api)/(\d+|[A-Z][A-Z0-9_]*-\d+)(?=/|$)|(?<=/project)/(?!search$)[^/]+(?=/|$)"
)
SCOPE_MISSING = {"code": 401, "message": "Unauthorized; scope does not match"}
"""What the gateway says of a good token that lacks an endpoint's scope."""
PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>"


@dataclass(eq=False)
class Fault:
    """One switch. It concerns paths that begin with `path`, `times` times after `after`.

    With `query`, only requests that have these parameters.
    """

    kind: Kind
    path: str = ""
    method: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    times: int | None = None
    after: int = 0
    status: int = 500
    retry_after: float | None = None
    retry_form: RetryForm = "seconds"
    reason: str | None = None
    html: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    size: int = 1
    ids: Iterable[str] = ()
    per_second: float = 10.0
    hits: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _recent: dict[tuple[str, str], deque[float]] = field(default_factory=dict, repr=False)

    def concerns(self, kind: str, method: str, path: str, query: Query = ()) -> bool:
        """Whether a request meets this fault, its number aside."""
        return (
            self.kind == kind
            and path.startswith(self.path)
            and (self.method is None or self.method == method)
            and self.query.items() <= dict(query).items()
        )

    def response(self) -> Response:
        """The answer of a `status` fault."""
        headers = dict(self.headers)
        if self.retry_after is not None:
            headers["Retry-After"] = _retry_after(self.retry_after, self.retry_form)
        if self.reason is not None:
            headers["RateLimit-Reason"] = self.reason
            headers["X-RateLimit-Remaining"] = "0"
            headers["X-RateLimit-Reset"] = _iso(self.retry_after or 1.0)
        if self.html:
            return HTMLResponse(PAGE, self.status, headers)
        if self.body is not None:
            return JSONResponse(self.body, self.status, headers)
        message = _MESSAGES.get(self.status, "Something went wrong.")
        return JSONResponse({"errorMessages": [message], "errors": {}}, self.status, headers)

    def over_rate(self, method: str, path: str) -> Response | None:
        """Count a request against a `rate` fault; the refusal if it is one too many."""
        recent = self._recent.setdefault((method, template(path)), deque())
        moment = time.monotonic()
        while recent and recent[0] <= moment - 1:
            recent.popleft()
        if len(recent) < self.per_second:
            recent.append(moment)
            return None
        wait = recent[0] + 1 - moment
        headers = {
            "Retry-After": str(max(1, math.ceil(wait))),
            "X-RateLimit-Limit": str(int(self.per_second)),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": _iso(wait),
            "RateLimit-Reason": "jira-burst-based",
        }
        return JSONResponse({"errorMessages": [_MESSAGES[429]], "errors": {}}, 429, headers)


def template(path: str) -> str:
    """The path of an endpoint, whatever it is asked about."""
    return _ID.sub("/{id}", path)


class Faults:
    """The faults that are switched on."""

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on."""
        fault.released.clear()
        self.active.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Switch a fault off, and let what hangs by it go on."""
        if fault in self.active:
            self.active.remove(fault)
        fault.released.set()

    def clear(self) -> None:
        """Switch all faults off."""
        for fault in list(self.active):
            self.remove(fault)

    def take(self, kind: Kind, method: str, path: str, query: Query = ()) -> Fault | None:
        """The fault of this kind that a request meets, counted as met."""
        for fault in self.active:
            if not fault.concerns(kind, method, path, query):
                continue
            fault.hits += 1
            if fault.hits <= fault.after:
                continue
            if fault.times is None or fault.hits <= fault.after + fault.times:
                return fault
        return None


_MESSAGES = {
    401: "Client must be authenticated to access this resource.",
    403: "You do not have permission to do this.",
    404: "Not found.",
    409: "The request conflicts with another one.",
    429: "Rate limit exceeded.",
    502: "Bad gateway.",
    503: "Service unavailable.",
}


def _retry_after(seconds: float, form: RetryForm) -> str:
    if form == "date":
        # The date has whole seconds: never earlier than asked.
        return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds + 1), usegmt=True)
    return _iso(seconds) if form == "iso" else f"{seconds:g}"


def _iso(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
