"""The door: the one way into the queue, and what may come in by it.

Outermost in the app, because the framework asks Port for the mapping before it looks at a
request: a slow Port would delay Jira's answer, and a stranger could cause requests to Port.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from loguru import logger
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from jira.http.bodies import parsed
from jira.signature import App, DeliveryRefusedError, Verification
from telemetry.deliveries import DELIVERIES
from webhook_processors.hints import Hints, Verdict
from webhook_processors.queued_event import QueuedEvent
from webhook_processors.unverified import Unverified

FRAMEWORKS_PREFIX = "/integration"
"""The framework asks Port for the mapping for whatever begins so, a route or none."""
MAX_BODY_BYTES = 25 * 1024 * 1024
"""Jira sends nothing larger."""
MAX_SECONDS_TO_READ = 20.0
RETRY_AFTER_SECONDS = "60"
WARN_EVERY_SECONDS = 60.0


class BodyTooLargeError(Exception):
    """The body is larger than anything Jira sends."""


class UnsupportedBodyError(Exception):
    """The body is compressed or of another type than JSON; Jira sends neither."""


class SenderGoneError(Exception):
    """The sender hung up before the body was there."""


class GivenUpError(Exception):
    """Others needed the memory while the body was still coming."""


class Door:
    """ASGI middleware: checks a delivery, queues it, and answers for it.

    `path` is where deliveries come in; nothing else is served below its folder, so that nothing
    else there reaches the framework. The rest is passed on to the app.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        path: str,
        secrets: Sequence[str],
        allow_unsigned: bool,
        unverified_limit: int,
        accept: Callable[[QueuedEvent], Awaitable[bool]],
        settled: Callable[[], bool],
        app_webhooks: App | None = None,
    ) -> None:
        """`unverified_limit` is in bytes; `accept` queues an event, or returns False: no room.
        `app_webhooks`: webhooks of an OAuth app may send here as well.

        Until the webhook's secret is `settled`, Jira may still sign with the one that it had.
        """
        self._app = app
        self._path = path
        self._folders = (FRAMEWORKS_PREFIX, path.rpartition("/")[0] + "/")
        self._secrets = secrets
        self._allow_unsigned = allow_unsigned
        self._accept = accept
        self._settled = settled
        self._of_app = app_webhooks
        self._hints = Hints()
        self._unverified = Unverified[Reading](unverified_limit)
        self._refused = SparseWarning("Refused")
        self._given_up = SparseWarning("Gave up")
        self._early = SparseWarning("Put off")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a delivery; 200 means that it waits in the queue."""
        if scope["type"] != "http" or not scope["path"].startswith(self._folders):
            await self._app(scope, receive, send)
            return
        try:
            response = await self._respond(scope, receive)
        except SenderGoneError:
            logger.debug("A delivery was broken off by its sender")
            return
        DELIVERIES.note(response.status_code)
        await response(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive) -> JSONResponse:
        if scope["path"].rstrip("/") != self._path:
            return _refuse(404, "nothing is here")
        if scope["method"] != "POST":
            return _refuse(405, "deliveries are posted", Allow="POST")
        return await self._answer(read_headers(scope["headers"]), receive)

    async def _answer(self, headers: Mapping[str, str], receive: Receive) -> JSONResponse:
        try:
            verification = Verification(
                headers, self._secrets, allow_unsigned=self._allow_unsigned, app=self._of_app
            )
            check_type(headers)
            check_announced(headers)
            body = await self._read(headers, receive, verification)
        except DeliveryRefusedError as error:
            if not self._settled():
                # A 401 is for good. After this Jira sends it again, signed as the webhook then is.
                self._early.say(f"our webhook in Jira is still being put right: {error}")
                return _later("not signed by our webhook, which is still being put right")
            self._refused.say(str(error))
            return _refuse(401, "not signed by our webhook")
        except UnsupportedBodyError as error:
            return _refuse(415, str(error))
        except BodyTooLargeError:
            return _refuse(413, f"larger than {MAX_BODY_BYTES} bytes")
        except TimeoutError:
            return _refuse(408, "the body did not arrive in time")
        except GivenUpError:
            self._given_up.say("more came at once than unverifiedBytesLimit lets in")
            return _no_room()
        payload = json_object(body)
        if payload is None:
            return _refuse(400, "not a JSON object")
        if verification.is_hint and (refusal := self._look_at(payload)) is not None:
            return refusal
        del payload
        if not await self._accept(QueuedEvent(body, headers)):
            return _no_room()
        return JSONResponse({"status": "ok"})

    def _look_at(self, hint: dict[str, Any]) -> JSONResponse | None:
        verdict = self._hints.look_at(hint)
        if verdict is Verdict.FOREIGN:
            self._refused.say("it has no signature, and is of an event that apps aren't told of")
            return _refuse(401, "not signed, and not of a webhook of our app")
        if verdict is Verdict.TOO_FAST:
            self._given_up.say("more without a signature came at once than are taken as hints")
            return _no_room()
        return None

    async def _read(
        self, headers: Mapping[str, str], receive: Receive, verification: Verification
    ) -> bytes | bytearray:
        """The whole body, verified; given up on as soon as that can't come right any more.

        Raises BodyTooLargeError, DeliveryRefusedError, GivenUpError, SenderGoneError, TimeoutError.
        """
        try:
            async with asyncio.timeout(MAX_SECONDS_TO_READ) as limit:
                reading = Reading(limit, sum(map(len, (*headers, *headers.values()))))
                try:
                    await self._read_into(reading, receive, verification)
                finally:
                    self._unverified.release(reading)
        except TimeoutError:
            if reading.given_up:
                raise GivenUpError from None
            raise
        return reading.body

    async def _read_into(
        self, reading: "Reading", receive: Receive, verification: Verification
    ) -> None:
        self._make_room(reading)
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise SenderGoneError
            piece = message.get("body", b"")
            reading.add(piece)
            if len(reading.body) > MAX_BODY_BYTES:
                raise BodyTooLargeError
            self._make_room(reading)
            verification.update(piece)
            if not message.get("more_body"):
                verification.finish()
                return

    def _make_room(self, reading: "Reading") -> None:
        if not reading.given_up:
            for other in self._unverified.hold(reading, reading.size):
                other.give_up()
        if reading.given_up:
            raise GivenUpError


class Reading:
    """A delivery that is being read: what is there of it, and the way to end it for others."""

    def __init__(self, limit: asyncio.Timeout, headers_size: int) -> None:
        self.body: bytes | bytearray = b""
        self.given_up = False
        self._limit = limit
        self._headers_size = headers_size

    @property
    def size(self) -> int:
        """The bytes that are held for it."""
        return self._headers_size + len(self.body)

    def add(self, piece: bytes) -> None:
        """A body that comes in one piece stays that piece; of several none is kept besides."""
        if isinstance(self.body, bytearray):
            self.body += piece
        elif not self.body:
            self.body = piece
        elif piece:
            self.body = bytearray(self.body)
            self.body += piece

    def give_up(self) -> None:
        """Free its memory at once, and wake whoever waits for the rest."""
        self.given_up = True
        self.body = b""
        if not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time())


class SparseWarning:
    """Counts what becomes of deliveries, and warns now and then: strangers decide how often."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._count = 0
        self._warned_at = -WARN_EVERY_SECONDS

    def say(self, why: str) -> None:
        """It happened once more."""
        self._count += 1
        sentence = f"{self._what} {self._count} deliveries so far; the last because {why}"
        now = time.monotonic()
        if now - self._warned_at < WARN_EVERY_SECONDS:
            logger.debug(sentence)
            return
        logger.warning(sentence)
        self._warned_at = now


