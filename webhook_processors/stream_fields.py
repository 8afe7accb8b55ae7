"""What a delivery's fields in the stream say, and whether it is ours: decided without I/O.

Whoever writes to the stream isn't trusted for that: the signature is checked over the raw body, as
the door checks it.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence

from jira.http.bodies import parsed
from jira.signature import App, verify
from redis_link.link import exact
from webhook_processors.queued_event import QueuedEvent

INTEGRATION = "/integration/"


class NotForUsError(Exception):
    """An entry that nothing can be made of, whoever reads it; the message says why."""


def path_of(field: str | None, paths: Collection[str]) -> str:
    """The path that processors are registered under. Raises NotForUsError."""
    if not field:
        raise NotForUsError("it has no webhookPath")
    path = f"/{field.strip('/')}"
    if INTEGRATION in path:
        path = f"/{path.split(INTEGRATION, 1)[1]}"
    if path not in paths:
        raise NotForUsError(f"nobody handles its webhookPath {path[:100]!r}")
    return path


def headers_of(field: str | None) -> dict[str, str]:
    """By name in lower case. Raises NotForUsError."""
    try:
        headers = parsed(exact(field)) if field else {}
    except (ValueError, RecursionError):
        headers = None
    if not isinstance(headers, dict):
        raise NotForUsError("its headers are not a JSON object")
    return {str(name).lower(): str(value) for name, value in headers.items()}


def waited(field: str | None, now: float) -> float:
    """For how many seconds a delivery lay in the stream; 0 where nobody knows."""
    try:
        return max(0.0, now - int(field or "") / 1e9)
    except ValueError:
        return 0.0


def event_of(
    fields: Mapping[str, str],
    secrets: Sequence[str],
    *,
    allow_unsigned: bool,
    app: App | None = None,
    now: Callable[[], float] = time.time,
) -> tuple[QueuedEvent, bool]:
    """The event, verified, and whether it is a mere hint.

    Raises NotForUsError and DeliveryRefusedError.
    """
    headers = headers_of(fields.get("headers"))
    body = exact(fields.get("payload", ""))
    is_hint = verify(
        body,
        headers,
        secrets,
        allow_unsigned=allow_unsigned,
        app=app,
        waited=waited(fields.get("queuedAt"), now()),
    )
    try:
        is_object = isinstance(parsed(body), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        raise NotForUsError("its payload is not a JSON object")
    return QueuedEvent(body, headers), is_hint
