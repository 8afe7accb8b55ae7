"""The door: decides about a delivery before anything else of the app sees it.

Outermost in the app, because the framework asks Port for the mapping before it looks at a
request: a slow Port would delay Jira's answer, and a stranger could cause requests to Port.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Protocol

from loguru import logger
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from jira.signature import DeliveryRefusedError
from webhook_processors.queued_event import QueuedEvent

MAX_BODY_BYTES = 25 * 1024 * 1024
"""Jira sends nothing larger."""
MAX_SECONDS_TO_READ = 20.0
RETRY_AFTER_SECONDS = "60"
WARN_EVERY_SECONDS = 60.0


class Guard(Protocol):
    """Decides who may come in."""

    def check_headers(self, headers: Mapping[str, str]) -> None:
        """Before the body is read. Raises DeliveryRefusedError."""

    def check(self, body: bytes, headers: Mapping[str, str]) -> None:
        """With the body. Raises DeliveryRefusedError."""

    async def accept(self, event: QueuedEvent, size: int) -> bool:
        """Take the event, whose body has `size` bytes; False where there is no room."""


class BodyTooLargeError(Exception):
    """The body is larger than anything Jira sends."""


class UnsupportedBodyError(Exception):
    """The body is compressed or of another type than JSON; Jira sends neither."""


class SenderGoneError(Exception):
    """The sender hung up before the body was there."""


class Door:
    """ASGI middleware: checks a delivery, queues it, and answers for it.

    Everything else is passed on to the app.
    """

    def __init__(self, app: ASGIApp, path: str, guard: Guard) -> None:
        self._app = app
        self._path = path
        self._guard = guard
        self._refused = 0
        self._warned_at = -WARN_EVERY_SECONDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a delivery; 200 means that it waits in the queue."""
        if (
            scope["type"] != "http"
            or scope["method"] != "POST"
            or scope["path"].rstrip("/") != self._path
        ):
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        try:
            response = await self._answer(headers, receive)
        except SenderGoneError:
            logger.debug("A delivery was broken off by its sender")
            return
        await response(scope, receive, send)

    async def _answer(self, headers: Mapping[str, str], receive: Receive) -> JSONResponse:
        try:
            self._guard.check_headers(headers)
            check_type(headers)
            async with asyncio.timeout(MAX_SECONDS_TO_READ):
                body = await read_body(receive, headers)
            self._guard.check(body, headers)
        except DeliveryRefusedError as error:
            self._note_refusal(error)
            return _refuse(401, "not signed by our webhook")
        except UnsupportedBodyError as error:
            return _refuse(415, str(error))
        except BodyTooLargeError:
            return _refuse(413, f"larger than {MAX_BODY_BYTES} bytes")
        except TimeoutError:
            return _refuse(408, "the body did not arrive in time")
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError):
            return _refuse(400, "not JSON")
        if not isinstance(payload, dict):
            return _refuse(400, "not a JSON object")
        del payload
        if not await self._guard.accept(QueuedEvent(body, headers), len(body)):
            response = _refuse(503, "no room for another event, send it again later")
            response.headers["Retry-After"] = RETRY_AFTER_SECONDS
            return response
        return JSONResponse({"status": "ok"})

    def _note_refusal(self, error: DeliveryRefusedError) -> None:
        self._refused += 1
        now = time.monotonic()
        if now - self._warned_at < WARN_EVERY_SECONDS:
            logger.debug(f"Refused a delivery: {error}")
            return
        logger.warning(f"Refused {self._refused} deliveries so far; the last because {error}")
        self._warned_at = now


def check_type(headers: Mapping[str, str]) -> None:
    """Raises UnsupportedBodyError for what Jira never sends; a missing type is let pass."""
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise UnsupportedBodyError("compressed bodies are not supported")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise UnsupportedBodyError("expected application/json")


async def read_body(receive: Receive, headers: Mapping[str, str]) -> bytes:
    """The whole body, given up on as soon as it is too large.

    Raises BodyTooLargeError and SenderGoneError.
    """
    announced = headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > MAX_BODY_BYTES:
        raise BodyTooLargeError
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise SenderGoneError
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLargeError
        if not message.get("more_body"):
            return bytes(body)


def _refuse(status: int, why: str) -> JSONResponse:
    return JSONResponse({"status": "error", "message": why}, status_code=status)