def read_headers(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """By name in lower case; one that is repeated is a list, as HTTP has it, and fits nothing."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def check_type(headers: Mapping[str, str]) -> None:
    """Raises UnsupportedBodyError for what Jira never sends; a missing type is let pass."""
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise UnsupportedBodyError("compressed bodies are not supported")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise UnsupportedBodyError("expected application/json")


def check_announced(headers: Mapping[str, str]) -> None:
    """Raises BodyTooLargeError where the sender itself says so."""
    announced = headers.get("content-length", "").lstrip("0")
    if announced.isascii() and announced.isdigit():
        digits = len(str(MAX_BODY_BYTES))
        if len(announced) > digits or int(announced) > MAX_BODY_BYTES:
            raise BodyTooLargeError


def json_object(body: bytes | bytearray) -> dict[str, Any] | None:
    """What can be queued; only for as long as it is looked at here."""
    try:
        payload = parsed(body)
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _refuse(status: int, why: str, **headers: str) -> JSONResponse:
    return JSONResponse({"status": "error", "message": why}, status_code=status, headers=headers)


def _no_room() -> JSONResponse:
    return _later("no room for another event, send it again later")


def _later(why: str) -> JSONResponse:
    headers = {"Retry-After": RETRY_AFTER_SECONDS}
    return _refuse(503, why, **headers)
